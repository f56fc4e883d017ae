"""A turn of a lane when it cannot simply go on: carriers without room, pictures not at hand, cancel, and a crash."""

import asyncio
from collections.abc import Iterable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.delivery.claim import N_PICTURES, Attempt
from heliogram.delivery.pictures import N_KEPT, PicturesNeeded
from heliogram.delivery.slots import Reservation, Slots
from heliogram.model.album import Shown
from heliogram.model.consent import Subscription
from heliogram.model.message import State
from heliogram.model.parcel import MEDIA_REFUSED, Refused
from heliogram.model.queue import LaneState
from heliogram.storage import lanes
from heliogram.storage.tables.delivery import ready
from tests.delivery.scene import ADA, BO, CY, DEE, EVE, LONDON, Scene, numbers_in, until
from tests.world import MMSC, SMSC, WORKSPACE, phones_of

CAMPAIGN_LANE = "c-campaign"
BUSY = Refused(code="20", reason="the queue is full", permanent=False)
NO_MMS = Refused(code=MEDIA_REFUSED, reason="no pictures for this number", permanent=True)


async def _campaign(scene: Scene) -> None:
    await scene.world.add_campaign()
    await scene.add_lane(CAMPAIGN_LANE, campaign_id="campaign")


# ── standing aside ──


async def _two_kinds(scene: Scene) -> None:
    """Pictures for Ada and Cy, texts for Bo, Dee and Eve; the carrier of pictures has no room."""
    scene.slots[MMSC] = Slots(1)
    scene.slots[MMSC].take(1)
    await scene.add_picture()
    for phone in (ADA, BO, CY, DEE, EVE):
        picture = {"content": "mms", "media_id": "menu"} if phone in (ADA, CY) else {}
        await scene.queue(phone, **picture)


async def test_messages_pass_those_whose_carrier_has_no_room(scene: Scene) -> None:
    await _two_kinds(scene)
    taken = await scene.take()
    assert numbers_in(taken) == [BO, DEE, EVE]
    assert [row["waits_for"] for row in (await scene.ready()).values()] == [MMSC, MMSC]
    assert sorted((await scene.states()).values()) == [State.QUEUED] * 2 + [State.SENDING] * 3
    assert taken.has_more


async def test_those_that_stood_aside_go_in_their_order_when_there_is_room(scene: Scene) -> None:
    await _two_kinds(scene)
    await scene.take()
    await scene.queue(LONDON, content="mms", media_id="menu", body="a text with a link")
    scene.slots[MMSC] = Slots(1)
    first = await scene.take()
    assert numbers_in(first) == [ADA, LONDON]
    await scene.answer(first)
    assert numbers_in(await scene.take()) == [CY]
    assert await scene.ready() == {}
    assert set((await scene.states()).values()) == {State.SENDING, State.SENT}


async def test_a_carriers_own_messages_keep_their_order(scene: Scene) -> None:
    scene.slots = {SMSC: Slots(4), MMSC: Slots(50)}
    await scene.queue(ADA, body="x" * 300)
    await scene.queue(BO, body="x" * 300)
    await scene.queue(CY)
    order = []
    for _ in range(4):
        taken = await scene.take()
        order += numbers_in(taken)
        await scene.answer(taken)
    assert order == [ADA, BO, CY]


async def test_slots_that_come_back_during_a_turn_belong_to_those_who_stood_aside(scene: Scene) -> None:
    scene.slots = {SMSC: Slots(2), MMSC: Slots(50)}
    scene.slots[SMSC].take(1)
    await scene.queue(*phones_of(6))
    assert numbers_in(await scene.take()) == [] and len(await scene.ready()) == 6
    await scene.queue(LONDON)
    scene.slots[SMSC].give_back(1)

    class OneMoreComesBack(Reservation):
        """An answer of another lane is stored right after this turn has looked how much room there is."""

        def room(self, account_ids: Iterable[str], *, urgent: bool) -> dict[str, int]:
            found = super().room(account_ids, urgent=urgent)
            scene.slots[SMSC].give_back(1)
            return found

    taken = await scene.take(reserved=OneMoreComesBack(scene.slots))
    assert numbers_in(taken) == phones_of(6)[:1]
    scene.slots[SMSC] = Slots(50)
    assert numbers_in(await scene.take()) == [*phones_of(6)[1:], LONDON]


async def test_nobody_stands_aside_whom_nobody_passes(scene: Scene) -> None:
    scene.slots = {SMSC: Slots(4), MMSC: Slots(50)}
    await scene.queue(*phones_of(6))
    taken = await scene.take()
    assert (numbers_in(taken), taken.is_full, taken.has_more) == (phones_of(6)[:3], True, True)
    assert await scene.ready() == {}
    await scene.answer(taken)
    assert numbers_in(await scene.take()) == phones_of(6)[3:]


async def test_a_carrier_that_is_down_keeps_its_messages_and_burns_no_attempt(scene: Scene) -> None:
    await scene.queue(ADA, BO)
    up, scene.slots = scene.slots, {}
    for _ in range(3):
        taken = await scene.take()
        assert (list(taken.attempts), taken.n_moved, taken.has_more) == ([], 0, True)
    scene.slots = up
    assert numbers_in(await scene.take()) == [ADA, BO]
    assert [row["n"] for row in await scene.attempts()] == [1, 1]


async def test_what_needs_no_carrier_is_done_with_while_all_are_down(scene: Scene) -> None:
    await scene.queue(ADA, BO)
    await scene.world.say(Subscription.UNSUBSCRIBED, [ADA, BO])
    scene.slots = {}
    for _ in range(2):
        await scene.take()
    assert set((await scene.reasons()).values()) == {(State.SKIPPED, "opted_out")}


async def test_retries_whose_carrier_is_away_let_the_others_pass_too(scene: Scene) -> None:
    """They come from the ready table without having stood aside; a full turn of them must not close the lane."""
    await scene.add_picture()
    scene.slots = {MMSC: Slots(50), SMSC: Slots(4)}
    await scene.queue(*phones_of(10), content="mms", media_id="menu")
    await scene.answer(await scene.take(), BUSY)
    await scene.queue(LONDON, body="a text")
    scene.world.clock.move(seconds=5)
    scene.slots.pop(MMSC)
    went = [phone for _ in range(8) for phone in numbers_in(await scene.take())]
    assert went == [LONDON]
    scene.slots[MMSC] = Slots(50)
    assert sorted(numbers_in(await scene.take())) == phones_of(10)
    assert await scene.ready() == {}


async def test_who_waits_for_an_account_that_the_group_no_longer_uses_is_decided_anew(scene: Scene) -> None:
    await _two_kinds(scene)
    await scene.take()
    async with scene.store.write() as connection:
        of_pictures = ready.c.waits_for == MMSC
        await connection.execute(ready.update().where(of_pictures).values(waits_for="closed account"))
    scene.slots[MMSC] = Slots(10)
    went = [phone for _ in range(3) for phone in numbers_in(await scene.take())]
    assert sorted(went) == [ADA, CY]


async def test_only_so_many_stand_aside_and_no_one_is_lost(small_scene: Scene) -> None:
    scene = small_scene
    await scene.add_picture()
    scene.slots = {SMSC: Slots(500)}
    pictures = phones_of(1_100)
    await scene.queue(*pictures, content="mms", media_id="menu")
    await scene.queue(LONDON, body="a text behind them all")
    for _ in range(8):
        assert numbers_in(await scene.take()) == []
    assert len(await scene.ready()) == 1_000
    scene.slots[MMSC] = Slots(5_000)
    went: list[str] = []
    for _ in range(8):
        went += numbers_in(await scene.take())
    assert sorted(went) == sorted([*pictures, LONDON])
    assert [phone for phone in went if phone != LONDON] == pictures


# ── pictures ──


async def test_a_turn_without_its_picture_changes_nothing_and_says_which_it_needs(scene: Scene) -> None:
    await scene.world.add_picture("late")
    await scene.queue(ADA, content="mms", media_id="late")
    with pytest.raises(PicturesNeeded) as needed:
        await scene.take()
    assert needed.value.wanted == {Shown("workspace", "late")}
    assert (await scene.attempts(), await scene.states()) == ([], {})
    assert {each.taken for each in scene.slots.values()} == {0}


async def test_a_turn_brings_no_more_pictures_than_memory_holds(small_scene: Scene) -> None:
    scene = small_scene
    for n, phone in enumerate(phones_of(N_PICTURES + 2)):
        await scene.add_picture(f"menu-{n}")
        await scene.queue(phone, content="mms", media_id=f"menu-{n}")
    first, second = await scene.take(), await scene.take()
    assert (len(first.attempts), first.has_more) == (N_PICTURES, True)
    assert numbers_in(first) + numbers_in(second) == phones_of(N_PICTURES + 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite can hold up no single statement
async def test_pictures_of_other_lanes_do_not_turn_a_picture_into_a_link(scene: Scene) -> None:
    """What a turn was promised may be gone when it has waited for the database: then it is taken again."""
    await scene.add_picture()
    await scene.queue(ADA, content="mms", media_id="menu")
    async with scene.store.write() as other:
        await other.execute(text("LOCK TABLE consent_standings IN ACCESS EXCLUSIVE MODE"))
        turn = asyncio.create_task(scene.take())
        await until(lambda: _n_waiting_for_locks(other))
        for n in range(N_KEPT):
            await scene.pictures.prepare(Shown(WORKSPACE, f"other-{n}"))
    with pytest.raises(PicturesNeeded):
        await turn
    assert await scene.attempts() == []


async def _n_waiting_for_locks(connection: AsyncConnection) -> int:
    return int((await connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))).scalar_one())


# ── cancel ──


async def test_a_canceled_campaign_hands_over_nothing_more_and_accounts_for_everyone(scene: Scene) -> None:
    await _campaign(scene)
    sent, retried, in_line = await scene.queue(ADA, BO, CY, lane_id=CAMPAIGN_LANE, campaign_id="campaign")
    scene.slots = {SMSC: Slots(4)}
    taken = await scene.take(CAMPAIGN_LANE)

    def answers(attempt: Attempt) -> Refused:
        return BUSY

    await scene.answer(taken.attempts[1:], answers)
    async with scene.store.write() as connection:
        await lanes.set_state(connection, "campaign", LaneState.CANCELED)
    canceled = await scene.take(CAMPAIGN_LANE)
    assert (list(canceled.attempts), canceled.n_moved, canceled.has_more) == ([], 2, False)
    await scene.answer(taken.attempts[:1])
    gone = (State.CANCELED, "campaign_canceled")
    assert await scene.reasons() == {sent: (State.SENT, ""), retried: gone, in_line: gone}
    assert (len(await scene.attempts()), await scene.ready()) == (2, {})
    assert (await scene.counts())["state", "canceled"] == 2


async def test_one_that_stood_aside_is_canceled_with_the_rest(scene: Scene) -> None:
    await _campaign(scene)
    await scene.add_picture()
    scene.slots = {SMSC: Slots(10)}
    ids = await scene.queue(ADA, BO, lane_id=CAMPAIGN_LANE, content="mms", media_id="menu", campaign_id="campaign")
    await scene.take(CAMPAIGN_LANE)
    assert len(await scene.ready()) == 2
    async with scene.store.write() as connection:
        await lanes.set_state(connection, "campaign", LaneState.CANCELED)
    await scene.take(CAMPAIGN_LANE)
    assert await scene.states() == dict.fromkeys(ids, State.CANCELED)


# ── after a crash ──


async def test_what_a_crash_left_without_an_answer_is_unknown_and_never_repeated(scene: Scene) -> None:
    await _campaign(scene)
    told, left = await scene.queue(ADA, BO, lane_id=CAMPAIGN_LANE, campaign_id="campaign")
    taken = await scene.take(CAMPAIGN_LANE)
    await scene.answer(taken.attempts[:1])
    assert await scene.crash(CAMPAIGN_LANE) == [(left, 1)]
    assert await scene.reasons() == {told: (State.SENT, ""), left: (State.UNKNOWN, "crashed")}
    by_message = {row["message_id"]: row for row in await scene.outcomes()}
    assert (by_message[left]["kind"], by_message[left]["reason"]) == ("unknown", "crashed")
    assert (await scene.counts())["state", "unknown"] == 1
    for _ in range(3):
        scene.world.clock.move(seconds=3_600)
        assert numbers_in(await scene.take(CAMPAIGN_LANE)) == []
    assert await scene.crash(CAMPAIGN_LANE) == []
    assert len(await scene.attempts()) == 2


async def test_an_attempt_whose_answer_we_wait_for_is_in_no_doubt(scene: Scene) -> None:
    waits, left = await scene.queue(ADA, BO)
    await scene.take()
    assert await scene.crash(but=[waits]) == [(left, 1)]
    assert await scene.states() == {waits: State.SENDING, left: State.UNKNOWN}
