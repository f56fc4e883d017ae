import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.containers import iso_boxes
from heliogram.media.films import read_film
from heliogram.media.places import without_places
from heliogram.media.probe import MediaRefused

from .films import film, track
from .pictures import box

PLACE = b"+41.8781-087.6298/"
PICTURES = b"each frame of it"
HOLDS = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"udta": 0, b"moof": 0, b"traf": 0}
LOCI = bytes(4) + b"\x55\xc4Chicago\x00\x01" + struct.pack(">iii", -87 << 16, 41 << 16, 0) + PLACE + b"\x00\x00"
UDTA = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7) + PLACE) + box(b"loci", LOCI))
META = box(b"meta", bytes(4) + box(b"keys", b"com.apple.quicktime.location.ISO6709") + box(b"ilst", PLACE))


def _notes(offset: int, sizes: tuple[int, ...], *, long: bool = False, one: int = 0) -> bytes:
    """A track of what a camera notes, its samples in one chunk at `offset`."""
    where = box(b"co64", bytes(4) + struct.pack(">IQ", 1, offset))
    if not long:
        where = box(b"stco", bytes(4) + struct.pack(">II", 1, offset))
    sizes_of = struct.pack(">II", one, len(sizes)) + (b"" if one else struct.pack(f">{len(sizes)}I", *sizes))
    runs = box(b"stsc", bytes(4) + struct.pack(">IIII", 1, 1, len(sizes), 1))
    table = box(b"stbl", box(b"stsd", bytes(16)) + box(b"stsz", bytes(4) + sizes_of) + runs + where)
    inner = box(b"mdia", box(b"hdlr", bytes(8) + b"meta" + bytes(13)) + box(b"minf", table))
    return box(b"trak", box(b"tkhd", bytes(84)) + inner)


def _film(brand: bytes = b"isom", *, notes: bool = False, **how: bool) -> bytes:
    """A film that tells where it was made in every way there is."""
    samples = PLACE * 2

    def whole(offset: int) -> bytes:
        head = box(b"mvhd", bytes(4) + b"when" * 2 + struct.pack(">II", 1_000, 5_000) + bytes(80))
        shown = track(b"vide", b"avc1", (640, 360)) + box(b"gps ", PLACE)
        noted = _notes(
            offset, (len(PLACE),) * 2, one=len(PLACE) if how.get("alike") else 0, long=how.get("long", False)
        )
        moov = box(b"moov", head + shown + UDTA + META + (noted if notes else b""))
        rest = box(b"uuid", b"XMP packet of 16" + PLACE) + UDTA + META + box(b"free", b"freeGPS " + PLACE)
        return box(b"ftyp", brand + bytes(4) + brand) + moov + rest + box(b"mdat", PICTURES + samples * notes)

    return whole(len(whole(0)) - len(samples))


def _names(octets: bytes) -> list[bytes]:
    return [name for name, _start, _stop in iso_boxes(octets, 0, len(octets), holds=HOLDS, depth=0)]


@pytest.mark.parametrize("brand", [b"isom", b"qt  ", b"3gp4", b"M4A "])
@pytest.mark.parametrize(
    "how", [{}, {"notes": True}, {"notes": True, "alike": True}, {"notes": True, "long": True}], ids=str
)
def test_a_film_does_not_tell_where_and_when_it_was_made(brand: bytes, how: dict[str, bool]) -> None:
    before = _film(brand, **how)
    after = without_places(before)
    assert len(after) == len(before) and after != before
    for secret in (PLACE, b"Chicago", b"ISO6709", b"XMP", b"freeGPS", b"when"):
        assert secret in before and secret not in after
    names = _names(after)
    assert not {b"udta", b"\xa9xyz", b"loci", b"meta", b"keys", b"uuid", b"gps "} & set(names)
    assert (names.count(b"trak"), names.count(b"free")) == (1, 7 + how.get("notes", False))
    assert read_film(after) == read_film(before)


def test_what_is_played_stays_where_it_was() -> None:
    before = _film(notes=True)
    after = without_places(before)
    at = before.index(PICTURES)
    assert after[at:] == PICTURES + bytes(2 * len(PLACE))
    shown = before.index(b"trak") - 4
    size = int.from_bytes(before[shown : shown + 4], "big")
    assert after[shown : shown + size] == before[shown : shown + size]
    assert without_places(after) == after


@pytest.mark.parametrize("whole", [film(), film(b"qt  "), film(b"M4A ", kind=b"soun", codec=b"mp4a")])
def test_a_film_that_tells_nothing_is_not_changed(whole: bytes) -> None:
    assert without_places(whole) == whole


def test_a_long_head_and_a_box_to_the_end_are_emptied_too() -> None:
    long = struct.pack(">I", 1) + b"udta" + struct.pack(">Q", 16 + len(PLACE)) + PLACE
    endless = struct.pack(">I", 0) + b"uuid" + PLACE
    after = without_places(film() + long + endless)
    assert PLACE not in after and _names(after)[-2:] == [b"free", b"free"]


def test_pieces_of_a_film_are_looked_through_and_notes_in_pieces_refused() -> None:
    piece = box(b"moof", box(b"mfhd", bytes(8)) + box(b"traf", box(b"tfhd", bytes(8)) + META) + UDTA)
    assert PLACE not in without_places(film() + piece + box(b"mdat", PICTURES))
    with pytest.raises(MediaRefused) as refused:
        without_places(_film(notes=True) + piece)
    assert refused.value.code == "hidden"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"stsz", b"stzz"),
        (b"stco", b"stzz"),
        (b"stsc", b"stzz"),
        (struct.pack(">II", 2, 18), struct.pack(">II", 9, 18)),
    ],
)
def test_notes_that_cannot_be_found_are_refused(old: bytes, new: bytes) -> None:
    whole = _film(notes=True)
    assert whole.count(old) >= 1
    at = whole.rindex(old)
    with pytest.raises(MediaRefused):
        without_places(whole[:at] + new + whole[at + len(old) :])


def test_notes_that_lie_outside_the_films_octets_are_refused_and_nothing_else_is_emptied() -> None:
    for offset in (0, 40, 10**6):
        moov = box(b"moov", box(b"mvhd", bytes(100)) + track(b"vide", b"avc1", (64, 64)) + _notes(offset, (9,)))
        with pytest.raises(MediaRefused):
            without_places(box(b"ftyp", b"isom") + moov + box(b"mdat", PICTURES))


@given(st.data())
def test_a_broken_film_is_bared_or_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = _film(notes=True)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + data.draw(st.binary(min_size=1, max_size=8)) + whole[at + 1 :]
    try:
        assert len(without_places(changed)) == len(changed)
    except MediaRefused as refused:
        assert refused.sentence
