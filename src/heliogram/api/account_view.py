"""A carrier account as it is shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.schema.senders import AccountShape, AwayShape
from heliogram.delivery.accounts import Account
from heliogram.storage import lanes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of an account over time: since when its link is as it is, and its last trouble."""

    since: datetime | None = None
    trouble: str | None = None
    trouble_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits in the workspace: how many messages, and for how long the oldest."""

    n: int
    age_s: float


AGE_STEP_S = 10
"""Ages are told in steps: who watches need not hear of every second."""


async def queue_of(connection: AsyncConnection, workspace_id: str, now: datetime) -> Queue:
    """What waits in the workspace now."""
    oldest = await lanes.oldest_waiting(connection, workspace_id)
    age_s = max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
    return Queue(n=await lanes.queue_depth(connection, workspace_id), age_s=age_s - age_s % AGE_STEP_S)


def account_shape(account: Account, seen: Seen, queue: Queue, away: AwayShape | None = None) -> AccountShape:
    health = account.health()
    return AccountShape(
        id=account.id,
        name=account.name,
        carrier=account.kind,
        state="paused" if account.is_paused else health.link.value,
        since=None if account.is_paused else seen.since,
        detail=f"Paused: nothing is handed over. {health.detail}" if account.is_paused else health.detail,
        in_flight=account.slots.taken,
        window=account.carrier.capabilities.window,
        queue=queue.n,
        queue_age_s=queue.age_s,
        is_paused=account.is_paused,
        last_trouble=seen.trouble,
        last_trouble_at=seen.trouble_at,
        away=away,
    )
