import struct
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.probe import MAX_FRAMES, MAX_PIXELS, MAX_SIDE, MediaRefused, Picture, probe

from .pictures import (
    gif,
    gif_of,
    heic_saying,
    jpeg,
    jpeg_saying,
    noise,
    png,
    png_bomb,
    png_saying,
    saved,
    webp,
    webp_saying,
)

JPEG, PNG, GIF, WEBP = jpeg(), png(), gif(), webp()


def _refused(octets: bytes) -> MediaRefused:
    with pytest.raises(MediaRefused) as refused:
        probe(octets)
    return refused.value


@pytest.mark.parametrize(
    ("octets", "content_type", "frames"),
    [
        (JPEG, "image/jpeg", 1),
        (jpeg(progressive=True), "image/jpeg", 1),
        (PNG, "image/png", 1),
        (gif(320, 240, times_ms=(100,)), "image/gif", 1),
        (gif(320, 240), "image/gif", 3),
        (saved(noise(320, 240), "WEBP"), "image/webp", 1),
        (webp(320, 240), "image/webp", 3),
        (heic_saying((160, 120), (320, 240)), "image/heic", 1),
    ],
    ids=["JPEG", "progressive JPEG", "PNG", "GIF", "animated GIF", "WebP", "animated WebP", "HEIC"],
)
def test_a_picture_is_recognised_by_its_octets(octets: bytes, content_type: str, frames: int) -> None:
    expected = Picture(content_type=content_type, width=320, height=240, frames=frames, n_octets=len(octets))
    assert probe(octets) == expected


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (b"Dear customer,\nthis is no photo.jpg\n", "a text file"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "an SVG drawing"),
        (b'<?xml version="1.0"?><svg/>', "a web page or a drawing in XML"),
        (b"\xef\xbb\xbf\n<!doctype html><script>alert(1)</script>", "a web page or a drawing in XML"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "a sound or a film in RIFF"),
        (b"PK\x03\x04\x14\x00\x06\x00", "a ZIP archive or an Office document"),
        (b"BM\x36\x00\x0c\x00", "a BMP picture"),
        (b"II*\x00\x08\x00\x00\x00", "a TIFF picture"),
        (b"MM\x00*\x00\x00\x00\x08", "a TIFF picture"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "a contact card"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", "an AVIF photo; save it as JPEG"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "a video"),
        (b"\x7fELF\x02\x01\x01\x00", "something else"),
    ],
)
def test_whatever_its_name_a_file_that_is_no_picture_is_refused_with_what_it_looks_like(
    octets: bytes, what: str
) -> None:
    refused = _refused(octets)
    assert (refused.code, refused.sentence) == (
        "not_a_picture",
        f"This is not a JPEG, PNG, GIF, WebP or HEIC: it looks like {what}.",
    )


def test_an_empty_file_is_refused() -> None:
    assert _refused(b"").sentence == "The file is empty."


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WebP"])
@given(data=st.data())
def test_a_picture_that_stops_in_the_middle_is_refused_wherever_it_stops(kind: str, data: st.DataObject) -> None:
    whole = {"JPEG": JPEG, "PNG": PNG, "GIF": GIF, "WebP": WEBP}[kind]
    refused = _refused(whole[: data.draw(st.integers(13, len(whole) - 13))])
    assert (refused.code, refused.sentence) == (
        "truncated",
        "The file ends in the middle of the picture. Please upload it again.",
    )


@pytest.mark.parametrize("whole", [JPEG, PNG, GIF, WEBP], ids=["JPEG", "PNG", "GIF", "WebP"])
def test_what_stands_behind_the_end_of_a_picture_is_no_reason_to_refuse_it(whole: bytes) -> None:
    assert probe(whole + b"PK\x03\x04" + bytes(5_000)).width == probe(whole).width


@pytest.mark.parametrize(
    "octets",
    [png_saying(0, 5), png_saying(5, 0), jpeg_saying(0, 5), gif_of(1, 0, 5), webp_saying(0, 5), heic_saying((0, 5))],
    ids=["PNG 0 wide", "PNG 0 high", "JPEG 0 wide", "GIF 0 wide", "WebP 0 wide", "HEIC 0 wide"],
)
def test_a_picture_without_pixels_is_refused(octets: bytes) -> None:
    assert _refused(octets).code == "broken"


@pytest.mark.parametrize(
    "octets",
    [b"\xff\xd8\xff\xe0\x00\x04ab\x00\x00\x00\x00\x00\x00", GIF[:13] + b"\x07" + GIF[13:]],
    ids=["JPEG", "GIF"],
)
def test_a_picture_whose_structure_makes_no_sense_is_refused(octets: bytes) -> None:
    assert _refused(octets).code in ("broken", "truncated")


def test_a_bomb_is_refused_from_its_header_at_once_and_without_unpacking_it() -> None:
    bomb = png_bomb()
    assert len(bomb) < 1_000_000
    tracemalloc.start()
    started = time.monotonic()
    refused = _refused(bomb)
    seconds = time.monotonic() - started
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (refused.code, refused.sentence) == (
        "too_many_pixels",
        "The picture has 30,000 × 30,000 pixels; at most 100,000,000 in all can be read.",
    )
    assert seconds < 0.5
    assert peak < 100_000


@pytest.mark.parametrize(
    ("width", "height"), [(MAX_SIDE, MAX_PIXELS // MAX_SIDE), (MAX_PIXELS // MAX_SIDE, MAX_SIDE), (10_000, 10_000)]
)
def test_a_picture_at_the_limits_of_side_and_pixels_is_taken(width: int, height: int) -> None:
    assert probe(png_saying(width, height)).width == width


@pytest.mark.parametrize(
    ("width", "height"), [(MAX_SIDE + 1, 1), (1, MAX_SIDE + 1), (10_001, 10_000), (10_000, 10_001)]
)
@pytest.mark.parametrize("make", [png_saying, jpeg_saying], ids=["PNG", "JPEG"])
def test_a_picture_one_pixel_beyond_a_limit_is_refused(make: type, width: int, height: int) -> None:
    assert _refused(make(width, height)).code == "too_many_pixels"


def test_a_bomb_in_webp_or_heic_is_refused_from_its_header() -> None:
    assert probe(webp_saying(10_000, 10_000)).width == probe(heic_saying((10_000, 10_000))).width == 10_000
    for bomb in (webp_saying(10_001, 10_000), heic_saying((64, 64), (10_001, 10_000))):
        refused = _refused(bomb)
        assert (refused.code, "10,001 × 10,000 pixels" in refused.sentence) == ("too_many_pixels", True)


def test_the_pixels_of_an_animation_are_those_of_all_its_frames() -> None:
    assert probe(gif_of(100, 1_000, 1_000)).frames == 100
    refused = _refused(gif_of(101, 1_000, 1_000))
    assert (refused.code, "in 101 frames" in refused.sentence) == ("too_many_pixels", True)


def test_a_frame_larger_than_its_screen_counts_with_all_its_pixels() -> None:
    small, corner = gif_of(1), struct.pack("<HHHH", 10_000, 0, 10_000, 10_000)
    frame = small.index(b"\x2c") + 1
    refused = _refused(small[:frame] + corner + small[frame + 8 :])
    assert (refused.code, "20,000 × 10,000 pixels" in refused.sentence) == ("too_many_pixels", True)


def test_an_animation_at_the_limit_of_frames_is_taken_and_one_frame_more_is_not() -> None:
    assert probe(gif_of(MAX_FRAMES)).frames == MAX_FRAMES
    assert _refused(gif_of(MAX_FRAMES + 1)).code == "too_many_frames"


def test_a_gif_of_65_535_frames_is_refused_quickly() -> None:
    octets = gif_of(65_535)
    started = time.monotonic()
    refused = _refused(octets)
    assert refused.sentence == "The animation has 65,535 frames; at most 2,000 can be read."
    assert time.monotonic() - started < 2


STARTS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x80\0\0\0WEBPVP8X", b"\0\0\0\x08ftypheic"]


@given(st.binary(max_size=400), st.sampled_from(STARTS))
def test_any_octets_are_a_picture_or_refused_and_nothing_else(octets: bytes, start: bytes) -> None:
    try:
        picture = probe(start + octets)
    except MediaRefused as refused:
        assert refused.sentence.endswith((".", "Please upload it again."))
    else:
        assert picture.width * picture.height * picture.frames <= MAX_PIXELS


@given(st.sampled_from([JPEG, PNG, GIF, WEBP]), st.data())
def test_a_picture_with_octets_overwritten_is_a_picture_or_refused(whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + data.draw(st.binary(min_size=1, max_size=8)) + whole[at + 1 :]
    try:
        assert probe(changed).n_octets == len(changed)
    except MediaRefused as refused:
        assert refused.code != ""
