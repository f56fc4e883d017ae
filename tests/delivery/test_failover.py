"""A sender with two accounts: traffic goes by the second while the first is down, and nobody is written to by both.

What decides is in `delivery.shift`, `routing.standby` and `delivery.retry`; here they are at work together.
"""

import asyncio

import pytest

from heliogram.carriers.protocol import Link
from heliogram.delivery.accounts import Account
from heliogram.delivery.claim import Taken, Turn, take_turn
from heliogram.delivery.pictures import Pictures
from heliogram.delivery.shift import DOWN, LIMITS, REFUSING
from heliogram.delivery.slots import Reservation, Slots
from heliogram.delivery.worker import Worker
from heliogram.model.message import State
from heliogram.model.parcel import THROTTLED, Accepted, Refused, Unknown
from heliogram.routing.standby import NOT_JUST_NOW
from heliogram.storage import lanes, senders
from tests.delivery.carrier import CounterCarrier
from tests.delivery.scene import ADA, BO, CY, LANE, ME, SERVER_URL, Scene, numbers_in, until
from tests.delivery.working import until_all
from tests.world import NOON, SMSC, WORKSPACE

SECOND = "second"
FULL = Refused(code="20", reason="the queue is full", permanent=False)


async def _with_second(scene: Scene) -> None:
    """A second account for texts, which stands in for the first."""
    await scene.world.add_account(SECOND, "smpp")
    async with scene.store.write() as connection:
        await senders.set_failover(connection, WORKSPACE, "us", {"sms": [SECOND], "mms": []})
    scene.slots[SECOND] = Slots(50)


async def _take(scene: Scene, **away: str) -> Taken:
    """One turn while traffic has left these accounts."""
    now = scene.world.clock.now()
    async with scene.store.write() as connection:
        leased = await lanes.lease(connection, LANE, me=ME, now=now, until=now)
        assert leased is not None
        groups = await senders.load_groups(connection, WORKSPACE)
        turn = Turn(
            now=now,
            group=groups[leased[0].group_id],
            pictures=scene.pictures,
            reserved=Reservation(scene.slots),
            link_base_url=SERVER_URL,
            new_token=scene.world.ids.new_token,
            away=away,
        )
        return await take_turn(connection, leased[0], turn)


async def _by(scene: Scene) -> list[tuple[str, str | None, str | None]]:
    return [(row["account_id"], row["instead_of"], row["instead_why"]) for row in await scene.attempts()]


async def test_messages_go_by_the_second_account_while_traffic_has_left_the_first_and_say_so(scene: Scene) -> None:
    await _with_second(scene)
    await scene.queue(ADA)
    await scene.answer(await _take(scene))
    await scene.queue(BO)
    await scene.answer(await _take(scene, **{SMSC: DOWN}))
    await scene.queue(CY)
    await scene.answer(await _take(scene))
    assert await _by(scene) == [(SMSC, None, None), (SECOND, SMSC, DOWN), (SMSC, None, None)]


async def test_those_who_wait_for_the_first_account_are_taken_along(scene: Scene) -> None:
    await _with_second(scene)
    await scene.add_picture()
    await scene.queue(ADA, BO)
    await scene.queue(CY, content="mms", media_id="menu")
    del scene.slots[SMSC]
    assert numbers_in(await scene.take()) == [CY]
    assert [row["waits_for"] for row in (await scene.ready()).values()] == [SMSC, SMSC]
    taken = await _take(scene, **{SMSC: DOWN})
    assert (numbers_in(taken), await scene.ready()) == ([ADA, BO], {})
    assert (await _by(scene))[:2] == [(SECOND, SMSC, DOWN)] * 2


async def test_without_anybody_standing_in_they_wait_and_no_turn_is_taken_for_nothing(scene: Scene) -> None:
    await scene.add_picture()
    await scene.queue(ADA)
    await scene.queue(BO, content="mms", media_id="menu")
    del scene.slots[SMSC]
    await _take(scene, **{SMSC: DOWN})
    before = await scene.ready()
    taken = await _take(scene, **{SMSC: DOWN})
    assert (list(taken.attempts), taken.n_moved, await scene.ready()) == ([], 0, before)


async def test_a_message_that_one_account_cannot_take_just_then_goes_by_the_other_at_once(scene: Scene) -> None:
    await _with_second(scene)
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take(), FULL)
    assert (await scene.ready())[message_id]["avoids"] == SMSC
    await scene.answer(await scene.take())
    assert await _by(scene) == [(SMSC, None, None), (SECOND, SMSC, NOT_JUST_NOW)]
    assert await scene.states() == {message_id: State.SENT}


async def test_between_two_that_cannot_take_it_a_message_goes_to_and_fro_with_the_waits_of_the_table(
    scene: Scene,
) -> None:
    await _with_second(scene)
    (message_id,) = await scene.queue(ADA)
    for wait_s in (0, 30, 120, 600):
        await scene.answer(await scene.take(), FULL)
        scene.world.clock.move(seconds=wait_s)
    await scene.answer(await scene.take(), FULL)
    assert [account for account, _of, _why in await _by(scene)] == [SMSC, SECOND, SMSC, SECOND, SMSC]
    assert await scene.states() == {message_id: State.FAILED}


@pytest.mark.parametrize("outcome", [Unknown(reason="no_answer"), Refused(code=THROTTLED, reason="x", permanent=False)])
async def test_what_may_have_left_and_what_was_too_fast_goes_by_no_other_account(
    scene: Scene, outcome: Unknown | Refused
) -> None:
    await _with_second(scene)
    await scene.queue(ADA)
    await scene.answer(await scene.take(), outcome)
    scene.world.clock.move(seconds=3_600)
    taken = await scene.take()
    assert [each.draft.the_route().account_id for each in taken.attempts] == (
        [] if isinstance(outcome, Unknown) else [SMSC]
    )


async def test_an_attempt_that_a_crash_left_in_doubt_is_not_repeated_by_the_other_account(scene: Scene) -> None:
    await _with_second(scene)
    (message_id,) = await scene.queue(ADA)
    await scene.take()
    await scene.crash()
    assert list((await _take(scene, **{SMSC: DOWN})).attempts) == []
    assert await scene.states() == {message_id: State.UNKNOWN}


# ── what an account shows ──


def _account(carrier: CounterCarrier, account_id: str = SMSC) -> Account:
    return Account(account_id, WORKSPACE, account_id.upper(), "counter", carrier, Slots(carrier.window))


def test_silence_and_not_now_speak_against_an_account_and_a_word_on_the_message_does_not() -> None:
    lasting = Refused(code="x", reason="x", permanent=True)
    for outcome, why in (
        (Unknown(reason="x"), REFUSING),
        (FULL, REFUSING),
        (lasting, ""),
        (Accepted(carrier_ids=("c",)), ""),
    ):
        account = _account(CounterCarrier())
        for _ in range(LIMITS.n_least):
            account.answered(outcome)
        account.look(NOON)
        assert account.shift.why == why
        account.look(NOON)
        assert sum(each.n for each in account.shift.answers) == (0 if why else LIMITS.n_least)


def test_an_account_that_somebody_paused_keeps_its_messages() -> None:
    account = _account(CounterCarrier(link=Link.DOWN))
    account.is_paused = True
    for after in (NOON, NOON + LIMITS.down):
        account.look(after)
    assert account.shift.why == ""
    account.is_paused = False
    for after in (NOON + LIMITS.down, NOON + 2 * LIMITS.down):
        account.look(after)
    assert account.shift.why == DOWN


async def test_a_worker_moves_the_traffic_when_a_line_stays_down_and_everybody_gets_one(scene: Scene) -> None:
    await _with_second(scene)
    first, second = CounterCarrier(link=Link.DOWN), CounterCarrier()
    accounts = {SMSC: _account(first), SECOND: _account(second, SECOND)}
    now = scene.world.clock.now
    worker = Worker(
        store=scene.store,
        accounts=accounts,
        pictures=Pictures(store=scene.store, blobs=scene.blobs, workshop=scene.workshop, now=now),
        now=now,
        new_token=scene.world.ids.new_token,
        link_base_url=SERVER_URL,
        me="one",
    )
    await scene.queue(ADA, BO, CY)
    task = asyncio.create_task(worker.run())

    async def is_seen() -> bool:
        return accounts[SMSC].shift.down_since is not None

    await until(is_seen)
    assert second.handed == []
    scene.world.clock.move(seconds=LIMITS.down.total_seconds())
    await until_all(scene, State.SENT, n=3)
    task.cancel()
    await asyncio.wait([task])
    assert (sorted(second.numbers()), first.handed) == ([ADA, BO, CY], [])
