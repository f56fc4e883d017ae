"""Two pictures with words for the demo: an appointment card, and a sale that moves."""

import math
from typing import Final

from PIL import Image

from heliogram.media.drawing import (
    BLUE,
    DEEP_BLUE,
    INK,
    NIGHT,
    PAPER,
    ROSE,
    WHITE,
    Canvas,
    arc,
    box,
    closed,
    moved,
    oval,
    saved,
    turned,
)


def tooth_card() -> bytes:
    c = Canvas(1200, 900, "#e7e9fd")
    c.shade(box(0, 0, 1200, 900), "#eceefd", "#c5caf8")
    c.soft(box(110, 120, 1090, 800, 30), "#2331b0", blur=26, strength=0.4)
    c.fill(box(100, 90, 1100, 780, 30), WHITE)
    c.fill(box(100, 90, 490, 780, 30), BLUE)
    c.fill(box(440, 90, 490, 780), BLUE)
    for x, y, r in ((158, 158, 38), (440, 736, 26), (420, 146, 30), (146, 730, 20)):
        c.fill(oval(x, y, r), "#3b4be0")
    _tooth(c, 295, 400)
    c.write((295, 668), "See you soon!", 42, WHITE, weight=0.6)
    c.write((545, 190), "Northgate dental practice", 34, "#6b665d", anchor="lm")
    c.write((545, 268), "Your check-up", 72, INK, anchor="lm", weight=1.6)
    c.line([(548, 330), (640, 330)], 7, BLUE)
    c.write((650, 440), "Tuesday", 50, INK, anchor="lm", weight=0.8)
    c.write((650, 566), "10:30", 50, INK, anchor="lm", weight=0.8)
    _calendar(c, 586, 440)
    c.fill(oval(586, 566, 38), "#eceefd")
    c.line(oval(586, 566, 27), 6, BLUE)
    c.line([(586, 566), (586, 548)], 6, BLUE)
    c.line([(586, 566), (598, 573)], 6, BLUE)
    c.fill(box(545, 650, 1050, 724, 14), "#eceefd")
    c.write((797, 687), "Another time? Call 312 555 0100", 29, DEEP_BLUE, weight=0.5)
    return saved(c.finished(), "PNG")


def _tooth(c: Canvas, x: float, y: float) -> None:
    half = [(0, -118), (58, -146), (118, -120), (136, -40), (112, 52), (86, 160), (58, 178), (40, 120), (18, 62)]
    outline = [*half, (0, 50), *((-px, py) for px, py in reversed(half[1:]))]
    tooth = closed(*((x + px, y + py) for px, py in outline))
    c.soft(moved(tooth, 8, 16), "#141b66", blur=12, strength=0.6)
    c.fill(tooth, WHITE)
    c.soft(
        closed((x + 96, y - 100), (x + 124, y - 40), (x + 106, y + 40), (x + 84, y + 140)),
        "#aab2f5",
        blur=10,
        strength=0.6,
    )
    for side in (-1, 1):
        c.fill(oval(x + 46 * side, y - 36, 13, 17), INK)
        c.fill(oval(x + 46 * side + 4, y - 42, 5), WHITE)
        c.soft(oval(x + 76 * side, y - 2, 18, 11), ROSE, blur=4, strength=0.5)
    c.line(arc(x, y - 14, 36, 32, 20, 160), 8, INK)
    for dx, dy, size in ((152, -150, 34), (-166, -110, 20), (168, -66, 18)):
        star = [(x + dx + size * r * math.cos(a), y + dy + size * r * math.sin(a)) for a, r in _STAR]
        c.fill(star, "#ffe2a8")


_STAR: Final = tuple((math.tau * n / 8, 0.26 if n % 2 else 1.0) for n in range(8))


def _calendar(c: Canvas, x: float, y: float) -> None:
    c.fill(oval(x, y, 38), "#eceefd")
    c.fill(box(x - 22, y - 20, x + 22, y + 22, 5), BLUE)
    c.fill(box(x - 16, y - 6, x + 16, y + 16, 2), WHITE)
    for dx in (-10, 10):
        c.line([(x + dx, y - 26), (x + dx, y - 17)], 5, DEEP_BLUE)
    for dx, dy in ((-9, 1), (0, 1), (9, 1), (-9, 10), (0, 10)):
        c.fill(oval(x + dx, y + dy, 3), BLUE if (dx, dy) != (0, 10) else ROSE)


N_FRAMES: Final = 12
FRAME_MS: Final = 120
_LEAVES: Final = (
    (40, 0.05, 38, "#f2b544"),
    (112, 0.55, 27, "#e58a5b"),
    (205, 0.28, 31, "#c8385a"),
    (300, 0.82, 28, "#f2b544"),
    (384, 0.42, 39, "#e58a5b"),
    (446, 0.12, 29, "#f6d9a0"),
    (64, 0.78, 32, "#c8385a"),
    (420, 0.66, 26, "#c8385a"),
    (150, 0.95, 24, "#f6d9a0"),
    (256, 0.60, 22, "#f2b544"),
    (24, 0.38, 24, "#e58a5b"),
    (340, 0.20, 24, "#f6d9a0"),
)
"""Where each leaf falls (x), how far it is at the start, its size and colour."""


def sale() -> bytes:
    frames = [_sale_frame(n / N_FRAMES) for n in range(N_FRAMES)]
    # One palette for all frames: colours that flicker would show more than colours that are a little off.
    palette = frames[0].quantize(64, dither=Image.Dither.NONE)
    frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    return saved(frames[0], "GIF", *frames[1:], duration=FRAME_MS)


def _sale_frame(t: float) -> Image.Image:
    c = Canvas(480, 480, BLUE)
    c.fill(oval(240, 248, 206), DEEP_BLUE)
    for x, start, size, colour in _LEAVES:
        y = (start + t) % 1 * 600 - 60
        swing = math.sin(math.tau * (t + start))
        _leaf(c, x + 16 * swing, y, size, 40 * swing + 360 * start, colour)
    grown = 1 + 0.045 * math.sin(math.tau * t)
    c.fill(oval(240, 240, 150 * grown), PAPER)
    c.write((240, 178), "AUTUMN SALE", 23, DEEP_BLUE, weight=0.5)
    c.write((240, 246), "20%", 92 * grown, BLUE, weight=2.4)
    c.write((240, 306), "off everything warm", 22, INK, weight=0.3)
    c.write((240, 338), "until Sunday", 19, "#6b665d")
    return c.finished()


def _leaf(c: Canvas, x: float, y: float, size: float, degrees: float, colour: str) -> None:
    shape = closed((x - size, y), (x - size * 0.3, y - size * 0.5), (x + size, y), (x - size * 0.3, y + size * 0.5))
    c.fill(turned(shape, degrees, (x, y)), colour)
    c.line(turned([(x - size * 1.35, y), (x + size * 0.7, y)], degrees, (x, y)), 2.4, NIGHT)
