"""Watches what moves: which carriers are up since when, how fast campaigns go, and who wants to hear of it.

One loop for all listeners: the database is asked twice a second however many tabs are open, and not at all for none.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from heliogram.api.account_view import Seen, account_shape, queue_of
from heliogram.api.campaign_view import campaign_shapes
from heliogram.api.schema.campaigns import CampaignShape
from heliogram.api.schema.shape import Shape
from heliogram.api.standing_in import away_of
from heliogram.app import App
from heliogram.carriers.protocol import Link
from heliogram.storage import campaigns

log = structlog.get_logger()

TICK_S: Final = 0.4
FOLLOWED_FOR: Final = timedelta(minutes=5)
"""How long a finished campaign is still watched: receipts go on coming."""
RATE_OVER_S: Final = 3.0
N_WAITING: Final = 500
"""Events a listener may be behind before it is cut off; it reconnects and gets fresh snapshots."""

Event = tuple[str, str]
"""(topic, JSON)."""


@dataclass(slots=True, eq=False)
class Listener:
    workspace_id: str
    events: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(N_WAITING))
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    """What it heard last of each thing: the same is not told twice, and a newcomer is told everything."""


@dataclass(slots=True)
class _Pace:
    """How many of a campaign were handed over, at moments of the last seconds."""

    seen: list[tuple[datetime, int]] = field(default_factory=list)

    def add(self, now: datetime, n: int) -> None:
        self.seen = [each for each in self.seen if (now - each[0]).total_seconds() <= RATE_OVER_S]
        self.seen.append((now, n))

    def per_s(self) -> float:
        (first, before), (last, after) = self.seen[0], self.seen[-1]
        seconds = (last - first).total_seconds()
        return max(0.0, (after - before) / seconds) if seconds > 0 else 0.0


class Watch:
    """`run` watches; the rest reads what it saw."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._links: dict[str, tuple[Link, datetime]] = {}
        self._troubles: dict[str, tuple[str, datetime]] = {}
        self._paces: dict[str, _Pace] = {}
        self._listeners: set[Listener] = set()
        self._is_closed = False

    def since(self, account_id: str) -> datetime | None:
        """Since when the account's link is what it is now."""
        found = self._links.get(account_id)
        return found[1] if found else None

    def seen(self, account_id: str) -> Seen:
        """What was seen of an account since this process began."""
        trouble, at = self._troubles.get(account_id, (None, None))
        return Seen(since=self.since(account_id), trouble=trouble, trouble_at=at)

    def rate(self, campaign_id: str) -> float:
        """Messages a second handed over in the last seconds."""
        pace = self._paces.get(campaign_id)
        return round(pace.per_s(), 1) if pace and pace.seen else 0.0

    @contextmanager
    def listen(self, workspace_id: str) -> Iterator[Listener]:
        """Hear of everything there is, then of everything that changes. `None` ends it."""
        listener = Listener(workspace_id)
        self._listeners.add(listener)
        if self._is_closed:
            _end(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every listener, so that a server that stops need not wait for open streams."""
        self._is_closed = True
        for listener in list(self._listeners):
            _end(listener)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                self._look_at_links()
                await self._look_at_campaigns()
            except Exception:
                # What people watch must not end because the database was away for a moment.
                log.exception("could not look, trying again")
            await asyncio.sleep(TICK_S)

    def _look_at_links(self) -> None:
        for account in self._app.accounts.values():
            health = account.health()
            known = self._links.get(account.id)
            if known is None or known[0] is not health.link:
                self._links[account.id] = (health.link, self._app.now())
            if health.link is Link.DOWN:
                self._troubles[account.id] = (health.detail, self._links[account.id][1])

    async def _look_at_campaigns(self) -> None:
        since = self._app.now() - FOLLOWED_FOR
        for workspace_id in {listener.workspace_id for listener in self._listeners}:
            async with self._app.store.read() as connection:
                rows = await campaigns.followed(connection, workspace_id, finished_since=since)
                shapes = await campaign_shapes(connection, self._app, self, workspace_id, rows)
                queue = await queue_of(connection, workspace_id, self._app.now())
                away = await away_of(connection, self._app.accounts, workspace_id, self._app.now())
            self._look_at(shapes)
            for shape in shapes:
                self._tell(workspace_id, "campaign", shape.id, _moved(shape))
            for account in self._app.accounts.values():
                if account.workspace_id == workspace_id:
                    told = account_shape(account, self.seen(account.id), queue, away.get(account.id))
                    self._tell(workspace_id, "account", account.id, told)

    def _look_at(self, shapes: list[CampaignShape]) -> None:
        now = self._app.now()
        for shape in shapes:
            if shape.progress is not None:
                p = shape.progress
                handed_over = p.sent + p.delivered + p.undelivered + p.failed + p.unknown
                self._paces.setdefault(shape.id, _Pace()).add(now, handed_over)
        followed = {shape.id for shape in shapes}
        for gone in self._paces.keys() - followed:
            del self._paces[gone]

    def _tell(self, workspace_id: str, topic: str, key: str, shape: Shape) -> None:
        text = shape.model_dump_json(by_alias=True)
        for listener in [each for each in self._listeners if each.workspace_id == workspace_id]:
            if listener.told.get((topic, key)) == text:
                continue
            listener.told[topic, key] = text
            try:
                listener.events.put_nowait((topic, text))
            except asyncio.QueueFull:
                _end(listener)
                self._listeners.discard(listener)


class _Moved(Shape):
    """A campaign's state and numbers, without its text."""

    id: str
    state: str
    progress: Any


def _moved(shape: CampaignShape) -> _Moved:
    return _Moved(id=shape.id, state=shape.state.value, progress=shape.progress)


def _end(listener: Listener) -> None:
    while not listener.events.empty():
        listener.events.get_nowait()
    listener.events.put_nowait(None)
