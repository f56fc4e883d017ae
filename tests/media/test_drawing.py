import pytest
from PIL import Image

from heliogram.media.drawing import Canvas, Point, arc, box, closed, curve, heart, moved, oval, saved, turned

from .pictures import opened

RED, BLUE = (255, 0, 0), (0, 0, 255)


def _canvas() -> Canvas:
    return Canvas(60, 40, "#ffffff")


def _near(points: list[Point], expected: list[Point]) -> bool:
    return len(points) == len(expected) and all(
        a == pytest.approx(b, abs=1e-9)
        for pair in zip(points, expected, strict=True)
        for a, b in zip(*pair, strict=True)
    )


def test_a_shape_covers_its_pixels_and_its_edge_is_between_the_colours() -> None:
    canvas = _canvas()
    canvas.fill(oval(30.4, 20.4, 10), "#ff0000")
    image = canvas.finished()
    assert (image.size, image.getpixel((30, 20)), image.getpixel((5, 5))) == ((60, 40), RED, (255, 255, 255))
    edge = {image.getpixel((x, 20)) for x in range(18, 43)}
    assert any(0 < green < 255 for _red, green, _blue in edge)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("way", "first", "last"),
    [("down", (30, 1), (30, 38)), ("right", (1, 20), (58, 20)), ("round", (30, 20), (30, 1))],
)
@pytest.mark.parametrize("shape", [box(0, 0, 60, 40), box(0, 0, 60, 40, 1)], ids=["rectangle", "round corners"])
def test_a_shade_goes_from_one_colour_to_the_other(
    way: str, first: tuple[int, int], last: tuple[int, int], shape: list[Point]
) -> None:
    canvas = _canvas()
    canvas.shade(shape, "#ff0000", "#0000ff", way)  # type: ignore[arg-type]
    image = canvas.finished()
    start, end = image.getpixel(first), image.getpixel(last)
    assert isinstance(start, tuple) and isinstance(end, tuple)
    assert (start[0] > 225, end[2] > 225) == (True, True)


def test_a_soft_shape_fades_and_its_strength_is_a_share() -> None:
    canvas = _canvas()
    canvas.soft(box(20, 10, 40, 30), "#000000", blur=3, strength=0.5)
    image = canvas.finished().convert("L")
    middle, near, far = (int(image.getpixel((x, 20))) for x in (30, 18, 4))  # type: ignore[arg-type]
    assert middle == pytest.approx(128, abs=12)
    assert middle < near < far == 255


def test_lines_and_words_leave_ink() -> None:
    canvas = _canvas()
    canvas.line([(5, 5), (55, 5)], 4, "#0000ff")
    canvas.write((30, 25), "20%", 20, "#ff0000", weight=1)
    image = canvas.finished()
    assert image.getpixel((30, 5)) == BLUE
    assert RED in [image.getpixel((x, 25)) for x in range(10, 50)]


def test_the_grain_is_slight_and_the_same_every_time() -> None:
    canvas = Canvas(60, 40, "#808080")
    first, second = canvas.finished(grain=4), canvas.finished(grain=4)
    assert first.tobytes() == second.tobytes()
    low, high = first.convert("L").getextrema()
    assert (low, high) == (124, 132)


def test_shapes_are_lists_of_points() -> None:
    assert box(0, 0, 2, 1) == [(0, 0), (2, 0), (2, 1), (0, 1)]
    assert all(0 <= x <= 20 and 0 <= y <= 10 for x, y in box(0, 0, 20, 10, 3))
    assert _near(turned([(2, 0)], 90, (0, 0)), [(0, 2)])
    assert turned([(2, 0)], 0, (5, 5)) == [(2, 0)]
    assert moved([(1, 2)], 3, 4) == [(4, 6)]
    assert _near([arc(0, 0, 5, 5, 0, 90)[0], arc(0, 0, 5, 5, 0, 90)[-1]], [(5, 0), (0, 5)])
    assert max(x for x, _y in heart(0, 0, 32)) == pytest.approx(16, abs=0.1)
    assert max(y for _x, y in heart(0, 0, 32, 0.5)) < max(y for _x, y in heart(0, 0, 32))


def test_a_curve_goes_through_its_points_and_a_closed_one_comes_back() -> None:
    corners = [(0.0, 0.0), (10.0, 5.0), (20.0, 0.0)]
    line, loop = curve(*corners), closed(*corners)
    for corner in corners:
        assert min(abs(x - corner[0]) + abs(y - corner[1]) for x, y in line) < 1e-9
        assert min(abs(x - corner[0]) + abs(y - corner[1]) for x, y in loop) < 1e-9
    assert (line[0], line[-1], loop[-1]) == (corners[0], corners[-1], corners[0])


def test_several_frames_are_an_animation() -> None:
    frames = [Image.new("P", (8, 8), n) for n in range(3)]
    for n, frame in enumerate(frames):
        frame.putpalette([n * 80, 0, 0] * 256)
    image = opened(saved(frames[0], "GIF", *frames[1:], duration=70))
    assert (getattr(image, "n_frames", 1), image.info["duration"], image.info["loop"]) == (3, 70, 0)
