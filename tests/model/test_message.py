"""The law of states, over the table that the product runs."""

from hypothesis import given
from hypothesis import strategies as st

from heliogram.model.message import FINAL, NEXT, State, advance, go_again

S = State

STEP = {
    S.QUEUED: 0,
    S.HELD: 1,
    S.SENDING: 1,
    S.RETRYING: 1,
    S.UNKNOWN: 2,
    S.SENT: 3,
    S.DELIVERED: 4,
    S.UNDELIVERED: 4,
    S.FAILED: 4,
    S.SKIPPED: 4,
    S.EXPIRED: 4,
    S.CANCELED: 4,
}
"""How far on a message is. Only holding and trying may go round in circles."""

HANDED_OVER = {S.UNKNOWN, S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED}

histories = st.lists(st.sampled_from(State), max_size=30)


def _after(news: list[State], start: State = S.QUEUED) -> list[State]:
    states = [start]
    for wanted in news:
        states.append(advance(states[-1], wanted))
    return states


def _reachable(start: State) -> set[State]:
    seen = {start}
    waiting = [start]
    while waiting:
        for following in NEXT[waiting.pop()] - seen:
            seen.add(following)
            waiting.append(following)
    return seen


EDGES = [(state, following) for state in State for following in NEXT[state]]


def test_no_step_of_the_table_leads_backwards() -> None:
    assert [edge for edge in EDGES if STEP[edge[0]] > STEP[edge[1]]] == []
    assert {state for state in State for wanted in State if STEP[advance(state, wanted)] < STEP[state]} == set()


def test_an_end_is_an_end() -> None:
    assert {S.DELIVERED, S.UNDELIVERED, S.FAILED, S.SKIPPED, S.EXPIRED, S.CANCELED} == FINAL


def test_only_a_recorded_attempt_leads_to_what_was_handed_over() -> None:
    before = {state for state, following in EDGES if following in HANDED_OVER}
    assert before == {S.SENDING, S.UNKNOWN, S.SENT}


def test_no_step_leads_from_what_was_handed_over_to_another_try_or_to_never_sent() -> None:
    after = {following for state, following in EDGES if state in HANDED_OVER}
    assert after == {S.SENT, S.DELIVERED, S.UNDELIVERED}


def test_only_what_was_handed_over_and_is_not_in_doubt_goes_again() -> None:
    assert {state for state in State if go_again(state) is S.RETRYING} == {S.SENT, S.RETRYING}
    assert go_again(S.UNKNOWN) is S.UNDELIVERED
    assert all(go_again(state) is state for state in FINAL)


@given(histories)
def test_a_state_never_moves_backwards(news: list[State]) -> None:
    steps = [STEP[state] for state in _after(news)]
    assert steps == sorted(steps)


@given(histories, histories)
def test_a_final_state_stays_whatever_comes(before: list[State], late: list[State]) -> None:
    state = _after(before)[-1]
    if state in FINAL:
        assert set(_after(late, state)) == {state}


@given(histories)
def test_news_repeated_at_once_changes_nothing(news: list[State]) -> None:
    twice = [each for wanted in news for each in (wanted, wanted)]
    assert _after(twice)[-1] == _after(news)[-1]


@given(histories)
def test_nothing_was_handed_over_without_a_recorded_attempt(news: list[State]) -> None:
    states = _after(news)
    if states[-1] in HANDED_OVER:
        assert S.SENDING in states


@given(histories)
def test_a_message_that_may_have_gone_out_is_never_sent_again(news: list[State]) -> None:
    states = _after(news)
    gone = [index for index, state in enumerate(states) if state in HANDED_OVER]
    if gone:
        assert {S.SENDING, S.RETRYING, S.QUEUED, S.HELD}.isdisjoint(states[gone[0] :])


@given(histories)
def test_what_was_sent_is_never_called_skipped_expired_or_canceled(news: list[State]) -> None:
    states = _after(news)
    if HANDED_OVER.intersection(states):
        assert states[-1] not in {S.SKIPPED, S.EXPIRED, S.CANCELED}


def test_every_state_has_its_row_and_can_be_reached() -> None:
    assert set(NEXT) == set(State) == set(STEP)
    assert _reachable(S.QUEUED) == set(State)


def test_every_message_can_come_to_an_end() -> None:
    assert {state for state in State if _reachable(state) & FINAL} == set(State)


def test_a_receipt_that_overtakes_the_answer_counts() -> None:
    assert _after([S.SENDING, S.DELIVERED, S.SENT])[-1] is S.DELIVERED


def test_the_first_final_receipt_counts_and_a_later_one_that_contradicts_it_does_not() -> None:
    assert _after([S.SENDING, S.SENT, S.UNDELIVERED, S.DELIVERED])[-1] is S.UNDELIVERED


def test_a_receipt_settles_an_attempt_whose_answer_never_came() -> None:
    assert _after([S.SENDING, S.UNKNOWN, S.SENT, S.DELIVERED]) == [S.QUEUED, S.SENDING, S.UNKNOWN, S.SENT, S.DELIVERED]
