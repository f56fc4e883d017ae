"""Reads a PDF document to its end and refuses one that does more than show pages. Nothing is drawn here.

Every place where a reader could find an object is looked at, also inside streams and behind names written with escapes,
and packed objects are unpacked: what cannot be looked into is refused, too.
Source: ISO 32000-1 §7.5 (structure), §7.5.7 (object streams), §7.6 (encryption), §12.6 (actions).
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from heliogram.media.pdf_words import Budget, words
from heliogram.media.probe import MediaRefused, Picture

MAX_PAGES: Final = 500
MAX_UNPACKED: Final = 8_000_000
"""Octets that all packed objects of a file together may unpack to. A book of 500 pages needs a fifth."""
MAX_WORDS: Final = 500_000
"""Of its syntax, in all: a few seconds of a processor. A manual of 100 pages has some ten thousand."""

_HEAD: Final = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[\0\t\f ]*[\r\n](?:[\0\t\n\f\r ]|%[^\r\n<]{0,200}[\r\n]){0,99}\d")
_PLACE: Final = re.compile(rb"(?<!end)obj|trailer")
_ENDS: Final = frozenset({b"endobj", b"endstream", b"obj", b"trailer", b"startxref"})
_END, _TAIL_OCTETS = b"%%EOF", 1_024

_SCRIPT = (
    "active",
    "The PDF runs a program of its own (JavaScript or XFA), which no phone should. Print it to PDF anew.",
)
_STARTS = ("active", "The PDF starts something or sends something when it is read. Print it to PDF anew.")
_OPENS = ("active", "The PDF does something by itself when it is opened. Print it to PDF anew.")
_HOLDS = ("holds_files", "The PDF has other files in it. Print it to PDF anew.")
_LOCKED = ("protected", "The PDF is encrypted: whoever gets it could not read it, and nobody here can look into it.")
_HARM: Final = {
    b"/Encrypt": _LOCKED,
    b"/JavaScript": _SCRIPT,
    b"/JS": _SCRIPT,
    b"/XFA": _SCRIPT,
    b"/Launch": _STARTS,
    b"/ImportData": _STARTS,
    b"/SubmitForm": _STARTS,
    b"/GoToE": _HOLDS,
    b"/EmbeddedFile": _HOLDS,
    b"/EmbeddedFiles": _HOLDS,
    b"/FileAttachment": _HOLDS,
    b"/RichMedia": _HOLDS,
}
_BY_ITSELF: Final = frozenset({b"/OpenAction", b"/AA"})
_A85, _FLATE = b"/ASCII85Decode", b"/FlateDecode"


@dataclass(slots=True)
class _Seen:
    """What was found so far. `budget` is of words still to be read, `unpacked` of octets still to be unpacked."""

    budget: Budget
    unpacked: int = MAX_UNPACKED
    n_pages: int = 0


def read_pdf(octets: bytes) -> Picture:
    """The document, which has pages and nothing that acts. Raises MediaRefused."""
    _check_frame(octets)
    seen = _Seen(budget=Budget(left=MAX_WORDS))
    for place in _PLACE.finditer(octets):
        found, stream_at = _object(octets, place.end(), seen.budget)
        _judge(found, seen)
        if stream_at and (b"/ObjStm" in found or b"/First" in found):
            packed = _unpacked(octets, stream_at, found, seen)
            _judge([word for word, _end in words(packed, 0, seen.budget)], seen)
    if not seen.n_pages:
        raise MediaRefused("broken", "The PDF is damaged: there is no page in it.")
    if seen.n_pages > MAX_PAGES:
        raise MediaRefused("too_many_pages", f"The PDF has more than {MAX_PAGES} pages.")
    return Picture(content_type="application/pdf", width=0, height=0, frames=0, n_octets=len(octets))


def _check_frame(octets: bytes) -> None:
    """A head and an end, with nothing before, between head and first object, or behind: no second file rides along."""
    if not _HEAD.match(octets):
        raise MediaRefused(
            "broken", "The PDF is damaged, or is something else as well: its first lines are not a PDF's."
        )
    end = octets.rfind(_END)
    if end < max(0, len(octets) - _TAIL_OCTETS) or octets.rfind(b"startxref", 0, end) < 0:
        raise MediaRefused("truncated", "The file ends in the middle of the document. Please upload it again.")
    if octets[end + len(_END) :].strip(b"\0\t\n\f\r "):
        raise MediaRefused("broken", "There is something else behind the end of the PDF.")


def _object(octets: bytes, at: int, budget: Budget) -> tuple[list[bytes], int]:
    """An object's words, and where its stream begins: 0 where it has none."""
    found: list[bytes] = []
    for word, end in words(octets, at, budget):
        if word == b"stream":
            return found, end
        if word in _ENDS:
            break
        found.append(word)
    return found, 0


def _judge(found: list[bytes], seen: _Seen) -> None:
    for word, after in _pairs(found):
        if word in _HARM:
            raise MediaRefused(*_HARM[word])
        # A place to begin at, as many programs write it, is an array; what acts is a dictionary, or stands elsewhere.
        if word in _BY_ITSELF and after != b"[":
            raise MediaRefused(*_OPENS)
        seen.n_pages += word == b"/Type" and after == b"/Page"


def _pairs(found: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    yield from zip_longest(found, found[1:], fillvalue=b"")


def _unpacked(octets: bytes, at: int, found: list[bytes], seen: _Seen) -> bytes:
    """The objects in an object stream. Raises MediaRefused for packing that hides what is in it."""
    ways = _ways(found)
    end = octets.find(b"endstream", at)
    packed = octets[at : end if end >= 0 else len(octets)].lstrip(b"\r\n")
    if ways[:1] == (_A85,):
        try:
            packed = base64.a85decode(packed.strip().removesuffix(b"~>"))
        except ValueError as problem:
            raise _hidden() from problem
        ways = ways[1:]
    if ways == ():
        return packed
    if ways != (_FLATE,):
        raise _hidden()
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(packed, seen.unpacked)
    except (zlib.error, binascii.Error) as problem:
        raise MediaRefused("broken", "The PDF is damaged and cannot be read to its end.") from problem
    seen.unpacked -= len(data)
    if not unpacking.eof:
        if seen.unpacked <= 0:
            raise MediaRefused("too_large", f"The PDF unpacks to more than {MAX_UNPACKED:,} octets.")
        raise MediaRefused("broken", "The PDF is damaged and cannot be read to its end.")
    return data


def _ways(found: list[bytes]) -> tuple[bytes, ...]:
    """How an object stream is packed, outermost first. Anything but plain names, said once, is refused."""
    if found.count(b"/Filter") > 1 or {b"/DecodeParms", b"/F", b"/DL"} & set(found):
        raise _hidden()
    if b"/Filter" not in found:
        return ()
    at = found.index(b"/Filter") + 1
    named = found[at : at + 1]
    if named == [b"["]:
        named = found[at + 1 : found.index(b"]", at)] if b"]" in found[at:] else []
    if not named or not all(each in (_A85, _FLATE) for each in named):
        raise _hidden()
    return tuple(named)


def _hidden() -> MediaRefused:
    return MediaRefused("hidden", "The PDF is packed in a way that nobody here can look into. Print it to PDF anew.")
