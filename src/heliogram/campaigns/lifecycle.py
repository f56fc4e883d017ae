"""A campaign's life: launched, paused, resumed, canceled. Every step is one transaction and one audit row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.campaigns.expand import BULK_PRIORITY, audience_of
from heliogram.model.campaign import CAMPAIGN_NEXT, CampaignState
from heliogram.model.queue import LaneState
from heliogram.model.text import TextRules
from heliogram.storage import access, campaigns, lanes, people, senders


class CampaignError(Exception):
    """What a person asked of a campaign cannot be done; the text says why.

    CampaignError
    ├── NoSuchCampaign
    └── NotNow
    """


class NoSuchCampaign(CampaignError):
    """There is no such campaign in this workspace."""


class NotNow(CampaignError):
    """The campaign's state does not allow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who asks for what: `to` is the state the campaign takes, `lane` the state of its lane."""

    action: str
    to: CampaignState
    lane: LaneState


LAUNCH = Step(action="launch", to=CampaignState.SENDING, lane=LaneState.OPEN)
PAUSE = Step(action="pause", to=CampaignState.PAUSED, lane=LaneState.PAUSED)
RESUME = Step(action="resume", to=CampaignState.SENDING, lane=LaneState.OPEN)
CANCEL = Step(action="cancel", to=CampaignState.CANCELED, lane=LaneState.CANCELED)


async def take(
    connection: AsyncConnection,
    step: Step,
    workspace_id: str,
    campaign_id: str,
    *,
    actor: str,
    new_id: Callable[[], str],
    now: datetime,
) -> None:
    """Do one step. Raises NoSuchCampaign, or NotNow with the state it is in."""
    campaign = await campaigns.one(connection, workspace_id, campaign_id, lock=True)
    if campaign is None:
        raise NoSuchCampaign("There is no such campaign.")
    state = CampaignState(campaign["state"])
    is_first = step is LAUNCH
    if step.to not in CAMPAIGN_NEXT[state] or is_first != (state is CampaignState.DRAFT):
        raise NotNow(f"A campaign that is {_WORDS[state]} cannot be {_DONE[step.action]}.")
    values: dict[str, Any] = {"state": step.to.value}
    if is_first:
        values |= await _freeze(connection, campaign, now)
    if step.to is CampaignState.CANCELED:
        values |= {"finished_at": now}
    await campaigns.change(connection, campaign_id, values)
    await lanes.set_state(connection, campaign_id, step.lane)
    await access.add_audit(
        connection,
        {
            "id": new_id(),
            "workspace_id": workspace_id,
            "at": now,
            "actor": actor,
            "action": f"campaign.{step.action}",
            "subject": campaign_id,
            "detail": {"name": campaign["name"]},
        },
    )


async def _freeze(connection: AsyncConnection, campaign: Any, now: datetime) -> dict[str, Any]:
    groups_own = await senders.text_rules(connection, campaign["workspace_id"], campaign["group_id"])
    text_rules = (groups_own or TextRules()).but(campaign["text_rules"])
    await lanes.add_lane(
        connection,
        id=lanes.campaign_lane_of(campaign["id"]),
        workspace_id=campaign["workspace_id"],
        group_id=campaign["group_id"],
        campaign_id=campaign["id"],
        priority=BULK_PRIORITY,
        text_rules=text_rules,
    )
    size = await people.audience_size(connection, campaign["workspace_id"], campaign["group_id"], audience_of(campaign))
    return {"n_audience": size, "launched_at": now, "text_rules": text_rules}


_WORDS = {
    CampaignState.DRAFT: "still a draft",
    CampaignState.SENDING: "being sent",
    CampaignState.PAUSED: "paused",
    CampaignState.DONE: "done",
    CampaignState.CANCELED: "canceled",
}
_DONE = {"launch": "launched", "pause": "paused", "resume": "resumed", "cancel": "canceled"}
