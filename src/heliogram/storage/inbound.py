"""What phones sent us: stored first, read afterwards."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.bulk import Row, add_new_rows
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
