"""The octets of a text's segments into their texts, decoded as one: phones cut where they like.

A character may begin in one segment and end in the next: an emoji between the two units of its surrogate pair, a
character of the GSM extension between ESC and its position. It is read with the segment that it ends in.
Source: 3GPP TS 23.040 §9.2.3.24.1, which does not forbid it for UCS-2; TS 23.038 §6.2.1 (ESC).
"""

import codecs
from collections.abc import Sequence
from typing import Final

import msgspec

from heliogram.wire import gsm
from heliogram.wire.gsm import DEFAULT, Shift

_GSM: Final = "gsm7"


class Coded(msgspec.Struct, frozen=True):
    """A segment's octets without its header. `coding` is "gsm7" with its national tables, else Python's codec.

    As "gsm7", or "gsm7/1/2" for the locking table 1 and the single shift table 2.
    """

    octets: bytes
    coding: str


def gsm_coding(shift: Shift) -> str:
    return _GSM if shift == DEFAULT else f"{_GSM}/{shift.locking}/{shift.single}"


def text_of(part: Coded) -> str:
    """What it says by itself; a character that is not whole is U+FFFD, or a space for a lone ESC."""
    return texts_of([part])[0]


def texts_of(parts: Sequence[Coded]) -> tuple[str, ...]:
    """The texts of segments that follow one another, so that joined they are the text, whole."""
    texts: list[str] = []
    start = 0
    for end in range(1, len(parts) + 1):
        if end == len(parts) or parts[end].coding != parts[start].coding:
            read = _read_gsm if parts[start].coding.startswith(_GSM) else _read
            texts += read([part.octets for part in parts[start:end]], parts[start].coding)
            start = end
    return tuple(texts)


def _read(parts: Sequence[bytes], coding: str) -> list[str]:
    decoder = codecs.getincrementaldecoder(coding)("replace")
    return [decoder.decode(octets, final=number == len(parts)) for number, octets in enumerate(parts, 1)]


def _read_gsm(parts: Sequence[bytes], coding: str) -> list[str]:
    shift = Shift(*map(int, coding.split("/")[1:]))
    texts: list[str] = []
    held = b""
    for number, part in enumerate(parts, 1):
        octets, held = held + part, b""
        if number < len(parts) and _ends_in_escape(octets):
            octets, held = octets[:-1], octets[-1:]
        texts.append(gsm.decode(octets, shift))
    return texts


def _ends_in_escape(octets: bytes) -> bool:
    """Whether the last octet is an ESC that waits for its position: two of them are a pair."""
    n = 0
    while n < len(octets) and octets[-1 - n] & 0x7F == gsm.ESCAPE:
        n += 1
    return n % 2 == 1
