"""Reads what a film or a sound in ISO boxes says of itself: MP4, 3GPP, QuickTime, M4A. Nothing is decoded here.

Sources: ISO/IEC 14496-12 §8.2 (`mvhd`), §8.3.2 (`tkhd`), §8.4.3 (`hdlr`), §8.7.2 (`dref`);
3GPP TS 26.244 §5.3 (brands).
"""

import struct
from dataclasses import dataclass

from heliogram.media.containers import Broken, CutShort, iso_boxes
from heliogram.media.probe import MediaRefused, Picture

MAX_HOURS = 6
MAX_SIDE = 8_192

_HOLDS = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"dinf": 0, b"stbl": 0, b"dref": 8}
_TOP = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"udta", b"meta", b"uuid", b"moof", b"mfra"})
_TOP_MORE = frozenset({b"sidx", b"styp", b"pdin", b"pnot", b"emsg", b"ssix", b"prft"})
_LEAST = {b"mvhd": 20, b"tkhd": 84, b"hdlr": 12, b"stsd": 16}
_ENCRYPTED = frozenset({b"encv", b"enca", b"drms", b"drmi"})
_BRANDS = ((b"3g2", "3gpp2"), (b"3g", "3gpp"), (b"qt", "quicktime"))


@dataclass(slots=True)
class _Seen:
    sides: tuple[int, int] = (0, 0)
    width: int = 0
    height: int = 0
    n_films: int = 0
    n_sounds: int = 0
    has_octets: bool = False
    duration_ms: int = 0


def read_film(octets: bytes) -> Picture:
    """What the film is, its sides as shown; a sound has none. Raises MediaRefused."""
    try:
        seen = _look(octets)
    except CutShort as problem:
        sentence = "The file ends in the middle of the video or sound. Please upload it again."
        raise MediaRefused("truncated", sentence) from problem
    except Broken as problem:
        raise MediaRefused("broken", "The video or sound is damaged.") from problem
    if not seen.has_octets or not seen.n_films + seen.n_sounds:
        raise MediaRefused("broken", "The file calls itself a video, and there is no film or sound in it.")
    if seen.width > MAX_SIDE or seen.height > MAX_SIDE:
        raise MediaRefused("too_many_pixels", f"The video is wider or higher than {MAX_SIDE:,} pixels.")
    return Picture(
        content_type=_type_of(octets, has_film=seen.n_films > 0),
        width=seen.width,
        height=seen.height,
        frames=0,
        n_octets=len(octets),
        duration_ms=seen.duration_ms,
    )


def _type_of(octets: bytes, *, has_film: bool) -> str:
    major = octets[8:12] if octets[4:8] == b"ftyp" else b"qt  "  # QuickTime before 2005 wrote no brand
    name = next((name for brand, name in _BRANDS if major.startswith(brand)), "mp4")
    if has_film or name == "quicktime":
        return f"video/{name}"
    return f"audio/{name}"


def _look(octets: bytes) -> _Seen:
    seen = _Seen()
    for name, start, stop in iso_boxes(octets, 0, len(octets), holds={}, depth=0):
        if name not in _TOP and name not in _TOP_MORE:
            raise Broken
        seen.has_octets |= name == b"mdat" and stop > start
        if name == b"moov":
            for inner, at, end in iso_boxes(octets, start, stop, holds=_HOLDS, depth=0):
                if end - at < _LEAST.get(inner, 0):
                    raise Broken
                _see(octets, inner, at, seen)
                if inner == b"url " or inner == b"alis" or inner == b"rmra":
                    _check_is_whole(octets, inner, at, end)
    return seen


def _see(octets: bytes, name: bytes, at: int, seen: _Seen) -> None:
    if name == b"mvhd":
        seen.duration_ms = _duration_ms(octets, at)
    elif name == b"tkhd":
        seen.sides = _sides(octets, at)
    elif name == b"hdlr":
        kind = octets[at + 8 : at + 12]
        if kind == b"vide":
            seen.n_films += 1
            seen.width, seen.height = max(seen.width, seen.sides[0]), max(seen.height, seen.sides[1])
        seen.n_sounds += kind == b"soun"
    elif name == b"stsd" and octets[at + 12 : at + 16] in _ENCRYPTED:
        raise MediaRefused("protected", "The video or sound is protected against copies, and no phone could play it.")


def _duration_ms(octets: bytes, at: int) -> int:
    """As the film says; 0 where it leaves that open."""
    if octets[at] == 1:
        if at + 32 > len(octets):
            raise Broken
        scale, duration = struct.unpack_from(">IQ", octets, at + 20)
    else:
        scale, duration = struct.unpack_from(">II", octets, at + 12)
    if not scale:
        raise Broken
    is_known = duration not in (0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF)
    if not is_known:
        return 0
    if duration / scale > MAX_HOURS * 3_600:
        raise MediaRefused("too_long", f"The video or sound says that it lasts more than {MAX_HOURS} hours.")
    return int(duration * 1_000 // scale)


def _sides(octets: bytes, at: int) -> tuple[int, int]:
    """As shown: a phone held upright films lying down, and the matrix says so."""
    matrix = at + (52 if octets[at] == 1 else 40)
    if matrix + 44 > len(octets):
        raise Broken
    width, height = (side >> 16 for side in struct.unpack_from(">II", octets, matrix + 36))
    is_turned = octets[matrix : matrix + 4] == bytes(4)
    return (height, width) if is_turned else (width, height)


def _check_is_whole(octets: bytes, name: bytes, at: int, end: int) -> None:
    """Bit 1 of the flags: what the track plays is in this file."""
    if name == b"rmra" or end - at < 4 or not octets[at + 3] & 1:
        raise MediaRefused("elsewhere", "The video is only a pointer to another file, which would not be sent.")
