"""What the headers of WebP and HEIC say: RIFF chunks and ISO boxes. Nothing is decoded here.

Sources: the WebP container specification (RFC 9649 §2), VP8 (RFC 6386 §9.1), ISO/IEC 23008-12 §6.5.3 (`ispe`).
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_BOXES = 4_000
"""Chunks or boxes looked at: an animation has one a frame, a HEIC photo some dozens."""
MAX_DEPTH = 6
"""A film's `dref` stands five deep."""


class CutShort(Exception):
    """The file ends before its headers say it does."""


class Broken(Exception):
    """The structure makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The largest sides named anywhere, so that no inner header hides more. `is_exact`: stored without loss."""

    width: int
    height: int
    frames: int = 1
    is_exact: bool = False


def read_webp(octets: bytes) -> Sides:
    """A WebP's sides and frames. Raises CutShort or Broken."""
    if len(octets) < 12 or 8 + int.from_bytes(octets[4:8], "little") > len(octets):
        raise CutShort
    end = 8 + int.from_bytes(octets[4:8], "little")
    width = height = frames = 0
    is_exact = False
    for name, start, stop in _chunks(octets, 12, end):
        if name == b"ANMF":
            frames += 1
            for inner, at, _stop in _chunks(octets, start + 16, stop):
                width, height, is_exact = _grown(octets, inner, at, width, height, is_exact)
        else:
            width, height, is_exact = _grown(octets, name, start, width, height, is_exact)
    return Sides(width=width, height=height, frames=max(1, frames), is_exact=is_exact)


def _grown(octets: bytes, name: bytes, at: int, width: int, height: int, is_exact: bool) -> tuple[int, int, bool]:
    """The sides and the word on loss, with what one more chunk says."""
    wide = high = 0
    if name == b"VP8X":
        wide, high = (int.from_bytes(octets[at + n : at + n + 3], "little") + 1 for n in (4, 7))
    elif name == b"VP8 ":
        if octets[at + 3 : at + 6] != b"\x9d\x01\x2a":
            raise Broken
        wide, high = (side & 0x3FFF for side in struct.unpack_from("<HH", octets, at + 6))
    elif name == b"VP8L":
        if octets[at] != 0x2F:
            raise Broken
        bits = int.from_bytes(octets[at + 1 : at + 5], "little")
        wide, high, is_exact = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, True
    return max(width, wide), max(height, high), is_exact


_LEAST = {b"VP8X": 10, b"VP8 ": 10, b"VP8L": 5, b"ANMF": 16}
"""Octets that a chunk has at least."""


def _chunks(octets: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's name, and where its content begins and ends."""
    n = 0
    while at + 8 <= end:
        name, size = octets[at : at + 4], int.from_bytes(octets[at + 4 : at + 8], "little")
        at += 8
        n += 1
        if at + size > end:
            raise CutShort
        if size < _LEAST.get(name, 0) or n > MAX_BOXES:
            raise Broken
        yield name, at, at + size
        at += size + (size & 1)


_HOLDS_BOXES = {b"iprp": 0, b"ipco": 0, b"meta": 4}
"""Boxes with boxes in them, and the octets before the first."""


def read_heic(octets: bytes) -> Sides:
    """The sides of a HEIC photo: the largest of its images, which is the whole where it is laid out in tiles."""
    width = height = 0
    for name, start, stop in iso_boxes(octets, 0, len(octets), holds=_HOLDS_BOXES, depth=0):
        if name == b"ispe":
            if stop - start < 12:
                raise Broken
            wide, high = struct.unpack_from(">II", octets, start + 4)
            width, height = max(width, wide), max(height, high)
    if not width:
        raise Broken
    return Sides(width=width, height=height)


def iso_boxes(
    octets: bytes, at: int, end: int, *, holds: Mapping[bytes, int], depth: int
) -> Iterator[tuple[bytes, int, int]]:
    """Each box and, behind those that hold some, the boxes in it: name, and where the content begins and ends.

    `holds` has the boxes with boxes in them, and the octets before the first. Raises CutShort or Broken.
    """
    n = 0
    while at < end:
        n += 1
        if at + 8 > end:
            raise CutShort
        (size,), name, head = struct.unpack_from(">I", octets, at), octets[at + 4 : at + 8], 8
        if size == 1 and at + 16 <= end:
            (size,), head = struct.unpack_from(">Q", octets, at + 8), 16
        elif size == 0:
            size = end - at
        if size < head or n > MAX_BOXES:
            raise Broken
        if at + size > end:
            raise CutShort
        yield name, at + head, at + size
        if name in holds and depth < MAX_DEPTH:
            yield from iso_boxes(octets, at + head + holds[name], at + size, holds=holds, depth=depth + 1)
        at += size
