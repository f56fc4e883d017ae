import pytest

from heliogram.wire import gsm
from heliogram.wire.errors import OurFault, TheirFault, WireError
from heliogram.wire.smpp.pdu import parse


def test_what_arrives_wrong_and_what_we_would_write_wrong_are_two_errors_of_one_root() -> None:
    assert issubclass(TheirFault, WireError) and issubclass(OurFault, WireError)
    assert not issubclass(TheirFault, OurFault) and not issubclass(OurFault, TheirFault)


def test_octets_from_outside_are_never_our_fault() -> None:
    with pytest.raises(TheirFault, match="at least 16 octets"):
        parse(b"\0")


def test_a_text_we_cannot_write_is_never_their_fault() -> None:
    with pytest.raises(OurFault, match="not in the GSM 7-bit alphabet"):
        gsm.encode("ж")
