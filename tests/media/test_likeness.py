import pytest
import pyvips
from PIL import Image, ImageFilter

from heliogram.media.likeness import HALVED_FROM, similarity

from .pictures import noise, saved


def _vips(image: Image.Image) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(saved(image, "PNG"), "")


def _by_hand(one: bytes, two: bytes, width: int, height: int) -> float:
    """The formula of the paper, window by window, in plain Python."""
    found = []
    for top in range(0, height // 8 * 8, 8):
        for left in range(0, width // 8 * 8, 8):
            at = [(top + y) * width + left + x for y in range(8) for x in range(8)]
            x, y = [one[each] for each in at], [two[each] for each in at]
            mean_x, mean_y = sum(x) / 64, sum(y) / 64
            var_x, var_y = (
                sum(each * each for each in x) / 64 - mean_x**2,
                sum(each * each for each in y) / 64 - mean_y**2,
            )
            both = sum(a * b for a, b in zip(x, y, strict=True)) / 64 - mean_x * mean_y
            above = (2 * mean_x * mean_y + 6.5025) * (2 * both + 58.5225)
            found.append(above / ((mean_x**2 + mean_y**2 + 6.5025) * (var_x + var_y + 58.5225)))
    return sum(found) / len(found)


def test_it_is_what_the_papers_formula_gives() -> None:
    one = noise(43, 26).convert("L")
    two = one.filter(ImageFilter.GaussianBlur(1))
    assert similarity(_vips(one), _vips(two)) == pytest.approx(_by_hand(one.tobytes(), two.tobytes(), 43, 26), abs=1e-5)


@pytest.mark.parametrize("size", [(64, 48), (1, 1), (3, 40), (40, 7), (600, 700)])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_is_wholly_like_itself(size: tuple[int, int], mode: str) -> None:
    image = _vips(noise(*size).convert(mode))
    assert similarity(image, image) == pytest.approx(1, abs=1e-6)


def test_what_is_sixteen_bits_deep_is_compared_as_it_is_shown() -> None:
    shown = _vips(noise(64, 48))
    assert similarity(shown.colourspace("rgb16"), shown) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("side", [HALVED_FROM - 1, HALVED_FROM])
def test_the_less_quality_the_less_alike_at_every_size(side: int) -> None:
    photo = _vips(noise(side, side).filter(ImageFilter.GaussianBlur(2)))
    found = [similarity(photo, pyvips.Image.jpegload_buffer(photo.jpegsave_buffer(Q=q))) for q in (95, 70, 40, 10, 1)]
    assert found == sorted(found, reverse=True) and found[0] > 0.98 and found[-1] < 0.9
    assert similarity(photo, photo.invert()) < found[-1]
