"""How long what is learnt of a number holds, and what it comes to."""

from datetime import timedelta

import pytest

from heliogram.model.number import NO, NOTHING, YES, Kind, Known, Line, LookedUp, Source, fact, facts_of
from tests.world import NOON

ADA = "+13125550001"


@pytest.mark.parametrize(
    ("kind", "value", "days"),
    [
        (Kind.MMS, NO, 90),
        (Kind.MMS, YES, 365),
        (Kind.NETWORK, "Verizon", 180),
        (Kind.LINE, "landline", 180),
        (Kind.REACH, NO, 1),
        (Kind.REACH, YES, 1),
    ],
)
def test_every_fact_ends(kind: Kind, value: str, days: int) -> None:
    learnt = fact(ADA, kind, value, Source.LOOKUP, NOON)
    assert (learnt.at, learnt.until) == (NOON, NOON + timedelta(days=days))


@pytest.mark.parametrize(
    ("known", "takes_mms"),
    [
        (NOTHING, None),
        (Known(network=fact(ADA, Kind.NETWORK, "Verizon", Source.LOOKUP, NOON)), None),
        (Known(mms=fact(ADA, Kind.MMS, YES, Source.RECEIPT, NOON)), True),
        (Known(mms=fact(ADA, Kind.MMS, NO, Source.RECEIPT, NOON)), False),
        (Known(line=fact(ADA, Kind.LINE, Line.LANDLINE.value, Source.LOOKUP, NOON)), False),
        (Known(line=fact(ADA, Kind.LINE, Line.VOIP.value, Source.LOOKUP, NOON)), None),
    ],
)
def test_a_number_takes_pictures_or_does_not_or_nobody_knows(known: Known, takes_mms: bool | None) -> None:
    assert known.takes_mms() is takes_mms


LANDLINE = fact(ADA, Kind.LINE, Line.LANDLINE.value, Source.LOOKUP, NOON)


def test_a_landline_that_took_a_picture_takes_pictures() -> None:
    opened = Known(mms=fact(ADA, Kind.MMS, YES, Source.RECEIPT, NOON), line=LANDLINE)
    assert opened.is_landline() and opened.takes_mms() is True and opened.why_no_mms() is None


def test_the_fact_by_which_a_number_takes_no_pictures_is_what_happened_before_what_it_is() -> None:
    no = fact(ADA, Kind.MMS, NO, Source.RECEIPT, NOON)
    assert Known(mms=no, line=LANDLINE).why_no_mms() == no
    assert Known(line=LANDLINE).why_no_mms() == LANDLINE
    assert NOTHING.why_no_mms() is None


def test_a_lookup_teaches_what_it_says_and_nothing_of_what_it_leaves_open() -> None:
    whole = LookedUp(line=Line.MOBILE, network="T-Mobile", mccmnc="310260", is_reachable=False)
    learnt = [(each.kind, each.value, each.source, each.detail) for each in facts_of(ADA, whole, NOON)]
    assert learnt == [
        (Kind.LINE, "mobile", Source.LOOKUP, ""),
        (Kind.NETWORK, "T-Mobile", Source.LOOKUP, "310260"),
        (Kind.REACH, NO, Source.LOOKUP, ""),
    ]
    assert facts_of(ADA, LookedUp(), NOON) == []
    assert [each.value for each in facts_of(ADA, LookedUp(mccmnc="310260"), NOON)] == ["310260"]
