"""The worker at its work: with carriers that accept, refuse, throttle, answer late, break or are away.

Nobody is written to twice, nobody is lost, and no window is exceeded.
"""

import asyncio
from typing import Any

import pytest

from heliogram.carriers.protocol import Link
from heliogram.delivery.worker import wait_for
from heliogram.model.consent import Subscription
from heliogram.model.group import Fallbacks
from heliogram.model.message import State
from heliogram.model.parcel import MEDIA_REFUSED, MmsParcel, Outcome, Parcel, SmsParcel
from heliogram.model.queue import LaneState
from heliogram.storage import lanes, senders
from heliogram.storage.bucket import open_bucket
from heliogram.storage.tables.delivery import outcomes
from tests.delivery.carrier import (
    Answering,
    CounterCarrier,
    accept,
    accept_the_first_part,
    break_down,
    in_turn,
    lose_the_answer,
    refuse,
    throttle,
)
from tests.delivery.faulty import FaultyStore, Trap
from tests.delivery.scene import ADA, BO, CY, DEE, LANE, LONDON, Scene, until
from tests.delivery.working import until_all, until_handed, until_n, working
from tests.media.pictures import noise, saved
from tests.storage.s3 import S3
from tests.world import GROUP, SMSC, WORKSPACE, phones_of

S = State


# ── handing over ──


async def test_everyone_in_line_is_handed_over_once_and_in_order(small_scene: Scene) -> None:
    carrier = CounterCarrier(window=4)
    await small_scene.queue(*phones_of(30))
    async with working(small_scene, carrier):
        await until_all(small_scene, S.SENT, n=30)
    assert carrier.numbers() == phones_of(30)
    assert len(await small_scene.attempts()) == len(await small_scene.outcomes()) == 30


async def test_who_waits_for_the_answers_that_came_finds_them_stored(small_scene: Scene) -> None:
    carrier = CounterCarrier(window=4)
    await small_scene.queue(*phones_of(12))
    async with working(small_scene, carrier) as worker:
        await worker.answers_stored()  # none came yet: nothing is waited for
        await until_handed(carrier, 4)
        n_came = len(carrier.handed)
        await worker.answers_stored()
        assert len(await small_scene.outcomes()) >= n_came


async def test_an_attempt_is_committed_before_its_octets_leave(scene: Scene) -> None:
    seen: list[tuple[str, bool]] = []

    async def look_first(parcel: Parcel) -> Outcome:
        keys = {f"{row['message_id']}.{row['n']}" for row in await scene.attempts()}
        seen.append((parcel.key, parcel.key in keys))
        return await accept(parcel)

    await scene.queue(*phones_of(12))
    async with working(scene, CounterCarrier(window=5, answering=look_first)):
        await until_all(scene, S.SENT, n=12)
    assert len(seen) == 12 and all(was_there for _key, was_there in seen)


async def test_a_lane_whose_pictures_are_away_waits_and_the_texts_of_others_still_leave(
    small_scene: Scene, s3: S3
) -> None:
    small_scene.blobs = small_scene.pictures.blobs = open_bucket(s3.bucket())
    await small_scene.world.add_picture("menu", await small_scene.blobs.put(saved(noise(64, 64), "JPEG")))
    await small_scene.queue(ADA, BO, content="mms", media_id="menu")
    await small_scene.add_lane("texts")
    others = [phone for phone in phones_of(8) if phone not in (ADA, BO)]
    carrier = CounterCarrier(window=4)
    async with working(small_scene, carrier):
        with s3.down():
            for phone in others:  # one after the other: the pictures' lane has had its turns meanwhile
                await small_scene.queue(phone, lane_id="texts")
                await until_handed(carrier, len(carrier.handed) + 1)
            assert ADA not in carrier.numbers() and BO not in carrier.numbers()
        await until_all(small_scene, S.SENT, n=len(others) + 2)
    assert carrier.numbers()[: len(others)] == others


@pytest.mark.parametrize(("body", "at_once"), [("Hello", 9), ("x" * 400, 9), ("x" * 1_000, 7)])
async def test_no_more_is_out_than_the_window_over_all_lanes(small_scene: Scene, body: str, at_once: int) -> None:
    carrier = CounterCarrier(window=10)
    carrier.answering = carrier.answer_late
    for lane_id in ("second", "third"):
        await small_scene.add_lane(lane_id)
    for lane_id in (LANE, "second", "third"):
        await small_scene.queue(*phones_of(8), lane_id=lane_id, body=body)
    async with working(small_scene, carrier):
        await until_handed(carrier, at_once if body == "Hello" else 1)
        assert len(await small_scene.attempts()) <= 10
        carrier.let_go()
        await until_all(small_scene, S.SENT, n=24)
    assert carrier.most_open == at_once
    assert len(carrier.handed) == 24


async def test_a_slot_is_free_again_only_when_the_answer_is_stored(small_scene: Scene) -> None:
    n_stored: list[int] = []

    async def look_first(parcel: Parcel) -> Outcome:
        n_stored.append(len(await small_scene.outcomes()))
        return await accept(parcel)

    carrier = CounterCarrier(window=2, answering=look_first)
    store = FaultyStore.of(small_scene.store)
    store.trap = Trap(outcomes, is_committed=False)
    await small_scene.queue(ADA, BO, CY)
    async with working(small_scene, carrier, store=store):
        await until_all(small_scene, S.SENT, n=3)
    assert store.n_sprung == 1
    assert n_stored == [0, 1, 2]


async def test_an_urgent_message_does_not_wait_behind_a_campaign(small_scene: Scene) -> None:
    carrier = CounterCarrier(window=10)
    carrier.answering = carrier.answer_late
    await small_scene.add_lane("urgent", priority=7)
    await small_scene.queue(*phones_of(40))
    async with working(small_scene, carrier) as worker:
        await until_handed(carrier, 9)
        await small_scene.queue(LONDON, lane_id="urgent")
        worker.wake.set()
        await until_handed(carrier, 10)
        assert carrier.numbers()[9] == LONDON
        carrier.let_go()
        await until_all(small_scene, S.SENT, n=41)


async def test_urgent_lanes_are_worked_first(small_scene: Scene) -> None:
    carrier = CounterCarrier(window=1)
    await small_scene.add_lane("urgent", priority=7)
    await small_scene.queue(ADA)
    await small_scene.queue(BO, lane_id="urgent")
    async with working(small_scene, carrier):
        await until_all(small_scene, S.SENT, n=2)
    assert carrier.numbers() == [BO, ADA]


# ── what carriers answer ──


@pytest.mark.parametrize(
    ("answering", "state", "reason"),
    [
        (accept, S.SENT, ""),
        (accept_the_first_part, S.UNKNOWN, "88"),
        (lose_the_answer, S.UNKNOWN, "no_answer"),
        (break_down, S.UNKNOWN, "internal error: RuntimeError"),
        (refuse("11", permanent=True), S.FAILED, "11"),
    ],
    ids=["accepts", "accepts in part", "does not answer", "breaks down", "refuses"],
)
async def test_what_a_carrier_answers_is_the_end_of_the_hand_over(
    small_scene: Scene, answering: Answering, state: State, reason: str
) -> None:
    carrier = CounterCarrier(answering=answering)
    (message_id,) = await small_scene.queue(ADA, body="x" * 161)
    async with working(small_scene, carrier) as worker:
        await until_all(small_scene, state, n=1)
        small_scene.world.clock.move(seconds=3_600)
        await small_scene.queue(BO)
        worker.wake.set()
        await until_handed(carrier, 2)
    assert carrier.numbers() == [ADA, BO]
    assert (await small_scene.reasons())[message_id] == (state, reason)


@pytest.mark.parametrize(("first", "wait_s"), [(throttle, 2), (refuse("20"), 5)], ids=["throttled", "busy"])
async def test_a_refused_message_is_handed_over_again_when_its_time_has_come(
    small_scene: Scene, first: Answering, wait_s: float
) -> None:
    carrier = CounterCarrier(answering=in_turn(first, accept))
    await small_scene.queue(ADA)
    async with working(small_scene, carrier):
        await until_all(small_scene, S.RETRYING, n=1)
        small_scene.world.clock.move(seconds=wait_s)
        await until_all(small_scene, S.SENT, n=1)
    assert [parcel.key[-2:] for parcel in carrier.handed] == [".1", ".2"]


async def test_a_number_that_takes_no_pictures_gets_one_text_with_a_link(small_scene: Scene) -> None:
    sms, mms = CounterCarrier(), CounterCarrier(answering=refuse(MEDIA_REFUSED, permanent=True))
    await small_scene.add_picture()
    await small_scene.queue(ADA, content="mms", media_id="menu")
    async with working(small_scene, sms, mms):
        await until_all(small_scene, S.SENT, n=1)
    (link,) = await small_scene.links()
    (picture,), (text,) = mms.handed, sms.handed
    assert isinstance(picture, MmsParcel) and [part.filename for part in picture.media] == ["picture.jpg"]
    assert isinstance(text, SmsParcel)
    assert "".join(text.parts) == f"Hello https://heliogram.test/p/{link['token']}"


async def test_a_stop_before_the_next_try_counts(small_scene: Scene) -> None:
    carrier = CounterCarrier(answering=in_turn(throttle, accept))
    await small_scene.queue(ADA)
    async with working(small_scene, carrier):
        await until_all(small_scene, S.RETRYING, n=1)
        await small_scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
        small_scene.world.clock.move(seconds=60)
        await until_all(small_scene, S.SKIPPED, n=1)
    assert carrier.numbers() == [ADA]


async def test_while_a_carrier_is_down_its_messages_wait_and_others_pass(small_scene: Scene) -> None:
    sms, mms = CounterCarrier(), CounterCarrier(link=Link.DOWN)
    await small_scene.add_picture()
    await small_scene.queue(ADA, CY, content="mms", media_id="menu")
    await small_scene.queue(BO)
    async with working(small_scene, sms, mms):
        await until_all(small_scene, S.QUEUED, S.SENT, n=3)
        await until_handed(sms, 1)
        assert (sms.numbers(), mms.numbers()) == ([BO], [])
        mms.link = Link.UP
        await until_all(small_scene, S.SENT, n=3)
    assert mms.numbers() == [ADA, CY]
    assert {row["n"] for row in await small_scene.attempts()} == {1}


# ── lanes that stop ──


async def _campaign(scene: Scene, n: int) -> list[str]:
    await scene.world.add_campaign()
    await scene.add_lane("c-campaign", campaign_id="campaign")
    return await scene.queue(*phones_of(n), lane_id="c-campaign", campaign_id="campaign")


async def _set(scene: Scene, state: LaneState) -> None:
    async with scene.store.write() as connection:
        await lanes.set_state(connection, "campaign", state)


async def test_a_paused_campaign_hands_over_nothing_until_it_goes_on(small_scene: Scene) -> None:
    carrier = CounterCarrier(window=4)
    carrier.answering = carrier.answer_late
    await _campaign(small_scene, 6)
    await small_scene.add_lane("other")
    async with working(small_scene, carrier) as worker:
        await until_handed(carrier, 2)
        await _set(small_scene, LaneState.PAUSED)
        n_before = len(await small_scene.attempts())
        carrier.let_go()
        await until_n(small_scene, S.SENT, n_before)
        await small_scene.queue(LONDON, lane_id="other")
        worker.wake.set()
        await until_n(small_scene, S.SENT, n_before + 1)
        await _set(small_scene, LaneState.OPEN)
        worker.wake.set()
        await until_all(small_scene, S.SENT, n=7)
    assert carrier.numbers()[n_before] == LONDON
    assert [phone for phone in carrier.numbers() if phone != LONDON] == phones_of(6)


async def test_a_canceled_campaign_hands_over_nothing_more(small_scene: Scene) -> None:
    carrier = CounterCarrier(window=4)
    carrier.answering = carrier.answer_late
    ids = await _campaign(small_scene, 8)
    async with working(small_scene, carrier) as worker:
        await until_handed(carrier, 2)
        await _set(small_scene, LaneState.CANCELED)
        n_before = len(await small_scene.attempts())
        carrier.let_go()
        worker.wake.set()
        found = await until_all(small_scene, S.SENT, S.CANCELED, n=8)
    assert len(carrier.handed) == n_before
    assert [found[each] for each in ids] == [S.SENT] * n_before + [S.CANCELED] * (8 - n_before)


async def test_trouble_in_one_lane_is_not_the_others(small_scene: Scene) -> None:
    carrier = CounterCarrier()
    # A lane of a group that its workspace does not have: no turn of it can end well.
    await small_scene.world.add_workspace("another")
    await small_scene.world.add_group("theirs", [], workspace_id="another")
    row: dict[str, Any] = {"id": "broken", "workspace_id": WORKSPACE, "group_id": "theirs"}
    async with small_scene.store.write() as connection:
        await lanes.add_lane(connection, **row, campaign_id=None, priority=9)
    (stuck,) = await small_scene.queue(ADA, lane_id="broken")
    (goes,) = await small_scene.queue(BO)
    async with working(small_scene, carrier):
        assert await until_all(small_scene, S.SENT, n=1) == {goes: S.SENT}
    assert stuck not in await small_scene.states()


# ── what a turn is decided by ──


async def test_a_switch_of_the_group_counts_within_half_a_second_and_consent_at_once(small_scene: Scene) -> None:
    carrier = CounterCarrier()
    await small_scene.add_picture(fits=lambda octets: False)
    await small_scene.world.add_people([ADA, BO, CY, DEE])
    picture = {"content": "mms", "media_id": "menu"}
    (before,) = await small_scene.queue(ADA, **picture)
    async with working(small_scene, carrier) as worker:
        await until_all(small_scene, S.SENT, n=1)
        async with small_scene.store.write() as connection:
            await senders.set_fallbacks(connection, WORKSPACE, GROUP, Fallbacks(media_not_taken=False))
        await small_scene.world.say(Subscription.UNSUBSCRIBED, [BO])
        small_scene.world.clock.move(seconds=0.5)
        stopped, remembered = await small_scene.queue(BO, CY, **picture)
        worker.wake.set()
        await until_n(small_scene, S.SENT, 2)
        small_scene.world.clock.move(seconds=0.001)
        (after,) = await small_scene.queue(DEE, **picture)
        worker.wake.set()
        await until_n(small_scene, S.SKIPPED, 2)
    assert await small_scene.reasons() == {
        before: (S.SENT, ""),
        stopped: (S.SKIPPED, "opted_out"),
        remembered: (S.SENT, ""),
        after: (S.SKIPPED, "media_not_taken"),
    }
    assert carrier.numbers() == [ADA, CY]


async def test_a_wait_ends_with_the_event_or_with_the_time() -> None:
    event = asyncio.Event()
    await wait_for(event, 0.001)
    assert not event.is_set()
    event.set()
    async with asyncio.timeout(1):
        await wait_for(event, 60)


async def test_an_account_has_nothing_out_when_all_is_answered(small_scene: Scene) -> None:
    carrier = CounterCarrier(window=3, answering=in_turn(accept, refuse("11", permanent=True), lose_the_answer, accept))
    await small_scene.queue(*phones_of(7))
    async with working(small_scene, carrier) as worker:
        await until_all(small_scene, S.SENT, S.FAILED, S.UNKNOWN, n=7)

        async def is_empty() -> bool:
            return worker.accounts[SMSC].slots.taken == 0

        await until(is_empty)
    assert len(carrier.handed) == 7
