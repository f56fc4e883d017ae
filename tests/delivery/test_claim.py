"""A turn of a lane: what is decided is committed as attempts before anything leaves, and never beyond the windows."""

from datetime import timedelta

import pytest

from heliogram.delivery.claim import LINK_LIFE
from heliogram.delivery.slots import Slots
from heliogram.model.album import Shown
from heliogram.model.consent import Subscription
from heliogram.model.message import State
from heliogram.model.parcel import MEDIA_REFUSED, Refused
from heliogram.storage import albums
from heliogram.storage.tables.delivery import messages
from tests.delivery.scene import ADA, BO, CY, DEE, LONDON, Scene, numbers_in
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
        "rewriting": None,
        "variants": None,
        "number_fact": None,
        "instead_of": None,
        "instead_why": None,
    }
    assert await scene.states() == {message_id: State.SENDING}


async def test_a_picture_message_names_the_variant_it_carries(scene: Scene) -> None:
    await scene.add_picture()
    await scene.queue(ADA, content="mms", media_id="menu")
    (attempt,) = (await scene.take()).attempts
    (row,) = await scene.attempts()
    (part,) = [each.part for each in attempt.draft.variants]
    assert (row["channel"], row["reason"], row["account_id"], row["n_segments"]) == ("mms", "mms", MMSC, 0)
    assert (row["variant_sha256"], row["variant_octets"]) == (part.sha256, len(part.octets))
    assert await scene.links() == []


async def test_several_media_are_each_told_with_their_attempt_and_all_are_behind_the_link(scene: Scene) -> None:
    for media_id in ("menu", "map"):
        await scene.add_picture(media_id)
    async with scene.store.write() as connection:
        kept = await albums.keep(connection, WORKSPACE, ["map", "menu"])
    assert kept is not None
    await scene.pictures.prepare(Shown(WORKSPACE, "map", kept["album_id"]))
    await scene.world.add_people([LONDON])
    await scene.queue(ADA, LONDON, content="mms", **kept)
    (attempt, _) = (await scene.take()).attempts
    row = next(row for row in await scene.attempts() if row["channel"] == "mms")
    parts = [each.part for each in attempt.draft.variants]
    assert [part.octets[:3] for part in parts] == [b"map", b"men"]
    assert row["variants"] == [
        {"sha256": part.sha256, "content_type": "image/jpeg", "n_octets": len(part.octets)} for part in parts
    ]
    assert row["variant_octets"] == sum(len(part.octets) for part in parts)
    (link,) = await scene.links()
    assert (link["media_id"], link["album_id"]) == ("map", kept["album_id"])


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
