"""The pictures and other media of inbound messages: one row each, from "to be fetched" to kept, refused or lost."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.bulk import Row, add_new_rows, plain
from heliogram.storage.tables.inbound import inbound, inbound_media

SHOWN = ("kept", "refused", "lost", "waiting")
"""States of what a person is told of: words are in the message's text."""


async def add(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Add media; those of a message that is read a second time are there already."""
    await add_new_rows(connection, inbound_media, rows)


async def claim(connection: AsyncConnection, now: datetime, *, again: Sequence[datetime], limit: int) -> list[Row]:
    """The media that are due, of every workspace, oldest first.

    Each is due again at `again[tries so far]`, written before the try: a crash in the middle of it loses nothing.
    """
    table = inbound_media.c
    query = select(inbound_media).where(table.due_at <= now).order_by(table.due_at, table.id).limit(limit)
    rows = (await connection.execute(query.with_for_update(skip_locked=True))).mappings().all()
    for row in rows:
        due_at = again[min(row["n_tries"], len(again) - 1)]
        values = {"n_tries": row["n_tries"] + 1, "due_at": due_at}
        await connection.execute(update(inbound_media).where(table.id == row["id"]).values(**values))
    return [plain(row) for row in rows]


async def settle(connection: AsyncConnection, media_id: str, **found: object) -> None:
    """Write down what became of one, for good."""
    table = inbound_media.c
    await connection.execute(update(inbound_media).where(table.id == media_id).values(due_at=None, **found))


async def remember(connection: AsyncConnection, media_id: str, reason: str) -> None:
    """Say why one is not there yet."""
    await connection.execute(update(inbound_media).where(inbound_media.c.id == media_id).values(reason=reason))


async def put_words(connection: AsyncConnection, inbound_id: str, text: str) -> None:
    """Make a fetched text the message's own, and have the message read again unless it was obeyed already.

    Carriers that put the words into a file tell the subject or the first word as well: what is said twice is kept once.
    """
    table = inbound.c
    query = select(table.text, table.read_as).where(table.id == inbound_id).with_for_update()
    said, read_as = (await connection.execute(query)).one()
    if text.casefold() in said.casefold():
        return
    # A keyword comes in capitals, whatever the person wrote.
    whole = text if said.casefold() in text.casefold() else f"{said}\n{text}"
    values = {"text": whole, "read_as": None if read_as == "other" else read_as}
    await connection.execute(update(inbound).where(table.id == inbound_id).values(**values))


async def of_messages(
    connection: AsyncConnection, workspace_id: str, inbound_ids: Sequence[str]
) -> dict[str, list[Row]]:
    """Inbound id → its media in order."""
    table = inbound_media.c
    query = select(inbound_media).where(
        table.workspace_id == workspace_id, table.inbound_id.in_(inbound_ids), table.state.in_(SHOWN)
    )
    found: dict[str, list[Row]] = {}
    for row in (await connection.execute(query.order_by(table.inbound_id, table.position))).mappings():
        found.setdefault(row["inbound_id"], []).append(plain(row))
    return found


async def one(connection: AsyncConnection, workspace_id: str, media_id: str) -> Row | None:
    table = inbound_media.c
    query = select(inbound_media).where(table.workspace_id == workspace_id, table.id == media_id)
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else plain(row)
