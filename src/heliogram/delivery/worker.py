"""Works the lanes: leases them, takes their turns, hands parcels to carriers, stores the answers.

One task a lane, so that a slow one holds up no other; one task stores the answers of all of them in batches.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.delivery.accounts import Account
from heliogram.delivery.claim import Attempt, Taken, Turn, recover, take_turn
from heliogram.delivery.conclude import Result, not_stored, store_results
from heliogram.delivery.parcels import parcel_of
from heliogram.delivery.pictures import Pictures, PicturesNeeded
from heliogram.delivery.receipts import resolve_doubt
from heliogram.delivery.repeat import may_still_go, repeated
from heliogram.delivery.retry import REPEAT_WAITS_S
from heliogram.delivery.slots import Reservation
from heliogram.model.album import Shown
from heliogram.model.cut import Cut
from heliogram.model.group import Group
from heliogram.model.parcel import Accepted, Outcome, Unknown
from heliogram.model.queue import Lane, LaneState, Queued
from heliogram.storage import deliveries, lanes, senders
from heliogram.storage.blobs import BlobsError
from heliogram.storage.engine import Store

log = structlog.get_logger()

Found = TypeVar("Found")

LEASE_S = 10.0
"""How long a lane stays with an owner that says nothing: the longest a crash stops it."""
IDLE_S = 0.25
"""How often an idle process looks for work that nobody told it of."""
DRAIN_S = 5.0
"""How long a process that is asked to stop waits for the answers to what it has handed over."""
ROOM_WAIT_S = 0.05
"""How long a lane whose carriers have no room waits for some before it looks again: one may have come up."""
STORE_WAIT_S = 1.0
"""How long a lane waits before it asks a picture store that is away again."""
SETTLE_S = 1.0
"""How long a receipt waits for the answers before it. A database that is away is the receipt's own trouble then."""
N_STORED = 2_000
GROUPS_AGE = timedelta(seconds=0.5)
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
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    repeat_waits_s: Sequence[float] = REPEAT_WAITS_S
    _lanes: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _asked_again: set[str] = field(default_factory=set)
    """Lanes that got more work while their task was at it: it may have looked just before."""
    _doubted: set[str] = field(default_factory=set)
    """Lanes with a turn of ours that failed: its commit may have been lost, or only the word of it."""
    _open: dict[str, str] = field(default_factory=dict)
    """The messages whose answers we wait for or have not stored, each with its lane."""
    _results: asyncio.Queue[Result] = field(default_factory=asyncio.Queue)
    _n_came: int = 0
    _n_stored: int = 0
    _stored: asyncio.Event = field(default_factory=asyncio.Event)
    """Answers that came and that are stored, and the word that some more are."""
    _handing: set[asyncio.Task[None]] = field(default_factory=set)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _groups: dict[str, tuple[datetime, dict[str, Group]]] = field(default_factory=dict)

    async def run(self) -> None:
        """Work until cancelled; then give the lanes back, so that the next process need not wait for the leases."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._store_results(), name="store outcomes")
                tasks.create_task(self._keep_leases(), name="keep leases")
                await self._find_lanes(tasks)
        finally:
            self._stopping.set()
            await self._drain()
            async with self.store.write() as connection:
                await lanes.release(connection, self.me)

    async def answers_stored(self) -> None:
        """Wait until the answers that have come by now are stored.

        A receipt that comes behind its answer then finds it, and need not be put by and matched afterwards.
        """
        came = self._n_came
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                while self._n_stored < came:
                    self._stored.clear()
                    await self._stored.wait()

    async def _find_lanes(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self.wake.clear()
            for account in self.accounts.values():
                account.look(self.now())
            none: Sequence[str] = ()
            for lane_id in await _outlive("find lanes", self._with_work, none):
                if lane_id in self._lanes:
                    self._asked_again.add(lane_id)
                    continue
                task = tasks.create_task(self._work_lane(lane_id), name=f"lane {lane_id}")
                self._lanes[lane_id] = task
                task.add_done_callback(partial(self._forget_lane, lane_id))
            await wait_for(self.wake, IDLE_S)

    async def _with_work(self) -> Sequence[str]:
        async with self.store.read() as connection:
            return await lanes.with_work(connection, self.now(), self.me)

    def _forget_lane(self, lane_id: str, _done: object) -> None:
        self._lanes.pop(lane_id, None)
        if lane_id in self._asked_again:
            self._asked_again.discard(lane_id)
            self.wake.set()

    async def _keep_leases(self) -> None:
        """A lane that waits for answers stays ours, whether it has turns to take or not."""
        while True:
            await asyncio.sleep(LEASE_S / 4)
            await _outlive("keep leases", self._renew, None)

    async def _renew(self) -> None:
        waiting = sorted(set(self._open.values()))
        if not waiting:
            return
        async with self.store.write() as connection:
            await lanes.renew(connection, waiting, me=self.me, until=self.now() + timedelta(seconds=LEASE_S))

    async def _work_lane(self, lane_id: str) -> None:
        """Take turns until the lane has nothing left to do now."""
        goes_on = True
        while goes_on:
            try:
                goes_on = await self._turn(lane_id)
            except Exception:
                # The loop must outlive one bad batch: nothing of it was handed over, the lane is tried again.
                log.exception("lane turn failed", lane=lane_id)
                await asyncio.sleep(1)
                return

    async def _turn(self, lane_id: str) -> bool:
        """One turn. True when the lane should have another at once."""
        usable = {account.id: account.slots for account in self.accounts.values() if account.is_usable()}
        reserved = Reservation(usable)
        try:
            async with self.store.write() as connection:
                taken = await self._decide(connection, lane_id, reserved)
        except PicturesNeeded as needed:
            return await self._prepare(needed.wanted)
        except BaseException:
            reserved.undo()
            self._doubted.add(lane_id)
            raise
        for attempt in taken.attempts:
            self._hand_over(attempt)
        has_room = taken.n_moved and reserved.room(taken.accounts, urgent=taken.is_urgent) and not taken.is_full
        if taken.has_more and not has_room:
            await reserved.change(taken.accounts, ROOM_WAIT_S)
        return taken.has_more

    async def _prepare(self, wanted: set[Shown]) -> bool:
        """Have the pictures ready for the turn. False while their store is away: nothing is decided then."""
        try:
            for shown in wanted:
                await self.pictures.prepare(shown)
        except BlobsError as error:
            log.warning("a lane waits for its pictures", why=str(error))
            await asyncio.sleep(STORE_WAIT_S)
            return False
        return True

    async def _decide(self, connection: AsyncConnection, lane_id: str, reserved: Reservation) -> Taken:
        """Lease the lane and take its turn."""
        now = self.now()
        until = now + timedelta(seconds=LEASE_S)
        leased = await lanes.lease(connection, lane_id, me=self.me, now=now, until=until)
        if leased is None:
            return Taken()
        lane, is_new = leased
        if is_new or lane_id in self._doubted:
            await self._recover(connection, lane, now)
            self._doubted.discard(lane_id)
        if lane.state is LaneState.PAUSED:
            return Taken()
        groups = await self._groups_of(connection, lane.workspace_id, lane.group_id)
        turn = Turn(
            now=now,
            group=groups[lane.group_id],
            pictures=self.pictures,
            reserved=reserved,
            link_base_url=self.link_base_url,
            new_token=self.new_token,
            cuts=self.cuts,
            away={account.id: account.shift.why for account in self.accounts.values() if account.shift.why},
        )
        return await take_turn(connection, lane, turn)

    async def _recover(self, connection: AsyncConnection, lane: Lane, now: datetime) -> None:
        doubtful = await recover(connection, lane, now, but=self._open)
        if not doubtful:
            return
        log.warning("attempts without an answer", lane=lane.id, n=len(doubtful))
        about = await deliveries.numbers_of(connection, [message_id for message_id, _n in doubtful])
        for account_id, phones in about.items():
            await resolve_doubt(connection, account_id, lane.workspace_id, phones, now)

    async def _groups_of(self, connection: AsyncConnection, workspace_id: str, group_id: str) -> dict[str, Group]:
        """The workspace's groups, `group_id` among them: a group may be younger than what we remember."""
        now = self.now()
        read_at, groups = self._groups.get(workspace_id, (now, {}))
        if group_id not in groups or now - read_at > GROUPS_AGE:
            groups = await senders.load_groups(connection, workspace_id)
            self._groups[workspace_id] = (now, groups)
        return groups

    def _hand_over(self, attempt: Attempt) -> None:
        message = attempt.draft.message
        self._open[message.id] = message.lane_id
        task = asyncio.create_task(self._send(attempt))
        self._handing.add(task)
        task.add_done_callback(self._handing.discard)

    async def _send(self, attempt: Attempt) -> None:
        account = self.accounts[attempt.draft.the_route().account_id]
        try:
            outcome = await self._answer_to(account, attempt)
        except Exception as bug:
            # A carrier never raises for what the other side does, so this is ours: the message is in doubt, not lost.
            log.exception("carrier failed", account=account.name, message=attempt.draft.message.id)
            outcome = Unknown(reason=f"internal error: {type(bug).__name__}")
        account.answered(outcome)
        if isinstance(outcome, Accepted):
            account.handed_over(self.now())
        self._results.put_nowait(Result(attempt=attempt, outcome=outcome))
        self._n_came += 1

    async def _answer_to(self, account: Account, attempt: Attempt) -> Outcome:
        """Hand over; and where no answer comes, again with the same key to a carrier that knows it by that."""
        parcel = parcel_of(attempt)
        outcome = await account.carrier.send(parcel)
        if not isinstance(outcome, Unknown) or not account.carrier.capabilities.idempotent:
            return outcome
        may_go = partial(self._may_go_again, account, attempt.draft.message)
        return await repeated(account.carrier, parcel, outcome, waits_s=self.repeat_waits_s, may_go=may_go)

    async def _may_go_again(self, account: Account, message: Queued, wait_s: float) -> bool:
        """Wait; then, whether it may still leave: by its lane, its account, and the person's word of this moment."""
        await wait_for(self._stopping, wait_s)
        if self._stopping.is_set() or account.is_paused or account.is_closing:
            return False
        return await may_still_go(self.store, message, self.now())

    async def _store_results(self) -> None:
        """Store answers in batches: whatever came in while the last batch was being stored."""
        while True:
            results = [await self._results.get()]
            while not self._results.empty() and len(results) < N_STORED:
                results.append(self._results.get_nowait())
            try:
                await self._store_batch(results)
            except asyncio.CancelledError:
                for result in results:
                    self._results.put_nowait(result)
                raise

    async def _store_batch(self, results: list[Result], *, is_again: bool = False) -> None:
        """Store answers and give their slots back. `is_again`: an earlier try may have done so without our hearing."""
        while True:
            try:
                async with self.store.write() as connection:
                    new = await not_stored(connection, results) if is_again else results
                    groups: dict[str, Group] = {}
                    for message in [each.attempt.draft.message for each in new]:
                        if message.group_id not in groups:
                            groups |= await self._groups_of(connection, message.workspace_id, message.group_id)
                    await store_results(connection, new, groups, self.now())
            except Exception:
                # The answers are in memory only: keep trying while the database is away, take on nothing new.
                log.exception("outcomes not stored, trying again", n=len(results))
                is_again = True
                await asyncio.sleep(1)
                continue
            for draft in [each.attempt.draft for each in results]:
                self.accounts[draft.the_route().account_id].slots.give_back(draft.n_slots())
                self._open.pop(draft.message.id, None)
            self._n_stored += len(results)
            self._stored.set()
            return

    async def _drain(self) -> None:
        """Store the answers that still come: what is left without one is in doubt for the next process."""
        if self._handing:
            await asyncio.wait(self._handing, timeout=DRAIN_S)
        left = [self._results.get_nowait() for _ in range(self._results.qsize())]
        if left:
            async with asyncio.timeout(DRAIN_S):
                # Those that were being stored when we were told to stop may be stored by now.
                await self._store_batch(left, is_again=True)


async def _outlive(what: str, ask: Callable[[], Awaitable[Found]], otherwise: Found) -> Found:
    """The answer, or `otherwise` while the database is away: the loop that asks must not end with it."""
    try:
        return await ask()
    except Exception:
        log.exception("delivery goes on", what=what)
        return otherwise


async def wait_for(event: asyncio.Event, timeout_s: float) -> None:
    """Wait until the event is set or the time is over, whichever is first."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return
