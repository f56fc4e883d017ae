"""What comes out is read by our own reader of films and, in every point, by ffprobe and ffmpeg."""

import itertools

import pytest
from PIL import Image, ImageChops, ImageSequence, ImageStat

from heliogram.media.containers import iso_boxes
from heliogram.media.filming import LEAST_SIDE, MAX_PIXELS, NOT_ANIMATED, film_of
from heliogram.media.films import read_film
from heliogram.media.fit import Variant
from heliogram.media.kinds import read_other, without_remarks
from heliogram.media.probe import MediaRefused

from .pictures import gif, gif_of, jpeg, noise, opened, saved, webp
from .played import ffmpeg, glowing, probed, shown

TIMES = tuple(itertools.islice(itertools.cycle((40, 120, 250)), 14))
MOVIE = glowing(161, 121, TIMES)
LARGER = glowing(240, 180, TIMES)


def _holed(octets: bytes) -> bytes:
    return octets[: len(octets) // 2] + b"\xff" * 3_000 + octets[len(octets) // 2 + 3_000 :]


def _film(octets: bytes, max_octets: int = 200_000, sides: tuple[int, int] = (1_080, 1_920)) -> Variant:
    return film_of(octets, max_octets, *sides, ffmpeg())


def _difference(one: Image.Image, other: Image.Image) -> float:
    """How many of 255 steps they are apart, on average, from so far away that the grain is not seen."""
    near, far = (each.convert("RGB").resize((16, 12)) for each in (one, other))
    return sum(ImageStat.Stat(ImageChops.difference(near, far)).mean) / 3


def test_an_animation_becomes_a_film_that_phones_play() -> None:
    variant = _film(MOVIE)
    told = probed(variant.octets)
    assert (told["codec_name"], told["profile"], told["pix_fmt"]) == ("h264", "Constrained Baseline", "yuv420p")
    assert (told["width"], told["height"]) == (variant.width, variant.height) == (160, 120)
    assert (told["color_range"], told["color_space"]) == ("tv", "smpte170m")
    assert int(told["nb_read_frames"]) == len(TIMES) + 1
    ours = read_film(variant.octets)
    assert (ours.content_type, variant.content_type, ours.width, ours.height) == ("video/mp4", "video/mp4", 160, 120)
    assert read_other(variant.octets) == ours


@pytest.mark.parametrize(
    "times_ms",
    [(100, 100), (10, 20, 30), (700, 40, 40, 1_900), (65_000, 20), (20, 65_000), TIMES],
    ids=["even", "quick", "uneven", "long first", "long last", "many"],
)
def test_each_frame_is_shown_as_long_as_in_the_gif(times_ms: tuple[int, ...]) -> None:
    octets = _film(glowing(64, 48, times_ms)).octets
    starts = [round(float(each["pts_time"]) * 1_000) for each in probed(octets)["packets"]]
    assert starts[: len(times_ms)] == list(itertools.accumulate(times_ms[:-1], initial=0))
    assert read_film(octets).duration_ms == sum(times_ms)
    assert float(probed(octets)["format"]["duration"]) * 1_000 == pytest.approx(sum(times_ms), rel=0.1)


def test_the_frames_look_like_those_of_the_gif_in_their_order() -> None:
    frames = [each.convert("RGB") for each in ImageSequence.Iterator(opened(MOVIE))]
    seen = shown(_film(MOVIE).octets)
    assert [_difference(one, other) < 3 for one, other in zip(frames, seen, strict=False)] == [True] * len(frames)
    assert _difference(frames[0], seen[-1]) > 20


def test_it_is_shown_while_it_is_still_loading_and_says_nothing_of_its_maker() -> None:
    secret = b"SECRET home"
    octets = _film(glowing(64, 48, (100, 200), comment=secret)).octets
    names = [name for name, _start, _stop in iso_boxes(octets, 0, len(octets), holds={}, depth=0)]
    assert names.index(b"moov") < names.index(b"mdat")
    assert not any(word in octets for word in (b"SECRET", b"Lav", b"x264", b"VideoHandler", b"\xa9too"))
    told = probed(octets)
    assert set(told["tags"]) <= {"language", "vendor_id", "handler_name"}
    assert told["format"]["tags"].keys() <= {"major_brand", "minor_version", "compatible_brands"}
    assert without_remarks(octets) == octets


def test_it_has_no_sound() -> None:
    assert probed(_film(MOVIE).octets)["codec_type"] == "video"


@pytest.mark.parametrize("max_octets", [60_000, 20_000, 8_000])
def test_it_fits_its_budget_and_lasts_as_long_as_before(max_octets: int) -> None:
    octets = _film(LARGER, max_octets).octets
    assert len(octets) <= max_octets
    assert (read_film(octets).duration_ms, int(probed(octets)["nb_read_frames"]) > 2) == (sum(TIMES), True)


def test_the_room_there_is_is_used() -> None:
    """A try that comes out far below the budget is made once more, better."""
    best = len(_film(LARGER).octets)
    assert best * 0.55 < len(_film(LARGER, int(best * 0.9)).octets) <= best * 0.9


def test_a_film_without_hope_is_refused() -> None:
    with pytest.raises(MediaRefused, match="The MP4 cannot be made small enough for 1,500 octets") as refused:
        _film(gif(200, 150), 1_500)
    assert refused.value.code == "does_not_fit"


def _twice(frame: bytes) -> bytes:
    """A GIF of two frames that are the same."""
    return frame[:-1] + frame[13 + 3 * 64 :]


@pytest.mark.parametrize(
    "octets",
    [jpeg(), saved(noise(64, 48).quantize(64), "GIF"), _twice(saved(noise(64, 48).quantize(64), "GIF"))],
    ids=["photo", "one frame", "twice the same"],
)
def test_what_does_not_move_becomes_no_film(octets: bytes) -> None:
    with pytest.raises(MediaRefused) as refused:
        _film(octets)
    assert (refused.value.code, refused.value.sentence) == ("not_animated", NOT_ANIMATED)


def test_the_same_animation_is_the_same_film_to_the_octet() -> None:
    assert _film(MOVIE).octets == _film(MOVIE).octets


def test_what_an_animation_leaves_transparent_comes_out_white() -> None:
    frames = [Image.new("RGBA", (64, 64), (0, 0, 0, 0)) for _ in range(2)]
    for n, frame in enumerate(frames):
        frame.paste((200, 0, 0, 255), (n * 32, 0, n * 32 + 32, 32))
    octets = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100, disposal=2)
    first = shown(_film(octets).octets)[0]
    assert _difference(first.crop((0, 40, 64, 64)), Image.new("RGB", (64, 24), "white")) < 3
    assert _difference(first.crop((4, 4, 28, 28)), Image.new("RGB", (24, 24), (200, 0, 0))) < 8


@pytest.mark.parametrize(
    ("sides", "within", "expected"),
    [
        ((3, 5), (1_080, 1_920), (LEAST_SIDE, LEAST_SIDE)),
        ((400, 100), (200, 1_920), (200, 50)),
        ((101, 400), (1_080, 200), (50, 200)),
        ((1_500, 1_400), (1_600, 1_600), None),
    ],
    ids=["tiny", "wide", "high", "large"],
)
def test_its_sides_are_even_and_within_bounds(
    sides: tuple[int, int], within: tuple[int, int], expected: tuple[int, int] | None
) -> None:
    frames = [Image.linear_gradient("L").resize(sides), Image.new("L", sides, 128)]
    octets = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    variant = _film(octets, 200_000, within)
    told = probed(variant.octets)
    assert (told["width"], told["height"]) == (variant.width, variant.height)
    assert (variant.width % 2, variant.height % 2, variant.width * variant.height <= MAX_PIXELS) == (0, 0, True)
    assert expected in (None, (variant.width, variant.height))


def test_an_animated_webp_becomes_a_film_too() -> None:
    variant = _film(webp(120, 90, times_ms=(40, 250, 100, 500)))
    assert (int(probed(variant.octets)["nb_read_frames"]), read_film(variant.octets).duration_ms) == (5, 890)


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (gif()[:3_000], "truncated"),
        (gif_of(101, 1_000, 1_000), "too_many_pixels"),
        (gif_of(2_001), "too_many_frames"),
        (b"<svg/>", "not_a_picture"),
        (_holed(webp(300, 200)), "broken"),
    ],
)
def test_what_cannot_be_read_is_refused_before_ffmpeg_hears_of_it(octets: bytes, code: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        film_of(octets, 200_000, 1_080, 1_920, "/nowhere/ffmpeg")
    assert refused.value.code == code
