import re

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from heliogram.media.fit import QUALITIES, Variant, decode_whole, fit, largest_quality
from heliogram.media.plan import all_budgets
from heliogram.media.probe import MediaRefused, probe

from .pictures import gif, jpeg, noise, opened, png, saved, webp

WIDE = (4_000, 4_000)
PHOTO = jpeg(1_600, 1_200)


def _fit(octets: bytes, max_octets: int = 5_000_000, sides: tuple[int, int] = WIDE) -> Variant:
    return fit(octets, max_octets, *sides)


# ── the budget ──


@pytest.mark.parametrize("octets", [each.octets for each in all_budgets()])
def test_a_photo_fits_the_budget_of_every_route_at_the_largest_quality_that_does(octets: int) -> None:
    variant = _fit(PHOTO, octets, (1_080, 1_920))
    assert len(variant.octets) <= octets
    assert variant.quality is not None and variant.quality < QUALITIES[0]
    shrunk = pyvips.Image.thumbnail_buffer(PHOTO, variant.width, height=variant.height, size="down")
    better = shrunk.jpegsave_buffer(Q=variant.quality + 1, keep="none", optimize_coding=True)
    assert len(better) > octets


def test_one_step_more_of_quality_would_not_fit() -> None:
    photo = noise(900, 700).filter(ImageFilter.GaussianBlur(2))
    octets = saved(photo, "PNG")
    for budget in (60_000, 90_000, 120_000):
        variant = _fit(octets, budget)
        shown = pyvips.Image.thumbnail_buffer(octets, variant.width, height=variant.height, size="down").copy_memory()
        at = {q: len(shown.jpegsave_buffer(Q=q, keep="none", optimize_coding=True)) for q in range(40, 96)}
        assert variant.quality is not None and 40 <= variant.quality < 95
        assert at[variant.quality] == len(variant.octets) <= budget < at[variant.quality + 1]


def test_what_the_budget_costs_the_picture_is_told() -> None:
    octets = saved(noise(900, 700).filter(ImageFilter.GaussianBlur(2)), "PNG")
    made = [_fit(octets, budget) for budget in (2_000_000, 120_000, 60_000)]
    assert [each.similarity for each in made] == sorted((each.similarity or 0 for each in made), reverse=True)
    assert (made[0].content_type, made[0].similarity) == ("image/png", 1.0)
    assert 0.8 < (made[2].similarity or 0) < (made[1].similarity or 0) < 1
    assert _fit(gif()).similarity is None


@given(st.lists(st.integers(1, 1_000), min_size=96, max_size=96).map(sorted), st.integers(0, 1_100))
def test_of_all_qualities_the_largest_that_fits_is_found(sizes: list[int], budget: int) -> None:
    found = largest_quality(lambda quality: bytes(sizes[quality]), budget)
    best, worst = QUALITIES
    fitting = [quality for quality in range(worst, best + 1) if sizes[quality] <= budget]
    assert (found[1] if found else None) == max(fitting, default=None)


@pytest.mark.parametrize("quality", [30, 60, 90])
def test_a_photo_gains_no_octets_that_it_did_not_come_with(quality: int) -> None:
    came = pyvips.Image.jpegload_buffer(jpeg(800, 600)).jpegsave_buffer(Q=quality)
    variant = _fit(came)
    assert (variant.width, variant.height) == (800, 600)
    assert len(variant.octets) <= len(came) or variant.quality == QUALITIES[1]


def test_quality_is_given_up_before_size() -> None:
    photo = jpeg(800, 600)
    large, small = _fit(photo, 250_000), _fit(photo, 50_000)
    assert (large.width, large.height) == (800, 600)
    assert (small.width, small.quality or 0) < (800, QUALITIES[0])


@pytest.mark.parametrize("sides", [(1_600, 1_200), (1_599, 1_200), (800, 4_000), (4_000, 300)])
def test_a_picture_keeps_its_shape_within_the_sides(sides: tuple[int, int]) -> None:
    variant = _fit(PHOTO, sides=sides)
    assert variant.width <= sides[0] and variant.height <= sides[1]
    assert variant.width / variant.height == pytest.approx(4 / 3, rel=0.01)
    assert variant.width == sides[0] or variant.height == sides[1]


def test_a_small_picture_is_not_made_larger() -> None:
    variant = _fit(jpeg(320, 240))
    assert (variant.width, variant.height, opened(variant.octets).size) == (320, 240, (320, 240))


def test_a_picture_that_even_the_smallest_size_does_not_help_is_refused_with_the_budget() -> None:
    with pytest.raises(MediaRefused, match="small enough for 100 octets") as refused:
        _fit(PHOTO, 100, (400, 400))
    assert refused.value.code == "does_not_fit"
    assert len(_fit(PHOTO, 1_500, (400, 400)).octets) <= 1_500


# ── what comes out ──


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_comes_out_turned_as_its_camera_says(orientation: int) -> None:
    upright = Image.new("RGB", (400, 200), "white")
    upright.paste("red", (0, 0, 200, 100))  # top left
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that the orientation takes back
    stored = upright.transpose(Image.Transpose(turns[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    shown = opened(_fit(saved(stored, "JPEG", exif=exif)).octets).convert("RGB")
    assert shown.size == (400, 200)
    red, white = shown.getpixel((40, 40)), shown.getpixel((360, 160))
    assert isinstance(red, tuple) and red[0] > 200 and red[1] < 60
    assert isinstance(white, tuple) and min(white) > 200


def _with_metadata(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "SECRET home"
    exif.get_ifd(0x8825)[1] = "N"
    if kind == "GIF":
        return gif(times_ms=(100, 100), comment=b"SECRET home")
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        said = PngInfo()
        said.add_text("Comment", "SECRET home")
        return saved(noise(64, 48), "PNG", exif=exif, pnginfo=said)
    if kind == "WEBP":
        return saved(noise(64, 48), "WEBP", exif=exif, xmp=b"<x:xmpmeta>SECRET home</x:xmpmeta>")
    return saved(noise(64, 48), "JPEG", exif=exif, comment=b"SECRET home", xmp=b"<x:xmpmeta>SECRET home</x:xmpmeta>")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_where_and_by_whom_a_picture_was_made_does_not_travel_with_it(kind: str) -> None:
    octets = _with_metadata(kind)
    assert b"SECRET" in octets
    out = _fit(octets).octets
    assert not re.search(rb"SECRET|Exif|GPS|xmpmeta|tEXt|eXIf", out)


TAIL = b"PK\x03\x04<script>alert(1)</script>"


@pytest.mark.parametrize("whole", [jpeg(), png(), gif(), webp()], ids=["JPEG", "PNG", "GIF", "WebP"])
def test_what_hides_behind_a_picture_is_left_behind(whole: bytes) -> None:
    out = _fit(whole + TAIL).octets
    assert opened(out).size == opened(whole).size
    assert TAIL not in out and b"script" not in out


def test_a_picture_for_print_comes_out_in_the_colours_of_a_screen() -> None:
    out = opened(_fit(saved(Image.new("CMYK", (300, 200), (0, 200, 200, 0)), "JPEG")).octets)
    red, green, blue = out.getpixel((150, 100))  # type: ignore[misc]
    assert (out.mode, red > 200, green < 120, blue < 120) == ("RGB", True, True, True)


def _png_16_bit() -> bytes:
    level = pyvips.Image.xyz(300, 200)[0] * 200
    bands = level.bandjoin([level, level]).cast("ushort").copy(interpretation="rgb16")
    return bytes(bands.pngsave_buffer())


def test_sixteen_bits_a_channel_become_eight() -> None:
    octets = _png_16_bit()
    out = _fit(octets).octets
    assert (octets[24], out[24]) == (16, 8)
    assert opened(out).convert("L").getpixel((299, 100)) == pytest.approx(299 * 200 / 257, abs=2)


def _see_through() -> Image.Image:
    image = noise(400, 300).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 200, 150))
    return image


def test_a_drawing_that_fits_stays_png_with_its_transparency() -> None:
    variant = _fit(saved(_see_through(), "PNG"))
    assert (variant.content_type, variant.quality, opened(variant.octets).mode) == ("image/png", None, "RGBA")


def test_a_drawing_too_large_as_png_becomes_a_jpeg_on_white() -> None:
    octets = saved(_see_through(), "PNG")
    variant = _fit(octets, len(octets) // 4)
    assert (variant.content_type, len(variant.octets) <= len(octets) // 4) == ("image/jpeg", True)
    corner = opened(variant.octets).getpixel((50, 50))
    assert isinstance(corner, tuple) and min(corner) > 240


def test_a_jpeg_comes_out_baseline_so_that_the_oldest_phone_can_show_it() -> None:
    octets = jpeg(progressive=True)
    assert "progressive" in opened(octets).info
    assert "progressive" not in opened(_fit(octets).octets).info


@pytest.mark.parametrize(
    ("image", "options", "expected"),
    [
        (noise(320, 240), {"quality": 80}, "image/jpeg"),
        (noise(320, 240), {"lossless": True}, "image/png"),
        (_see_through(), {"quality": 80}, "image/png"),
    ],
    ids=["a photo", "stored without loss", "see-through"],
)
def test_a_webp_becomes_what_phone_networks_take(image: Image.Image, options: dict[str, int], expected: str) -> None:
    octets = saved(image, "WEBP", **options)
    variant = _fit(octets)
    assert (variant.content_type, opened(variant.octets).size) == (expected, image.size)
    assert _fit(octets, 20_000).content_type == "image/jpeg"
    assert variant.quality in (None, QUALITIES[0])  # a photo may grow: JPEG packs worse than what it came as


# ── animations: more in test_animation.py ──


def test_a_still_gif_becomes_a_jpeg() -> None:
    assert _fit(gif(times_ms=(100,))).content_type == "image/jpeg"


# ── damaged ones ──


@pytest.mark.parametrize("whole", [jpeg(), png(), gif(), webp()], ids=["JPEG", "PNG", "GIF", "WebP"])
def test_a_whole_picture_is_read_to_its_last_pixel(whole: bytes) -> None:
    assert decode_whole(whole) == probe(whole)


def test_a_picture_with_a_piece_cut_out_of_its_middle_is_refused() -> None:
    whole = png()
    damaged = whole[: len(whole) // 2] + whole[len(whole) // 2 + 4_000 :]
    assert probe(damaged).width == 320
    with pytest.raises(MediaRefused) as refused:
        decode_whole(damaged)
    assert refused.value.sentence == "The picture is damaged and cannot be read to its end."


def test_only_the_first_picture_of_an_animated_png_is_read() -> None:
    frames = [noise(64, 48) for _ in range(3)]
    octets = saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert decode_whole(octets).frames == 1


@pytest.mark.parametrize(
    "octets",
    [jpeg(400, 300), saved(Image.new("RGB", (300, 300), "red"), "PNG"), saved(_see_through(), "PNG"), gif(300, 200)],
    ids=["JPEG", "PNG", "see-through PNG", "GIF"],
)
def test_a_jpeg_is_made_of_whatever_came_where_nothing_else_will_do(octets: bytes) -> None:
    variant = fit(octets, 60_000, 240, 240, as_jpeg=True)
    shown = opened(variant.octets)
    assert (variant.content_type, shown.format, max(shown.size)) == ("image/jpeg", "JPEG", 240)
    assert len(variant.octets) <= 60_000


@pytest.mark.parametrize(("side", "fitted"), [(239, 239), (240, 240), (241, 240)])
def test_a_picture_that_is_small_enough_is_not_made_smaller(side: int, fitted: int) -> None:
    assert opened(fit(jpeg(side, side), 60_000, 240, 240, as_jpeg=True).octets).size == (fitted, fitted)
