"""What phones sent us: stored first, read afterwards."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.group import Purpose
from heliogram.storage.bulk import Row, add_new_rows, plain
from heliogram.storage.tables.delivery import messages
from heliogram.storage.tables.inbound import inbound

JOINED_WITHIN = timedelta(days=1)
"""How long the segments of one text may take to arrive."""


async def add(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Store inbound messages; one the carrier repeats is stored once."""
    await add_new_rows(connection, inbound, rows)


async def unread(connection: AsyncConnection, limit: int) -> Sequence[Any]:
    """Messages nobody has read yet, of every workspace, oldest first, locked until the transaction ends."""
    query = select(inbound).where(inbound.c.read_as.is_(None)).order_by(inbound.c.at, inbound.c.id).limit(limit)
    return (await connection.execute(query.with_for_update(skip_locked=True))).mappings().all()


async def siblings(connection: AsyncConnection, row: Any) -> Sequence[Any]:
    """The segments of the longer text that `row` is one of, itself included, in their order.

    Those that came earlier wait, read as "part". References are small numbers that come round again, so segments
    from another day are not of this text. Locked: of two processes that each hold one segment, one waits.
    """
    table = inbound.c
    query = select(inbound).where(
        table.account_id == row["account_id"],
        table.from_e164 == row["from_e164"],
        table.to_address == row["to_address"],
        table.concat_reference == row["concat_reference"],
        table.concat_total == row["concat_total"],
        table.at > row["at"] - JOINED_WITHIN,
        or_(table.read_as.is_(None), table.read_as == "part"),
    )
    return (await connection.execute(query.order_by(table.concat_number).with_for_update())).mappings().all()


async def set_read(connection: AsyncConnection, ids: Sequence[str], read_as: str) -> None:
    await connection.execute(inbound.update().where(inbound.c.id.in_(ids)).values(read_as=read_as))


async def set_text(connection: AsyncConnection, ids: Sequence[str], text: str) -> None:
    """Say otherwise what a part of a longer text says, now that its neighbours are there."""
    await connection.execute(inbound.update().where(inbound.c.id.in_(ids)).values(text=text))


async def page(
    connection: AsyncConnection, workspace_id: str, *, phone: str = "", before: str = "", limit: int
) -> list[Row]:
    """What phones sent, newest first, those older than the id `before`; from one phone where it is given."""
    table = inbound.c
    query = select(inbound).where(table.workspace_id == workspace_id)
    if phone:
        query = query.where(table.from_e164 == phone)
    if before:
        query = query.where(table.id < before)
    rows = await connection.execute(query.order_by(table.id.desc()).limit(limit))
    return [plain(row) for row in rows.mappings()]


async def answers_to(connection: AsyncConnection, workspace_id: str, message: Row, limit: int) -> list[Row]:
    """What the phone sent to the sender of a message, after the message and before the next one of ours to it."""
    table, later = inbound.c, messages.c
    next_at = select(func.min(later.created_at)).where(
        later.workspace_id == workspace_id,
        later.phone_e164 == message["phone_e164"],
        later.created_at > message["created_at"],
        later.purpose != Purpose.REPLY.value,
    )
    until = (await connection.execute(next_at)).scalar()
    query = select(inbound).where(
        table.workspace_id == workspace_id,
        table.from_e164 == message["phone_e164"],
        table.to_address == message["sender"],
        table.at >= message["created_at"],
    )
    if until is not None:
        query = query.where(table.at < until)
    rows = await connection.execute(query.order_by(table.at, table.id).limit(limit))
    return [plain(row) for row in rows.mappings()]
