"""Albums: several media that go together, in their order. One medium by itself is in none."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.album import Shown, album_id_of
from heliogram.storage.bulk import Row, add_new_rows, plain
from heliogram.storage.tables.media import album_media, media


def shown_of(row: Row) -> Shown | None:
    """What a row with `workspace_id`, `media_id` and `album_id` shows; None for nothing."""
    return None if row["media_id"] is None else Shown(row["workspace_id"], row["media_id"], row["album_id"])


async def keep(
    connection: AsyncConnection, workspace_id: str, media_ids: Sequence[str]
) -> dict[str, str | None] | None:
    """Keep the order of these media. Returns the columns `media_id` and `album_id` of what is sent with them, None
    where the workspace has not all of them.

    Nobody takes one out of the library before the transaction ends.
    """
    if media_ids:
        here = select(media.c.id).where(media.c.workspace_id == workspace_id, media.c.id.in_(media_ids))
        held = (await connection.execute(here.with_for_update(read=True, key_share=True))).scalars().all()
        if len(held) < len(set(media_ids)):
            return None
    album_id = album_id_of(media_ids)
    if album_id is not None:
        rows = [
            {"album_id": album_id, "position": position, "workspace_id": workspace_id, "media_id": media_id}
            for position, media_id in enumerate(media_ids)
        ]
        await add_new_rows(connection, album_media, rows)
    return {"media_id": media_ids[0] if media_ids else None, "album_id": album_id}


async def media_of(connection: AsyncConnection, shown: Shown) -> list[Row]:
    """The media that are shown, in order; those that are gone are left out."""
    if shown.album_id is None:
        query = select(media).where(media.c.workspace_id == shown.workspace_id, media.c.id == shown.media_id)
    else:
        query = _members(shown.workspace_id, [shown.album_id])
    return [plain(row) for row in (await connection.execute(query)).mappings()]


async def media_of_rows(connection: AsyncConnection, workspace_id: str, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The media of several rows that have `media_id` and `album_id`, by `Shown.key`."""
    album_ids = {row["album_id"] for row in rows if row["album_id"]}
    single = {row["media_id"] for row in rows if row["media_id"] and not row["album_id"]}
    found: dict[str, list[Row]] = {}
    if single:
        query: Any = select(media).where(media.c.workspace_id == workspace_id, media.c.id.in_(single))
        found |= {row["id"]: [plain(row)] for row in (await connection.execute(query)).mappings()}
    if album_ids:
        query = _members(workspace_id, sorted(album_ids)).add_columns(album_media.c.album_id)
        for row in (await connection.execute(query)).mappings():
            found.setdefault(row["album_id"], []).append(plain(row))
    return found


def _members(workspace_id: str, album_ids: Sequence[str]) -> Any:
    return (
        select(media)
        .join(album_media, album_media.c.media_id == media.c.id)
        .where(album_media.c.workspace_id == workspace_id, album_media.c.album_id.in_(album_ids))
        .order_by(album_media.c.album_id, album_media.c.position)
    )
