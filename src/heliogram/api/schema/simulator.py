"""The simulated phones, as the dashboard shows them."""

from datetime import datetime

from pydantic import Field

from heliogram.api.schema.shape import Ask, Shape


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


class FaultsShape(Shape):
    """What the simulator does wrong on purpose. Counts are how many messages are left for it; null is without end."""

    refuse_status: int
    refuse_n: int | None
    refuse_protocol: str
    throttle_per_s: float
    lose_receipts_n: int | None
    lose_answers_n: int | None
    drop_after_n: int


class FaultsAsk(Ask):
    """Only what is given changes."""

    refuse_status: int = Field(default=0, ge=0, lt=2**32)
    refuse_n: int | None = Field(default=0, ge=0, lt=2**31)
    refuse_protocol: str = Field(default="", pattern="^(smpp|mm7)?$")
    throttle_per_s: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    lose_receipts_n: int | None = Field(default=0, ge=0, lt=2**31)
    lose_answers_n: int | None = Field(default=0, ge=0, lt=2**31)
    drop_after_n: int = Field(default=0, ge=0, lt=2**31)


class Accepted(Shape):
    ok: bool


class ReplyAsk(Ask):
    to: str = Field(max_length=40)
    text: str = Field(min_length=1, max_length=1_600)
