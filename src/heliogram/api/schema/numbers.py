"""What is known of a number."""

from datetime import datetime
from typing import Literal

from heliogram.api.schema.shape import Ask, Shape
from heliogram.model.number import Kind, Line, Source


class NumberFactShape(Shape):
    """One thing that is known: from whom, since when, and until when it counts. `detail` is the carrier's own word."""

    kind: Kind
    value: str
    source: Source
    since: datetime
    expires: datetime
    detail: str
    sentence: str


class NumberShape(Shape):
    """`mms`: whether it takes picture messages, and why in `mms_note`. `network` is its carrier's name.

    Null is unknown.
    """

    phone: str
    country: str
    mms: Literal["can", "cannot", "unknown"]
    mms_note: str
    line: Line | Literal["unknown"]
    network: str | None
    mccmnc: str | None
    is_reachable: bool | None
    facts: list[NumberFactShape]


class LookupAsk(Ask):
    """`account_id`: whom to ask; null: the first account that can be asked."""

    account_id: str | None = None
