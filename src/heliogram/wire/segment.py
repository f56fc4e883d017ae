"""Cuts a text into the segments a handset will join again, and counts them. One implementation for everyone.

Source: 3GPP TS 23.040 §9.2.3.24.1 (concatenation, 8-bit reference: a header of 6 octets), TS 23.038 (alphabets).
A segment has 140 octets: 160 septets or 70 UTF-16 units alone, 153 or 67 beside the header.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from heliogram.wire import gsm
from heliogram.wire.errors import OurFault


class Encoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


MAX_SEGMENTS: Final = 10
"""The most segments a message may have (Braze; carriers and handsets cut longer ones)."""
SINGLE: Final = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
JOINED: Final = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}

# One septet a character and no more: what ASCII and the alphabet share, without the extension and the backtick.
_PLAIN: Final = re.compile(r"[@$_\n\r !\"#%&'()*+,\-./0-9:;<=>?A-Za-z]*\Z")


class Forcing(msgspec.Struct, frozen=True, kw_only=True):
    """A character that is not in the GSM alphabet. `position` counts code points from 0."""

    position: int
    character: str
    name: str


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """A text in segments. `n_units` are septets (GSM-7) or UTF-16 units (UCS-2) without headers."""

    encoding: Encoding
    parts: tuple[str, ...]
    n_units: int
    forcing: tuple[Forcing, ...] = ()

    @property
    def n_segments(self) -> int:
        return len(self.parts)


def split_text(text: str, *, encoding: Encoding | None = None) -> Split:
    """Cut `text` into segments, in the smallest encoding that holds it or the one asked for.

    Escape pairs, surrogate pairs and grapheme clusters that fit a segment are never cut in two. An empty text is
    one empty segment. Raises OurFault when GSM-7 is asked for and the text is not in it.
    """
    forcing = forcing_in(text)
    if encoding is None:
        encoding = Encoding.UCS_2 if forcing else Encoding.GSM_7
    if encoding is Encoding.GSM_7 and forcing:
        raise OurFault(f"{forcing[0].name} is not in the GSM 7-bit alphabet")
    n_units = count_units(text, encoding)
    if n_units <= SINGLE[encoding]:
        return Split(encoding=encoding, parts=(text,), n_units=n_units, forcing=forcing)
    parts = tuple(_fill(text, encoding))
    return Split(encoding=encoding, parts=parts, n_units=n_units, forcing=forcing)


def measure(text: str) -> tuple[Encoding, int, int]:
    """(encoding, segments, units) of a text, without cutting it where counting is enough."""
    if _PLAIN.match(text):
        n_units = len(text)
        if n_units <= 160:
            return Encoding.GSM_7, 1, n_units
        return Encoding.GSM_7, -(-n_units // 153), n_units
    encoding = Encoding.GSM_7 if gsm.is_gsm7(text) else Encoding.UCS_2
    n_units = count_units(text, encoding)
    if n_units <= SINGLE[encoding]:
        return encoding, 1, n_units
    return encoding, sum(1 for _part in _fill(text, encoding)), n_units


def count_units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return gsm.n_septets(text)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def encode_part(part: str, encoding: str) -> bytes:
    """A segment's octets as SMPP carries them: septets one an octet, or UTF-16BE."""
    if encoding == Encoding.GSM_7:
        return gsm.encode(part)
    return part.encode("utf-16-be", "surrogatepass")


def forcing_in(text: str) -> tuple[Forcing, ...]:
    """The characters that force UCS-2, in order."""
    if gsm.is_gsm7(text):
        return ()
    return tuple(
        Forcing(
            position=position,
            character=character,
            name=unicodedata.name(character, f"U+{ord(character):04X}").capitalize(),
        )
        for position, character in enumerate(text)
        if character not in gsm.CHARACTERS
    )


def _fill(text: str, encoding: Encoding) -> Iterator[str]:
    """Segments as full as they can be, in whole clusters; a cluster larger than a segment is cut between characters."""
    room = JOINED[encoding]
    part: list[str] = []
    used = 0
    for cluster in _clusters(text, encoding):
        size = count_units(cluster, encoding)
        pieces = [cluster] if size <= room else list(cluster)
        for piece in pieces:
            size = count_units(piece, encoding)
            if used + size > room:
                yield "".join(part)
                part, used = [], 0
            part.append(piece)
            used += size
    yield "".join(part)


def _clusters(text: str, encoding: Encoding) -> Iterator[str]:
    if encoding is Encoding.GSM_7:
        yield from text  # the alphabet has no combining characters
        return
    cluster = ""
    for character in text:
        if cluster and not _joins(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


_ZWJ: Final = "\u200d"


def _joins(cluster: str, character: str) -> bool:
    """Whether a handset draws `character` as part of what is before it (the cases of UAX #29 that texts meet)."""
    if character == _ZWJ or cluster[-1] == _ZWJ:
        return True
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff":  # skin tones
        return True
    # Two regional indicators make a flag; a third begins the next.
    return _is_flag_half(character) and _is_flag_half(cluster[-1]) and len(cluster) % 2 == 1


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
