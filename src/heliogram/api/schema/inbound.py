"""What phones sent us."""

from datetime import datetime

from heliogram.api.schema.shape import Shape


class InboundMediaShape(Shape):
    """`state` is "kept", "waiting" (being fetched), "refused" (it cannot be shown) or "lost" (the carrier has it not).

    `url` is where the octets of one that is kept are; `reason` says why another is not.
    """

    id: str
    state: str
    content_type: str
    filename: str
    n_octets: int
    width: int
    height: int
    reason: str
    url: str | None


class InboundShape(Shape):
    """`read_as` is "stop", "start", "help", "other", "part" (of a longer text), or null while nobody has read it."""

    id: str
    at: datetime
    phone: str
    person_name: str | None
    to: str
    text: str
    read_as: str | None
    media: list[InboundMediaShape]
