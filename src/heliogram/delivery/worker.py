"""Works the lanes: leases them, takes their turns, hands parcels to carriers, stores the answers.

One task a lane, so that a slow one holds up no other; one task stores the answers of all of them in batches.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.delivery.accounts import Account
from heliogram.delivery.claim import Attempt, Turn, recover, take_turn
from heliogram.delivery.conclude import Result, store_results
from heliogram.delivery.parcels import parcel_of
from heliogram.delivery.pictures import Pictures, PicturesNeeded
from heliogram.delivery.receipts import resolve_doubt
from heliogram.model.group import Group
from heliogram.model.parcel import Unknown
from heliogram.model.queue import Lane, LaneState
from heliogram.storage import deliveries, lanes, senders
from heliogram.storage.engine import Store

log = structlog.get_logger()

LEASE_S = 10.0
"""How long a lane stays with an owner that says nothing: the longest a crash stops it."""
IDLE_S = 0.25
"""How often an idle process looks for work that nobody told it of."""
WINDOW_WAIT_S = 0.05
N_CLAIMED = 250
N_CANCELED = 2_000
GROUPS_AGE_S = 0.5
"""How old the senders, approvals and switches may be that a turn decides by. Consent is read fresh every time."""


@dataclass(slots=True)
class Worker:
    """The delivery of one process. `me` names it in leases; `wake` is set when there may be new work."""

    store: Store
    accounts: Mapping[str, Account]
    pictures: Pictures
    now: Callable[[], datetime]
    new_token: Callable[[], str]
    link_base_url: str
    me: str
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _lanes: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _results: asyncio.Queue[Result] = field(default_factory=asyncio.Queue)
    _handing: set[asyncio.Task[None]] = field(default_factory=set)
    _groups: dict[str, tuple[float, dict[str, Group]]] = field(default_factory=dict)

    async def run(self) -> None:
        """Work until cancelled; then give the lanes back, so that the next process need not wait for the leases."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._store_results(), name="store outcomes")
                await self._find_lanes(tasks)
        finally:
            async with self.store.write() as connection:
                await lanes.release(connection, self.me)

    async def _find_lanes(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self.wake.clear()
            async with self.store.read() as connection:
                found = await lanes.with_work(connection, self.now(), self.me)
            for lane_id in found:
                if lane_id not in self._lanes:
                    task = tasks.create_task(self._work_lane(lane_id), name=f"lane {lane_id}")
                    self._lanes[lane_id] = task
                    task.add_done_callback(lambda _done, lane_id=lane_id: self._lanes.pop(lane_id, None))
            await wait_for(self.wake, IDLE_S)

    async def _work_lane(self, lane_id: str) -> None:
        """Take turns until the lane has nothing left to do now."""
        while True:
            try:
                if await self._turn(lane_id):
                    continue
            except PicturesNeeded as needed:
                for workspace_id, media_id in needed.wanted:
                    await self.pictures.prepare(workspace_id, media_id)
                continue
            except Exception:
                # The loop must outlive one bad batch: nothing was committed, the lane is tried again.
                log.exception("lane turn failed", lane=lane_id)
                await asyncio.sleep(1)
            return

    async def _turn(self, lane_id: str) -> bool:
        """One turn. True when the lane should have another at once."""
        usable = {account.id: account.slots for account in self.accounts.values() if account.is_usable()}
        for slots in usable.values():
            slots.changed.clear()
        now = self.now()
        async with self.store.write() as connection:
            leased = await lanes.lease(connection, lane_id, me=self.me, now=now, until=now + timedelta(seconds=LEASE_S))
            if leased is None:
                return False
            lane, is_new = leased
            if is_new:
                await self._recover(connection, lane, now)
            if lane.state is LaneState.PAUSED:
                return False
            turn = Turn(
                now=now,
                groups=await self._groups_of(connection, lane.workspace_id),
                pictures=self.pictures,
                slots=usable,
                link_base_url=self.link_base_url,
                new_token=self.new_token,
                limit=N_CANCELED if lane.state is LaneState.CANCELED else N_CLAIMED,
            )
            attempts, n_moved = await take_turn(connection, lane, turn)
        for attempt in attempts:
            self._hand_over(attempt)
        if n_moved:
            return True
        return await self._wait_for_window(lane_id, usable)

    async def _wait_for_window(self, lane_id: str, usable: Mapping[str, object]) -> bool:
        """Nothing moved: either the lane is empty, or every message waits for a carrier."""
        async with self.store.read() as connection:
            if lane_id not in await lanes.with_work(connection, self.now(), self.me):
                return False
        changed = [asyncio.create_task(self.accounts[each].slots.changed.wait()) for each in usable]
        timeout = WINDOW_WAIT_S if changed else IDLE_S
        if not changed:
            await asyncio.sleep(timeout)
            return True
        _done, pending = await asyncio.wait(changed, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        return True

    async def _recover(self, connection: AsyncConnection, lane: Lane, now: datetime) -> None:
        doubtful = await recover(connection, lane, now)
        if not doubtful:
            return
        log.warning("attempts without an answer", lane=lane.id, n=len(doubtful))
        about = await deliveries.numbers_of(connection, [message_id for message_id, _n in doubtful])
        for account_id, phones in about.items():
            await resolve_doubt(connection, account_id, lane.workspace_id, phones, now)

    async def _groups_of(self, connection: AsyncConnection, workspace_id: str) -> dict[str, Group]:
        loop_time = asyncio.get_running_loop().time()
        read_at, groups = self._groups.get(workspace_id, (0.0, {}))
        if not groups or loop_time - read_at > GROUPS_AGE_S:
            groups = await senders.load_groups(connection, workspace_id)
            self._groups[workspace_id] = (loop_time, groups)
        return groups

    def _hand_over(self, attempt: Attempt) -> None:
        task = asyncio.create_task(self._send(attempt))
        self._handing.add(task)
        task.add_done_callback(self._handing.discard)

    async def _send(self, attempt: Attempt) -> None:
        account = self.accounts[attempt.draft.the_route().account_id]
        try:
            outcome = await account.carrier.send(parcel_of(attempt))
        except Exception as bug:
            # A carrier never raises for what the other side does, so this is ours: the message is in doubt, not lost.
            log.exception("carrier failed", account=account.name, message=attempt.draft.message.id)
            outcome = Unknown(reason=f"internal error: {type(bug).__name__}")
        self._results.put_nowait(Result(attempt=attempt, outcome=outcome))

    async def _store_results(self) -> None:
        """Store answers in batches: whatever came in while the last batch was being stored."""
        while True:
            results = [await self._results.get()]
            while not self._results.empty() and len(results) < N_CANCELED:
                results.append(self._results.get_nowait())
            await self._store_batch(results)
            for result in results:
                draft = result.attempt.draft
                self.accounts[draft.the_route().account_id].slots.give_back(draft.n_slots())

    async def _store_batch(self, results: list[Result]) -> None:
        while True:
            try:
                async with self.store.write() as connection:
                    groups: dict[str, Group] = {}
                    for workspace_id in {each.attempt.draft.message.workspace_id for each in results}:
                        groups |= await self._groups_of(connection, workspace_id)
                    await store_results(connection, results, groups, self.now())
                return
            except Exception:
                # The answers are in memory only: keep trying while the database is away, take on nothing new.
                log.exception("outcomes not stored, trying again", n=len(results))
                await asyncio.sleep(1)


async def wait_for(event: asyncio.Event, timeout_s: float) -> None:
    """Wait until the event is set or the time is over, whichever is first."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
