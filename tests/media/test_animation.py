"""What comes out is opened again: its frames, their times and loops, by a reader that is not ours."""

import itertools

import pytest
from PIL import Image, ImageSequence

from heliogram.media.animation import LONGEST_MS, gif_loop, without_remarks
from heliogram.media.fit import Variant, fit
from heliogram.media.probe import MediaRefused, probe

from .pictures import gif, noise, opened, saved, webp

SIXTEEN = tuple(itertools.islice(itertools.cycle((40, 120, 250)), 16))
MOVIE = gif(160, 120, times_ms=SIXTEEN)
BARE = without_remarks(MOVIE)


def _fit(octets: bytes, max_octets: int = 5_000_000, sides: tuple[int, int] = (4_000, 4_000)) -> Variant:
    return fit(octets, max_octets, *sides)


def _times(octets: bytes) -> list[int]:
    return [int(frame.info.get("duration", 0)) for frame in ImageSequence.Iterator(opened(octets))]


def _frames(octets: bytes) -> list[bytes]:
    return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(opened(octets))]


@pytest.mark.parametrize("share", [0.8, 0.5, 0.3, 0.25], ids=["tight", "half", "a third", "a quarter"])
def test_an_animation_stays_one_and_lasts_as_long_as_before(share: float) -> None:
    variant = _fit(MOVIE, int(len(MOVIE) * share))
    assert (variant.content_type, len(variant.octets) <= len(MOVIE) * share) == ("image/gif", True)
    assert len(_times(variant.octets)) > 1
    assert sum(_times(variant.octets)) == pytest.approx(sum(SIXTEEN), rel=0.1)
    assert opened(variant.octets).size == (variant.width, variant.height)


def test_an_animation_that_fits_to_the_octet_goes_as_it_is_and_one_octet_less_makes_it_smaller() -> None:
    assert _fit(MOVIE, len(BARE)).octets == BARE
    assert (_frames(BARE), _times(BARE)) == (_frames(MOVIE), _times(MOVIE))
    smaller = _fit(MOVIE, len(BARE) - 1).octets
    assert len(smaller) < len(BARE) and probe(smaller).frames > 1


@pytest.mark.parametrize("share", [1, 2], ids=["as it is", "made smaller"])
@pytest.mark.parametrize("loop", [None, 0, 3, 65_535])
def test_an_animation_begins_again_as_often_as_its_maker_said(loop: int | None, share: int) -> None:
    still = noise(160, 120).quantize(64)
    frames = [noise(160, 120).quantize(64) for _ in range(3)]
    said = {} if loop is None else {"loop": loop}
    octets = saved(still, "GIF", save_all=True, append_images=frames, duration=100, **said)
    out = _fit(octets, len(octets) // share).octets
    assert len(out) <= len(octets) // share
    assert (gif_loop(octets), gif_loop(out), opened(out).info.get("loop")) == (loop, loop, loop)


def test_what_hides_between_the_frames_is_left_behind() -> None:
    secret = b"<script>alert(1)</script>"
    hidden = b"\x21\xff\x0bXMP DataXMP" + bytes([len(secret)]) + secret + b"\x00"
    long_control = b"\x21\xf9\x04\x00\x05\x00\x00" + bytes([len(secret)]) + secret + b"\x00"
    octets = saved(noise(64, 48).quantize(64), "GIF", save_all=True, append_images=[noise(64, 48)], comment=secret)
    head = 13 + 3 * 64
    out = _fit(octets[:head] + hidden + long_control + octets[head:] + secret).octets
    assert (b"script" in octets, b"script" in out, b"XMP" in out) == (True, False, False)
    assert _frames(out) == _frames(octets)


def test_an_animation_wider_than_its_route_allows_keeps_every_frame_and_its_time() -> None:
    variant = _fit(gif(times_ms=(100, 250, 400)), sides=(32, 4_000))
    assert (_times(variant.octets), variant.width, variant.height) == ([100, 250, 400], 32, 24)


def test_frames_without_a_time_last_a_tenth_of_a_second_as_browsers_show_them() -> None:
    assert _times(_fit(gif(times_ms=(0, 0)), sides=(32, 32)).octets) == [100, 100]


def test_times_too_long_to_be_joined_last_as_long_as_a_frame_can() -> None:
    octets = gif(64, 48, times_ms=(LONGEST_MS,) * 14)
    assert max(_times(_fit(octets, len(octets) // 2).octets)) == LONGEST_MS


def test_an_animation_without_hope_is_refused() -> None:
    with pytest.raises(MediaRefused, match="animation cannot be made small enough for 500 octets") as refused:
        _fit(gif(200, 150), 500)
    assert refused.value.code == "does_not_fit"


def test_an_animation_in_which_nothing_moves_becomes_a_still_picture_where_it_does_not_fit() -> None:
    once = noise(200, 150).quantize(64)
    frame = saved(once, "GIF")
    start = 13 + 3 * 64
    octets = frame[:-1] + frame[start:]
    assert probe(octets).frames == 2
    assert _fit(octets, len(octets) // 3).content_type == "image/jpeg"


def test_what_an_animation_leaves_transparent_comes_out_white() -> None:
    frames = [Image.new("RGBA", (40, 40), (0, 0, 0, 0)) for _ in range(2)]
    for n, frame in enumerate(frames):
        frame.paste((200, 0, 0, 255), (n * 20, 0, n * 20 + 20, 20))
    octets = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100, disposal=2)
    first = opened(_fit(octets).octets).convert("RGB")
    assert (first.getpixel((5, 5)), first.getpixel((5, 35))) == ((200, 0, 0), (255, 255, 255))


@pytest.mark.parametrize(
    ("plays", "loop"), [(0, 0), (1, None), (2, 1), (65_535, 65_534)], ids=["for ever", "once", "twice", "most"]
)
def test_an_animated_webp_becomes_a_gif_with_its_frames_its_time_and_its_loops(plays: int, loop: int | None) -> None:
    variant = _fit(webp(120, 90, times_ms=(40, 250, 100, 500), loop=plays))
    assert (variant.content_type, opened(variant.octets).size) == ("image/gif", (120, 90))
    assert (_times(variant.octets), gif_loop(variant.octets)) == ([40, 250, 100, 500], loop)


@pytest.mark.parametrize("each_ms", [1, 10, 11, 16, 17, 19, 20, 33, 41, 105])
def test_an_animated_webp_keeps_its_time_whatever_its_frames_last(each_ms: int) -> None:
    times = _times(_fit(webp(32, 24, times_ms=(each_ms,) * 30)).octets)
    seen_ms = each_ms if each_ms > 10 else 100
    assert sum(times) == pytest.approx(seen_ms * 30, abs=20)
    assert min(times) >= 20


def test_an_animated_webp_is_made_to_fit_like_any_animation() -> None:
    variant = _fit(webp(160, 120, times_ms=SIXTEEN), 120_000)
    assert (len(variant.octets) <= 120_000, len(_times(variant.octets)) > 1) == (True, True)
    assert sum(_times(variant.octets)) == pytest.approx(sum(SIXTEEN), rel=0.1)
