from collections.abc import Callable

import pytest

from heliogram.media import scenes

from .pictures import opened


@pytest.mark.parametrize("draw", [scenes.soup, scenes.tart, scenes.books, scenes.parcel])
def test_a_scene_is_a_photo_sized_jpeg_in_warm_paper_and_ultramarine(draw: Callable[[], bytes]) -> None:
    octets = draw()
    image = opened(octets)
    assert (image.format, image.size, image.mode) == ("JPEG", (1_200, 900), "RGB")
    assert 150_000 <= len(octets) <= 400_000
    small = image.resize((60, 45))
    pixels = [small.getpixel((x, y)) for x in range(60) for y in range(45)]
    blue = sum(b > r + 60 for r, _g, b in pixels)  # type: ignore[misc]
    warm = sum(r > b + 15 for r, _g, b in pixels)  # type: ignore[misc]
    assert blue > 150 and warm > 150
