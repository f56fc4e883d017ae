from datetime import UTC, datetime
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from heliogram.api.schema.shape import CLEAN, Ask, Moment, Page, ProblemShape

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


class Asked(Ask):
    words: str
    n: int = 0


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Z", "Cc", "Cs"])))
def test_what_a_request_says_is_what_a_database_can_keep(text: str) -> None:
    words = Asked(words=text).words
    assert "\0" not in words
    assert words.encode().decode() == words
    assert TypeAdapter(Annotated[str, CLEAN]).validate_python(text) == words


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_a_text_that_can_be_kept_is_kept_as_it_is(text: str) -> None:
    assert Asked(words=text).words == text


@pytest.mark.parametrize(
    ("given", "field"),
    [({"words": "x", "word": "y"}, "word"), ({"words": 7}, "words"), ({"words": "x" * 20_001}, "words"), ({}, "words")],
)
def test_a_request_with_anything_unknown_missing_or_beyond_bounds_is_refused(
    given: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate(given)
    assert [each["loc"] for each in refused.value.errors()] == [(field,)]
    assert Asked(words="x" * 20_000).n == 0


def test_an_answer_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Page[int](items=[1]).next = "a"  # type: ignore[misc]
    assert Page[int](items=[1]).model_dump() == {"items": [1], "next": None}


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)))
def test_a_moment_survives_its_way_as_json(at: datetime) -> None:
    assert MOMENT.validate_json(MOMENT.dump_json(at)) == at


@pytest.mark.parametrize("said", ["2026-03-02T12:00:00", "1970-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "soon", None])
def test_a_moment_without_its_offset_or_out_of_reach_is_refused(said: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(said)
    assert MOMENT.validate_python("2026-03-02T12:00:00+01:00").hour == 12


def test_a_problem_lists_no_fields_unless_it_has_some() -> None:
    told = ProblemShape(type="/problems/invalid", title="t", status=422, detail="d.", code="invalid")
    assert told.errors == []
