"""The pace of an account: never above its limit, halved by a refusal, back after a while."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heliogram.carriers.pace import CALM_S, MIN_PER_S, REGROW_PER_S, Pace
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.parcel import Accepted, Refused
from heliogram.wire.smpp.names import RTHROTTLED
from tests.world import Ids

from .bound import OWN, bound, carrying
from .sides import sms_parcel
from .smsc_peer import peer


def _places(pace: Pace, asked_at: list[float]) -> list[float]:
    """When the segments leave that are ready at these times."""
    return [now + pace.wait_s(now) for now in asked_at]


@given(st.integers(1, 200), st.lists(st.floats(0, 0.3), min_size=1, max_size=300), st.sets(st.integers(0, 299)))
@example(2, [0.0, 0.1, 0.0], set())
@example(50, [0.01] * 300, {60})
def test_no_second_has_more_segments_than_the_limit(per_s: int, pauses: list[float], refused: set[int]) -> None:
    pace, now, left = Pace(per_s), 0.0, []
    for index, pause in enumerate(pauses):
        now += pause
        left.append(now + pace.wait_s(now))
        if index in refused:
            pace.throttled(now)
    assert left == sorted(left)
    # So the one after the last that a second may have comes when the second is over.
    assert all(later - first >= 1 - 1e-6 for first, later in zip(left, left[per_s:], strict=False))


@given(st.integers(2, 40), st.lists(st.tuples(st.floats(0, 0.3), st.integers(1, 12)), min_size=1, max_size=200))
@example(10, [(0.0, 4)] * 9)
@example(10, [(0.0, 5)] + [(0.0, 1)] * 30)
@example(3, [(0.0, 12), (0.0, 1), (0.0, 12)])
def test_no_second_has_more_segments_than_the_limit_where_texts_go_whole(
    per_s: int, texts: list[tuple[float, int]]
) -> None:
    pace, now, left = Pace(per_s), 0.0, []
    for pause, n in texts:
        now += pause
        left.append((now + pace.wait_s(now, n), n))
    for first, _n in left:
        in_second = [n for at, n in left if first <= at <= first + 1]
        # One that is longer than a second's worth is alone in its own.
        assert sum(in_second) <= per_s or len(in_second) == 1


def test_a_text_longer_than_a_second_has_as_many_seconds_as_it_needs() -> None:
    pace = Pace(4)
    assert pace.wait_s(0.0, 12) == pytest.approx(11 / 4)
    assert pace.wait_s(0.0, 1) >= 11 / 4 + 12 / 4


def test_who_comes_when_the_pace_has_room_does_not_wait() -> None:
    assert _places(Pace(10), [0.0, 0.1, 0.2, 7.0]) == pytest.approx([0.0, 0.1, 0.2, 7.0])


def test_without_a_limit_nothing_waits() -> None:
    assert _places(Pace(), [0.0] * 1_000) == [0.0] * 1_000


def test_a_refusal_halves_the_pace_once_whatever_else_is_refused_in_that_second() -> None:
    pace = Pace(40)
    for now in (5.0, 5.1, 5.0 + CALM_S * 0.99):
        pace.throttled(now)
    assert pace.per_s == 20 and pace.is_slowed()
    pace.throttled(5.0 + CALM_S)
    assert pace.per_s == 10


def test_refusals_never_stop_an_account() -> None:
    pace = Pace(4)
    for second in range(9):
        pace.throttled(float(second) * 2)
    assert pace.per_s == MIN_PER_S


def test_the_pace_comes_back_slowly_and_not_beyond_the_limit() -> None:
    pace = Pace(100)
    pace.throttled(0.0)
    found = []
    for tenth in range(1, 300):
        pace.wait_s(tenth / 10)
        found.append(pace.per_s or 0.0)
    assert found[8] == 50  # not while it may still be refusing
    assert all(0 <= after - before <= 100 * REGROW_PER_S / 10 + 1e-6 for before, after in pairwise(found))
    assert found[-1] == 100 and not pace.is_slowed()


def test_without_a_limit_what_was_refused_is_taken_for_it() -> None:
    pace = Pace()
    _places(pace, [3.0 + n / 80 for n in range(80)])
    pace.throttled(4.0)
    assert (pace.limit_per_s, pace.per_s) == (80, 40)


# ── on the wire ──


async def test_segments_leave_at_the_pace_of_the_account() -> None:
    async with peer() as smsc, carrying(smsc.port, per_s=100) as carrier:
        line = await bound(smsc, carrier)
        clock = asyncio.get_running_loop().time
        began = clock()
        sending = [asyncio.create_task(carrier.send(sms_parcel(f"m{n}.1"))) for n in range(20)]
        for _ in range(20):
            line.answer(await line.hear(), message_id="1")
        took_s = clock() - began
        assert all(isinstance(outcome, Accepted) for outcome in await asyncio.gather(*sending))
    assert took_s >= 19 / 100


async def test_a_carrier_that_throttles_slows_the_account_down_and_an_operator_sees_it() -> None:
    async with peer() as smsc, carrying(smsc.port, per_s=100) as carrier:
        line = await bound(smsc, carrier)
        assert "Slowed" not in carrier.health().detail
        sending = asyncio.create_task(carrier.send(sms_parcel()))
        line.answer(await line.hear(), status=RTHROTTLED)
        assert isinstance(await sending, Refused)
        assert carrier.health().detail.endswith("Slowed to 50 a second: it throttles.")


@pytest.mark.parametrize(("settings", "window"), [({"per_s": 4.5}, 5), ({"per_s": 500}, 20), ({}, 20)])
def test_no_more_is_out_at_once_than_leaves_in_a_second(settings: dict[str, Any], window: int) -> None:
    own = OWN | {"port": 1, "window": 10, "binds": 2} | settings
    assert SmppCarrier.configured(own, "secret", Ids().new_id).capabilities.window == window


def test_a_text_of_several_segments_takes_a_place_for_each_and_leaves_at_the_last() -> None:
    pace = Pace(10)
    assert [pace.wait_s(0.0, n) for n in (1, 3, 1)] == pytest.approx([0.0, 0.3, 0.4])


def test_the_segments_of_a_text_that_leaves_at_once_count_when_the_carrier_throttles() -> None:
    pace = Pace()
    assert [pace.wait_s(4.0, 5) for _ in range(8)] == [0.0] * 8
    pace.throttled(4.5)
    assert pace.limit_per_s == 40
