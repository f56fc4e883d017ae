"""How like a picture is to what it was made of, as an eye would say: SSIM of its luma. Runs only inside a child.

Both are looked at in the size that is sent, so that it tells what the encoder took away and not what a smaller screen
would not show; a large one at half of it, as an eye sees it at arm's length. Source: Wang, Bovik, Sheikh and
Simoncelli, “Image quality assessment”, IEEE TIP 13 (2004), eq. 13, in windows of 8 × 8 pixels side by side, all of the
same weight; its authors advise to halve what is large, too, and more than once.
"""

from typing import Final

import pyvips

WINDOW: Final = 8
HALVED_FROM: Final = 512
"""Pixels of the shorter side. A phone shows no more of them than half of what is sent, and it costs a quarter."""
_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2
_WEIGHTS: Final = [[0.299, 0.587, 0.114]]


def similarity(original: pyvips.Image, made: pyvips.Image) -> float:
    """From 1.0 for the same picture down to 0.0 for nothing in common. Both have the same size and no transparency."""
    x, y = _luma(original), _luma(made)
    wide, high = min(WINDOW, x.width), min(WINDOW, x.height)
    # Each window's means in one pass over the pixels: what is left over at the right and the bottom is not looked at.
    width, height = x.width // wide * wide, x.height // high * high
    bands = x.bandjoin([y, x * x, y * y, x * y]).crop(0, 0, width, height)
    of_x, of_y, of_xx, of_yy, of_xy = bands.shrink(wide, high).bandsplit()
    both = of_x * of_y
    squares = of_x * of_x + of_y * of_y
    likeness = (2 * both + _C1) * (2 * (of_xy - both) + _C2)
    likeness /= (squares + _C1) * (of_xx + of_yy - squares + _C2)
    return max(0.0, min(1.0, float(likeness.avg())))


def _luma(image: pyvips.Image) -> pyvips.Image:
    """As the eye weighs the colours (ITU-R BT.601)."""
    seen = image if image.format == "uchar" else image.colourspace("srgb")
    if min(seen.width, seen.height) >= HALVED_FROM:
        seen = seen.shrink(2, 2)
    grey = seen.recomb(_WEIGHTS) if seen.bands == 3 else seen.extract_band(0)
    return grey.cast("float").copy_memory()  # it is read four times, and would be made anew each time
