import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.gsm import Shift
from heliogram.wire.udh import Concat, concat8, concat16, concat_of, parse, shift_of, with_shift
from tests.wire.vectors import Vector, each, facts

FACTS = facts("udh")


@each(FACTS["read"])
@pytest.mark.parametrize("text", [b"", b"Sale", b"\x05\x00\x03\x00\x02\x02"])
def test_a_header_is_read_and_the_text_behind_it_left(vector: Vector, text: bytes) -> None:
    elements, rest = parse(bytes.fromhex(vector["hex"]) + text)
    assert [[f"{identifier:02x}", data.hex()] for identifier, data in elements] == vector["elements"]
    assert rest == text
    concat = concat_of(elements)
    assert (concat and [concat.reference, concat.total, concat.number]) == vector["concat"]


@each(FACTS["refused"])
def test_a_header_that_contradicts_itself_is_their_fault(vector: Vector) -> None:
    with pytest.raises(TheirFault):
        parse(bytes.fromhex(vector["hex"]))


@each(FACTS["read"])
def test_a_header_cut_anywhere_is_their_fault(vector: Vector) -> None:
    octets = bytes.fromhex(vector["hex"])
    for n in range(len(octets)):
        with pytest.raises(TheirFault):
            parse(octets[:n])


@pytest.mark.parametrize(
    ("reference", "total", "number"), [(0, 1, 1), (0, 2, 1), (42, 2, 2), (255, 255, 1), (255, 255, 255)]
)
def test_a_segments_header_is_six_octets_and_reads_as_it_was_meant(reference: int, total: int, number: int) -> None:
    header = concat8(reference=reference, total=total, number=number)
    assert header == bytes([5, 0, 3, reference, total, number])
    elements, rest = parse(header + b"x")
    assert concat_of(elements) == Concat(reference=reference, total=total, number=number)
    assert rest == b"x"


@pytest.mark.parametrize(
    ("reference", "total", "number"), [(-1, 2, 1), (256, 2, 1), (0, 2, 0), (0, 2, 3), (0, 0, 0), (0, 256, 1)]
)
def test_a_segment_that_cannot_be_is_our_fault(reference: int, total: int, number: int) -> None:
    with pytest.raises(OurFault):
        concat8(reference=reference, total=total, number=number)


@given(st.binary(max_size=300))
def test_any_octets_are_a_header_and_a_rest_or_their_fault(octets: bytes) -> None:
    try:
        elements, rest = parse(octets)
    except TheirFault:
        return
    written = b"".join(bytes([identifier, len(data)]) + data for identifier, data in elements)
    assert bytes([len(written)]) + written + rest == octets
    concat = concat_of(elements)
    assert concat is None or 1 <= concat.number <= concat.total


@pytest.mark.parametrize(("reference", "total", "number"), [(0, 2, 1), (0xABCD, 3, 2), (0xFFFF, 255, 255)])
def test_a_16_bit_reference_is_seven_octets_and_reads_as_it_was_meant(reference: int, total: int, number: int) -> None:
    header = concat16(reference=reference, total=total, number=number)
    assert header == bytes([6, 8, 4, reference >> 8, reference & 0xFF, total, number])
    assert concat_of(parse(header)[0]) == Concat(reference=reference, total=total, number=number)


@pytest.mark.parametrize(("reference", "total", "number"), [(-1, 2, 1), (0x10000, 2, 1), (0, 2, 3), (0, 256, 1)])
def test_a_segment_of_a_16_bit_reference_that_cannot_be_is_our_fault(reference: int, total: int, number: int) -> None:
    with pytest.raises(OurFault):
        concat16(reference=reference, total=total, number=number)


@pytest.mark.parametrize(
    ("joins", "shift", "header"),
    [
        (b"", Shift(), ""),
        (b"", Shift(0, 1), "03240101"),
        (b"", Shift(1, 0), "03250101"),
        (b"", Shift(1, 2), "06240102250101"),
        (concat8(reference=42, total=2, number=1), Shift(0, 2), "080003 2a0201 240102"),
        (concat8(reference=42, total=2, number=1), Shift(3, 3), "0b0003 2a0201 240103 250103"),
        (concat16(reference=42, total=2, number=1), Shift(3, 3), "0c0804 002a0201 240103 250103"),
    ],
)
def test_the_tables_of_a_text_are_named_in_its_header(joins: bytes, shift: Shift, header: str) -> None:
    written = with_shift(joins, shift)
    assert written == bytes.fromhex(header)
    elements, rest = parse((written or b"\0") + b"x")
    assert (shift_of(elements), rest) == (shift, b"x")
    assert (concat_of(elements) is None) == (joins == b"")


def test_a_shift_of_a_wrong_length_is_none() -> None:
    assert shift_of(((0x24, b""), (0x25, b"\1\2"))) == Shift()
