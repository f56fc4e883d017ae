"""A picture as it is shown."""

from collections.abc import Mapping
from typing import Any

from heliogram.api.schema.media import MediaShape
from heliogram.media.limits import WeightVerdict, weigh


def media_shape(row: Mapping[str, Any]) -> MediaShape:
    weight = weigh([row["n_octets"]], "")
    return MediaShape(
        id=row["id"],
        filename=row["filename"],
        content_type=row["content_type"],
        n_octets=row["n_octets"],
        width=row["width"],
        height=row["height"],
        frames=row["frames"],
        alt_text=row["alt_text"],
        created_at=row["created_at"],
        url=f"/api/v1/media/{row['id']}/content",
        warning=weight.sentence if weight.verdict is WeightVerdict.WARNED else None,
    )
