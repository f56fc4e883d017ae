"""Campaigns: their states and who they are for."""

from dataclasses import dataclass
from enum import StrEnum


class CampaignState(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELED = "canceled"


C = CampaignState
CAMPAIGN_NEXT: dict[CampaignState, frozenset[CampaignState]] = {
    C.DRAFT: frozenset({C.SENDING}),
    C.SENDING: frozenset({C.PAUSED, C.DONE, C.CANCELED}),
    C.PAUSED: frozenset({C.SENDING, C.CANCELED}),
    C.DONE: frozenset(),
    C.CANCELED: frozenset(),
}


class AudienceKind(StrEnum):
    LIST = "list"
    GROUP = "group"
    """Everyone the group has ever heard of, opted out or not: so that the report can name who was skipped."""
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    kind: AudienceKind
    list_id: str | None = None
