"""Expands a launched campaign: a page of people into queued messages and the checkpoint, in one transaction.

A crash therefore repeats nobody and skips nobody. Expansion stays a bounded way ahead of delivery, so that
pause and cancel stay cheap.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.compose.fallback import compile_fallback
from heliogram.compose.liquid import Template, compile_text
from heliogram.compose.person import fallback_for, render_for
from heliogram.model.campaign import Audience, AudienceKind, CampaignState
from heliogram.model.message import Content, State
from heliogram.storage import campaigns, lanes, people
from heliogram.storage.engine import Store

log = structlog.get_logger()

N_PAGE = 1_000
N_AHEAD = 20_000
"""How many messages may wait in a lane before expansion pauses."""
BULK_PRIORITY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What a campaign says; `fallback` is what it says with a link, where the author wrote that apart."""

    body: Template
    fallback: Template | None = None


def compile_texts(body: str, fallback_body: str) -> Texts:
    """The texts of a campaign, ready to be rendered."""
    return Texts(body=compile_text(body), fallback=compile_fallback(fallback_body))


async def expand_page(
    connection: AsyncConnection,
    campaign_id: str,
    workspace_id: str,
    *,
    purpose: str,
    templates: Mapping[str, Texts],
    new_id: Callable[[], str],
    now: datetime,
) -> int:
    """Queue the next page of a campaign's people. Returns how many; 0 when there is nothing to expand now.

    The campaign's row is locked, so two processes cannot expand the same page.
    """
    campaign = await campaigns.one(connection, workspace_id, campaign_id, lock=True)
    if campaign is None or campaign["state"] != CampaignState.SENDING.value or campaign["is_expanded"]:
        return 0
    lane_id = lanes.campaign_lane_of(campaign_id)
    if await lanes.n_waiting(connection, lane_id) >= N_AHEAD:
        return 0
    page = await people.audience_page(
        connection,
        workspace_id,
        campaign["group_id"],
        audience_of(campaign),
        after=campaign["expanded_to"],
        limit=N_PAGE,
    )
    texts = templates[campaign_id]
    rows = [_message_row(campaign, contact, purpose, texts, new_id(), now) for contact in page]
    if rows:
        await lanes.add_messages(connection, lane_id, rows)
        queued: Counter[campaigns.Count] = Counter()
        queued[campaign_id, workspace_id, "state", State.QUEUED.value] = len(rows)
        await campaigns.add_counts(connection, queued)
    await campaigns.move_checkpoint(
        connection,
        campaign_id,
        expanded_to=page[-1]["id"] if page else campaign["expanded_to"],
        is_expanded=len(page) < N_PAGE,
    )
    return len(rows)


def audience_of(campaign: Any) -> Audience:
    return Audience(kind=AudienceKind(campaign["audience_kind"]), list_id=campaign["list_id"])


def _message_row(
    campaign: Any, contact: Any, purpose: str, texts: Texts, message_id: str, now: datetime
) -> dict[str, Any]:
    return lanes.message_row(
        contact,
        id=message_id,
        group_id=campaign["group_id"],
        purpose=purpose,
        priority=BULK_PRIORITY,
        content=campaign["content"],
        body=render_for(texts.body, contact),
        fallback_body=fallback_for(texts.fallback, Content(campaign["content"]), contact),
        now=now,
        campaign_id=campaign["id"],
        media_id=campaign["media_id"],
        album_id=campaign["album_id"],
    )


class Expander:
    """Expands every launched campaign, a page at a time, and notices when one is done."""

    def __init__(self, store: Store, *, new_id: Callable[[], str], now: Callable[[], datetime]) -> None:
        self._store = store
        self._new_id = new_id
        self._now = now
        self._templates: dict[str, Texts] = {}

    async def step(self) -> int:
        """Expand one page of each running campaign and finish those with nothing left. Returns messages queued."""
        async with self._store.read() as connection:
            running: Sequence[Any] = await campaigns.with_state(connection, CampaignState.SENDING)
        n = 0
        for campaign in running:
            try:
                n += await self._advance(campaign)
            except Exception:
                # The loop must outlive one campaign's trouble; the others are not to wait for it.
                log.exception("campaign not advanced, trying again", campaign=campaign["id"])
        self._templates = {each["id"]: self._templates[each["id"]] for each in running if each["id"] in self._templates}
        return n

    async def _advance(self, campaign: Any) -> int:
        if not campaign["is_expanded"]:
            return await self._expand(campaign)
        await self._finish(campaign)
        return 0

    async def _expand(self, campaign: Any) -> int:
        if campaign["id"] not in self._templates:
            self._templates[campaign["id"]] = compile_texts(campaign["body"], campaign["fallback_body"])
        async with self._store.write() as connection:
            return await expand_page(
                connection,
                campaign["id"],
                campaign["workspace_id"],
                purpose=await campaigns.purpose_of(connection, campaign["group_id"]),
                templates=self._templates,
                new_id=self._new_id,
                now=self._now(),
            )

    async def _finish(self, campaign: Any) -> None:
        async with self._store.read() as connection:
            if not await lanes.is_drained(connection, campaign["id"]):
                return
        async with self._store.write() as connection:
            await campaigns.finish(connection, campaign["id"], self._now())
