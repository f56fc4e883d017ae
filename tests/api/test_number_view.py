from datetime import timedelta

import pytest

from heliogram.api.number_view import NOBODY_KNOWS, NOT_THERE, number_shape
from heliogram.model.number import NO, NOTHING, YES, Kind, Known, Line, Source, fact
from heliogram.model.phone import Phone
from tests.world import NOON

ADA = Phone(e164="+13125550001", country="US")
LATER = NOON + timedelta(days=2)
TAKES = fact(ADA.e164, Kind.MMS, YES, Source.RECEIPT, NOON)
TAKES_NONE = fact(ADA.e164, Kind.MMS, NO, Source.ANSWER, NOON)
LANDLINE = fact(ADA.e164, Kind.LINE, Line.LANDLINE.value, Source.LOOKUP, NOON)


@pytest.mark.parametrize(
    ("known", "mms", "note"),
    [
        (NOTHING, "unknown", NOBODY_KNOWS),
        (Known(mms=TAKES), "can", "Takes pictures: one was delivered on 2 Mar (2 days ago), kept until 2 Mar 2027."),
        (
            Known(mms=TAKES_NONE),
            "cannot",
            "No pictures: the carrier said so on 2 Mar (2 days ago), kept until 31 May.",
        ),
        (
            Known(line=LANDLINE),
            "cannot",
            "A landline, so no pictures: a lookup said so on 2 Mar (2 days ago), kept until 29 Aug.",
        ),
        (
            Known(line=LANDLINE, mms=TAKES),
            "can",
            "Takes pictures: one was delivered on 2 Mar (2 days ago), kept until 2 Mar 2027.",
        ),
    ],
)
def test_whether_a_number_takes_pictures_is_told_with_its_reason(known: Known, mms: str, note: str) -> None:
    shape = number_shape(ADA, known, LATER)
    assert (shape.mms, shape.mms_note) == (mms, note)


def test_a_country_without_picture_messages_is_reason_enough() -> None:
    shape = number_shape(Phone(e164="+447700900142", country="GB"), Known(mms=TAKES), LATER)
    assert (shape.mms, shape.mms_note) == ("cannot", NOT_THERE)


def test_everything_that_is_known_is_told_with_its_source_and_its_times() -> None:
    network = fact(ADA.e164, Kind.NETWORK, "T-Mobile", Source.LOOKUP, NOON, detail="310260")
    off = fact(ADA.e164, Kind.REACH, NO, Source.LOOKUP, NOON)
    shape = number_shape(ADA, Known(mms=TAKES_NONE, network=network, reach=off), NOON)
    assert (shape.phone, shape.country, shape.line) == (ADA.e164, "US", "unknown")
    assert (shape.network, shape.mccmnc, shape.is_reachable) == ("T-Mobile", "310260", False)
    told = [(each.kind, each.value, each.source, each.since, each.expires) for each in shape.facts]
    assert told == [
        (Kind.MMS, NO, Source.ANSWER, NOON, NOON + timedelta(days=90)),
        (Kind.NETWORK, "T-Mobile", Source.LOOKUP, NOON, NOON + timedelta(days=180)),
        (Kind.REACH, NO, Source.LOOKUP, NOON, NOON + timedelta(days=1)),
    ]
