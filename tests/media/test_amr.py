import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.amr import MAX_HOURS, read_amr
from heliogram.media.probe import MediaRefused

from .sounds import amr, amr_wide

LONGEST = MAX_HOURS * 3_600 * 50


def _code(octets: bytes) -> str:
    with pytest.raises(MediaRefused) as refused:
        read_amr(octets)
    return refused.value.code


@pytest.mark.parametrize("mode", range(8))
def test_a_sound_lasts_20_ms_a_frame_in_every_mode(mode: int) -> None:
    octets = amr(50, mode=mode)
    read = read_amr(octets)
    assert (read.content_type, read.duration_ms, read.n_octets) == ("audio/amr", 1_000, len(octets))


def test_wide_band_has_a_name_and_frames_of_its_own() -> None:
    read = read_amr(amr_wide(25))
    assert (read.content_type, read.duration_ms, read.width, read.frames) == ("audio/amr-wb", 500, 0, 0)


def test_silence_between_words_counts_and_silence_alone_is_no_sound() -> None:
    silence = b"\x44" + bytes(5) + b"\x7c" * 3
    assert read_amr(amr(1) + silence).duration_ms == 100
    assert _code(b"#!AMR\n" + silence) == "broken"


@pytest.mark.parametrize("n", range(1, 32))
def test_a_sound_that_stops_within_a_frame_is_refused(n: int) -> None:
    assert _code(amr(3)[:-n]) == "truncated"


@pytest.mark.parametrize("tail", [b"script", b"PK\x03\x04", b"\xff", b"\x4c", b"\x74", b"\x3d", b"\xbc"])
def test_what_is_no_frame_is_refused_with_the_sound_before_it(tail: bytes) -> None:
    assert _code(amr(3) + tail) == "broken"


def test_no_frames_and_two_channels_are_refused() -> None:
    assert _code(b"#!AMR\n") == "truncated"
    assert _code(b"#!AMR_MC1.0\n" + bytes(40)) == "broken"


def test_a_sound_of_six_hours_is_taken_and_one_frame_more_is_not() -> None:
    longest = amr(1) + b"\x7c" * (LONGEST - 1)
    assert read_amr(longest).duration_ms == MAX_HOURS * 3_600_000
    assert _code(longest + b"\x7c") == "too_long"


@given(st.binary(max_size=200), st.sampled_from([b"#!AMR\n", b"#!AMR-WB\n", b"#!AMR"]))
def test_any_octets_are_a_sound_or_refused_and_nothing_else(octets: bytes, start: bytes) -> None:
    try:
        assert read_amr(start + octets).duration_ms > 0
    except MediaRefused as refused:
        assert refused.sentence.endswith((".", "again."))
