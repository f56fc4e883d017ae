"""When traffic leaves an account and when it comes back, by a clock that is moved by hand."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.delivery.shift import BUCKET, DOWN, LIMITS, REFUSING, STAYS, Shift, back_at, see
from tests.world import NOON, Clock

SECOND = timedelta(seconds=1)


class Account:
    """An account that is looked at again and again."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.shift = STAYS

    def seen(self, *, after: timedelta = timedelta(), is_up: bool = True, n_good: int = 0, n_bad: int = 0) -> str:
        now = self.clock.move(seconds=after.total_seconds())
        self.shift = see(self.shift, now, is_up=is_up, n_good=n_good, n_bad=n_bad)
        return self.shift.why

    def goes_down(self) -> None:
        self.seen(is_up=False)
        assert self.seen(after=LIMITS.down, is_up=False) == DOWN

    def comes_back(self, cool_down: timedelta = LIMITS.cool_down) -> None:
        """Healthy all the time: back when the cool-down is over, and not before."""
        self.seen(after=SECOND)
        assert self.seen(after=cool_down - 2 * SECOND) == DOWN
        assert self.seen(after=SECOND) == ""


# ── leaving ──


def test_a_line_that_is_back_in_time_keeps_the_traffic() -> None:
    account = Account()
    account.seen(is_up=False)
    assert account.seen(after=LIMITS.down - SECOND, is_up=False) == ""
    assert account.seen(after=SECOND) == ""
    assert account.seen(after=SECOND, is_up=False) == ""


def test_traffic_leaves_a_line_that_stays_down() -> None:
    account = Account()
    account.seen(is_up=False)
    assert account.seen(after=LIMITS.down, is_up=False) == DOWN
    assert account.shift.since == NOON + LIMITS.down


@pytest.mark.parametrize(
    ("n_good", "n_bad", "why"), [(10, 10, REFUSING), (11, 10, ""), (9, 10, ""), (0, 20, REFUSING), (0, 19, "")]
)
def test_traffic_leaves_an_account_that_takes_nothing_of_half_of_at_least_twenty(
    n_good: int, n_bad: int, why: str
) -> None:
    account = Account()
    account.seen(n_good=n_good)
    assert account.seen(after=SECOND, n_bad=n_bad) == why


@pytest.mark.parametrize(("age", "why"), [(LIMITS.window, REFUSING), (LIMITS.window + SECOND, "")])
def test_only_answers_of_the_last_minute_count(age: timedelta, why: str) -> None:
    account = Account()
    account.seen(n_bad=19)
    assert account.seen(after=age, n_bad=1) == why


# ── coming back ──


def test_traffic_comes_back_after_the_cool_down_and_not_before() -> None:
    account = Account()
    account.goes_down()
    account.comes_back()


def test_an_account_must_have_been_healthy_for_a_while_before_traffic_comes_back() -> None:
    account = Account()
    account.goes_down()
    assert account.seen(after=LIMITS.cool_down, is_up=False) == DOWN
    account.seen(after=SECOND)
    assert account.seen(after=LIMITS.healthy - SECOND) == DOWN
    assert account.seen(after=SECOND) == ""


@pytest.mark.parametrize(("is_up", "n_bad"), [(False, 0), (True, 1)], ids=["a line that falls", "a refusal"])
def test_a_lapse_while_it_is_away_begins_the_wait_anew(is_up: bool, n_bad: int) -> None:
    account = Account()
    account.goes_down()
    account.seen(after=LIMITS.cool_down)
    account.seen(after=LIMITS.healthy - SECOND, is_up=is_up, n_bad=n_bad)
    account.seen(after=SECOND)
    assert account.seen(after=LIMITS.healthy - SECOND) == DOWN
    assert account.seen(after=SECOND) == ""


def test_one_that_fails_again_soon_stays_away_twice_as_long_each_time_up_to_a_bound() -> None:
    account = Account()
    for factor in (1, 2, 4, 8, 8):
        account.goes_down()
        account.comes_back(factor * LIMITS.cool_down)


@pytest.mark.parametrize(("rest", "factor"), [(LIMITS.forgiven - 6 * SECOND, 2), (LIMITS.forgiven, 1)])
def test_one_that_was_well_for_an_hour_is_forgiven(rest: timedelta, factor: int) -> None:
    account = Account()
    account.goes_down()
    account.comes_back()
    account.seen(after=rest)
    account.goes_down()
    account.comes_back(factor * LIMITS.cool_down)


seen = st.tuples(st.integers(0, 120), st.booleans(), st.integers(0, 30), st.integers(0, 30))


@given(st.lists(seen, max_size=60))
def test_whatever_happens_it_never_flaps(story: list[tuple[int, bool, int, int]]) -> None:
    shift, now, left_at, healthy_since, down_since = STAYS, NOON, None, None, None
    for after_s, is_up, n_good, n_bad in story:
        now += timedelta(seconds=after_s)
        healthy_since = (healthy_since or now) if is_up and not n_bad else None
        down_since = None if is_up else down_since or now
        before, shift = shift, see(shift, now, is_up=is_up, n_good=n_good, n_bad=n_bad)
        if not before.why and shift.why:
            left_at = now
            assert shift.why == REFUSING or (down_since is not None and now - down_since >= LIMITS.down)
        if before.why and not shift.why:
            assert left_at is not None and now - left_at >= LIMITS.cool_down
            assert healthy_since is not None and now - healthy_since >= LIMITS.healthy
        if before.why and shift.why:
            assert (before.why, before.since) == (shift.why, shift.since)
        assert len(shift.answers) <= LIMITS.window / BUCKET + 1


def test_a_story_without_anything_wrong_changes_nothing() -> None:
    account = Account()
    for _ in range(100):
        assert account.seen(after=SECOND, n_good=30) == ""
    assert account.shift == Shift(healthy_since=NOON + SECOND, answers=account.shift.answers)


# ── when ──


def test_when_traffic_may_be_back_is_known_beforehand_and_is_when_it_is() -> None:
    account = Account()
    account.goes_down()
    left = account.clock.now()
    assert back_at(account.shift) == left + LIMITS.cool_down
    account.seen(after=LIMITS.cool_down - SECOND)
    # Well again a second before the cool-down ends: healthy for a while comes after that.
    assert back_at(account.shift) == account.clock.now() + LIMITS.healthy
    assert account.seen(after=LIMITS.healthy - SECOND) == DOWN
    assert account.seen(after=SECOND) == ""
