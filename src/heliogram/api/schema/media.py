"""Pictures as uploaded."""

from datetime import datetime

from heliogram.api.schema.shape import Shape


class MediaShape(Shape):
    """`warning` is a sentence when the picture is above what most phones take without trouble."""

    id: str
    filename: str
    content_type: str
    n_octets: int
    width: int
    height: int
    frames: int
    alt_text: str
    created_at: datetime
    url: str
    warning: str | None = None
