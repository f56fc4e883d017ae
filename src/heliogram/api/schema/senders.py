"""Workspaces, groups, their senders, and carrier accounts."""

from datetime import datetime

from pydantic import Field, field_validator

from heliogram.api.schema.shape import Ask, Shape
from heliogram.model.group import Purpose, UnknownMms
from heliogram.model.link_address import link_address
from heliogram.model.sender import Approval, SenderKind
from heliogram.model.text import MAX_SEGMENTS, TooLong, Wishes

MAX_FAILOVERS = 5
"""More than anybody has contracts for."""


class Workspace(Shape):
    id: str
    name: str


class Member(Shape):
    name: str
    role: str


class Me(Shape):
    """Who is asking. `simulator`: whether the phones of this server are simulated ones.

    `mp4`: whether this server can make an MP4 of an animated GIF.
    """

    workspace: Workspace
    member: Member
    simulator: bool
    mp4: bool


class AwayShape(Shape):
    """Traffic has left an account. `to` are the names of the accounts that stand in for it now; where nobody does, its
    messages wait. `until` is the earliest time it may come back, null once that has passed: it is not well yet."""

    since: datetime
    until: datetime | None
    why: str
    to: list[str]


class CutShape(Shape):
    """How texts for an account are cut. In each segment of a long text is room for a reference of so many bits.

    `national` are the languages whose GSM tables may be used; `charset` ("latin-1", "ascii") is what GSM-7 is made of
    on the way, "" where it goes as it is: a text that is not in it goes in UCS-2.
    """

    reference_bits: int
    national: list[str]
    charset: str


class AccountName(Shape):
    id: str
    name: str


class GroupCutShape(Shape):
    """`accounts` are those by which a group's texts go and that cut so."""

    cut: CutShape
    accounts: list[AccountName]


class AccountShape(Shape):
    """A carrier account. `queue` is how many messages of the workspace wait for their turn, the oldest of them for
    `queue_age_s`. `state` is up, connecting, down or paused; `last_trouble` says why it was down last. `away`: null
    while its traffic is with it."""

    id: str
    name: str
    carrier: str
    state: str
    since: datetime | None
    detail: str
    in_flight: int
    window: int
    queue: int
    queue_age_s: float
    is_paused: bool
    last_trouble: str | None
    last_trouble_at: datetime | None
    away: AwayShape | None


class ApprovalShape(Shape):
    network: str
    status: Approval


class FailoverShape(Shape):
    """Ids of the accounts that stand in for a sender's first one, in their order."""

    sms: list[str]
    mms: list[str]


class FailoverAsk(Ask):
    sms: list[str] = Field(default_factory=list, max_length=MAX_FAILOVERS)
    mms: list[str] = Field(default_factory=list, max_length=MAX_FAILOVERS)


class SenderShape(Shape):
    """`mms_note` says in words what the sender can do with pictures, and what is missing."""

    id: str
    kind: SenderKind
    address: str
    display: str
    country: str
    countries: list[str]
    mms_enabled: bool
    can_mms: bool
    mms_note: str
    approvals: list[ApprovalShape]
    failover: FailoverShape


class FallbackShape(Shape):
    carrier_not_approved: bool
    sender_cannot_mms: bool
    media_not_taken: bool


class TextWishesShape(Shape):
    """What a campaign wants otherwise than its group; null for what is as the group has it."""

    smart_encoding: bool | None = None
    transliterate: bool | None = None
    max_segments: int | None = None
    too_long: TooLong | None = None


class TextRulesShape(Shape):
    """`smart_encoding` makes typographic characters plain where that saves segments; `transliterate` takes letters
    their accents too, which loses something. A text with more than `max_segments` is skipped, or cut at a word."""

    smart_encoding: bool
    transliterate: bool
    max_segments: int
    too_long: TooLong


class TextWishes(Ask):
    """What is not given is as the campaign, the group, or the default has it."""

    smart_encoding: bool | None = None
    transliterate: bool | None = None
    max_segments: int | None = Field(default=None, ge=1, le=MAX_SEGMENTS)
    too_long: TooLong | None = None

    def given(self) -> Wishes | None:
        return self.model_dump(exclude_none=True, mode="json") or None


class GroupShape(Shape):
    """`cuts` are the ways in which its senders' accounts cut texts: mostly one.

    `unknown_mms` is what a number gets of which nobody knows whether it takes picture messages.

    `link_base_url` is the domain of its short links, null for the server's own address.
    """

    id: str
    name: str
    purpose: Purpose
    has_mms: bool
    mms_tag: str
    n_subscribed: int
    n_unsubscribed: int
    fallback: FallbackShape
    unknown_mms: UnknownMms
    text_rules: TextRulesShape
    cuts: list[GroupCutShape]
    link_base_url: str | None
    senders: list[SenderShape]


class FallbackAsk(Ask):
    carrier_not_approved: bool
    sender_cannot_mms: bool
    media_not_taken: bool


class GroupChange(Ask):
    """Only what is given changes. `link_base_url` "" is the server's own address again; older links stay good."""

    fallback: FallbackAsk | None = None
    unknown_mms: UnknownMms | None = None
    text_rules: TextWishes | None = None
    link_base_url: str | None = Field(default=None, max_length=200, examples=["https://go.example.com"])

    @field_validator("link_base_url")
    @classmethod
    def _address(cls, given: str | None) -> str | None:
        return link_address(given) if given else given


class ApprovalAsk(Ask):
    status: Approval
