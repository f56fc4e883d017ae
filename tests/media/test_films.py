import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.films import read_film
from heliogram.media.probe import MediaRefused

from .films import film, track
from .pictures import box


@pytest.mark.parametrize(
    ("octets", "content_type", "sides"),
    [
        (film(), "video/mp4", (640, 360)),
        (film(turned=True), "video/mp4", (360, 640)),
        (film(b"3gp4"), "video/3gpp", (640, 360)),
        (film(b"3g2a"), "video/3gpp2", (640, 360)),
        (film(b"qt  "), "video/quicktime", (640, 360)),
        (film(b"M4A ", kind=b"soun", codec=b"mp4a"), "audio/mp4", (0, 0)),
        (film(b"3gp4", kind=b"soun", codec=b"samr"), "audio/3gpp", (0, 0)),
    ],
)
def test_a_film_is_what_its_boxes_say(octets: bytes, content_type: str, sides: tuple[int, int]) -> None:
    read = read_film(octets)
    assert (read.content_type, (read.width, read.height), read.n_octets) == (content_type, sides, len(octets))


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (film(sides=(8_193, 10)), "too_many_pixels"),
        (film(seconds=6 * 3_600 + 1), "too_long"),
        (film(points=True), "elsewhere"),
        (film(codec=b"encv"), "protected"),
        (film(n_octets=0), "broken"),
        (film() + box(b"html", b"<script>"), "broken"),
        (film(kind=b"text"), "broken"),
    ],
)
def test_a_film_beyond_a_limit_or_in_disguise_is_refused(octets: bytes, code: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        read_film(octets)
    assert refused.value.code == code


def test_a_film_says_how_long_it_lasts_or_leaves_it_open() -> None:
    assert read_film(film(seconds=12.5)).duration_ms == 12_500
    open_end = film().replace(struct.pack(">II", 1_000, 5_000), struct.pack(">II", 1_000, 0xFFFF_FFFF))
    assert read_film(open_end).duration_ms == 0
    long = bytes([1]) + bytes(19) + struct.pack(">IQ", 600, 6_000) + bytes(80)
    track_of = track(b"soun", b"mp4a", (0, 0))
    whole = box(b"ftyp", b"M4A ") + box(b"moov", box(b"mvhd", long) + track_of) + box(b"mdat", bytes(9))
    assert read_film(whole).duration_ms == 10_000


def test_a_film_at_the_limits_is_taken() -> None:
    assert read_film(film(sides=(8_192, 8_192), seconds=6 * 3_600)).width == 8_192


@given(at=st.integers(9, 600), octet=st.binary(min_size=1, max_size=9))
def test_a_broken_film_is_read_or_refused_and_nothing_else(at: int, octet: bytes) -> None:
    whole = film()
    for broken in (whole[:at], whole[:at] + octet + whole[at + len(octet) :]):
        try:
            assert read_film(broken).n_octets == len(broken)
        except MediaRefused as refused:
            assert refused.sentence
