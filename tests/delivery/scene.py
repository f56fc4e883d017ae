"""A scene for delivery: messages in lanes, turns taken and answers stored by hand, and what became of everyone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Table, select

from heliogram.delivery.claim import Attempt, Taken, Turn, recover, take_turn
from heliogram.delivery.conclude import Result, store_results
from heliogram.delivery.pictures import Pictures
from heliogram.delivery.receipts import store_receipts
from heliogram.delivery.slots import Reservation, Slots
from heliogram.media.plan import all_budgets
from heliogram.media.workshop import Workshop
from heliogram.model.album import Shown
from heliogram.model.event import News, ReceiptHeard
from heliogram.model.message import State
from heliogram.model.parcel import Accepted, Outcome
from heliogram.model.queue import Lane
from heliogram.storage import campaigns, lanes, media, senders
from heliogram.storage.blobs import Blobs, open_blobs
from heliogram.storage.engine import Store
from heliogram.storage.tables.delivery import attempts, message_states, outcomes, ready, receipts
from heliogram.storage.tables.media import links
from tests.media.films import film
from tests.world import GROUP, MMSC, SMSC, WORKSPACE, World

LANE = "g-offers"
ME = "me"
SERVER_URL = "https://heliogram.test"
ADA, BO, CY, DEE, EVE = (f"+1312555000{n}" for n in range(5))
LONDON = "+447700900001"


def accepted(attempt: Attempt) -> Outcome:
    """Taken whole: ids named after the attempt."""
    parts = range(max(1, len(attempt.draft.parts)))
    return Accepted(carrier_ids=tuple(f"{attempt.draft.message.id}.{attempt.n}/{part}" for part in parts))


def receipt(carrier_id: str, news: News = News.DELIVERED, *, about: str = "", code: str = "") -> ReceiptHeard:
    return ReceiptHeard(carrier_id=carrier_id, news=news, about_e164=about, code=code)


@dataclass(slots=True)
class Scene:
    """`slots` are the windows of the accounts that can be used now."""

    world: World
    blobs: Blobs = field(default_factory=lambda: open_blobs(None))
    workshop: Workshop = field(default_factory=Workshop)
    slots: dict[str, Slots] = field(default_factory=lambda: {SMSC: Slots(50), MMSC: Slots(50)})
    pictures: Pictures = field(init=False)

    def __post_init__(self) -> None:
        self.pictures = Pictures(store=self.store, blobs=self.blobs, workshop=self.workshop, now=self.world.clock.now)

    @property
    def store(self) -> Store:
        return self.world.store

    # ── setting ──

    async def add_lane(self, lane_id: str = LANE, *, priority: int = 0, campaign_id: str | None = None) -> None:
        async with self.store.write() as connection:
            await lanes.add_lane(
                connection,
                id=lane_id,
                workspace_id=WORKSPACE,
                group_id=GROUP,
                campaign_id=campaign_id,
                priority=priority,
            )

    async def queue(self, *phones: str, lane_id: str = LANE, **changes: Any) -> list[str]:
        """Queue a message to each of these numbers, who are people in the United States unless made before."""
        await self.world.add_people([phone for phone in phones if phone not in self.world.people])
        row: dict[str, Any] = {"group_id": GROUP, "purpose": "marketing", "priority": 0, "content": "text"}
        row |= {"body": "Hello", "now": self.world.clock.now()} | changes
        people = [self.world.person(phone, id=self.world.people[phone]) for phone in phones]
        rows = [lanes.message_row(person, id=self.world.ids.new_id(), **row) for person in people]
        async with self.store.write() as connection:
            await lanes.add_messages(connection, lane_id, rows)
        return [each["id"] for each in rows]

    async def add_picture(
        self,
        media_id: str = "menu",
        *,
        fits: Callable[[int], bool] = lambda octets: True,
        size: Callable[[int], int] = lambda budget: 0,
        is_film: bool = False,
    ) -> None:
        """A picture with variants made already for the budgets it `fits`; for the others none can be made.

        `size` is how many octets each variant has at least; it is too large for what it does not fit. `is_film`: the
        picture is a GIF that fits as MP4 only.
        """
        came_as, goes_as = ("image/gif", "video/mp4") if is_film else ("image/jpeg", "image/jpeg")
        unfit = [budget.octets + 1 for budget in all_budgets() if not fits(budget.octets)]
        await self.world.add_picture(media_id, await self.blobs.put(b"no picture at all"), content_type=came_as)
        for budget in all_budgets():
            if not fits(budget.octets):
                continue
            least = max(size(budget.octets), *unfit, 0)
            octets = film() if is_film else f"{media_id} in {budget.octets}".encode().ljust(least)
            row: dict[str, Any] = {"media_id": media_id, "budget_octets": budget.octets, "workspace_id": WORKSPACE}
            row |= {"sha256": await self.blobs.put(octets), "content_type": goes_as, "n_octets": len(octets)}
            row |= {"width": 640, "height": 640, "quality": 85, "created_at": self.world.clock.now()}
            async with self.store.write() as connection:
                await media.add_variant(connection, row)
        await self.pictures.prepare(Shown(WORKSPACE, media_id))

    # ── acting ──

    async def take(self, lane_id: str = LANE, *, me: str = ME, reserved: Reservation | None = None) -> Taken:
        """One turn of a lane, committed."""
        reserved = reserved or Reservation(self.slots)
        now = self.world.clock.now()
        async with self.store.write() as connection:
            leased = await lanes.lease(connection, lane_id, me=me, now=now, until=now + timedelta(seconds=10))
            assert leased is not None, f"{lane_id} has another owner"
            groups = await senders.load_groups(connection, WORKSPACE)
            turn = Turn(
                now=now,
                group=groups[leased[0].group_id],
                pictures=self.pictures,
                reserved=reserved,
                link_base_url=SERVER_URL,
                new_token=self.world.ids.new_token,
            )
            return await take_turn(connection, leased[0], turn)

    async def answer(
        self, taken: Taken | Sequence[Attempt], outcome: Outcome | Callable[[Attempt], Outcome] = accepted
    ) -> None:
        """Store the carrier's answer to each attempt and give its slots back."""
        open_attempts = taken.attempts if isinstance(taken, Taken) else taken
        results = [
            Result(attempt=each, outcome=outcome(each) if callable(outcome) else outcome) for each in open_attempts
        ]
        async with self.store.write() as connection:
            groups = await senders.load_groups(connection, WORKSPACE)
            await store_results(connection, results, groups, self.world.clock.now())
        for each in open_attempts:
            self.slots[each.draft.the_route().account_id].give_back(each.draft.n_slots())

    async def hear(self, *heard: ReceiptHeard, account_id: str = SMSC) -> None:
        async with self.store.write() as connection:
            await store_receipts(connection, account_id, WORKSPACE, heard, self.world.clock.now())

    async def crash(self, lane_id: str = LANE, *, but: Sequence[str] = ()) -> list[tuple[str, int]]:
        """What a new owner of the lane does first."""
        async with self.store.write() as connection:
            lane = await self._lane(connection, lane_id)
            return await recover(connection, lane, self.world.clock.now(), but=but)

    async def _lane(self, connection: Any, lane_id: str) -> Lane:
        now = self.world.clock.now()
        leased = await lanes.lease(connection, lane_id, me=ME, now=now, until=now + timedelta(seconds=10))
        assert leased is not None
        return leased[0]

    # ── judging ──

    async def states(self) -> dict[str, State]:
        """Message id → where it is; those still in line are absent."""
        return {row["message_id"]: State(row["state"]) for row in await self.rows(message_states)}

    async def reasons(self) -> dict[str, tuple[State, str]]:
        return {row["message_id"]: (State(row["state"]), row["reason"]) for row in await self.rows(message_states)}

    async def attempts(self) -> Sequence[Mapping[str, Any]]:
        return await self.rows(attempts)

    async def ready(self) -> dict[str, Mapping[str, Any]]:
        return {row["message_id"]: row for row in await self.rows(ready)}

    async def outcomes(self) -> Sequence[Mapping[str, Any]]:
        return await self.rows(outcomes)

    async def receipts(self) -> Sequence[Mapping[str, Any]]:
        return await self.rows(receipts)

    async def links(self) -> Sequence[Mapping[str, Any]]:
        return await self.rows(links)

    async def rows(self, table: Table) -> Sequence[Mapping[str, Any]]:
        """Every row, in the order of its key."""
        async with self.store.read() as connection:
            found = await connection.execute(select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    async def counts(self, campaign_id: str = "campaign") -> dict[tuple[str, str], int]:
        """(kind, key) → n, without the counters at nought."""
        async with self.store.read() as connection:
            found = (await campaigns.counts(connection, [campaign_id]))[campaign_id]
        return {key: n for key, n in found.items() if n}


def numbers_in(taken: Taken) -> list[str]:
    """Whom a turn's attempts are for, in their order."""
    return [attempt.draft.message.phone_e164 for attempt in taken.attempts]


Found = TypeVar("Found")
POLL_S = 0.005


async def until(ask: Callable[[], Awaitable[Found]], *, within_s: float = 30) -> Found:
    """Ask again until there is an answer: a condition, not a pause."""
    async with asyncio.timeout(within_s):
        while True:
            if answer := await ask():
                return answer
            await asyncio.sleep(POLL_S)
