"""What follows from each answer: the policy table of `delivery.retry`, row by row."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.delivery.retry import BACKOFF_S, Conclusion, Elsewhere, conclude, settled
from heliogram.model.group import Fallbacks
from heliogram.model.message import NEXT, Channel, State
from heliogram.model.parcel import (
    MEDIA_REFUSED,
    MEDIA_SMALLER,
    NO_MMS,
    THROTTLED,
    UNREACHABLE,
    Accepted,
    Outcome,
    Partly,
    Refused,
    Unknown,
)
from tests.world import NOON

WITH_LINK = Fallbacks(media_not_taken=True)
NO_LINK = Fallbacks(media_not_taken=False)


def _after(
    outcome: Outcome,
    *,
    channel: Channel = Channel.SMS,
    n_burned: int = 0,
    fallbacks: Fallbacks = WITH_LINK,
    may_shrink: bool = False,
) -> Conclusion:
    return conclude(outcome, channel=channel, n_burned=n_burned, fallbacks=fallbacks, now=NOON, may_shrink=may_shrink)


def _refused(code: str = "69", *, permanent: bool = False, retry_after_s: float | None = None) -> Refused:
    return Refused(code=code, reason="no", permanent=permanent, retry_after_s=retry_after_s)


def _again(seconds: float, reason: str, **more: Any) -> Conclusion:
    return Conclusion(state=State.RETRYING, reason=reason, again_at=NOON + timedelta(seconds=seconds), **more)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Accepted(carrier_ids=("c1",)), Conclusion(state=State.SENT)),
        (Unknown(reason="no_answer"), Conclusion(state=State.UNKNOWN, reason="no_answer")),
        (Partly(carrier_ids=("c1",), code="88", reason="full"), Conclusion(state=State.UNKNOWN, reason="88")),
        (_refused(permanent=True), Conclusion(state=State.FAILED, reason="69")),
        (_refused(), _again(5, "69", n_burned=1)),
        (_refused(THROTTLED), _again(1, THROTTLED)),
        (_refused(THROTTLED, retry_after_s=7.5), _again(7.5, THROTTLED)),
        (_refused(UNREACHABLE), _again(1, UNREACHABLE)),
        (_refused(MEDIA_REFUSED, permanent=True), Conclusion(state=State.FAILED, reason=MEDIA_REFUSED)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Outcome) else "",
)
def test_what_follows_from_an_answer_to_a_text(outcome: Outcome, expected: Conclusion) -> None:
    assert _after(outcome) == expected


@pytest.mark.parametrize(("n_burned", "wait_s"), list(enumerate(BACKOFF_S)))
def test_each_temporary_refusal_waits_longer_and_burns_a_try(n_burned: int, wait_s: int) -> None:
    assert _after(_refused(), n_burned=n_burned) == _again(wait_s, "69", n_burned=n_burned + 1)


def test_after_the_last_wait_a_temporary_refusal_is_the_end() -> None:
    assert _after(_refused(), n_burned=len(BACKOFF_S)) == Conclusion(state=State.FAILED, reason="69")


@pytest.mark.parametrize(("asked_s", "wait_s"), [(None, 5), (3, 5), (8, 8)])
def test_a_carrier_may_ask_for_a_longer_wait_but_not_for_a_shorter_one(asked_s: float | None, wait_s: float) -> None:
    assert _after(_refused(retry_after_s=asked_s)) == _again(wait_s, "69", n_burned=1)


@pytest.mark.parametrize("code", [THROTTLED, UNREACHABLE])
@pytest.mark.parametrize("n_burned", range(len(BACKOFF_S) + 1))
def test_what_says_nothing_of_the_message_burns_no_try(code: str, n_burned: int) -> None:
    assert _after(_refused(code), n_burned=n_burned) == _again(1, code, n_burned=n_burned)


@pytest.mark.parametrize("permanent", [True, False])
def test_a_refused_picture_goes_at_once_as_a_text_with_a_link(permanent: bool) -> None:
    found = _after(_refused(MEDIA_REFUSED, permanent=permanent), channel=Channel.MMS, n_burned=2)
    assert found == _again(0, MEDIA_REFUSED, n_burned=2, forced_reason="media_not_taken")


@pytest.mark.parametrize("fallbacks", [WITH_LINK, NO_LINK], ids=["a link is next", "no link"])
@pytest.mark.parametrize("permanent", [True, False])
def test_a_refused_picture_that_can_shrink_goes_at_once_and_smaller(permanent: bool, fallbacks: Fallbacks) -> None:
    refused = _refused(MEDIA_REFUSED, permanent=permanent)
    found = _after(refused, channel=Channel.MMS, n_burned=2, may_shrink=True, fallbacks=fallbacks)
    assert found == _again(0, MEDIA_REFUSED, n_burned=2, forced_reason=MEDIA_SMALLER)


@pytest.mark.parametrize("fallbacks", [WITH_LINK, NO_LINK], ids=["with link", "no link"])
def test_where_the_number_takes_no_pictures_the_link_goes_whatever_the_group_says(fallbacks: Fallbacks) -> None:
    found = _after(_refused(NO_MMS, permanent=True), channel=Channel.MMS, n_burned=2, fallbacks=fallbacks)
    assert found == _again(0, NO_MMS, n_burned=2, forced_reason="number_no_mms")
    assert _after(_refused(NO_MMS, permanent=True), fallbacks=fallbacks).state is State.FAILED


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.SMS_LINK])
def test_only_a_picture_message_falls_back_so_it_happens_once(channel: Channel) -> None:
    assert _after(_refused(MEDIA_REFUSED, permanent=True), channel=channel).state is State.FAILED


@pytest.mark.parametrize(
    ("permanent", "expected"),
    [(True, Conclusion(state=State.FAILED, reason=MEDIA_REFUSED)), (False, _again(5, MEDIA_REFUSED, n_burned=1))],
)
def test_where_the_group_sends_no_link_a_refused_picture_stays_refused(permanent: bool, expected: Conclusion) -> None:
    refused = _refused(MEDIA_REFUSED, permanent=permanent)
    assert _after(refused, channel=Channel.MMS, fallbacks=NO_LINK) == expected


codes = st.sampled_from(["69", MEDIA_REFUSED, NO_MMS, THROTTLED, UNREACHABLE])
any_refused = st.builds(
    Refused,
    code=codes,
    reason=st.just("no"),
    permanent=st.booleans(),
    retry_after_s=st.none() | st.floats(0.1, 3600),
)
any_outcome = (
    st.just(Accepted(carrier_ids=("c1",)))
    | st.builds(Partly, carrier_ids=st.just(("c1",)), code=codes, reason=st.just("no"))
    | st.builds(Unknown, reason=codes)
    | any_refused
)


@given(any_outcome, st.sampled_from(Channel), st.integers(0, len(BACKOFF_S)), st.booleans())
def test_only_what_was_refused_whole_is_tried_again_and_never_without_an_end(
    outcome: Outcome, channel: Channel, n_burned: int, with_link: bool
) -> None:
    found = _after(outcome, channel=channel, n_burned=n_burned, fallbacks=WITH_LINK if with_link else NO_LINK)
    assert found.state in NEXT[State.SENDING]
    assert (found.again_at is not None) == (found.state is State.RETRYING)
    if found.again_at is None:
        return
    assert isinstance(outcome, Refused) and found.again_at >= NOON
    is_free = outcome.code in (THROTTLED, UNREACHABLE)
    assert n_burned < found.n_burned <= len(BACKOFF_S) or found.forced_reason or is_free


# ── by which route ──


def _next_way(code: str, elsewhere: Elsewhere, **more: Any) -> Conclusion:
    return conclude(
        _refused(code, **more),
        channel=Channel.SMS,
        n_burned=0,
        fallbacks=WITH_LINK,
        now=NOON,
        elsewhere=elsewhere,
    )


@pytest.mark.parametrize(
    ("code", "elsewhere", "expected"),
    [
        ("69", Elsewhere.NONE, _again(5, "69", n_burned=1)),
        ("69", Elsewhere.UNTRIED, _again(0, "69", n_burned=1, goes_elsewhere=True)),
        ("69", Elsewhere.TRIED, _again(5, "69", n_burned=1, goes_elsewhere=True)),
        (UNREACHABLE, Elsewhere.NONE, _again(1, UNREACHABLE)),
        (UNREACHABLE, Elsewhere.UNTRIED, _again(0, UNREACHABLE, goes_elsewhere=True)),
        (UNREACHABLE, Elsewhere.TRIED, _again(1, UNREACHABLE, goes_elsewhere=True)),
        (THROTTLED, Elsewhere.UNTRIED, _again(1, THROTTLED)),
    ],
)
def test_the_next_try_goes_by_another_account_at_once_the_first_time_and_not_for_a_matter_of_pace(
    code: str, elsewhere: Elsewhere, expected: Conclusion
) -> None:
    assert _next_way(code, elsewhere) == expected


@pytest.mark.parametrize("elsewhere", Elsewhere)
@pytest.mark.parametrize("outcome", [Unknown(reason="x"), Partly(carrier_ids=("c",), code="8", reason="x")])
def test_what_may_have_gone_out_is_tried_by_no_other_account(outcome: Outcome, elsewhere: Elsewhere) -> None:
    concluded = conclude(outcome, channel=Channel.SMS, n_burned=0, fallbacks=WITH_LINK, now=NOON, elsewhere=elsewhere)
    assert (concluded.state, concluded.again_at, concluded.goes_elsewhere) == (State.UNKNOWN, None, False)


@pytest.mark.parametrize("elsewhere", Elsewhere)
def test_a_lasting_refusal_and_the_last_try_end_it_wherever_else_there_is(elsewhere: Elsewhere) -> None:
    assert _next_way("69", elsewhere, permanent=True).state is State.FAILED
    last = conclude(
        _refused(),
        channel=Channel.SMS,
        n_burned=len(BACKOFF_S),
        fallbacks=WITH_LINK,
        now=NOON,
        elsewhere=elsewhere,
    )
    assert last.state is State.FAILED


# ── with the same key ──


@pytest.mark.parametrize(
    ("again", "settles"),
    [
        (Accepted(carrier_ids=("c1",)), True),
        (_refused(permanent=True), False),
        (_refused(THROTTLED), False),
        (Partly(carrier_ids=("c1",), code="8", reason="x"), False),
        (Unknown(reason="again"), False),
    ],
)
def test_only_an_acceptance_settles_what_became_of_the_first(again: Outcome, settles: bool) -> None:
    first = Unknown(reason="no answer")
    assert settled(first, again) == (again if settles else first)
