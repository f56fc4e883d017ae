"""Facts about numbers in words: what, by whom, when, how old, how long."""

from datetime import UTC, datetime, timedelta

import pytest

from heliogram.model.number import NO, YES, Kind, Line, Source, fact
from heliogram.model.number_words import words_of

ADA = "+13125550001"
SAID = datetime(2026, 11, 12, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "source", "words"),
    [
        (Kind.MMS, NO, Source.RECEIPT, "No pictures: the network said so on 12 Nov (16 days ago), kept until 10 Feb."),
        (Kind.MMS, NO, Source.ANSWER, "No pictures: the carrier said so on 12 Nov (16 days ago), kept until 10 Feb."),
        (
            Kind.MMS,
            YES,
            Source.RECEIPT,
            "Takes pictures: one was delivered on 12 Nov (16 days ago), kept until 12 Nov 2027.",
        ),
        (
            Kind.LINE,
            Line.LANDLINE.value,
            Source.LOOKUP,
            "A landline, so no pictures: a lookup said so on 12 Nov (16 days ago), kept until 11 May.",
        ),
        (
            Kind.NETWORK,
            "T-Mobile",
            Source.INBOUND,
            "Its network is T-Mobile: a message from it said so on 12 Nov (16 days ago), kept until 11 May.",
        ),
    ],
)
def test_a_fact_is_told_with_its_source_and_its_age(kind: Kind, value: str, source: Source, words: str) -> None:
    assert words_of(fact(ADA, kind, value, source, SAID), LATER) == words


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(), "today"),
        (timedelta(hours=23, minutes=59), "today"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_an_age_is_counted_in_whole_days(age: timedelta, words: str) -> None:
    assert f"({words})" in words_of(fact(ADA, Kind.MMS, NO, Source.RECEIPT, SAID), SAID + age)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("source", Source)
def test_every_fact_has_words(kind: Kind, source: Source) -> None:
    for value in {Kind.MMS: (YES, NO), Kind.REACH: (YES, NO), Kind.LINE: tuple(Line)}.get(kind, ("AT&T",)):
        words = words_of(fact(ADA, kind, value, source, SAID), LATER)
        assert words.endswith(".") and ("network is" in words) == (kind is Kind.NETWORK)
