"""Messages that somebody wants stopped: those still in line, and those that a carrier is to take back."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.message import State
from heliogram.storage.bulk import Row, plain, put_rows
from heliogram.storage.tables.delivery import cancellations, lanes, message_states, messages, ready


async def hold(connection: AsyncConnection, workspace_id: str, message_id: str) -> bool:
    """Keep the message's lane from taking a turn until the transaction ends. False: there is no such message.

    Otherwise a turn that has read it would hand it over although it is stopped.
    """
    query = (
        select(lanes.c.id)
        .join(messages, messages.c.lane_id == lanes.c.id)
        .where(messages.c.workspace_id == workspace_id, messages.c.id == message_id)
        .with_for_update(of=lanes, key_share=True)
    )
    return (await connection.execute(query)).first() is not None


async def stop(connection: AsyncConnection, message_id: str, now: datetime) -> None:
    """Have a message that waits end at its next turn, which is due now whatever it waits for."""
    is_it = messages.c.id == message_id
    await connection.execute(update(messages).where(is_it, messages.c.canceled_at.is_(None)).values(canceled_at=now))
    await connection.execute(update(ready).where(ready.c.message_id == message_id).values(ready_at=now, waits_for=None))


async def put(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Note what is to be taken back, or what came of it."""
    await put_rows(connection, cancellations, rows, change=("at", "done_at", "code", "reason", "raw"))


class Pending(msgspec.Struct, frozen=True):
    """A message that a carrier is to take back, and where it is now."""

    message_id: str
    workspace_id: str
    at: datetime
    state: State


async def pending(connection: AsyncConnection, limit: int) -> list[Pending]:
    """What carriers are still to be asked for, the oldest first."""
    query = (
        select(cancellations.c.message_id, cancellations.c.workspace_id, cancellations.c.at, message_states.c.state)
        .join(message_states, message_states.c.message_id == cancellations.c.message_id)
        .where(cancellations.c.done_at.is_(None))
        .order_by(cancellations.c.at, cancellations.c.message_id)
        .limit(limit)
    )
    rows = await connection.execute(query)
    return [Pending(message_id, workspace_id, at, State(state)) for message_id, workspace_id, at, state in rows]


async def of_message(connection: AsyncConnection, message_id: str) -> list[Row]:
    query = select(cancellations).where(cancellations.c.message_id == message_id)
    return [plain(row) for row in (await connection.execute(query)).mappings()]
