import pytest

from heliogram.carriers.smpp_heard import NEWS
from heliogram.simulator.fate import BY_SUFFIX, DELIVERED, fate_of
from heliogram.wire.mm7.report import MEANINGS
from heliogram.wire.smpp.receipt import STATES


@pytest.mark.parametrize(
    ("number", "stat"),
    [
        ("+13125550142", "DELIVRD"),
        ("+13125550094", "UNDELIV"),
        ("+13125550095", "DELIVRD"),
        ("+13125550096", "UNKNOWN"),
        ("+13125550097", "REJECTD"),
        ("+13125550098", "EXPIRED"),
        ("+13125550099", "UNDELIV"),
        ("+13125550100", "DELIVRD"),
        ("+13125500990", "DELIVRD"),
        ("99", "DELIVRD"),
    ],
)
def test_the_last_four_digits_decide(number: str, stat: str) -> None:
    assert fate_of(number).stat == stat
    assert fate_of(number) is fate_of(number)


def test_every_fate_can_be_told_over_both_protocols() -> None:
    for fate in (DELIVERED, *BY_SUFFIX.values()):
        assert fate.stat in STATES.values()
        assert fate.stat in NEWS
        assert fate.mm_status in MEANINGS
        assert len(fate.err) == 3
