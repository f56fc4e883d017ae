"""Troubles that stand, and the duty of looking for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.bulk import Row, insert_for, put_rows
from heliogram.storage.tables.delivery import alerts, duties, receipts


class Found(NamedTuple):
    """A trouble that stands."""

    workspace_id: str
    kind: str
    subject: str
    title: str
    sentence: str
    since: datetime
    told_at: datetime | None
    clear_since: datetime | None


async def every(connection: AsyncConnection) -> list[Found]:
    """The troubles of all workspaces."""
    return [Found(*row) for row in await connection.execute(select(alerts))]


async def told(connection: AsyncConnection, workspace_id: str) -> list[Found]:
    """The workspace's troubles that somebody was told of, and that are there still, the oldest first."""
    query = select(alerts).where(
        alerts.c.workspace_id == workspace_id, alerts.c.told_at.is_not(None), alerts.c.clear_since.is_(None)
    )
    return [Found(*row) for row in await connection.execute(query.order_by(alerts.c.since, alerts.c.kind))]


async def put(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    if rows:
        await put_rows(connection, alerts, rows, change=("title", "sentence", "since", "told_at", "clear_since"))


async def forget(connection: AsyncConnection, ids: Sequence[tuple[str, str, str]]) -> None:
    """Forget troubles: (workspace, kind, subject) of each."""
    for workspace_id, kind, subject in ids:
        this = and_(alerts.c.workspace_id == workspace_id, alerts.c.kind == kind, alerts.c.subject == subject)
        await connection.execute(alerts.delete().where(this))


async def take_duty(connection: AsyncConnection, name: str, *, me: str, now: datetime, until: datetime) -> bool:
    """Take a duty, or keep it. False while another process has it."""
    free = or_(duties.c.owner == me, duties.c.lease_until < now)
    taken = await connection.execute(
        insert_for(connection)(duties)
        .values(name=name, owner=me, lease_until=until)
        .on_conflict_do_update(index_elements=["name"], set_={"owner": me, "lease_until": until}, where=free)
        .returning(duties.c.name)
    )
    return taken.first() is not None


async def has_receipt_since(connection: AsyncConnection, account_id: str, since: datetime) -> bool:
    query = select(receipts.c.carrier_id).where(receipts.c.account_id == account_id, receipts.c.at >= since)
    return (await connection.execute(query.limit(1))).first() is not None
