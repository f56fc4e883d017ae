"""Four still scenes for the demo: a soup, a tart, books in the evening, a parcel."""

import math

from heliogram.media.drawing import (
    AMBER,
    BLUE,
    DEEP_BLUE,
    INK,
    NIGHT,
    PAPER,
    ROSE,
    TEAL,
    WHITE,
    Canvas,
    Point,
    arc,
    box,
    closed,
    curve,
    heart,
    moved,
    oval,
    saved,
    turned,
)


def soup() -> bytes:
    c = Canvas(1200, 900, "#f3eadb")
    c.shade(box(0, 0, 1200, 560), "#efe2cd", "#f8f1e5")
    c.shade(box(0, 540, 1200, 900), "#dcc7a8", "#cfb58f")
    for y in (612, 700, 806):
        c.line([(0, y), (1200, y + 6)], 2.5, "#c6aa82")
    c.soft(oval(600, 745, 420, 80), "#5a3f1c", blur=26, strength=0.5)
    # The cloth under the bowl.
    cloth = [(170, 640), (1010, 622), (1090, 806), (96, 830)]
    c.fill(cloth, WHITE)
    for share in (0.06, 0.1, 0.9, 0.94):
        left, right = _along((170, 640), (96, 830), share), _along((1010, 622), (1090, 806), share)
        c.line([left, right], 5, BLUE)
    c.soft(oval(610, 742, 300, 44), "#3a3222", blur=18, strength=0.45)
    # The bowl, and the soup in it.
    c.shade(curve((250, 430), (292, 590), (400, 706), (600, 742), (800, 706), (908, 590), (950, 430)), BLUE, NIGHT)
    c.soft(closed((290, 470), (330, 600), (420, 690), (360, 560)), "#ffffff", blur=16, strength=0.28)
    c.fill(oval(600, 430, 350, 104), "#e9ebff")
    c.shade(oval(600, 436, 318, 86), "#9fa8f4", "#5f6ce8")
    c.shade(oval(600, 446, 300, 74), "#f0a03c", "#cf7420", "round")
    swirl = [(560 + (18 + a * 8.4) * math.cos(a), 450 + (18 + a * 8.4) * 0.25 * math.sin(a)) for a in _turns(2.3)]
    for width, colour in ((17, "#f6bd6c"), (9, "#fff1d6")):
        c.line(swirl, width, colour)
    for x, y, turn in ((720, 440, 20), (752, 458, -35), (700, 470, 75), (470, 486, -20), (690, 418, -10)):
        c.fill(oval(x, y, 19, 8, turn), "#3f7d3a")
        c.line(turned([(x - 14, y), (x + 14, y)], turn, (x, y)), 2, "#a7d08f")
    for x, y in ((560, 404), (500, 494), (780, 430), (640, 500), (420, 430), (740, 490)):
        c.fill(oval(x, y, 9, 5, 30), "#7a4a17")
    # The spoon's handle, a slice of bread, and steam.
    c.line(curve((800, 424), (940, 330), (1060, 262)), 17, "#8e8a80")
    c.line(curve((800, 420), (940, 326), (1060, 258)), 8, "#d8d5cc")
    for x, y in ((56, -34), (0, 0)):
        c.soft(oval(1000 + x, 796 + y, 130, 18), "#3a2a12", blur=12, strength=0.5)
        for shrink, colour in ((1, "#8f511a"), (0.87, "#f0d3a0")):
            crust = [(-112, 62), (-118, -30), (-60, -92), (58, -92), (118, -30), (112, 62), (0, 76)]
            c.fill(closed(*((1000 + x + px * shrink, 720 + y + py * shrink) for px, py in crust)), colour)
    for x, y, r in ((940, 690, 11), (990, 670, 8), (1046, 700, 12), (980, 732, 14), (1042, 756, 8), (920, 740, 7)):
        c.fill(oval(x, y, r, r * 0.7, 15), "#ddb87e")
    for x, lean in ((480, -1), (600, 1), (715, -1)):
        stem = curve((x, 400), (x + 46 * lean, 310), (x - 34 * lean, 220), (x + 30 * lean, 130), (x - 10 * lean, 50))
        c.soft(_ribbon(stem, 15), "#ffffff", blur=13, strength=0.85)
    return saved(c.finished(grain=5), "JPEG", quality=90)


def _turns(n: float) -> list[float]:
    return [step / 12 for step in range(round(n * math.tau * 12))]


def _along(start: Point, end: Point, share: float) -> Point:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _ribbon(middle: list[Point], width: float) -> list[Point]:
    """A band around a line, thin at both ends."""
    n = len(middle) - 1
    wide = [width * math.sin(math.pi * (0.15 + 0.85 * i / n)) for i in range(n + 1)]
    left = [(x - w, y) for (x, y), w in zip(middle, wide, strict=True)]
    return left + [(x + w, y) for (x, y), w in reversed(list(zip(middle, wide, strict=True)))]


def tart() -> bytes:
    c = Canvas(1200, 900, "#2f3fd6")
    c.shade(box(0, 0, 1200, 900), "#3746dc", "#2331b0")
    for x in range(-40, 1240, 80):
        c.fill(box(x, 0, x + 26, 900), "#3d4be0")
    for y in range(10, 900, 80):
        c.fill(box(0, y, 1200, y + 26), "#4a57e6")
        for x in range(-40, 1240, 80):
            c.fill(box(x, y, x + 26, y + 26), "#5c68ec")
    x0, y0 = 560.0, 450.0
    c.soft(oval(x0 + 14, y0 + 26, 388), "#0b1048", blur=24, strength=0.6)
    c.shade(oval(x0, y0, 386), "#fbf8f1", "#e4ded1", "round")
    c.shade(oval(x0, y0, 340), "#eee8dc", "#fdfbf6", "round")
    c.soft(oval(x0 + 8, y0 + 14, 308), "#5b4322", blur=14, strength=0.55)
    c.fill(_crimped(x0, y0, 306, 14, 34), "#a8641f")
    c.fill(_crimped(x0, y0, 297, 13, 34), "#cf8a38")
    c.fill(_crimped(x0, y0, 284, 8, 34), "#e0a552")
    c.shade(oval(x0, y0, 262), "#ffdf8e", "#e6a63e", "round")
    for n in range(9):
        _pear(c, x0, y0, 40 * n - 90)
    c.soft(oval(x0, y0 + 3, 42), "#7a4a14", blur=8, strength=0.5)
    for n in range(6):
        c.shade(turned(oval(x0 + 22, y0, 23, 12), 60 * n, (x0, y0)), "#f6e7c8", "#e9cf9c")
    c.fill(oval(x0, y0, 9), AMBER)
    for n in range(58):
        # The golden angle spreads them evenly and in no order that shows.
        angle, distance = math.radians(n * 137.508), 70 + 185 * math.sqrt(n / 58)
        flake = (x0 + distance * math.cos(angle), y0 + distance * math.sin(angle))
        c.fill(oval(*flake, 10, 5, n * 47), "#fbeccb")
        c.line(turned([(flake[0] - 6, flake[1]), (flake[0] + 6, flake[1])], n * 47, flake), 1.4, "#d9b87c")
    _fork(c, 1066, 170)
    return saved(c.finished(grain=5), "JPEG", quality=88)


def _crimped(x: float, y: float, radius: float, depth: float, n: int) -> list[Point]:
    angles = [math.tau * step / (n * 12) for step in range(n * 12)]
    return [
        (
            x + (radius + depth * abs(math.sin(a * n / 2))) * math.cos(a),
            y + (radius + depth * abs(math.sin(a * n / 2))) * math.sin(a),
        )
        for a in angles
    ]


def _pear(c: Canvas, x: float, y: float, degrees: float) -> None:
    """Half a pear, its stem to the middle of the tart."""

    def placed(points: list[Point]) -> list[Point]:
        return turned(moved(points, x, y), degrees, (x, y))

    shape = [
        (56, 0),
        (96, -21),
        (140, -32),
        (190, -62),
        (232, -48),
        (246, 0),
        (232, 48),
        (190, 62),
        (140, 32),
        (96, 21),
    ]
    c.soft(placed(moved(closed(*shape), 3, 5)), "#8a4f12", blur=6, strength=0.6)
    c.fill(placed(closed(*shape)), "#d79a3c")
    inner = [(150 + (px - 150) * 0.94, py * 0.9) for px, py in shape]
    c.shade(placed(closed(*inner)), "#fff3cf", "#f3cf80", "round")
    for at in (104, 128, 152, 176, 200, 222):
        half = 15 + (at - 100) * 0.30 if at < 210 else 34
        c.line(placed(curve((at, -half), (at + 9, 0), (at, half))), 2.2, "#d9a551")
    c.line(placed([(48, 0), (62, 0)]), 6, "#7a4a17")


def _fork(c: Canvas, x: float, y: float) -> None:
    head = [(-34, 112), (34, 112), (33, 150), (20, 190), (8, 222), (6, 300), (13, 560), (0, 574), (-13, 560), (-6, 300)]
    head += [(-8, 222), (-20, 190), (-33, 150)]
    pieces = [moved(box(tine - 6.5, 0, tine + 6.5, 130, 6), x, y) for tine in (-27.5, -9.2, 9.2, 27.5)]
    pieces.append(moved(head, x, y))
    for piece in pieces:
        c.soft(moved(piece, 9, 14), "#0b1048", blur=7, strength=0.75)
    for piece in pieces:
        c.shade(piece, "#f7f4ee", "#b3aea3", "right")
    c.line([(x - 3, y + 320), (x - 5, y + 540)], 3, "#ffffff")


def books() -> bytes:
    c = Canvas(1200, 900, "#f3eadb")
    c.shade(box(0, 0, 1200, 700), "#cdd3fb", "#eef0fd")
    # A window with the evening in it.
    c.fill(box(70, 60, 420, 520, 14), WHITE)
    c.shade(box(92, 82, 398, 498, 6), "#2331b0", "#f0a35a")
    c.fill(oval(310, 410, 40), "#ffe2a8")
    c.fill([*curve((92, 460), (180, 400), (270, 440), (398, 390)), (398, 498), (92, 498)], NIGHT)
    c.fill(box(238, 82, 252, 498), WHITE)
    c.fill(box(92, 283, 398, 297), WHITE)
    c.shade(box(0, 690, 1200, 900), "#c79a66", "#a97a48")
    for y in (748, 826):
        c.line([(0, y), (1200, y)], 2.5, "#9b6c3c")
    c.soft(oval(640, 716, 400, 34), "#3d2408", blur=18, strength=0.65)
    books = (
        (330, 620, 610, 92, BLUE, NIGHT),
        (372, 540, 540, 80, "#f2b544", AMBER),
        (350, 448, 560, 92, ROSE, "#96203d"),
    )
    for left, top, length, height, colour, dark in (*books, (392, 378, 500, 70, TEAL, "#0a6567")):
        _book(c, left, top, length, height, colour, dark)
    _cup(c, 610, 378)
    _plant(c, 1040, 700)
    return saved(c.finished(grain=5), "JPEG", quality=90)


def _book(c: Canvas, left: float, top: float, length: float, height: float, colour: str, dark: str) -> None:
    right, bottom = left + length, top + height
    c.shade(box(left, top, right, bottom, 10), colour, dark)
    c.shade(box(right - 66, top + 11, right - 5, bottom - 11), "#fffaf0", "#dccfb6")
    for n in range(1, 6):
        y = top + 11 + n * (height - 22) / 6
        c.line([(right - 62, y), (right - 8, y)], 1.2, "#c9b998")
    c.fill(box(right - 76, top, right - 58, bottom), dark)
    for at in (40, 60, length - 150):
        c.fill(box(left + at, top, left + at + 7, bottom), "#f6e3b4")
    c.fill(box(left + 110, top + height * 0.36, right - 190, top + height * 0.64, 5), "#f6e3b4")
    c.soft(box(left + 14, top + 4, right - 84, top + 16), "#ffffff", blur=5, strength=0.35)


def _cup(c: Canvas, x: float, y: float) -> None:
    c.soft(oval(x, y, 150, 14), "#04302f", blur=9, strength=0.6)
    c.fill(oval(x, y - 8, 146, 17), "#d9d4c8")
    c.fill(oval(x, y - 13, 146, 16), WHITE)
    c.line(arc(x + 92, y - 96, 46, 40, -80, 100), 17, "#e6e1d6")
    side = curve(
        (x - 100, y - 150),
        (x - 92, y - 70),
        (x - 52, y - 20),
        (x, y - 14),
        (x + 52, y - 20),
        (x + 92, y - 70),
        (x + 100, y - 150),
    )
    c.shade(side, WHITE, "#dcd6c9", "right")
    c.line(curve((x - 89, y - 96), (x, y - 80), (x + 89, y - 96)), 10, BLUE)
    c.fill(oval(x, y - 150, 100, 22), "#efeae0")
    c.shade(oval(x, y - 147, 88, 17), "#8a5426", "#4e2a10")
    c.fill(heart(x, y - 148, 56, 0.42), "#e9c79a")
    for dx, lean in ((-34, 1), (26, -1)):
        path = curve(
            (x + dx, y - 160),
            (x + dx + 26 * lean, y - 220),
            (x + dx - 18 * lean, y - 270),
            (x + dx + 14 * lean, y - 340),
        )
        c.soft(_ribbon(path, 10), "#ffffff", blur=9, strength=0.9)


def _plant(c: Canvas, x: float, y: float) -> None:
    c.soft(oval(x, y + 6, 110, 16), "#3d2408", blur=10, strength=0.6)
    for lean, height, colour in (
        (-70, 250, "#2f6b3f"),
        (70, 250, "#2f6b3f"),
        (-34, 330, "#3f8a50"),
        (40, 320, "#3a7f4a"),
        (0, 370, "#4b9a5c"),
    ):
        tip = (x + lean * 1.7, y - height)
        leaf = closed(
            (x, y - 90), (x + lean * 0.6 - 34, y - height * 0.62), tip, (x + lean * 0.9 + 34, y - height * 0.58)
        )
        c.fill(leaf, colour)
        c.line(curve((x, y - 90), (x + lean * 0.75, y - height * 0.6), tip), 3, "#bfe0b8")
    c.shade([(x - 82, y - 130), (x + 82, y - 130), (x + 62, y), (x - 62, y)], "#e58a5b", "#a9502b", "right")
    c.shade(box(x - 92, y - 150, x + 92, y - 112, 6), "#ee9a6d", "#b75b34", "right")


def parcel() -> bytes:
    c = Canvas(1200, 900, PAPER)
    c.shade(box(0, 0, 1200, 900), "#f2e6d3", "#e9d8bd")
    # A blue door, its step and its mat.
    c.fill(box(330, -40, 1010, 640), WHITE)
    c.shade(box(360, -40, 980, 640), BLUE, DEEP_BLUE)
    for left in (412, 690):
        for top, bottom in ((-60, 230), (280, 590)):
            c.fill(box(left, top, left + 238, bottom, 6), NIGHT)
            c.shade(box(left + 8, top + 8, left + 232, bottom - 4, 4), "#3a49de", "#2838bd")
    c.soft(oval(672, 292, 26), "#0b1048", blur=6, strength=0.6)
    c.shade(oval(668, 286, 23), "#ffe7a8", "#b97600", "round")
    c.shade(box(0, 640, 1200, 900), "#d8cfc0", "#bfb4a2")
    c.fill(box(0, 640, 1200, 652), "#efe8db")
    c.shade([(250, 720), (1000, 720), (1090, 856), (160, 856)], "#8a6a44", "#6e5233")
    c.line([(266, 730), (985, 730), (1064, 846), (186, 846), (266, 730)], 4, "#b08d61")
    _box_of_goods(c)
    _plant(c, 150, 690)
    return saved(c.finished(grain=6), "JPEG", quality=90)


def _box_of_goods(c: Canvas) -> None:
    c.soft([(380, 800), (820, 830), (1030, 770), (700, 720)], "#2a1a06", blur=20, strength=0.75)
    front = [(400, 500), (760, 545), (760, 815), (400, 765)]
    side = [(760, 545), (960, 480), (960, 735), (760, 815)]
    top = [(400, 500), (600, 442), (960, 480), (760, 545)]
    c.shade(front, "#d9a566", "#c08a4a")
    c.shade(side, "#a9743a", "#8f5f2c")
    c.fill(top, "#e8bd85")
    tape = (0.42, 0.56)
    strip = [_along(top[0], top[3], tape[0]), _along(top[0], top[3], tape[1])]
    c.fill([*strip, _along(top[1], top[2], tape[1]), _along(top[1], top[2], tape[0])], BLUE)
    down = [(x, y + 84) for x, y in reversed(strip)]
    c.shade([*strip, *down], BLUE, DEEP_BLUE)
    # The label lies in the plane of the front: its lines fall as the edge does.
    slope = 45 / 360

    def on_front(left: float, top_: float, right: float, bottom: float) -> list[Point]:
        return [(x, y + (x - 400) * slope) for x, y in box(left, top_, right, bottom)]

    c.fill(on_front(432, 598, 640, 742), "#a9743a")
    c.fill(on_front(428, 594, 636, 738), WHITE)
    for top_, right in ((612, 560), (630, 600), (648, 530)):
        c.fill(on_front(444, top_, right, top_ + 9), "#8c867a")
    left = 444.0
    for width in (4, 2, 6, 2, 3, 7, 2, 4, 2, 5, 3, 2, 6, 4, 2, 3, 5, 2, 4, 3, 6, 2):
        c.fill(on_front(left, 674, left + width, 724), INK)
        left += width + 4
    c.fill(heart(704, 690, 74), ROSE)
