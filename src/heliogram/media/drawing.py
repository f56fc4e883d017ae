"""A canvas for flat pictures with soft shadows, drawn three times as large and then shrunk, so that no edge is jagged.

Nothing here is left to chance: even the grain of the paper is a hash, so a picture has the same octets every time.
"""

import math
from collections.abc import Sequence
from hashlib import shake_256
from io import BytesIO
from typing import Literal

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageFont

Point = tuple[float, float]
Points = Sequence[Point]

# The dashboard's own colours.
PAPER, INK = "#f6f4f0", "#1b1a17"
BLUE, DEEP_BLUE, NIGHT = "#2f3fd6", "#2331b0", "#1a2480"
WHITE, TEAL, AMBER, ROSE = "#fffdf8", "#0f8b8d", "#b97600", "#c8385a"

SCALE = 3
SOFT_SCALE = 4
"""What is blurred is drawn that much smaller: nobody sees the difference, and it costs a hundredth."""
N_STEPS = 14
"""How many straight pieces make one stretch of a curve."""
Shade = Literal["down", "right", "round"]


class Canvas:
    """A picture being drawn. All lengths are pixels of the finished picture; later shapes cover earlier ones."""

    def __init__(self, width: int, height: int, colour: str) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), colour)
        self._draw = ImageDraw.Draw(self._image)

    def fill(self, points: Points, colour: str) -> None:
        self._draw.polygon(_scaled(points), fill=colour)

    def shade(self, points: Points, colour: str, into: str, way: Shade = "down") -> None:
        """Fill with one colour that turns into another: downwards, to the right, or from the middle outwards."""
        left, top, right, bottom = _box(points)
        size = (right - left, bottom - top)
        # Coloured while it is small; steps of a 256th of the shape are too fine to be seen.
        painted = _ramp(colour, into, way).resize(size, Image.Resampling.NEAREST)
        if len(points) == 4 and len({x for x, _y in points}) == len({y for _x, y in points}) == 2:
            self._image.paste(painted, (left, top))  # a plain rectangle: a third of the time
            return
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in _scaled(points)], fill=255)
        self._image.paste(painted, (left, top), mask)

    def soft(self, points: Points, colour: str, *, blur: float, strength: float) -> None:
        """A shape without edges: a shadow, a glow, steam. `strength` is from 0 to 1."""
        left, top, right, bottom = _box(points, around=3 * blur)
        size = ((right - left) // SOFT_SCALE + 1, (bottom - top) // SOFT_SCALE + 1)
        mask = Image.new("L", size)
        small = [((x - left) / SOFT_SCALE, (y - top) / SOFT_SCALE) for x, y in _scaled(points)]
        ImageDraw.Draw(mask).polygon(small, fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(blur * SCALE / SOFT_SCALE))
        mask = mask.resize((right - left, bottom - top), Image.Resampling.BILINEAR)
        self._image.paste(colour, (left, top, right, bottom), mask)

    def line(self, points: Points, width: float, colour: str) -> None:
        """A line with round ends and corners."""
        scaled = _scaled(points)
        self._draw.line(scaled, fill=colour, width=round(width * SCALE), joint="curve")
        radius = width * SCALE / 2
        for x, y in (scaled[0], scaled[-1]):
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def write(self, at: Point, text: str, size: float, colour: str, *, anchor: str = "mm", weight: float = 0) -> None:
        """Text in Pillow's own font; `weight` thickens it by so many pixels."""
        font = ImageFont.load_default(size * SCALE)
        position = (at[0] * SCALE, at[1] * SCALE)
        stroke = round(weight * SCALE)
        self._draw.text(position, text, fill=colour, font=font, anchor=anchor, stroke_width=stroke, stroke_fill=colour)

    def finished(self, *, grain: int = 0) -> Image.Image:
        """The picture, with the grain of paper: each pixel up to `grain` steps lighter or darker."""
        image = self._image.reduce(SCALE)
        if not grain:
            return image
        noise = Image.frombytes("L", image.size, shake_256(b"paper").digest(self.width * self.height))
        noise = noise.point([round(level * 2 * grain / 255) for level in range(256)])
        return ImageChops.add(image, Image.merge("RGB", (noise, noise, noise)), 1, -grain)


def saved(image: Image.Image, kind: str, *frames: Image.Image, **options: int) -> bytes:
    """The octets of a picture, or of an animation when there are more frames."""
    out = BytesIO()
    if frames:
        image.save(out, kind, save_all=True, append_images=frames, loop=0, disposal=1, optimize=True, **options)
    else:
        image.save(out, kind, **options)
    return out.getvalue()


def _ramp(colour: str, into: str, way: Shade) -> Image.Image:
    levels = Image.radial_gradient("L") if way == "round" else Image.linear_gradient("L")
    if way == "right":
        levels = levels.transpose(Image.Transpose.ROTATE_90)
    # The gradient's circle ends in the corners of its square: this takes it to the edge of the shape.
    reach = math.sqrt(2) if way == "round" else 1
    first, last = ImageColor.getrgb(colour), ImageColor.getrgb(into)
    bands = [
        levels.point([round(a + (b - a) * min(1, reach * level / 255)) for level in range(256)])
        for a, b in zip(first[:3], last[:3], strict=True)
    ]
    return Image.merge("RGB", bands)


def _scaled(points: Points) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _box(points: Points, *, around: float = 0) -> tuple[int, int, int, int]:
    """The box of the points in drawn pixels: left, top, right, bottom."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    left, top, right, bottom = min(xs) - around, min(ys) - around, max(xs) + around, max(ys) + around
    return (
        math.floor(left * SCALE),
        math.floor(top * SCALE),
        math.ceil(right * SCALE) + 1,
        math.ceil(bottom * SCALE) + 1,
    )


# ── shapes: lists of points ──


def oval(x: float, y: float, rx: float, ry: float | None = None, turn: float = 0) -> list[Point]:
    """An ellipse around (x, y), turned by so many degrees."""
    ry = rx if ry is None else ry
    return turned([(x + rx * math.cos(a), y + ry * math.sin(a)) for a in _angles(0, 360)], turn, (x, y))


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> list[Point]:
    """A piece of an ellipse, from one angle to another; 0 points right and 90 down."""
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in _angles(start, end)]


def box(left: float, top: float, right: float, bottom: float, radius: float = 0) -> list[Point]:
    """A rectangle with round corners."""
    if not radius:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    corners = [
        (right - radius, top + radius, -90),
        (right - radius, bottom - radius, 0),
        (left + radius, bottom - radius, 90),
        (left + radius, top + radius, 180),
    ]
    return [point for x, y, start in corners for point in arc(x, y, radius, radius, start, start + 90)]


def curve(*points: Point) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    return [points[0], *_smooth([points[0], *points, points[-1]])]


def closed(*points: Point) -> list[Point]:
    """A smooth shape through the points."""
    return _smooth([points[-1], *points, *points[:2]])


def heart(x: float, y: float, size: float, flat: float = 1) -> list[Point]:
    """A heart `size` wide, its middle at (x, y); `flat` below 1 lays it down."""
    unit = size / 32
    shape = [
        (16 * math.sin(a) ** 3, -13 * math.cos(a) + 5 * math.cos(2 * a) + 2 * math.cos(3 * a) + math.cos(4 * a))
        for a in _angles(0, 360)
    ]
    return [(x + px * unit, y + py * unit * flat) for px, py in shape]


def turned(points: Points, degrees: float, around: Point) -> list[Point]:
    if not degrees:
        return list(points)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x0, y0 = around
    return [(x0 + (x - x0) * cosine - (y - y0) * sine, y0 + (x - x0) * sine + (y - y0) * cosine) for x, y in points]


def moved(points: Points, dx: float, dy: float) -> list[Point]:
    return [(x + dx, y + dy) for x, y in points]


def _angles(start: float, end: float) -> list[float]:
    n = max(8, round(abs(end - start) / 4))
    return [math.radians(start + (end - start) * step / n) for step in range(n + 1)]


def _smooth(path: Points) -> list[Point]:
    smooth: list[Point] = []
    for before, start, end, after in zip(path, path[1:], path[2:], path[3:], strict=False):
        for step in range(1, N_STEPS + 1):
            at = (before, start, end, after), step / N_STEPS
            smooth.append((_between(*at, 0), _between(*at, 1)))
    return smooth


def _between(points: Points, t: float, axis: int) -> float:
    a, b, c, d = (point[axis] for point in points)
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)
