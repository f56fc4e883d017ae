"""Messages, what happened to each, and the figures of the home page."""

from datetime import datetime

from pydantic import Field

from heliogram.api.schema.campaigns import CampaignShape
from heliogram.api.schema.media import MediaIds, MediaShape
from heliogram.api.schema.numbers import NumberShape
from heliogram.api.schema.senders import AccountShape, TextWishes
from heliogram.api.schema.shape import Ask, Moment, Shape
from heliogram.model.message import Channel, Content, State


class MessageAsk(Ask):
    """One message. `to` is a number in any usual form, best E.164.

    `fallback_body` goes instead of `body` where the picture becomes a link: for `{{ link }}`, or behind it.
    """

    group_id: str
    to: str = Field(max_length=40, examples=["+13125550142"])
    body: str = Field(max_length=20_000)
    fallback_body: str = Field(default="", max_length=20_000)
    media_ids: MediaIds = Field(default=[])
    content: Content | None = None
    due_at: Moment | None = None
    expires_at: Moment | None = None
    text_rules: TextWishes | None = None


class MessageShape(Shape):
    id: str
    created_at: datetime
    phone: str
    person_name: str | None
    campaign_id: str | None
    campaign_name: str | None
    group_name: str
    channel: Channel | None
    state: State
    reason: str | None
    sentence: str | None
    segments: int | None
    sender: str | None


class FactShape(Shape):
    label: str
    value: str


class StepShape(Shape):
    """One step of a message's story. `raw` is the exchange with the carrier, with secrets and numbers masked.

    `pictures` are addresses of what a phone sent with an answer.
    """

    at: datetime
    kind: str
    title: str
    detail: str
    facts: list[FactShape]
    raw: str | None
    tone: str
    pictures: list[str]


class MessageDetail(MessageShape):
    """`link_text` is the text that carries the link, as it was queued; null where the message has no picture.

    `number` is what is known of the number now; what was known when the way was chosen is in the timeline.
    """

    body: str
    link_text: str | None
    purpose: str
    media: list[MediaShape]
    link: str | None
    number: NumberShape
    timeline: list[StepShape]


class NeedsYou(Shape):
    kind: str
    title: str
    detail: str
    href: str


class HalfHour(Shape):
    at: datetime
    delivered: int
    undelivered: int
    failed: int


class HomeShape(Shape):
    delivered_24h: int
    sent_24h: int
    on_the_way: int
    opted_out_24h: int
    failed_24h: int
    needs_you: list[NeedsYou]
    campaigns: list[CampaignShape]
    accounts: list[AccountShape]
    per_half_hour: list[HalfHour]
