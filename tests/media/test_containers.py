import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.containers import Broken, CutShort, Sides, read_heic, read_webp

from .pictures import box, heic_saying, noise, saved, webp, webp_saying


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (saved(noise(64, 48), "WEBP"), Sides(width=64, height=48)),
        (saved(noise(64, 48), "WEBP", lossless=True), Sides(width=64, height=48, is_exact=True)),
        (saved(noise(64, 48).convert("RGBA"), "WEBP", exif=b"Exif\0\0x"), Sides(width=64, height=48)),
        (webp(64, 48), Sides(width=64, height=48, frames=3)),
        (webp_saying(16_383, 16_383), Sides(width=16_383, height=16_383)),
    ],
    ids=["lossy", "lossless", "with EXIF", "animated", "as large as it can say"],
)
def test_a_webp_tells_its_sides_its_frames_and_whether_it_lost_anything(octets: bytes, expected: Sides) -> None:
    assert read_webp(octets) == expected


def test_the_larger_of_two_sides_that_a_webp_names_counts() -> None:
    small = struct.pack("<I", 0)[:4] + bytes(6)  # VP8X: flags, then a canvas of 1 × 1
    inner = webp_saying(9_000, 8_000)[12:]
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + small + inner
    assert read_webp(b"RIFF" + struct.pack("<I", len(body)) + body) == Sides(width=9_000, height=8_000)


def test_the_sides_of_a_photo_in_tiles_are_those_of_the_whole() -> None:
    assert read_heic(heic_saying((512, 512), (4_032, 3_024), (320, 240))) == Sides(width=4_032, height=3_024)


@pytest.mark.parametrize("n", [1, 8, 20])
def test_what_ends_early_is_told_from_what_is_broken(n: int) -> None:
    with pytest.raises(CutShort):
        read_webp(webp(64, 48)[:-n])
    with pytest.raises(CutShort):
        read_heic(heic_saying((64, 48))[:-n])
    with pytest.raises(Broken):
        read_heic(box(b"ftyp", b"heic"))


def test_boxes_in_boxes_without_end_and_boxes_of_no_size_are_refused() -> None:
    nested = b""
    for _ in range(3_000):
        nested = box(b"iprp", nested)
    with pytest.raises(Broken):
        read_heic(nested)
    with pytest.raises(Broken):
        read_heic(box(b"free", b"") * 4_001)
    with pytest.raises(Broken):
        read_heic(b"\x00\x00\x00\x07ftyp" + bytes(20))


@given(st.binary(max_size=300), st.sampled_from([b"", webp(8, 8), heic_saying((8, 8))]))
def test_any_octets_are_sides_or_one_of_two_refusals(octets: bytes, start: bytes) -> None:
    whole = start[: len(start) // 2] + octets
    for read in (read_webp, read_heic):
        try:
            assert read(whole).frames >= 1
        except (CutShort, Broken):
            continue
