"""Takes out of a film or a sound where, when and by whom it was made. No frame is touched, no octet moved.

What is taken out becomes a box named `free` of the same size, filled with zeros: the offsets in the tables stay right.
Boxes that playing needs are kept by name and all others go, as no list of what cameras invent would ever be whole.
Sources: ISO/IEC 14496-12 §8.1.2 (`free`), §8.10 (`udta`), §8.11 (`meta`), §8.7 (where samples are); 3GPP TS 26.244 §8
(`loci`); QuickTime File Format (`©xyz`, timed metadata).
"""

import struct
from collections.abc import Iterator
from typing import Final

from heliogram.media.containers import Broken, CutShort, iso_boxes
from heliogram.media.probe import MediaRefused

_FREE: Final = frozenset({b"free", b"skip", b"wide"})
"""Kept, as offsets reach over them, and emptied: some cameras write places there."""
_ANYWHERE: Final = "free skip wide"
_KEPT: Final = {
    holder: frozenset(each.encode() for each in f"{names} {_ANYWHERE}".split())
    for holder, names in {
        b"": "ftyp moov mdat moof mfra sidx ssix styp pdin",
        b"moov": "mvhd trak mvex iods",
        b"trak": "tkhd tref edts tapt mdia",
        b"mdia": "mdhd hdlr elng minf",
        b"minf": "vmhd smhd hmhd sthd nmhd gmhd hdlr dinf stbl",
        b"stbl": "stsd stts ctts cslg stss stps stsc stsz stz2 stco co64 sdtp sgpd sbgp subs saiz saio padb stdp",
        b"moof": "mfhd traf",
        b"traf": "tfhd tfdt trun sdtp sgpd sbgp subs saiz saio",
    }.items()
}
_TIMES: Final = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_PLAYED: Final = frozenset({b"vide", b"soun", b"text", b"sbtl", b"subt", b"clcp", b"tmcd", b"hint"})
"""The handlers of tracks that something plays. The others hold what cameras note: places, speed, how they were held."""


def without_places(octets: bytes) -> bytes:
    """The same film, sample for sample, as long as before. Raises MediaRefused for what cannot be looked through."""
    kept = bytearray(octets)
    try:
        _clean(octets, kept, b"", 0, len(octets))
    except (CutShort, Broken, struct.error) as problem:
        raise MediaRefused("broken", "The video or sound is damaged.") from problem
    return bytes(kept)


def _clean(octets: bytes, kept: bytearray, holder: bytes, at: int, end: int) -> None:
    for name, head, start, stop in _boxes(octets, at, end):
        if name == b"trak" and not _is_played(octets, start, stop):
            for sample, behind in _samples(octets, start, stop):
                kept[sample:behind] = bytes(behind - sample)
            _free(kept, head, start, stop)
        elif name not in _KEPT[holder]:
            _free(kept, head, start, stop)
        elif name in _FREE:
            kept[start:stop] = bytes(stop - start)
        elif name in _TIMES:
            last = min(stop, start + (20 if octets[start : start + 1] == b"\x01" else 12))
            kept[start + 4 : last] = bytes(max(0, last - start - 4))
        elif name in _KEPT:
            _clean(octets, kept, name, start, stop)


def _boxes(octets: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Each box of one level: name, and where its head, its content and what follows begin."""
    for name, start, stop in iso_boxes(octets, at, end, holds={}, depth=0):
        yield name, at, start, stop
        at = stop


def _free(kept: bytearray, head: int, start: int, stop: int) -> None:
    kept[head + 4 : head + 8] = b"free"
    kept[start:stop] = bytes(stop - start)


def _is_played(octets: bytes, at: int, end: int) -> bool:
    handler = _found(octets, at, end, b"mdia", b"hdlr")
    return handler is None or octets[handler[0] + 8 : handler[0] + 12] in _PLAYED


def _found(octets: bytes, at: int, end: int, *path: bytes) -> tuple[int, int] | None:
    """Where the content of the box at this path begins and ends; None where there is none."""
    for name, _head, start, stop in _boxes(octets, at, end):
        if name == path[0]:
            return (start, stop) if len(path) == 1 else _found(octets, start, stop, *path[1:])
    return None


def _samples(octets: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each chunk of a track's samples begins and ends. Raises MediaRefused for one that is elsewhere."""
    whole = list(_boxes(octets, 0, len(octets)))
    if any(name == b"moof" for name, *_where in whole):
        raise MediaRefused("hidden", "The video notes where it was filmed, in pieces that cannot be taken out of it.")
    data = [(start, stop) for name, _head, start, stop in whole if name == b"mdat"]
    sizes, chunks = _sizes(octets, at, end), _chunks(octets, at, end)
    done = 0
    for offset, n_samples in chunks:
        behind = offset + sum(sizes[done : done + n_samples])
        done += n_samples
        if not any(start <= offset and behind <= stop for start, stop in data):
            raise Broken
        yield offset, behind
    if done < len(sizes):
        raise Broken


def _sizes(octets: bytes, at: int, end: int) -> tuple[int, ...]:
    table = _found(octets, at, end, b"mdia", b"minf", b"stbl", b"stsz")
    if table is None:
        raise Broken
    one, n = struct.unpack_from(">II", octets, table[0] + 4)
    if n > len(octets):
        raise Broken
    return (one,) * n if one else struct.unpack_from(f">{n}I", octets, table[0] + 12)


def _chunks(octets: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Each chunk's place in the file and how many samples it has."""
    path = (b"mdia", b"minf", b"stbl")
    short, long = _found(octets, at, end, *path, b"stco"), _found(octets, at, end, *path, b"co64")
    table, runs = short or long, _found(octets, at, end, *path, b"stsc")
    if table is None or runs is None:
        raise Broken
    (n_runs,) = struct.unpack_from(">I", octets, runs[0] + 4)
    starts = {
        first: n_samples
        for first, n_samples, _entry in struct.iter_unpack(">III", octets[runs[0] + 8 : runs[0] + 8 + 12 * n_runs])
    }
    (n_chunks,) = struct.unpack_from(">I", octets, table[0] + 4)
    if n_chunks > len(octets) // 4:
        raise Broken
    n_samples = 0
    for n, offset in enumerate(struct.unpack_from(f">{n_chunks}{'I' if short else 'Q'}", octets, table[0] + 8), 1):
        n_samples = starts.get(n, n_samples)
        yield offset, n_samples
