"""The media library: folders, search, exact duplicates, where a medium is used, and taking it out.

A folder is a name that media share, so there is none without any.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.bulk import Row, plain
from heliogram.storage.tables.campaigns import campaign_counts, campaigns
from heliogram.storage.tables.delivery import messages
from heliogram.storage.tables.media import album_media, media, media_variants

N_CAMPAIGNS = 50
"""How many of the campaigns that use a medium are named; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """Where a medium is used. `campaigns` are the newest, each with `n_messages`; the counts are of all."""

    campaigns: Sequence[Row]
    n_campaigns: int
    n_messages: int

    @property
    def is_used(self) -> bool:
        return self.n_campaigns > 0 or self.n_messages > 0


async def page(
    connection: AsyncConnection, workspace_id: str, *, folder: str = "", search: str = "", before: str, limit: int
) -> Sequence[Row]:
    """Media, newest first, those older than the id `before` ("" to begin).

    `folder` "" is every folder; each word of `search` stands in the name or in the description.
    """
    query = select(media).where(media.c.workspace_id == workspace_id, *map(_says, search.split()))
    if folder:
        query = query.where(media.c.folder == folder)
    if before:
        query = query.where(media.c.id < before)
    return [plain(row) for row in (await connection.execute(query.order_by(media.c.id.desc()).limit(limit))).mappings()]


def _says(word: str) -> ColumnElement[bool]:
    return or_(media.c.filename.icontains(word, autoescape=True), media.c.alt_text.icontains(word, autoescape=True))


async def folders(connection: AsyncConnection, workspace_id: str) -> dict[str, int]:
    """How many media are in each folder, by name; "" are those in none."""
    query = select(media.c.folder, func.count()).where(media.c.workspace_id == workspace_id)
    rows = (await connection.execute(query.group_by(media.c.folder))).all()
    return dict(sorted(((str(folder), int(n)) for folder, n in rows), key=lambda each: each[0].casefold()))


async def same(connection: AsyncConnection, workspace_id: str, sha256: str) -> Sequence[Row]:
    """The media that are these very octets, the oldest first."""
    query = select(media).where(media.c.workspace_id == workspace_id, media.c.sha256 == sha256).order_by(media.c.id)
    return [plain(row) for row in (await connection.execute(query)).mappings()]


async def change(connection: AsyncConnection, workspace_id: str, media_id: str, values: Row) -> bool:
    """False when there is no such medium."""
    if not values:
        return True
    done = await connection.execute(
        media.update().where(media.c.workspace_id == workspace_id, media.c.id == media_id).values(**values)
    )
    return done.rowcount == 1


async def uses(connection: AsyncConnection, workspace_id: str, media_id: str) -> Uses:
    """A campaign's messages are counted with it; `n_messages` has them, and the single ones."""
    albums = select(album_media.c.album_id).where(album_media.c.media_id == media_id)
    firsts = select(album_media.c.media_id).where(album_media.c.album_id.in_(albums), album_media.c.position == 0)
    is_here = and_(
        campaigns.c.workspace_id == workspace_id,
        or_(campaigns.c.media_id == media_id, campaigns.c.album_id.in_(albums)),
    )
    counts = select(campaign_counts.c.campaign_id, func.sum(campaign_counts.c.n).label("n")).where(
        campaign_counts.c.campaign_id.in_(select(campaigns.c.id).where(is_here)), campaign_counts.c.kind == "state"
    )
    sent = counts.group_by(campaign_counts.c.campaign_id).subquery()
    query = (
        select(campaigns.c.id, campaigns.c.name, campaigns.c.state, func.coalesce(sent.c.n, 0).label("n_messages"))
        .outerjoin(sent, sent.c.campaign_id == campaigns.c.id)
        .where(is_here)
        .order_by(campaigns.c.id.desc())
    )
    found = [plain(row) for row in (await connection.execute(query)).mappings()]
    single = select(func.count()).where(
        messages.c.workspace_id == workspace_id,
        messages.c.media_id.is_not(None),
        messages.c.campaign_id.is_(None),
        # Messages are found by the first of their media, which has the index.
        or_(messages.c.media_id == media_id, and_(messages.c.media_id.in_(firsts), messages.c.album_id.in_(albums))),
    )
    n_single = int((await connection.execute(single)).scalar_one())
    return Uses(
        campaigns=found[:N_CAMPAIGNS],
        n_campaigns=len(found),
        n_messages=n_single + sum(int(row["n_messages"]) for row in found),
    )


async def remove(connection: AsyncConnection, workspace_id: str, media_id: str) -> Uses | None:
    """Take an unused medium out, with its variants. Returns where it is used; if it is, it stays. None: no such one.

    Locked first: who names it meanwhile waits, and finds it gone or keeps it here. Its octets stay in the store,
    where they may be another's, too.
    """
    query = select(media.c.id).where(media.c.workspace_id == workspace_id, media.c.id == media_id).with_for_update()
    if (await connection.execute(query)).first() is None:
        return None
    found = await uses(connection, workspace_id, media_id)
    if not found.is_used:
        # An album of a draft that no longer has it: nothing else can name it, so that it is in nobody's way.
        of_album = select(album_media.c.album_id).where(album_media.c.media_id == media_id)
        await connection.execute(album_media.delete().where(album_media.c.album_id.in_(of_album)))
        await connection.execute(media_variants.delete().where(media_variants.c.media_id == media_id))
        await connection.execute(media.delete().where(media.c.id == media_id))
    return found
