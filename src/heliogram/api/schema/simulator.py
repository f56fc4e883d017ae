"""The simulated phones, as the dashboard shows them."""

from datetime import datetime

from pydantic import Field

from heliogram.api.schema.base import Ask, Shape


class SimulatedPhone(Shape):
    phone: str
    name: str
    country: str
    takes_mms: bool
    n_messages: int
    last_at: datetime | None
    last_text: str | None


class SimulatedMedia(Shape):
    url: str
    content_type: str


class SimulatedMessage(Shape):
    """`direction` as the phone sees it: "in" was received."""

    at: datetime
    direction: str
    from_: str = Field(serialization_alias="from")
    to: str
    text: str
    media: list[SimulatedMedia]
    kind: str


class SimulatedPhoneDetail(Shape):
    phone: str
    name: str
    country: str
    takes_mms: bool
    messages: list[SimulatedMessage]


class ReplyAsk(Ask):
    to: str = Field(max_length=40)
    text: str = Field(min_length=1, max_length=1_600)
