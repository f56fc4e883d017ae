"""A picture as it is shown."""

from heliogram.api.schema.media import MediaDetail, MediaShape, UploadedShape, UsesShape, UsingCampaign
from heliogram.media.limits import WeightVerdict, weigh
from heliogram.storage.bulk import Row
from heliogram.storage.library import Uses


def media_shape(row: Row) -> MediaShape:
    return MediaShape(**_fields(row))


def uploaded_shape(row: Row, *, is_known: bool) -> UploadedShape:
    return UploadedShape(**_fields(row), is_known=is_known)


def media_detail(row: Row, uses: Uses) -> MediaDetail:
    return MediaDetail(
        **_fields(row),
        uses=UsesShape(
            n_campaigns=uses.n_campaigns,
            n_messages=uses.n_messages,
            sentence=used_sentence(uses) if uses.is_used else "",
            campaigns=[UsingCampaign(**each) for each in uses.campaigns],
        ),
    )


def used_sentence(uses: Uses) -> str:
    """Why a medium stays."""
    names = ", ".join(f"“{each['name']}”" for each in uses.campaigns[:3])
    more = f" and {uses.n_campaigns - 3:,} more" if uses.n_campaigns > 3 else ""
    if not names:
        return f"It went out with {_counted(uses.n_messages, 'message')}, whose story would lose it. It stays."
    return f"It is used by {_counted(uses.n_campaigns, 'campaign')}: {names}{more}. Take it out there first."


def _counted(n: int, one: str) -> str:
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


def _fields(row: Row) -> Row:
    weight = weigh([row["n_octets"]], "")
    names = ("id", "filename", "content_type", "n_octets", "width", "height", "frames", "alt_text", "created_at")
    return {
        **{name: row[name] for name in names},
        "folder": row["folder"],
        "url": f"/api/v1/media/{row['id']}/content",
        "warning": weight.sentence if weight.verdict is WeightVerdict.WARNED else None,
    }
