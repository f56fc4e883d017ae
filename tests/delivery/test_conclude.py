"""Answers into rows: the outcome, the carrier's ids, the next state, and the next try where there is one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from heliogram.delivery.claim import Attempt
from heliogram.delivery.retry import BACKOFF_S
from heliogram.media.plan import all_budgets
from heliogram.model.event import News
from heliogram.model.message import State
from heliogram.model.parcel import (
    MEDIA_REFUSED,
    MEDIA_SMALLER,
    THROTTLED,
    UNREACHABLE,
    Accepted,
    Outcome,
    Partly,
    Refused,
    Unknown,
)
from heliogram.storage.tables.delivery import carrier_refs
from heliogram.storage.tables.senders import groups
from tests.delivery.scene import ADA, BO, CY, Scene, accepted, numbers_in, receipt
from tests.world import NOON, SMSC, phones_of

S = State


def _refused(code: str = "20", *, permanent: bool = False, retry_after_s: float | None = None) -> Refused:
    return Refused(code=code, reason="not now", permanent=permanent, retry_after_s=retry_after_s)


async def _sent(scene: Scene, outcome: Outcome | Callable[[Attempt], Outcome], **message: Any) -> str:
    """Queue one message to Ada, hand it over and store this answer."""
    (message_id,) = await scene.queue(ADA, **message)
    await scene.answer(await scene.take(), outcome)
    return message_id


@pytest.mark.parametrize(
    ("outcome", "state", "reason", "kind", "again_s"),
    [
        (accepted, S.SENT, "", "accepted", None),
        (Unknown(reason="no_answer"), S.UNKNOWN, "no_answer", "unknown", None),
        (Partly(carrier_ids=("c1",), code="88", reason="full"), S.UNKNOWN, "88", "partly", None),
        (_refused("11", permanent=True), S.FAILED, "11", "refused", None),
        (_refused(), S.RETRYING, "20", "refused", 5),
        (_refused(THROTTLED, retry_after_s=3), S.RETRYING, THROTTLED, "refused", 3),
        (_refused(UNREACHABLE), S.RETRYING, UNREACHABLE, "refused", 1),
    ],
    ids=["accepted", "unknown", "partly", "permanent", "temporary", "throttled", "unreachable"],
)
async def test_an_answer_is_stored_with_what_follows_from_it(
    scene: Scene, outcome: Any, state: State, reason: str, kind: str, again_s: int | None
) -> None:
    message_id = await _sent(scene, outcome, body="x" * 161)
    assert await scene.reasons() == {message_id: (state, reason)}
    (row,) = await scene.outcomes()
    assert (row["message_id"], row["n"], row["kind"], row["at"]) == (message_id, 1, kind, NOON)
    waits = await scene.ready()
    assert {key: row["ready_at"] for key, row in waits.items()} == (
        {} if again_s is None else {message_id: NOON + timedelta(seconds=again_s)}
    )
    assert {each.taken for each in scene.slots.values()} == {0}


@pytest.mark.parametrize(
    "outcome",
    [Unknown(reason="no_answer"), Partly(carrier_ids=("c1",), code="88", reason="full")],
    ids=["unknown", "partly"],
)
async def test_what_may_have_gone_out_is_never_repeated(scene: Scene, outcome: Outcome) -> None:
    await _sent(scene, outcome, body="x" * 161)
    for _ in range(3):
        scene.world.clock.move(seconds=86_400)
        assert numbers_in(await scene.take()) == []
    assert len(await scene.attempts()) == 1


async def test_a_temporary_refusal_is_tried_five_times_in_all_and_then_has_failed(scene: Scene) -> None:
    message_id = await _sent(scene, _refused())
    for wait_s in BACKOFF_S:
        scene.world.clock.move(seconds=wait_s - 0.001)
        assert numbers_in(await scene.take()) == []
        scene.world.clock.move(seconds=0.001)
        taken = await scene.take()
        assert numbers_in(taken) == [ADA]
        await scene.answer(taken, _refused())
    assert await scene.reasons() == {message_id: (S.FAILED, "20")}
    assert [row["n"] for row in await scene.attempts()] == [1, 2, 3, 4, 5]
    assert await scene.ready() == {}


@pytest.mark.parametrize("code", [THROTTLED, UNREACHABLE])
async def test_a_carrier_that_is_too_busy_or_away_for_an_hour_loses_nobody(scene: Scene, code: str) -> None:
    message_id = await _sent(scene, _refused(code, retry_after_s=600))
    for _ in range(6):
        scene.world.clock.move(seconds=600)
        await scene.answer(await scene.take(), _refused(code, retry_after_s=600))
    assert (await scene.ready())[message_id]["n_burned"] == 0
    scene.world.clock.move(seconds=600)
    await scene.answer(await scene.take())
    assert await scene.states() == {message_id: S.SENT}


async def test_the_fallback_keeps_the_tries_that_the_picture_burned(scene: Scene) -> None:
    await scene.add_picture()
    message_id = await _sent(scene, _refused(), content="mms", media_id="menu")
    scene.world.clock.move(seconds=5)
    await scene.answer(await scene.take(), _refused(MEDIA_REFUSED, permanent=True))
    row = (await scene.ready())[message_id]
    assert (row["n_burned"], row["forced_reason"], row["ready_at"]) == (1, "media_not_taken", scene.world.clock.now())
    await scene.answer(await scene.take(), _refused())
    row = (await scene.ready())[message_id]
    assert (row["n_burned"], row["forced_reason"]) == (2, "media_not_taken")
    scene.world.clock.move(seconds=30)
    await scene.answer(await scene.take())
    assert [row["channel"] for row in await scene.attempts()] == ["mms", "mms", "sms_link", "sms_link"]
    assert await scene.states() == {message_id: S.SENT}


async def test_a_picture_that_a_carrier_does_not_take_goes_again_once_and_smaller_and_then_as_a_link(
    scene: Scene,
) -> None:
    await scene.add_picture(size=lambda budget: budget)
    message_id = await _sent(scene, _refused(MEDIA_REFUSED, permanent=True), content="mms", media_id="menu")
    row = (await scene.ready())[message_id]
    assert (row["n_burned"], row["forced_reason"], row["ready_at"]) == (0, MEDIA_SMALLER, scene.world.clock.now())
    await scene.answer(await scene.take(), _refused(THROTTLED))
    scene.world.clock.move(seconds=1)
    await scene.answer(await scene.take(), _refused(MEDIA_REFUSED, permanent=True))
    await scene.answer(await scene.take())
    attempts = await scene.attempts()
    assert [(row["channel"], row["reason"]) for row in attempts] == [
        ("mms", "mms"),
        ("mms", MEDIA_SMALLER),
        ("mms", MEDIA_SMALLER),
        ("sms_link", "media_not_taken"),
    ]
    smallest = all_budgets()[0].octets
    assert attempts[0]["variant_octets"] > smallest
    assert [row["variant_octets"] for row in attempts[1:]] == [smallest, smallest, None]
    assert await scene.states() == {message_id: S.SENT}


async def test_a_picture_as_small_as_every_network_takes_it_does_not_go_again(scene: Scene) -> None:
    await scene.add_picture(size=lambda _budget: all_budgets()[0].octets)
    message_id = await _sent(scene, _refused(MEDIA_REFUSED, permanent=True), content="mms", media_id="menu")
    assert (await scene.ready())[message_id]["forced_reason"] == "media_not_taken"


async def test_where_the_group_sends_no_link_a_refused_picture_has_failed(scene: Scene) -> None:
    await scene.add_picture()
    async with scene.store.write() as connection:
        await connection.execute(groups.update().values(fallback_media_not_taken=False))
    message_id = await _sent(scene, _refused(MEDIA_REFUSED, permanent=True), content="mms", media_id="menu")
    assert await scene.reasons() == {message_id: (S.FAILED, MEDIA_REFUSED)}
    assert (await scene.ready(), await scene.links()) == ({}, [])


async def test_every_segment_is_known_by_the_id_it_was_given(scene: Scene) -> None:
    message_id = await _sent(scene, Accepted(carrier_ids=("a", "b", "c")), body="x" * 400)
    rows = await scene.rows(carrier_refs)
    assert [(row["account_id"], row["carrier_id"], row["part"], row["n_parts"]) for row in rows] == [
        (SMSC, "a", 0, 3),
        (SMSC, "b", 1, 3),
        (SMSC, "c", 2, 3),
    ]
    assert {(row["message_id"], row["n"]) for row in rows} == {(message_id, 1)}


async def test_a_text_that_a_carrier_took_whole_is_known_by_its_one_id(scene: Scene) -> None:
    message_id = await _sent(scene, Accepted(carrier_ids=("whole",)), body="x" * 400)
    rows = await scene.rows(carrier_refs)
    assert [(row["message_id"], row["carrier_id"], row["part"], row["n_parts"]) for row in rows] == [
        (message_id, "whole", 0, 1)
    ]


async def test_a_carrier_that_gives_no_id_leaves_none_to_be_matched(scene: Scene) -> None:
    message_id = await _sent(scene, Accepted(carrier_ids=("", "b")), body="x" * 161)
    assert [(row["carrier_id"], row["part"]) for row in await scene.rows(carrier_refs)] == [("b", 1)]
    assert await scene.states() == {message_id: S.SENT}


async def test_what_a_carrier_says_is_kept_as_a_database_can_keep_it(scene: Scene) -> None:
    outcome = Refused(code="20", reason="busy\0 \ud83c", permanent=False, exchange="submit_sm\0 \ud83c")
    await _sent(scene, outcome)
    (row,) = await scene.outcomes()
    assert (row["code"], row["reason"], row["exchange"], row["is_permanent"]) == ("20", "busy ?", "submit_sm ?", False)


async def test_an_odd_id_is_kept_and_its_receipt_found(scene: Scene) -> None:
    message_id = await _sent(scene, Accepted(carrier_ids=("a\0b",)))
    await scene.hear(receipt("a\0b", about=ADA, code="0\x000"))
    assert await scene.states() == {message_id: S.DELIVERED}
    assert [(row["carrier_id"], row["code"]) for row in await scene.receipts()] == [("ab", "00")]


async def test_a_batch_of_answers_is_stored_as_each_deserves(scene: Scene) -> None:
    ids = await scene.queue(*phones_of(12))
    answers: list[Outcome | Callable[[Attempt], Outcome]] = [accepted, _refused("11", permanent=True), _refused()]

    def answer(attempt: Attempt) -> Outcome:
        each = answers[ids.index(attempt.draft.message.id) % 3]
        return each(attempt) if callable(each) else each

    await scene.answer(await scene.take(), answer)
    found = await scene.states()
    assert [found[each] for each in ids] == [S.SENT, S.FAILED, S.RETRYING] * 4
    assert sorted(await scene.ready()) == sorted(ids[2::3])


# ── answers that come when the lane has another owner ──


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (accepted, S.SENT),
        (_refused(), S.UNKNOWN),
        (_refused(THROTTLED), S.UNKNOWN),
        (_refused("11", permanent=True), S.UNKNOWN),
        (Unknown(reason="no_answer"), S.UNKNOWN),
    ],
    ids=["accepted", "temporary", "throttled", "permanent", "unknown"],
)
async def test_an_answer_to_an_attempt_given_up_meanwhile_repeats_nothing(
    scene: Scene, outcome: Any, state: State
) -> None:
    (message_id,) = await scene.queue(ADA)
    taken = await scene.take()
    await scene.crash()
    await scene.answer(taken, outcome)
    assert await scene.states() == {message_id: state}
    assert await scene.ready() == {}
    assert [(row["kind"], row["reason"]) for row in await scene.outcomes()] == [("unknown", "crashed")]
    scene.world.clock.move(seconds=3_600)
    assert numbers_in(await scene.take()) == []


async def test_its_id_still_finds_the_receipt(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    taken = await scene.take()
    await scene.crash()
    await scene.hear(receipt("c1"))
    await scene.answer(taken, Accepted(carrier_ids=("c1",)))
    assert await scene.states() == {message_id: S.DELIVERED}


async def test_an_answer_that_the_receipt_overtook_moves_nothing_back(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    taken = await scene.take()
    await scene.hear(receipt("c1", News.DELIVERED))
    assert await scene.states() == {message_id: S.SENDING}
    await scene.answer(taken, Accepted(carrier_ids=("c1",)))
    assert await scene.states() == {message_id: S.DELIVERED}
    assert [row["message_id"] for row in await scene.receipts()] == [message_id]


async def test_answers_of_several_lanes_are_stored_together(scene: Scene) -> None:
    await scene.add_lane("second")
    ids = await scene.queue(ADA, BO) + await scene.queue(CY, lane_id="second")
    first, second = await scene.take(), await scene.take("second")
    await scene.answer([*first.attempts, *second.attempts])
    assert await scene.states() == dict.fromkeys(ids, S.SENT)
