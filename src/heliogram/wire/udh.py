"""User data headers: what ties the segments of a long text together (3GPP TS 23.040 §9.2.3.24)."""

from typing import Final

import msgspec

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.gsm import Shift

CONCAT_8: Final = 0x00
CONCAT_16: Final = 0x08
SINGLE_SHIFT: Final = 0x24
LOCKING: Final = 0x25


class Concat(msgspec.Struct, frozen=True, kw_only=True):
    """Segment `number` (from 1) of `total`; equal references of one sender belong together."""

    reference: int
    total: int
    number: int


def concat8(*, reference: int, total: int, number: int) -> bytes:
    """The header of 6 octets for a segment of a long text."""
    if not (0 <= reference <= 255 and 1 <= number <= total <= 255):
        raise OurFault(f"no concatenation header for segment {number} of {total}, reference {reference}")
    return bytes((5, CONCAT_8, 3, reference, total, number))


def concat16(*, reference: int, total: int, number: int) -> bytes:
    """The header of 7 octets that has 65,536 references, for those whose texts would meet in 256."""
    if not (0 <= reference <= 0xFFFF and 1 <= number <= total <= 255):
        raise OurFault(f"no concatenation header for segment {number} of {total}, reference {reference}")
    return bytes((6, CONCAT_16, 4, *reference.to_bytes(2, "big"), total, number))


def with_shift(header: bytes, shift: Shift) -> bytes:
    """A header, or b"" for none, that also names the national tables the text behind it is written in."""
    elements = header[1:]
    if shift.single:
        elements += bytes((SINGLE_SHIFT, 1, shift.single))
    if shift.locking:
        elements += bytes((LOCKING, 1, shift.locking))
    return bytes((len(elements),)) + elements if elements else b""


def parse(octets: bytes) -> tuple[tuple[tuple[int, bytes], ...], bytes]:
    """The elements (identifier, data) at the front of a message with a header, and the rest. Raises TheirFault."""
    if not octets or octets[0] + 1 > len(octets):
        raise TheirFault("the user data header is longer than the message")
    end = octets[0] + 1
    elements: list[tuple[int, bytes]] = []
    at = 1
    while at < end:
        if at + 2 > end or at + 2 + octets[at + 1] > end:
            raise TheirFault("an element of the user data header is longer than the header")
        stop = at + 2 + octets[at + 1]
        elements.append((octets[at], octets[at + 2 : stop]))
        at = stop
    return tuple(elements), octets[end:]


def concat_of(elements: tuple[tuple[int, bytes], ...]) -> Concat | None:
    """The concatenation among the elements, in its 8- or 16-bit form; None where there is none or it is nonsense."""
    for identifier, data in elements:
        if identifier == CONCAT_8 and len(data) == 3:
            reference, total, number = data
        elif identifier == CONCAT_16 and len(data) == 4:
            reference, total, number = int.from_bytes(data[:2], "big"), data[2], data[3]
        else:
            continue
        if 1 <= number <= total:
            return Concat(reference=reference, total=total, number=number)
    return None


def shift_of(elements: tuple[tuple[int, bytes], ...]) -> Shift:
    """The national tables that the elements name; the default for what is nonsense. The last of a kind counts."""
    named = {identifier: data[0] for identifier, data in elements if len(data) == 1}
    return Shift(locking=named.get(LOCKING, 0), single=named.get(SINGLE_SHIFT, 0))
