"""Campaign rows, their checkpoint, and the counts kept while they run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.campaign import CampaignState
from heliogram.storage.bulk import Row, count_rows_up
from heliogram.storage.tables.campaigns import campaign_counts, campaigns
from heliogram.storage.tables.senders import groups

Count = tuple[str, str, str, str]
"""(campaign id, workspace id, kind, key): one counter."""


async def add(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(campaigns.insert(), row)


async def one(connection: AsyncConnection, workspace_id: str, campaign_id: str, *, lock: bool = False) -> Any | None:
    """A campaign. The lock lets others count for it (a new counter's foreign key), but not change it."""
    query = select(campaigns).where(campaigns.c.workspace_id == workspace_id, campaigns.c.id == campaign_id)
    return (await connection.execute(query.with_for_update(key_share=True) if lock else query)).mappings().first()


async def followed(connection: AsyncConnection, workspace_id: str, *, finished_since: datetime) -> Sequence[Any]:
    """The campaigns whose numbers may still move: running, paused, or finished a moment ago."""
    query = select(campaigns).where(
        campaigns.c.workspace_id == workspace_id,
        or_(
            campaigns.c.state.in_([CampaignState.SENDING.value, CampaignState.PAUSED.value]),
            campaigns.c.finished_at >= finished_since,
        ),
    )
    return (await connection.execute(query.order_by(campaigns.c.id.desc()).limit(100))).mappings().all()


async def page(connection: AsyncConnection, workspace_id: str, *, before: str, limit: int) -> Sequence[Any]:
    """Campaigns, newest first, those older than the id `before` ("" to begin)."""
    query = select(campaigns).where(campaigns.c.workspace_id == workspace_id)
    if before:
        query = query.where(campaigns.c.id < before)
    return (await connection.execute(query.order_by(campaigns.c.id.desc()).limit(limit))).mappings().all()


async def change(connection: AsyncConnection, campaign_id: str, values: Row) -> None:
    await connection.execute(campaigns.update().where(campaigns.c.id == campaign_id).values(**values))


async def change_draft(
    connection: AsyncConnection, workspace_id: str, campaign_id: str, values: Row, *, version: int
) -> bool:
    """Change a campaign that is still a draft at `version`. False when someone else was first."""
    done = await connection.execute(
        campaigns.update()
        .where(
            campaigns.c.workspace_id == workspace_id,
            campaigns.c.id == campaign_id,
            campaigns.c.version == version,
            campaigns.c.state == CampaignState.DRAFT.value,
        )
        .values(**values, version=version + 1)
    )
    return done.rowcount == 1


async def delete_draft(connection: AsyncConnection, workspace_id: str, campaign_id: str) -> bool:
    done = await connection.execute(
        campaigns.delete().where(
            campaigns.c.workspace_id == workspace_id,
            campaigns.c.id == campaign_id,
            campaigns.c.state == CampaignState.DRAFT.value,
        )
    )
    return done.rowcount == 1


async def with_state(connection: AsyncConnection, state: CampaignState) -> Sequence[Any]:
    """The campaigns of every workspace in a state: what the expander and the finisher work through."""
    query = select(campaigns).where(campaigns.c.state == state.value).order_by(campaigns.c.id)
    return (await connection.execute(query)).mappings().all()


async def move_checkpoint(
    connection: AsyncConnection, campaign_id: str, *, expanded_to: str, is_expanded: bool
) -> None:
    """Belongs in the transaction that adds the messages up to `expanded_to`: that is what repeats and skips nobody."""
    await connection.execute(
        campaigns.update().where(campaigns.c.id == campaign_id).values(expanded_to=expanded_to, is_expanded=is_expanded)
    )


async def add_counts(connection: AsyncConnection, deltas: Mapping[Count, int]) -> None:
    """Move counters by their deltas, in the transaction of the rows they count."""
    rows = [
        {"campaign_id": campaign, "workspace_id": workspace, "kind": kind, "key": key, "n": n}
        for (campaign, workspace, kind, key), n in sorted(deltas.items())
        if n
    ]
    await count_rows_up(connection, campaign_counts, rows, count="n")


async def counts(connection: AsyncConnection, campaign_ids: Sequence[str]) -> dict[str, dict[tuple[str, str], int]]:
    """Campaign id → (kind, key) → n."""
    found: dict[str, dict[tuple[str, str], int]] = {each: {} for each in campaign_ids}
    query = select(campaign_counts).where(campaign_counts.c.campaign_id.in_(campaign_ids))
    for row in await connection.execute(query):
        found[row.campaign_id][row.kind, row.key] = row.n
    return found


async def finish(connection: AsyncConnection, campaign_id: str, now: datetime) -> None:
    """A campaign that is still being sent is done. One that was paused or canceled just now stays so."""
    await connection.execute(
        campaigns.update()
        .where(campaigns.c.id == campaign_id, campaigns.c.state == CampaignState.SENDING.value)
        .values(state=CampaignState.DONE.value, finished_at=now)
    )


async def purpose_of(connection: AsyncConnection, group_id: str) -> str:
    query = select(groups.c.purpose).where(groups.c.id == group_id)
    return str((await connection.execute(query)).scalar_one())
