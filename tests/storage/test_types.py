from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from heliogram.storage.types import Instant, Json, storable

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_an_instant_comes_back_to_the_microsecond(at: datetime) -> None:
    for dialect in DIALECTS:
        stored = Instant().process_bind_param(at, dialect)
        assert Instant().process_result_value(stored, dialect) == at


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    at = datetime(2026, 3, 2, 14, tzinfo=timezone(timedelta(hours=2)))
    assert Instant().process_bind_param(at, DIALECTS[0]) == Instant().process_bind_param(
        datetime(2026, 3, 2, 12, tzinfo=UTC), DIALECTS[0]
    )


@pytest.mark.parametrize("value", [None, [], {}, {"a": [1, "ü", None]}, "text"])
def test_json_comes_back(value: object) -> None:
    stored = Json().process_bind_param(value, DIALECTS[0])
    assert Json().process_result_value(stored, DIALECTS[0]) == value


@pytest.mark.parametrize(
    ("text", "kept"),
    [("plain", "plain"), ("a\0b", "ab"), ("ü 💐", "ü 💐"), ("half \ud83d of a pair", "half ? of a pair"), ("", "")],
)
def test_text_from_outside_is_made_storable(text: str, kept: str) -> None:
    assert storable(text) == kept
