"""A message on its way through the pipeline: as it was queued, and as it was decided.

The lane is one ordered stream of messages: a campaign's, or a group's single ones.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from heliogram.model.album import Shown
from heliogram.model.group import Purpose
from heliogram.model.message import Channel, Content, State
from heliogram.model.number import NOTHING, Known
from heliogram.model.sender import Sender
from heliogram.model.text import TextRules, Wishes


class LaneState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    CANCELED = "canceled"
    """Nothing more is handed over; what is still queued is marked canceled, one by one, so that totals add up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    id: str
    workspace_id: str
    group_id: str
    campaign_id: str | None
    state: LaneState
    priority: int
    tail: int
    cursor: int
    text_rules: TextRules | None = None
    """A campaign's, as it was launched; None: the group's of the moment."""


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """One message as claimed. `number` is its place in the lane, None when it comes from the ready table."""

    id: str
    number: int | None
    workspace_id: str
    lane_id: str
    group_id: str
    campaign_id: str | None
    phone_e164: str
    country: str
    network: str | None
    is_landline: bool
    purpose: Purpose
    content: Content
    body: str
    media_id: str | None
    due_at: datetime | None
    expires_at: datetime | None
    from_address: str | None = None
    """The sender that a reply is from, where it reaches the person: the number that they wrote to."""
    album_id: str | None = None
    """Several media, of which `media_id` is the first; None where it is the only one."""
    fallback_body: str | None = None
    """What stands for `body` where the picture becomes a link, with a mark where the link goes; None: `body` does."""
    text_wishes: Wishes | None = None
    """What this one message wants otherwise of `TextRules`."""
    is_canceled: bool = False
    """Somebody wants it stopped."""
    n_burned: int = 0
    takes_mms: bool | None = None
    """What is known of the number; None is unknown."""
    known: Known = NOTHING
    """The facts behind that."""
    avoids: str | None = None
    """The account that could not take it just then, so that another may try."""
    forced_reason: str | None = None
    """Set when an earlier attempt showed that only text + link, or only a smaller picture, will do, with why."""

    def shown(self) -> Shown | None:
        """What goes with it, or behind its link; None for a text."""
        return None if self.media_id is None else Shown(self.workspace_id, self.media_id, self.album_id)


class Detour(msgspec.Struct, frozen=True, kw_only=True):
    """The account that a message would have gone by, and why it does not."""

    instead_of: str
    why: str


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The way one message goes, and why in a word (`model.reasons` has the sentences)."""

    sender: Sender
    account_id: str
    channel: Channel
    reason: str
    detour: Detour | None = None


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A message that goes no further for now: the state it takes and why. `until` only with held."""

    message: Queued
    state: State
    reason: str
    until: datetime | None = None
