"""A turn of a lane: what is decided is committed as attempts before anything leaves, and never beyond the windows."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.delivery.claim import LINK_LIFE, N_PICTURES, Attempt
from heliogram.delivery.pictures import N_KEPT, PicturesNeeded
from heliogram.delivery.slots import Reservation, Slots
from heliogram.model.consent import Subscription
from heliogram.model.message import State
from heliogram.model.parcel import MEDIA_REFUSED, Refused
from heliogram.model.queue import LaneState
from heliogram.storage import lanes
from heliogram.storage.tables.delivery import attempts, message_states, messages, ready
from tests.delivery.scene import ADA, BO, CY, DEE, EVE, LANE, LONDON, Scene, numbers_in, until
from tests.world import MMSC, NOON, SMSC, WORKSPACE, phones_of

CAMPAIGN_LANE = "c-campaign"
BUSY = Refused(code="20", reason="the queue is full", permanent=False)
NO_MMS = Refused(code=MEDIA_REFUSED, reason="no pictures for this number", permanent=True)


async def _campaign(scene: Scene) -> None:
    await scene.world.add_campaign()
    await scene.add_lane(CAMPAIGN_LANE, campaign_id="campaign")


# ── what an attempt says ──


async def test_an_attempt_says_by_whom_it_goes_how_and_why(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA, body="x" * 161)
    (fact_id,) = await scene.world.say(Subscription.SUBSCRIBED, [ADA])
    taken = await scene.take()
    assert [(each.draft.message.id, each.n) for each in taken.attempts] == [(message_id, 1)]
    (row,) = await scene.attempts()
    assert row == {
        "message_id": message_id,
        "n": 1,
        "workspace_id": "workspace",
        "at": NOON,
        "account_id": SMSC,
        "sender_id": "us",
        "channel": "sms",
        "reason": "text",
        "encoding": "GSM-7",
        "n_segments": 2,
        "link_token": None,
        "variant_sha256": None,
        "variant_octets": None,
        "fact_id": fact_id,
        "reference": int(message_id[-2:], 16),
    }
    assert await scene.states() == {message_id: State.SENDING}


async def test_a_picture_message_names_the_variant_it_carries(scene: Scene) -> None:
    await scene.add_picture()
    await scene.queue(ADA, content="mms", media_id="menu")
    (attempt,) = (await scene.take()).attempts
    (row,) = await scene.attempts()
    assert attempt.draft.variant is not None
    part = attempt.draft.variant.part
    assert (row["channel"], row["reason"], row["account_id"], row["n_segments"]) == ("mms", "mms", MMSC, 0)
    assert (row["variant_sha256"], row["variant_octets"]) == (part.sha256, len(part.octets))
    assert await scene.links() == []


async def test_each_one_who_cannot_take_the_picture_gets_a_link_of_their_own(scene: Scene) -> None:
    await scene.add_picture()
    await _campaign(scene)
    await scene.world.add_people([LONDON, "+447700900002"])
    ids = await scene.queue(
        LONDON, "+447700900002", ADA, lane_id=CAMPAIGN_LANE, content="mms", media_id="menu", campaign_id="campaign"
    )
    await scene.take(CAMPAIGN_LANE)
    given = {row["message_id"]: row["link_token"] for row in await scene.attempts()}
    assert given[ids[2]] is None and None not in (given[ids[0]], given[ids[1]]) and given[ids[0]] != given[ids[1]]
    rows = {row["token"]: row for row in await scene.links()}
    assert {token: row["message_id"] for token, row in rows.items()} == {given[each]: each for each in ids[:2]}
    assert {(row["media_id"], row["campaign_id"]) for row in rows.values()} == {("menu", "campaign")}
    assert {row["expires_at"] for row in rows.values()} == {NOON + LINK_LIFE}
    assert {key: n for key, n in (await scene.counts()).items() if key[0] == "channel"} == {
        ("channel", "sms_link:destination_no_mms"): 2,
        ("channel", "mms:mms"): 1,
    }


async def test_what_is_stopped_moves_and_leaves_no_attempt(scene: Scene) -> None:
    await _campaign(scene)
    await scene.world.add_people([BO], subscribed=False)
    stranger, empty, long, goes = await scene.queue(BO, ADA, CY, DEE, lane_id=CAMPAIGN_LANE, campaign_id="campaign")
    async with scene.store.write() as connection:
        for message_id, body in ((empty, " "), (long, "x" * 1_531)):
            await connection.execute(messages.update().where(messages.c.id == message_id).values(body=body))
    taken = await scene.take(CAMPAIGN_LANE)
    assert await scene.reasons() == {
        stranger: (State.SKIPPED, "no_consent"),
        empty: (State.SKIPPED, "empty_text"),
        long: (State.SKIPPED, "too_long"),
        goes: (State.SENDING, ""),
    }
    assert [row["message_id"] for row in await scene.attempts()] == [goes]
    assert (taken.n_moved, taken.has_more) == (4, False)
    found = await scene.counts()
    assert {key: n for key, n in found.items() if key[0] == "skipped"} == {
        ("skipped", reason): 1 for reason in ("no_consent", "empty_text", "too_long")
    }
    assert (found["state", "queued"], found["state", "skipped"], found["state", "sending"]) == (-4, 3, 1)


async def test_a_turn_goes_on_where_the_last_one_ended(scene: Scene) -> None:
    scene.slots[SMSC], scene.slots[MMSC] = Slots(20), Slots(1)
    scene.slots[MMSC].take(1)
    phones = phones_of(25)
    await scene.queue(*phones)
    turns = []
    while (taken := await scene.take()).n_moved:
        turns.append(numbers_in(taken))
        await scene.answer(taken)
    assert [len(turn) for turn in turns] == [10, 10, 5]
    assert [phone for turn in turns for phone in turn] == phones
    assert len(await scene.attempts()) == 25


async def test_an_empty_lane_has_nothing_to_take(scene: Scene) -> None:
    taken = await scene.take()
    assert (list(taken.attempts), taken.n_moved, taken.has_more) == ([], 0, False)


# ── never more than a window ahead ──


async def test_without_answers_only_a_window_leaves_however_many_turns_are_taken(scene: Scene) -> None:
    scene.slots = {SMSC: Slots(10)}
    await scene.queue(*phones_of(30))
    n_out = 0
    for _ in range(6):
        n_out += len((await scene.take()).attempts)
    assert (n_out, scene.slots[SMSC].taken, len(await scene.attempts())) == (9, 9, 9)


async def test_several_lanes_share_one_window(scene: Scene) -> None:
    scene.slots = {SMSC: Slots(10)}
    await scene.add_lane("second")
    await scene.queue(*phones_of(20))
    await scene.queue(*phones_of(20), lane_id="second")
    for _ in range(4):
        await scene.take()
        await scene.take("second")
    assert len(await scene.attempts()) == 9


async def test_a_long_text_fills_as_much_of_the_window_as_it_has_segments(scene: Scene) -> None:
    scene.slots = {SMSC: Slots(10)}
    await scene.queue(*phones_of(8), body="x" * 400)
    for _ in range(4):
        await scene.take()
    assert (len(await scene.attempts()), scene.slots[SMSC].taken) == (3, 9)


async def test_a_text_longer_than_the_window_waits_until_it_can_go_alone(scene: Scene) -> None:
    scene.slots = {SMSC: Slots(3)}
    await scene.queue(ADA)
    await scene.queue(BO, body="x" * 700)
    await scene.queue(CY)
    first = await scene.take()
    assert numbers_in(first) == [ADA] and numbers_in(await scene.take()) == []
    await scene.answer(first)
    alone = await scene.take()
    assert numbers_in(alone) == [BO] and numbers_in(await scene.take()) == []
    await scene.answer(alone)
    assert numbers_in(await scene.take()) == [CY]


async def test_slots_come_back_only_with_the_stored_answer(scene: Scene) -> None:
    scene.slots = {SMSC: Slots(2)}
    await scene.queue(ADA, BO)
    taken = await scene.take()
    assert scene.slots[SMSC].taken == 1 and (await scene.take()).attempts == []
    await scene.answer(taken)
    assert numbers_in(await scene.take()) == [BO]


@pytest.mark.parametrize(("priority", "goes"), [(0, False), (4, False), (5, True), (7, True)])
async def test_the_last_part_of_a_window_is_kept_for_urgent_lanes(scene: Scene, priority: int, goes: bool) -> None:
    scene.slots = {SMSC: Slots(10)}
    await scene.queue(*phones_of(20))
    await scene.add_lane("second", priority=priority)
    await scene.queue(ADA, lane_id="second")
    for _ in range(3):
        await scene.take()
    taken = await scene.take("second")
    assert numbers_in(taken) == ([ADA] if goes else [])


# ── the verdict is taken at hand-over ──


async def test_a_stop_between_queueing_and_hand_over_counts(scene: Scene) -> None:
    stopped, goes = await scene.queue(ADA, BO)
    await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    assert numbers_in(await scene.take()) == [BO]
    assert await scene.reasons() == {stopped: (State.SKIPPED, "opted_out"), goes: (State.SENDING, "")}


async def test_a_stop_between_a_try_and_the_next_counts(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take(), BUSY)
    await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    scene.world.clock.move(seconds=600)
    assert numbers_in(await scene.take()) == []
    assert await scene.reasons() == {message_id: (State.SKIPPED, "opted_out")}
    assert (len(await scene.attempts()), await scene.ready()) == (1, {})


async def test_a_stop_before_the_fallback_counts(scene: Scene) -> None:
    await scene.add_picture()
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    await scene.answer(await scene.take(), NO_MMS)
    await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    assert numbers_in(await scene.take()) == []
    assert await scene.reasons() == {message_id: (State.SKIPPED, "opted_out")}
    assert (len(await scene.attempts()), await scene.links()) == (1, [])


async def test_each_try_names_the_fact_that_allowed_it(scene: Scene) -> None:
    await scene.queue(ADA)
    first = await scene.world.say(Subscription.SUBSCRIBED, [ADA])
    await scene.answer(await scene.take(), BUSY)
    await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    second = await scene.world.say(Subscription.SUBSCRIBED, [ADA])
    scene.world.clock.move(seconds=5)
    await scene.take()
    assert [(row["n"], row["fact_id"]) for row in await scene.attempts()] == [(1, *first), (2, *second)]


# ── times ──


async def test_a_message_is_held_until_it_is_due_and_not_a_moment_longer(scene: Scene) -> None:
    due = NOON + timedelta(seconds=60)
    (message_id,) = await scene.queue(ADA, due_at=due)
    await scene.take()
    assert await scene.reasons() == {message_id: (State.HELD, "not_due")}
    assert (await scene.ready())[message_id]["ready_at"] == due
    (row,) = await scene.rows(messages)
    assert (row["held_until"], row["held_reason"]) == (due, "not_due")
    scene.world.clock.move(seconds=59.999)
    assert numbers_in(await scene.take()) == []
    scene.world.clock.move(seconds=0.001)
    assert numbers_in(await scene.take()) == [ADA]
    assert (await scene.states(), await scene.ready()) == ({message_id: State.SENDING}, {})


@pytest.mark.parametrize(("waited_s", "state"), [(59.999, State.SENDING), (60, State.EXPIRED)])
async def test_a_message_whose_time_has_passed_does_not_leave(scene: Scene, waited_s: float, state: State) -> None:
    (message_id,) = await scene.queue(ADA, expires_at=NOON + timedelta(seconds=60))
    scene.world.clock.move(seconds=waited_s)
    await scene.take()
    assert await scene.states() == {message_id: state}


async def test_a_retry_whose_time_has_passed_meanwhile_does_not_leave(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA, expires_at=NOON + timedelta(seconds=5))
    await scene.answer(await scene.take(), BUSY)
    scene.world.clock.move(seconds=5)
    assert numbers_in(await scene.take()) == []
    assert (await scene.states(), await scene.ready()) == ({message_id: State.EXPIRED}, {})


# ── retries and fallback ──


async def test_a_retry_comes_before_what_is_still_in_line_and_keeps_its_number_of_tries(scene: Scene) -> None:
    await scene.queue(ADA)
    await scene.answer(await scene.take(), BUSY)
    await scene.queue(BO)
    scene.world.clock.move(seconds=5)
    taken = await scene.take()
    assert [(each.draft.message.phone_e164, each.n) for each in taken.attempts] == [(ADA, 2), (BO, 1)]
    await scene.answer(taken, BUSY)
    assert sorted(row["n_burned"] for row in (await scene.ready()).values()) == [1, 2]


async def test_a_refused_picture_moves_its_person_to_the_link_and_is_counted_once(scene: Scene) -> None:
    await scene.add_picture()
    await _campaign(scene)
    (message_id,) = await scene.queue(
        ADA, lane_id=CAMPAIGN_LANE, content="mms", media_id="menu", campaign_id="campaign"
    )
    await scene.answer(await scene.take(CAMPAIGN_LANE), NO_MMS)
    taken = await scene.take(CAMPAIGN_LANE)
    (attempt,) = taken.attempts
    assert attempt.draft.text == f"Hello https://heliogram.test/p/{attempt.draft.link_token}"
    assert [(row["n"], row["channel"], row["reason"]) for row in await scene.attempts()] == [
        (1, "mms", "mms"),
        (2, "sms_link", "media_not_taken"),
    ]
    assert [row["message_id"] for row in await scene.links()] == [message_id]
    found = await scene.counts()
    assert {key: n for key, n in found.items() if key[0] == "channel"} == {("channel", "sms_link:media_not_taken"): 1}
    await scene.answer(taken, NO_MMS)
    assert await scene.reasons() == {message_id: (State.FAILED, MEDIA_REFUSED)}


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
    await scene.queue(*phones_of(6))
    first = await scene.take()
    assert numbers_in(first) == phones_of(6)[:1] and len(await scene.ready()) == 5
    await scene.queue(LONDON)
    await scene.answer(first)

    class OneMoreComesBack(Reservation):
        """An answer of another lane is stored right after this turn has looked how much room there is."""

        def room(self, account_ids: Iterable[str], *, urgent: bool) -> dict[str, int]:
            found = super().room(account_ids, urgent=urgent)
            scene.slots[SMSC].give_back(1)
            return found

    taken = await scene.take(reserved=OneMoreComesBack(scene.slots))
    assert numbers_in(taken) == phones_of(6)[1:2]
    scene.slots[SMSC] = Slots(50)
    assert numbers_in(await scene.take()) == [*phones_of(6)[2:], LONDON]


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
    assert needed.value.wanted == {("workspace", "late")}
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


async def test_pictures_of_other_lanes_do_not_turn_a_picture_into_a_link(scene: Scene) -> None:
    """What a turn was promised may be gone when it has waited for the database: then it is taken again."""
    if not scene.store.is_postgresql:
        pytest.skip("on SQLite nobody can hold up a single statement of a turn")
    await scene.add_picture()
    await scene.queue(ADA, content="mms", media_id="menu")
    async with scene.store.write() as other:
        await other.execute(text("LOCK TABLE consent_standings IN ACCESS EXCLUSIVE MODE"))
        turn = asyncio.create_task(scene.take())
        await until(lambda: _n_waiting_for_locks(other))
        for n in range(N_KEPT):
            await scene.pictures.prepare(WORKSPACE, f"other-{n}")
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
    ids = await scene.queue(
        ADA, BO, lane_id=CAMPAIGN_LANE, content="mms", media_id="menu", campaign_id="campaign"
    )
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


async def test_a_crash_before_the_commit_leaves_no_trace(scene: Scene) -> None:
    await scene.queue(ADA)

    class Crash(Exception):
        pass

    with pytest.raises(Crash):
        async with scene.store.write() as connection:
            await lanes.move_cursor(connection, LANE, 1)
            raise Crash
    assert [await scene.rows(each) for each in (attempts, message_states)] == [[], []]
    assert numbers_in(await scene.take()) == [ADA]
