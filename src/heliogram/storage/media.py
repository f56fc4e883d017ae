"""Rows of pictures, their variants, short links and what was opened."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.bulk import Row, add_new_rows, add_rows
from heliogram.storage.tables.media import link_opens, links, media, media_variants


async def add(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(media.insert(), row)


async def one(connection: AsyncConnection, workspace_id: str, media_id: str, *, hold: bool = False) -> Any | None:
    """A medium. With `hold` nobody takes it out of the library before the transaction ends."""
    query = select(media).where(media.c.workspace_id == workspace_id, media.c.id == media_id)
    query = query.with_for_update(read=True, key_share=True) if hold else query
    return (await connection.execute(query)).mappings().first()


async def some(connection: AsyncConnection, workspace_id: str, media_ids: Sequence[str]) -> dict[str, Any]:
    query = select(media).where(media.c.workspace_id == workspace_id, media.c.id.in_(media_ids))
    return {row["id"]: row for row in (await connection.execute(query)).mappings()}


async def variants_of(connection: AsyncConnection, media_id: str) -> dict[int, Any]:
    """The variants made of a picture, by the octets they had to fit."""
    query = select(media_variants).where(media_variants.c.media_id == media_id)
    return {row["budget_octets"]: row for row in (await connection.execute(query)).mappings()}


async def add_variant(connection: AsyncConnection, row: Row) -> None:
    await add_new_rows(connection, media_variants, [row])


async def add_links(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    await add_rows(connection, links, rows)


async def resolve_link(connection: AsyncConnection, token: str) -> Any | None:
    """What a public link shows (`media_id`, `album_id`), and until when; None for a token nobody was given."""
    return (await connection.execute(select(links).where(links.c.token == token))).mappings().first()


async def add_open(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(link_opens.insert(), row)
