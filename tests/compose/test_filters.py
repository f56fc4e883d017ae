"""Filters: bounds on both sides, and dates without a clock."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid.exceptions import FilterError, LiquidError, ResourceLimitError

from heliogram.compose.dialect import Dialect
from heliogram.compose.filters import (
    MAX_BITS,
    MAX_CHARS,
    MAX_ITEMS,
    NotForMessages,
    bounded,
    check_size,
    format_date,
)

FILTERS = Dialect().filters


@pytest.mark.parametrize(
    ("largest", "larger"),
    [
        ("x" * MAX_CHARS, "x" * (MAX_CHARS + 1)),
        ([0] * MAX_ITEMS, [0] * (MAX_ITEMS + 1)),
        (range(MAX_ITEMS), range(MAX_ITEMS + 1)),
        (2**MAX_BITS - 1, 2**MAX_BITS),
    ],
)
def test_a_value_may_be_as_large_as_its_bound_and_no_larger(largest: object, larger: object) -> None:
    check_size(largest)
    with pytest.raises(ResourceLimitError):
        check_size(larger)


@pytest.mark.parametrize(
    ("name", "fitting", "too_much"),
    [
        ("append", ("x" * 4_000, "y" * 1_000), ("x" * 4_000, "y" * 1_001)),
        ("prepend", ("x" * 4_000, "y" * 1_000), ("x" * 4_000, "y" * 1_001)),
        ("replace", ("x" * 50, "x", "y" * 100), ("x" * 50, "x", "y" * 101)),
        ("replace", ("x" * 49, "", "y" * 99), ("x" * 49, "", "y" * 100)),
        ("replace_first", ("xa", "x", "y" * 4_999), ("xa", "x", "y" * 5_000)),
        ("replace_last", ("ax", "x", "y" * 4_999), ("ax", "x", "y" * 5_000)),
        ("join", (["x"] * 50, "y" * 99), (["x"] * 52, "y" * 99)),
        ("split", ("x " * 499 + "x", " "), ("x " * 500 + "x", " ")),
        ("times", (2**64, 2**63), (2**64, 2**64)),
        ("concat", ([0] * 250, [0] * 250), ([0] * 250, [0] * 251)),
    ],
)
def test_a_filter_makes_no_more_than_fits(name: str, fitting: tuple[Any, ...], too_much: tuple[Any, ...]) -> None:
    keywords = {"environment": Dialect()} if getattr(FILTERS[name], "with_environment", False) else {}
    assert FILTERS[name](*fitting, **keywords) is not None
    with pytest.raises(ResourceLimitError):
        FILTERS[name](*too_much, **keywords)


@pytest.mark.parametrize(
    ("name", "fitting", "too_much"),
    [
        ("replace", ("x" * 50, "x", "y" * 100), ("x" * 50, "x", "y" * 101)),
        ("join", (["x"] * 50, "y" * 99), (["x"] * 50, "y" * 100)),
    ],
)
def test_how_long_a_text_becomes_is_asked_before_it_is_made(
    name: str, fitting: tuple[Any, ...], too_much: tuple[Any, ...]
) -> None:
    made: list[Any] = []
    filter_ = bounded(name, lambda *args: made.append(args))
    filter_(*fitting)
    assert made == [fitting]
    with pytest.raises(ResourceLimitError):
        filter_(*too_much)
    assert made == [fitting]


def test_an_argument_by_name_is_bounded_too() -> None:
    with pytest.raises(ResourceLimitError):
        FILTERS["replace"]("x" * 5_000, "x", sub="y" * 5_000)


def test_a_filter_that_stumbles_says_so_as_liquid_does() -> None:
    with pytest.raises(FilterError):
        FILTERS["round"](float("inf"))
    with pytest.raises(FilterError):
        FILTERS["minus"]("1e999", "1e999")


@pytest.mark.parametrize(
    ("value", "form", "written"),
    [
        ("2026-01-05", "%d %B %Y", "05 January 2026"),
        ("2026-01-05T17:30:00+02:00", "%H:%M", "17:30"),
        (date(2026, 1, 5), "%Y/%m/%d", "2026/01/05"),
        (datetime(2026, 1, 5, 9, tzinfo=UTC), "%H", "09"),
        ("0", "%Y", "1970"),
        (86_400, "%d", "02"),
        ("next week", "%Y", "next week"),
        (None, "%Y", ""),
        (True, "%Y", "True"),
    ],
)
def test_a_date_is_written_in_the_form_asked_for(value: object, form: str, written: str) -> None:
    assert format_date(value, form) == written


@pytest.mark.parametrize("word", ["now", "today"])
def test_the_clock_cannot_be_asked(word: str) -> None:
    with pytest.raises(NotForMessages, match="before it is sent"):
        format_date(word, "%Y")


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.text(max_size=3))


@given(st.sampled_from(sorted(FILTERS)), VALUES, st.lists(VALUES, max_size=3))
def test_any_filter_with_any_values_answers_or_raises_what_liquid_raises(
    name: str, value: Any, args: list[Any]
) -> None:
    keywords = {"environment": Dialect()} if getattr(FILTERS[name], "with_environment", False) else {}
    try:
        check_size(FILTERS[name](value, *args, **keywords))
    except LiquidError as error:
        assert error.args
