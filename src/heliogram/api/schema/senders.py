"""Workspaces, groups, their senders, and carrier accounts."""

from datetime import datetime

from heliogram.api.schema.shape import Ask, Shape
from heliogram.model.group import Purpose
from heliogram.model.sender import Approval, SenderKind


class Workspace(Shape):
    id: str
    name: str


class Member(Shape):
    name: str
    role: str


class Me(Shape):
    """Who is asking. `simulator`: whether the phones of this server are simulated ones."""

    workspace: Workspace
    member: Member
    simulator: bool


class AccountShape(Shape):
    """A carrier account. `queue` is how many messages of the workspace wait for their turn, the oldest of them for
    `queue_age_s`. `state` is up, connecting, down or paused; `last_trouble` says why it was down last."""

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


class ApprovalShape(Shape):
    network: str
    status: Approval


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


class FallbackShape(Shape):
    carrier_not_approved: bool
    sender_cannot_mms: bool
    media_not_taken: bool


class GroupShape(Shape):
    id: str
    name: str
    purpose: Purpose
    has_mms: bool
    mms_tag: str
    n_subscribed: int
    n_unsubscribed: int
    fallback: FallbackShape
    senders: list[SenderShape]


class FallbackAsk(Ask):
    carrier_not_approved: bool
    sender_cannot_mms: bool
    media_not_taken: bool


class GroupChange(Ask):
    fallback: FallbackAsk


class ApprovalAsk(Ask):
    status: Approval
