"""The worker when the database fails at the worst moment, and when lanes change hands: nobody is written to twice."""

import asyncio
from typing import Any

import pytest

from heliogram.model.message import State
from heliogram.storage import lanes
from heliogram.storage.tables.delivery import attempts, outcomes
from heliogram.storage.tables.delivery import lanes as lane_rows
from tests.delivery.carrier import (
    CounterCarrier,
    accept,
    in_turn,
    never,
    throttle,
)
from tests.delivery.faulty import FaultyStore, Trap
from tests.delivery.scene import ADA, BO, CY, LANE, Scene, receipt, until
from tests.delivery.working import until_all, until_handed, working
from tests.world import phones_of

S = State


async def _owner(scene: Scene, lane_id: str = LANE) -> str | None:
    rows: dict[str, Any] = {row["id"]: row for row in await scene.rows(lane_rows)}
    return rows[lane_id]["owner"]


# ── when the database fails ──


async def test_a_turn_whose_commit_fails_hands_nothing_over_and_is_taken_again(scene: Scene) -> None:
    carrier, store = CounterCarrier(), FaultyStore.of(scene.store)
    store.trap = Trap(attempts, is_committed=False)
    await scene.queue(ADA, BO)
    async with working(scene, carrier, store=store):
        await until(store.has_failed)
        assert (carrier.handed, await scene.attempts()) == ([], [])
        await until_all(scene, S.SENT, n=2)
    assert carrier.numbers() == [ADA, BO]
    assert {row["n"] for row in await scene.attempts()} == {1}


async def test_a_turn_whose_commit_is_not_heard_of_is_in_doubt_and_not_repeated(scene: Scene) -> None:
    carrier, store = CounterCarrier(), FaultyStore.of(scene.store)
    store.trap = Trap(attempts, is_committed=True)
    doubtful = await scene.queue(ADA, BO)
    async with working(scene, carrier, store=store) as worker:
        await until(store.has_failed)
        (later,) = await scene.queue(CY)
        worker.wake.set()
        found = await until_all(scene, S.SENT, S.UNKNOWN, n=3)
        assert {account.slots.taken for account in worker.accounts.values()} == {0}
    assert carrier.numbers() == [CY]
    assert found == {**dict.fromkeys(doubtful, S.UNKNOWN), later: S.SENT}


@pytest.mark.parametrize("is_committed", [False, True], ids=["and not stored", "although stored"])
async def test_answers_whose_commit_fails_are_stored_once_and_delivery_goes_on(
    scene: Scene, is_committed: bool
) -> None:
    carrier = CounterCarrier(window=4, answering=in_turn(accept, throttle, accept))
    store = FaultyStore.of(scene.store)
    store.trap = Trap(outcomes, is_committed=is_committed)
    await scene.queue(*phones_of(9))
    async with working(scene, carrier, store=store) as worker:
        await until(store.has_failed)
        await until_all(scene, S.SENT, S.RETRYING, n=9)
        scene.world.clock.move(seconds=2)
        await until_all(scene, S.SENT, n=9)
        assert {account.slots.taken for account in worker.accounts.values()} == {0}
    assert sorted(carrier.numbers()) == sorted([*phones_of(9), phones_of(9)[1]])
    assert len(await scene.outcomes()) == len(await scene.attempts()) == 10


# ── owners that come and go ──


async def test_a_worker_that_stops_waits_for_answers_and_gives_its_lanes_back(small_scene: Scene) -> None:
    carrier = CounterCarrier()
    carrier.answering = carrier.answer_late
    await small_scene.queue(ADA, BO)
    async with working(small_scene, carrier):
        await until_handed(carrier, 2)
        assert await _owner(small_scene) == "one"
        asyncio.get_running_loop().call_later(0.05, carrier.let_go)
    assert set((await small_scene.states()).values()) == {S.SENT}
    assert await _owner(small_scene) is None


async def test_answers_that_were_being_stored_when_the_worker_was_stopped_do_not_keep_it(small_scene: Scene) -> None:
    """The commit went through although the task that waited for it was cancelled."""
    carrier, store = CounterCarrier(), FaultyStore.of(small_scene.store)
    store.trap = Trap(outcomes, is_committed=True)
    await small_scene.queue(ADA, BO)
    async with working(small_scene, carrier, store=store):
        await until(store.has_failed)
    assert set((await small_scene.states()).values()) == {S.SENT}
    assert await _owner(small_scene) is None
    assert len(await small_scene.outcomes()) == 2


async def test_what_a_stopped_worker_leaves_without_an_answer_is_unknown_to_the_next(small_scene: Scene) -> None:
    silent, carrier = CounterCarrier(answering=never), CounterCarrier()
    (left,) = await small_scene.queue(ADA)
    async with working(small_scene, silent):
        await until_handed(silent, 1)
    assert await small_scene.states() == {left: S.SENDING}
    (later,) = await small_scene.queue(BO)
    async with working(small_scene, carrier, me="two"):
        found = await until_all(small_scene, S.SENT, S.UNKNOWN, n=2)
    assert found == {left: S.UNKNOWN, later: S.SENT}
    assert carrier.numbers() == [BO]


async def test_a_receipt_from_before_the_restart_tells_the_next_worker_what_became_of_it(small_scene: Scene) -> None:
    (message_id,) = await small_scene.queue(ADA)
    await small_scene.take(me="a process that died")
    await small_scene.hear(receipt("c1", about=ADA))
    small_scene.world.clock.move(seconds=11)
    carrier = CounterCarrier()
    async with working(small_scene, carrier):
        await until_all(small_scene, S.DELIVERED, n=1)
    assert carrier.handed == []
    assert [row["message_id"] for row in await small_scene.receipts()] == [message_id]


async def test_a_lane_whose_lease_ran_out_goes_to_another_worker_and_nobody_gets_it_twice(small_scene: Scene) -> None:
    slow, quick = CounterCarrier(window=4), CounterCarrier(window=4)
    slow.answering = slow.answer_late
    await small_scene.queue(*phones_of(8))

    async def is_taken_over() -> bool:
        small_scene.world.clock.move(seconds=11)
        return len(quick.handed) > 0

    async with working(small_scene, slow, me="one"):
        await until_handed(slow, 3)
        async with working(small_scene, quick, me="two"):
            await until(is_taken_over)
            slow.let_go()
            await until_all(small_scene, S.SENT, n=8)
    assert sorted(slow.numbers() + quick.numbers()) == phones_of(8)
    assert {row["n"] for row in await small_scene.attempts()} == {1}


async def test_a_lane_of_a_living_worker_stays_its_own(small_scene: Scene) -> None:
    slow, idle = CounterCarrier(window=4), CounterCarrier()
    slow.answering = slow.answer_late
    await small_scene.queue(*phones_of(8))
    await small_scene.add_lane("free")
    async with working(small_scene, slow, me="one"):
        await until_handed(slow, 3)
        async with working(small_scene, idle, me="two"):
            async with small_scene.store.read() as connection:
                assert await lanes.with_work(connection, small_scene.world.clock.now(), "two") == []
            assert await _owner(small_scene) == "one"
            slow.let_go()
            await until_all(small_scene, S.SENT, n=8)
    assert idle.handed == []
    assert slow.numbers() == phones_of(8)
