"""How long what is learnt of a number holds, and what it comes to."""

from datetime import timedelta

import pytest

from heliogram.model.number import NO, NOTHING, YES, Kind, Known, Source, fact
from tests.world import NOON

ADA = "+13125550001"


@pytest.mark.parametrize(
    ("kind", "value", "days"),
    [(Kind.MMS, NO, 90), (Kind.MMS, YES, 365), (Kind.NETWORK, "Verizon", 180), (Kind.LINE, "landline", 180)],
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
    ],
)
def test_a_number_takes_pictures_or_does_not_or_nobody_knows(known: Known, takes_mms: bool | None) -> None:
    assert known.takes_mms() is takes_mms
