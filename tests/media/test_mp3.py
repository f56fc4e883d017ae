import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.mp3 import MAX_HOURS, MAX_TAGS, is_frame, read_mp3, without_tags
from heliogram.media.probe import MediaRefused

from .sounds import SECRET, ape, frame, id3, id3v1, lyrics, mp3

XING = frame()[:36] + b"Xing\x00\x00\x00\x01\x7f\xff\xff\xff" + frame()[48:]
"""A first frame that claims 2,147,483,647 more."""


def _code(octets: bytes) -> str:
    with pytest.raises(MediaRefused) as refused:
        read_mp3(octets)
    return refused.value.code


@pytest.mark.parametrize(
    ("octets", "duration_ms"),
    [
        (mp3(1_000), 26_122),
        (frame(padded=True) * 500 + frame() * 500, 26_122),
        (frame(1) * 200 + frame(14) * 800, 26_122),  # whatever the rate of each
        (frame(rate_at=1) * 1_000, 24_000),
        (frame(8, version=2) * 1_000, 26_122),
        (frame(8, version=0, rate_at=2) * 1_000, 72_000),
        (XING + mp3(999), 26_122),
    ],
    ids=["constant", "padded", "varying", "48 kHz", "MPEG-2", "MPEG-2.5", "with a claim"],
)
def test_how_long_a_sound_lasts_is_counted_frame_by_frame(octets: bytes, duration_ms: int) -> None:
    read = read_mp3(octets)
    assert (read.content_type, read.duration_ms, read.n_octets) == ("audio/mpeg", duration_ms, len(octets))
    assert is_frame(octets[:2])


@pytest.mark.parametrize(
    "octets",
    [
        mp3(),
        id3() + mp3(),
        id3(SECRET + bytes(3_000)) + bytes(100) + mp3(),
        id3(flags=0x80, footer=True) + id3() + mp3(),
        ape() + mp3(),
        mp3() + id3v1(),
        mp3() + ape() + id3v1(),
        mp3() + lyrics() + id3v1(),
        mp3() + b"LYRICSBEGIN" + SECRET + b"LYRICSEND",
        mp3() + b"TAG+" + SECRET.ljust(223) + id3v1(),
        mp3() + id3(footer=True),
        mp3() + bytes(500),
        id3() + mp3() + bytes(7) + ape() + id3v1(),
        ape() + id3() + mp3() + id3v1() + id3(footer=True),
    ],
    ids=lambda octets: f"{octets[:3]!r} {octets[-3:]!r}",
)
def test_a_sound_without_its_tags_is_the_same_frames_and_nothing_else(octets: bytes) -> None:
    assert read_mp3(octets).duration_ms == read_mp3(mp3()).duration_ms
    assert without_tags(octets) == mp3()


@pytest.mark.parametrize(
    "octets",
    [
        mp3() + b"<script>alert(1)</script>",
        mp3(2) + b"\x00" + mp3(2),
        mp3(2) + frame(rate_at=1),
        mp3(2) + frame(version=2),
        frame(0) * 3,
        mp3(2)[:-417] + b"\xff\xfb\xf0\xc4" + bytes(413),
        mp3(2)[:-417] + b"\xff\xfb\x9c\xc4" + bytes(413),
        mp3(2)[:-417] + b"\xff\xfb\x90\xc6" + bytes(413),
        mp3(2)[:-417] + b"\xff\xfd\x90\xc4" + bytes(413),
        mp3(2)[:-417] + b"\xff\xeb\x90\xc4" + bytes(413),
        id3(),
        id3() + bytes(50),
        id3v1(),
        b"ID3\x04\x00\x00\x00\x00\x00\x80" + mp3(),
        mp3() + id3() + mp3(),
        mp3() + id3v1() * (MAX_TAGS + 1),
    ],
)
def test_what_is_no_frame_and_no_tag_is_refused(octets: bytes) -> None:
    assert _code(octets) == "broken"


@pytest.mark.parametrize("n", [1, 3, 100, 416])
def test_a_sound_or_a_tag_that_stops_in_the_middle_is_refused(n: int) -> None:
    assert _code(mp3(3)[:-n]) == "truncated"
    assert _code(id3(bytes(500))[:-n] if n < 417 else b"ID3") == "truncated"


def test_a_sound_with_so_many_tags_is_taken() -> None:
    assert without_tags(id3() * MAX_TAGS + mp3() + id3v1() * MAX_TAGS) == mp3()


def test_a_sound_of_six_hours_is_taken_and_one_frame_more_is_not() -> None:
    smallest = frame(1, version=0, rate_at=2)  # 72 octets for 72 ms
    n = MAX_HOURS * 3_600_000 // 72
    assert read_mp3(smallest * n).duration_ms == MAX_HOURS * 3_600_000
    assert _code(smallest * (n + 1)) == "too_long"


@pytest.mark.parametrize("head", [b"\xff\xd8", b"\xff\xfe", b"\xff\xf1", b"\xff", b"", b"\x89P", b"\xff\xff"])
def test_a_jpeg_a_text_and_another_layer_are_no_mp3(head: bytes) -> None:
    assert not is_frame(head)


@given(st.binary(max_size=300), st.sampled_from([b"ID3\x04\0\0", b"", mp3(1), id3(), ape()]), st.binary(max_size=40))
def test_any_octets_are_a_sound_or_refused_and_nothing_else(octets: bytes, start: bytes, tail: bytes) -> None:
    try:
        assert read_mp3(start + octets + tail).duration_ms > 0
    except MediaRefused as refused:
        assert refused.sentence.endswith((".", "again."))


@given(st.data())
def test_a_sound_with_octets_overwritten_is_read_or_refused(data: st.DataObject) -> None:
    whole = id3() + mp3(3) + ape() + id3v1()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + data.draw(st.binary(min_size=1, max_size=8)) + whole[at + 1 :]
    try:
        assert read_mp3(changed).n_octets == len(changed)
    except MediaRefused as refused:
        assert refused.code != ""
