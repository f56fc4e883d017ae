"""When traffic leaves an account for the next one of its senders, and when it comes back. Pure: seen and time in.

Leaving is quick, coming back is slow, so that an account that comes and goes does not take the traffic with it each
time: an account stays away for a cool-down, then until it has been healthy for a while, and longer each time that it
fails again soon. (GOV.UK Notify shifts between carriers and found flapping to be the problem: peers §2.8.)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers, each with its reason. Ours, not measured on anybody's carriers."""

    down: timedelta = timedelta(seconds=5)
    """A line that falls is back within a second or two where that is all there was."""
    window: timedelta = timedelta(seconds=60)
    """How far back answers are looked at: a carrier that was slow a minute ago may be well now."""
    n_least: int = 20
    """Fewer answers than this are bad luck."""
    share: float = 0.5
    """At this share of answers that take nothing for now, more is repeated than gets through."""
    cool_down: timedelta = timedelta(minutes=5)
    """The least time away (GOV.UK Notify changes nothing for five minutes after a change)."""
    healthy: timedelta = timedelta(seconds=60)
    """For how long it must have been healthy at the end of that."""
    forgiven: timedelta = timedelta(hours=1)
    """Whoever fails again within this time of coming back stays away for twice as long as the last time."""
    n_doubled: int = 3
    """How often the cool-down doubles at most: 40 minutes are long enough to be noticed and mended by somebody."""


LIMITS: Final = Limits()
DOWN, REFUSING = "account_down", "account_refusing"
"""Why an account is away (`model.reasons` has the sentences)."""
BUCKET: Final = timedelta(seconds=5)


class Answers(msgspec.Struct, frozen=True):
    """How many answers came from `at` on, for a BUCKET's time, and how many of them took nothing for now."""

    at: datetime
    n: int
    n_bad: int


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """How one account stands. `why` is "" while the traffic is with it; away or back since `since`."""

    why: str = ""
    since: datetime | None = None
    n_in_a_row: int = 0
    """How often it went away, each time soon after it had come back."""
    healthy_since: datetime | None = None
    down_since: datetime | None = None
    answers: tuple[Answers, ...] = ()


STAYS: Final = Shift()
"""Nothing was seen yet."""


def see(shift: Shift, now: datetime, *, is_up: bool, n_good: int = 0, n_bad: int = 0, limits: Limits = LIMITS) -> Shift:
    """How the account stands after what was seen: whether its line is up, and answers that took something or nothing.

    Times never go back from call to call.
    """
    shift = msgspec.structs.replace(
        shift,
        healthy_since=(shift.healthy_since or now) if is_up and not n_bad else None,
        down_since=None if is_up else shift.down_since or now,
        answers=_with(shift.answers, n_good, n_bad, now, limits),
    )
    if shift.why:
        return _back(shift, now) if _may_come_back(shift, now, limits) else shift
    why = _why_away(shift, now, limits)
    return _away(shift, why, now, limits) if why else shift


def _with(answers: tuple[Answers, ...], n_good: int, n_bad: int, now: datetime, limits: Limits) -> tuple[Answers, ...]:
    kept = tuple(each for each in answers if now - each.at <= limits.window)
    if not n_good and not n_bad:
        return kept
    if kept and now - kept[-1].at < BUCKET:
        last = kept[-1]
        return (*kept[:-1], Answers(last.at, last.n + n_good + n_bad, last.n_bad + n_bad))
    return (*kept, Answers(now, n_good + n_bad, n_bad))


def _why_away(shift: Shift, now: datetime, limits: Limits) -> str:
    if shift.down_since is not None and now - shift.down_since >= limits.down:
        return DOWN
    n, n_bad = sum(each.n for each in shift.answers), sum(each.n_bad for each in shift.answers)
    return REFUSING if n >= limits.n_least and n_bad >= limits.share * n else ""


def _away(shift: Shift, why: str, now: datetime, limits: Limits) -> Shift:
    is_soon = shift.since is not None and now - shift.since < limits.forgiven
    n_in_a_row = min(shift.n_in_a_row + 1, limits.n_doubled + 1) if is_soon else 1
    return msgspec.structs.replace(shift, why=why, since=now, n_in_a_row=n_in_a_row, answers=())


def back_at(shift: Shift, limits: Limits = LIMITS) -> datetime:
    """When traffic may come back to an account that it has left, if it is healthy from now until then."""
    assert shift.since is not None  # it is away
    cooled = shift.since + limits.cool_down * (1 << (shift.n_in_a_row - 1))
    return cooled if shift.healthy_since is None else max(cooled, shift.healthy_since + limits.healthy)


def _may_come_back(shift: Shift, now: datetime, limits: Limits) -> bool:
    return shift.healthy_since is not None and now >= back_at(shift, limits)


def _back(shift: Shift, now: datetime) -> Shift:
    return msgspec.structs.replace(shift, why="", since=now, answers=())
