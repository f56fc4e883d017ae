"""Receipts into states: late, early, repeated, in any order; never backwards, and never matched by a guess."""

from datetime import timedelta
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.delivery.receipts import RECEIPT_WITHIN, resolve_doubt, rolled_up
from heliogram.model.event import NEWS_STATE, News, ReceiptHeard
from heliogram.model.message import FINAL, State
from heliogram.model.parcel import Accepted, Outcome, Partly, Unknown
from tests.delivery.scene import ADA, BO, Scene, receipt
from tests.world import MMSC, SMSC, WORKSPACE, phones_of

S = State


async def _sent(scene: Scene, *carrier_ids: str, phone: str = ADA) -> str:
    """A text taken by the carrier, with a segment for each id."""
    (message_id,) = await scene.queue(phone, body="x" * (150 * len(carrier_ids)))
    await scene.answer(await scene.take(), Accepted(carrier_ids=carrier_ids))
    return message_id


async def _unmatched(scene: Scene) -> list[str]:
    return [row["carrier_id"] for row in await scene.receipts() if row["message_id"] is None]


async def _state(scene: Scene, message_id: str) -> State:
    return (await scene.states())[message_id]


# ── one segment ──


@pytest.mark.parametrize("news", list(News))
async def test_each_news_of_a_sent_text_moves_it_to_its_state(scene: Scene, news: News) -> None:
    message_id = await _sent(scene, "c1")
    await scene.hear(receipt("c1", news, code="001"))
    state = NEWS_STATE[news] or S.SENT
    why = f"{news.value} 001" if state is S.UNDELIVERED else ""
    assert await scene.reasons() == {message_id: (state, why)}
    (row,) = await scene.receipts()
    assert (row["news"], row["code"], row["message_id"], row["account_id"]) == (news.value, "001", message_id, SMSC)


@pytest.mark.parametrize(
    ("heard", "state"),
    [
        ([News.DELIVERED, News.EN_ROUTE], S.DELIVERED),
        ([News.DELIVERED, News.UNDELIVERED], S.DELIVERED),
        ([News.EXPIRED, News.DELIVERED], S.UNDELIVERED),
        ([News.EN_ROUTE, News.EN_ROUTE, News.DELIVERED, News.DELIVERED, News.UNKNOWN], S.DELIVERED),
        ([News.UNKNOWN, News.REJECTED, News.ACCEPTED], S.UNDELIVERED),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
@pytest.mark.parametrize("together", [True, False])
async def test_the_first_end_that_is_heard_is_the_end(
    scene: Scene, heard: list[News], state: State, together: bool
) -> None:
    message_id = await _sent(scene, "c1")
    receipts = [receipt("c1", news) for news in heard]
    for batch in [receipts] if together else [[each] for each in receipts]:
        await scene.hear(*batch)
    assert await _state(scene, message_id) is state
    assert len(await scene.receipts()) == len(set(heard))


async def test_a_repeated_receipt_is_counted_once(scene: Scene) -> None:
    await scene.world.add_campaign()
    await scene.add_lane("c-campaign", campaign_id="campaign")
    await scene.queue(ADA, lane_id="c-campaign", campaign_id="campaign")
    await scene.answer(await scene.take("c-campaign"), Accepted(carrier_ids=("c1",)))
    for _ in range(3):
        await scene.hear(receipt("c1", News.UNDELIVERED, code="7"), receipt("c1", News.UNDELIVERED, code="7"))
    found = await scene.counts()
    assert (found["state", "undelivered"], found["failed", "undelivered 7"]) == (1, 1)
    assert ("state", "sent") not in found
    assert len(await scene.receipts()) == 1


async def test_a_receipt_days_later_still_counts(scene: Scene) -> None:
    message_id = await _sent(scene, "c1")
    scene.world.clock.move(seconds=10 * 86_400)
    await scene.hear(receipt("c1"))
    assert await _state(scene, message_id) is S.DELIVERED


async def test_a_receipt_of_another_account_is_about_another_message(scene: Scene) -> None:
    message_id = await _sent(scene, "c1")
    await scene.hear(receipt("c1"), account_id=MMSC)
    assert await _state(scene, message_id) is S.SENT
    assert await _unmatched(scene) == ["c1"]


async def test_nothing_heard_stores_nothing(scene: Scene) -> None:
    await scene.hear()
    assert await scene.receipts() == []


# ── before the answer ──


@pytest.mark.parametrize("news", [News.DELIVERED, News.UNDELIVERED])
@pytest.mark.parametrize("about", [ADA, ""], ids=["with the number", "without"])
async def test_a_receipt_that_overtakes_the_answer_waits_for_it(scene: Scene, news: News, about: str) -> None:
    (message_id,) = await scene.queue(ADA)
    taken = await scene.take()
    await scene.hear(receipt("c1", news, about=about))
    assert (await _state(scene, message_id), await _unmatched(scene)) == (S.SENDING, ["c1"])
    await scene.answer(taken, Accepted(carrier_ids=("c1",)))
    assert await _state(scene, message_id) is NEWS_STATE[news]
    assert await _unmatched(scene) == []


async def test_several_receipts_that_overtook_answers_find_each_its_own(scene: Scene) -> None:
    ids = await scene.queue(*phones_of(9))
    taken = await scene.take()
    await scene.hear(*[receipt(f"c{n}", News.DELIVERED if n % 2 else News.EXPIRED) for n in range(9)])
    await scene.answer(taken, lambda attempt: Accepted(carrier_ids=(f"c{ids.index(attempt.draft.message.id)}",)))
    found = await scene.states()
    assert [found[each] for each in ids] == [S.UNDELIVERED, S.DELIVERED] * 4 + [S.UNDELIVERED]


# ── several segments ──


async def test_a_text_is_delivered_when_its_last_segment_is_in_whatever_order(scene: Scene) -> None:
    for number, order in enumerate(permutations("abc")):
        phone = f"+131255501{number:02d}"
        ids = {part: f"{part}{number}" for part in "abc"}
        message_id = await _sent(scene, *ids.values(), phone=phone)
        for part in order[:-1]:
            await scene.hear(receipt(ids[part]))
            assert await _state(scene, message_id) is S.SENT
        await scene.hear(receipt(ids[order[-1]]))
        assert await _state(scene, message_id) is S.DELIVERED


async def test_one_lost_segment_is_a_lost_text(scene: Scene) -> None:
    message_id = await _sent(scene, "a", "b", "c")
    await scene.hear(receipt("a"), receipt("b", News.EXPIRED, code="9"))
    assert await scene.reasons() == {message_id: (S.UNDELIVERED, "expired 9")}
    await scene.hear(receipt("b"), receipt("c"))
    assert await _state(scene, message_id) is S.UNDELIVERED


async def test_a_segment_on_its_way_or_heard_of_twice_does_not_stand_for_another(scene: Scene) -> None:
    message_id = await _sent(scene, "a", "b")
    await scene.hear(receipt("a"), receipt("a", News.ACCEPTED), receipt("a"), receipt("b", News.EN_ROUTE))
    assert await _state(scene, message_id) is S.SENT


async def test_receipts_of_all_segments_may_overtake_the_answer(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA, body="x" * 161)
    taken = await scene.take()
    await scene.hear(receipt("a"), receipt("b"))
    await scene.answer(taken, Accepted(carrier_ids=("a", "b")))
    assert await _state(scene, message_id) is S.DELIVERED


async def test_a_text_taken_in_part_is_never_called_delivered(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA, body="x" * 400)
    await scene.answer(await scene.take(), Partly(carrier_ids=("a", "b"), code="88", reason="full"))
    await scene.hear(receipt("a"), receipt("b"))
    assert await _state(scene, message_id) is S.UNKNOWN


parts_of_three = st.lists(st.tuples(st.integers(0, 2), st.none() | st.sampled_from(News)), max_size=8)


@given(parts_of_three)
def test_a_text_is_delivered_only_when_all_of_it_is(heard: list[tuple[int, News | None]]) -> None:
    parts = [
        SimpleNamespace(n=1, part=part, n_parts=3, news=news.value if news is not None else None)
        for part, news in heard
    ]
    by_part = {part: {NEWS_STATE[news] for of, news in heard if of == part and news} for part in range(3)}
    found = rolled_up(parts)
    if any(S.UNDELIVERED in states for states in by_part.values()):
        assert found is S.UNDELIVERED
    else:
        assert found is (S.DELIVERED if all(S.DELIVERED in states for states in by_part.values()) else None)


def test_only_the_segments_of_the_last_attempt_count() -> None:
    def part(n: int, part: int, news: News | None) -> Any:
        return SimpleNamespace(n=n, part=part, n_parts=2, news=news.value if news else None)

    earlier = [part(1, 0, News.EXPIRED), part(1, 1, News.DELIVERED)]
    assert rolled_up([*earlier, part(2, 0, News.DELIVERED), part(2, 1, None)]) is None
    assert rolled_up([*earlier, part(2, 0, News.DELIVERED), part(2, 1, News.DELIVERED)]) is S.DELIVERED


# ── ids that nobody or somebody else was given ──


async def test_a_receipt_for_an_id_nobody_was_given_is_kept_and_moves_nobody(scene: Scene) -> None:
    message_id = await _sent(scene, "c1")
    await scene.hear(receipt("stranger", about=ADA), receipt("another", News.UNDELIVERED))
    assert await _state(scene, message_id) is S.SENT
    assert sorted(await _unmatched(scene)) == ["another", "stranger"]


async def test_an_id_that_two_messages_were_given_matches_neither(scene: Scene) -> None:
    first, second = await _sent(scene, "c1"), await _sent(scene, "c1", phone=BO)
    await scene.hear(receipt("c1", about=ADA))
    assert await scene.states() == {first: S.SENT, second: S.SENT}
    assert await _unmatched(scene) == ["c1"]


async def test_an_early_receipt_for_an_id_given_twice_matches_neither(scene: Scene) -> None:
    first = await _sent(scene, "c0")
    second, third = await scene.queue(BO, "+13125550009")
    taken = await scene.take()
    await scene.hear(receipt("c1"))
    await scene.answer(taken, Accepted(carrier_ids=("c1",)))
    assert await scene.states() == {first: S.SENT, second: S.SENT, third: S.SENT}
    assert await _unmatched(scene) == ["c1"]


# ── resolving doubt ──


async def _in_doubt(scene: Scene, *phones: str, outcome: Outcome | None = None, **message: Any) -> list[str]:
    """Messages whose answer a crash took, or never came."""
    ids = await scene.queue(*phones, **message)
    taken = await scene.take()
    if outcome is None:
        await scene.crash()
    else:
        await scene.answer(taken, outcome)
    assert set((await scene.states()).values()) == {S.UNKNOWN}
    return ids


@pytest.mark.parametrize("outcome", [None, Unknown(reason="no_answer")], ids=["a crash", "no answer"])
@pytest.mark.parametrize("news", [News.EN_ROUTE, News.DELIVERED, News.EXPIRED])
async def test_a_late_receipt_resolves_an_attempt_in_doubt(scene: Scene, outcome: Outcome | None, news: News) -> None:
    (message_id,) = await _in_doubt(scene, ADA, outcome=outcome)
    scene.world.clock.move(seconds=60)
    await scene.hear(receipt("c1", news, about=ADA))
    assert await _state(scene, message_id) is NEWS_STATE[news]
    await scene.hear(receipt("c1", News.DELIVERED, about=ADA))
    assert await _state(scene, message_id) in FINAL
    assert await _unmatched(scene) == []


@pytest.mark.parametrize(
    "heard",
    [receipt("c1"), receipt("c1", about=BO), receipt("c1", News.UNKNOWN, about=ADA)],
    ids=["without a number", "about somebody else", "that does not know"],
)
async def test_a_receipt_that_says_too_little_resolves_nothing(scene: Scene, heard: ReceiptHeard) -> None:
    (message_id,) = await _in_doubt(scene, ADA)
    await scene.hear(heard)
    assert await _state(scene, message_id) is S.UNKNOWN


async def test_through_another_account_a_receipt_resolves_nothing(scene: Scene) -> None:
    (message_id,) = await _in_doubt(scene, ADA)
    await scene.hear(receipt("c1", about=ADA), account_id=MMSC)
    assert await _state(scene, message_id) is S.UNKNOWN


async def test_two_attempts_in_doubt_for_one_number_are_not_told_apart_by_a_guess(scene: Scene) -> None:
    ids = await _in_doubt(scene, ADA, ADA)
    await scene.hear(receipt("c1", about=ADA))
    assert await scene.states() == dict.fromkeys(ids, S.UNKNOWN)
    assert await _unmatched(scene) == ["c1"]


async def test_two_ids_about_one_attempt_in_doubt_are_not_told_apart_by_a_guess(scene: Scene) -> None:
    (message_id,) = await _in_doubt(scene, ADA)
    await scene.hear(receipt("c1", about=ADA), receipt("c2", about=ADA))
    assert await _state(scene, message_id) is S.UNKNOWN


async def test_while_an_answer_may_come_a_receipt_is_not_given_to_that_attempt(scene: Scene) -> None:
    """The receipt may be about the attempt in doubt or about the one whose id is still to come."""
    (lost,) = await _in_doubt(scene, ADA)
    (open_one,) = await scene.queue(ADA)
    taken = await scene.take()
    await scene.hear(receipt("c1", about=ADA))
    assert await scene.states() == {lost: S.UNKNOWN, open_one: S.SENDING}
    await scene.answer(taken, Accepted(carrier_ids=("c1",)))
    assert await scene.states() == {lost: S.UNKNOWN, open_one: S.DELIVERED}


async def test_one_receipt_cannot_speak_for_several_segments(scene: Scene) -> None:
    (message_id,) = await _in_doubt(scene, ADA, body="x" * 161)
    await scene.hear(receipt("c1", about=ADA))
    await scene.hear(receipt("c2", News.EXPIRED, about=ADA))
    assert await _state(scene, message_id) is S.UNKNOWN
    assert await _unmatched(scene) == ["c1", "c2"]


async def test_a_picture_message_in_doubt_has_one_receipt(scene: Scene) -> None:
    await scene.add_picture()
    (message_id,) = await _in_doubt(scene, ADA, content="mms", media_id="menu")
    await scene.hear(receipt("g-1", about=ADA), account_id=MMSC)
    assert await _state(scene, message_id) is S.DELIVERED


@pytest.mark.parametrize(
    ("late", "state"), [(timedelta(), S.DELIVERED), (timedelta(microseconds=1), S.UNKNOWN)], ids=["just", "too late"]
)
async def test_a_receipt_resolves_a_doubt_within_its_days(scene: Scene, late: timedelta, state: State) -> None:
    (message_id,) = await _in_doubt(scene, ADA)
    scene.world.clock.move(seconds=(RECEIPT_WITHIN + late).total_seconds())
    await scene.hear(receipt("c1", about=ADA))
    assert await _state(scene, message_id) is state


async def _resolve(scene: Scene, *phones: str) -> None:
    async with scene.store.write() as connection:
        await resolve_doubt(connection, SMSC, WORKSPACE, phones, scene.world.clock.now())


async def test_a_receipt_from_before_the_restart_resolves_what_the_crash_left(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.take()
    await scene.hear(receipt("c1", News.EN_ROUTE, about=ADA), receipt("c1", about=ADA))
    await scene.crash()
    assert await _state(scene, message_id) is S.UNKNOWN
    await _resolve(scene, ADA)
    assert await _state(scene, message_id) is S.DELIVERED
    assert await _unmatched(scene) == []


async def test_a_receipt_from_before_the_attempt_is_about_something_else(scene: Scene) -> None:
    await scene.hear(receipt("c1", about=ADA))
    scene.world.clock.move(seconds=1)
    (message_id,) = await _in_doubt(scene, ADA)
    await _resolve(scene, ADA)
    assert await _state(scene, message_id) is S.UNKNOWN


async def test_an_id_that_was_given_twice_resolves_no_doubt(scene: Scene) -> None:
    first, second = await _sent(scene, "c1", phone=BO), await _sent(scene, "c1", phone=BO)
    (lost,) = await scene.queue(ADA)
    await scene.take()
    await scene.hear(receipt("c1", about=ADA))
    await scene.crash()
    await _resolve(scene, ADA)
    assert await scene.states() == {first: S.SENT, second: S.SENT, lost: S.UNKNOWN}
