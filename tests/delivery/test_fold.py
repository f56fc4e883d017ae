"""News into states and counters: by the one table, never backwards, and counted as it moves."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.delivery.fold import Deltas, Move, News, count_move, fold
from heliogram.model.message import NEXT, State
from heliogram.storage import deliveries
from tests.delivery.scene import LANE, Scene
from tests.world import NOON, WORKSPACE

S = State


def _row(message_id: str, state: State, campaign_id: str | None = "campaign") -> dict[str, Any]:
    row = {"message_id": message_id, "workspace_id": WORKSPACE, "lane_id": LANE, "campaign_id": campaign_id}
    return row | {"state": state.value, "reason": "", "at": NOON}


async def _fold(scene: Scene, *news: News, **standing: State) -> tuple[dict[str, Move], Deltas]:
    deltas: Deltas = Counter()
    async with scene.store.write() as connection:
        rows = [_row(message_id, state) for message_id, state in standing.items()]
        await deliveries.add_states(connection, rows)
        moves = await fold(connection, news, deltas, scene.world.clock.now())
    return moves, deltas


async def test_each_message_moves_to_where_its_news_takes_it(scene: Scene) -> None:
    news = [News(message_id="a", state=S.SENT), News(message_id="b", state=S.FAILED, reason="69")]
    moves, _deltas = await _fold(scene, *news, a=S.SENDING, b=S.SENDING, c=S.SENDING)
    assert moves == {"a": Move(before=S.SENDING, after=S.SENT), "b": Move(before=S.SENDING, after=S.FAILED)}
    assert await scene.reasons() == {"a": (S.SENT, ""), "b": (S.FAILED, "69"), "c": (S.SENDING, "")}


async def test_late_and_repeated_news_moves_nobody_and_counts_nothing(scene: Scene) -> None:
    news = [News(message_id="a", state=S.SENT, reason="late"), News(message_id="b", state=S.DELIVERED)]
    moves, deltas = await _fold(scene, *news, a=S.DELIVERED, b=S.DELIVERED)
    assert set(moves.values()) == {Move(before=S.DELIVERED, after=S.DELIVERED)}
    assert not deltas
    assert await scene.reasons() == {"a": (S.DELIVERED, ""), "b": (S.DELIVERED, "")}


async def test_news_of_one_message_is_taken_in_its_order(scene: Scene) -> None:
    news = [News(message_id="a", state=S.SENT), News(message_id="a", state=S.UNDELIVERED, reason="expired")]
    moves, deltas = await _fold(scene, *news, a=S.SENDING)
    assert moves == {"a": Move(before=S.SENDING, after=S.UNDELIVERED)}
    found = {(kind, key): n for (_campaign, _workspace, kind, key), n in deltas.items() if n}
    assert found == {("state", "sending"): -1, ("state", "undelivered"): 1, ("failed", "expired"): 1}


async def test_news_of_a_message_nobody_knows_is_nobodys(scene: Scene) -> None:
    moves, deltas = await _fold(scene, News(message_id="stranger", state=S.SENT))
    assert (moves, dict(deltas)) == ({}, {})
    assert await scene.states() == {}


async def test_a_message_of_its_own_is_moved_and_not_counted(scene: Scene) -> None:
    async with scene.store.write() as connection:
        await deliveries.add_states(connection, [_row("a", S.SENDING, None)])
    _moves, deltas = await _fold(scene, News(message_id="a", state=S.SENT))
    assert await scene.states() == {"a": S.SENT}
    assert not deltas


@pytest.mark.parametrize(
    ("after", "kind"),
    [(S.SKIPPED, "skipped"), (S.FAILED, "failed"), (S.UNDELIVERED, "failed"), (S.DELIVERED, None), (S.UNKNOWN, None)],
)
def test_a_report_lists_the_reasons_of_those_who_got_nothing(after: State, kind: str | None) -> None:
    deltas: Deltas = Counter()
    count_move(deltas, "campaign", WORKSPACE, S.QUEUED, after, "why", n=3)
    expected = {("state", "queued"): -3, ("state", after.value): 3} | ({(kind, "why"): 3} if kind else {})
    assert {key[2:]: n for key, n in deltas.items()} == expected


any_news = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(State)), max_size=12)


@given(any_news, st.sampled_from(State))
def test_counting_every_move_leaves_the_totals_as_they_were(moves: list[tuple[str, State]], start: State) -> None:
    deltas: Deltas = Counter()
    for _who, state in moves:
        count_move(deltas, "campaign", WORKSPACE, start, state, "")
    assert sum(n for (_campaign, _workspace, kind, _key), n in deltas.items() if kind == "state") == 0


@pytest.mark.parametrize("before", list(State))
async def test_no_news_takes_a_message_where_the_table_does_not_lead(small_scene: Scene, before: State) -> None:
    names = {f"to-{wanted.value}": wanted for wanted in State}
    news = [News(message_id=name, state=wanted) for name, wanted in names.items()]
    await _fold(small_scene, *news, **dict.fromkeys(names, before))
    found = await small_scene.states()
    assert {name: found[name] for name in names} == {
        name: wanted if wanted in NEXT[before] else before for name, wanted in names.items()
    }
