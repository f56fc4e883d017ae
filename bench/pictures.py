"""Pictures made to fit by a child of the workshop: seconds, and the most memory that the child and its ffmpeg had.

Beside each, in the same run, Pillow alone and, where it is installed, ffmpeg alone: one decoding, one resize and one
encoding at the size (and the JPEG's quality) that was found, in a process of their own. They do not search for it.
"""

import asyncio
import io
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageEnhance

from bench.cpu import children_of, peak_mb_of
from heliogram.media.ffmpeg import find_ffmpeg
from heliogram.media.films import read_film
from heliogram.media.fit import Variant
from heliogram.media.plan import Budget
from heliogram.media.workshop import Workshop

N_ROUNDS = 5
SIZE = (4_000, 3_000)
FILM_SIZE, N_FRAMES = (480, 360), 40
FRAME_MS = 50
LOOK_S = 0.01
SEED = 20_261_128
TIME_LIMIT_S = 120


class TooLarge(Exception):
    """What came out does not fit, or is no picture: no figure is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    make: Callable[[], bytes]
    octets: int
    """Of the budget."""
    suffix: str
    """Of what comes out."""
    tools: tuple[str, ...] = ("pillow", "ffmpeg")
    """Those that can make it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`n_octets` is what came out."""

    seconds: float
    peak_mb: float
    n_octets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    ours: Cost
    variant: Variant
    others: dict[str, Cost | None]
    """Those of the case's tools; None for one that is not here."""


def photograph(form: str = "JPEG") -> bytes:
    """Twelve megapixels with the grain of a camera: noise alone has no likeness to a picture, a gradient no detail."""
    out = io.BytesIO()
    _scene(SIZE).save(out, form, quality=92)
    return out.getvalue()


def film() -> bytes:
    """A camera that turns a little over the scene, two seconds of it."""
    chance = random.Random(SEED)
    scene = _scene((FILM_SIZE[0] + 2 * N_FRAMES, FILM_SIZE[1] + N_FRAMES))
    frames = []
    for n in range(N_FRAMES):
        view = scene.crop((2 * n, n, 2 * n + FILM_SIZE[0], n + FILM_SIZE[1]))
        frames.append(ImageEnhance.Brightness(view).enhance(chance.uniform(0.95, 1.05)).quantize(256))
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0)
    return out.getvalue()


def _scene(size: tuple[int, int]) -> Image.Image:
    noise = Image.effect_noise(size, 40).convert("L")
    shade = Image.linear_gradient("L").resize(size)
    blurred = Image.effect_noise((500, 375), 90).resize(size, Image.Resampling.BICUBIC).convert("L")
    bands = [ImageChops.blend(ImageChops.blend(shade, blurred, 0.5), noise, 0.1 * (n + 1)) for n in range(3)]
    return Image.merge("RGB", bands)


CASES = {
    "jpeg": Case(make=photograph, octets=600_000, suffix="jpg"),
    "webp": Case(make=lambda: photograph("WEBP"), octets=600_000, suffix="jpg"),
    "gif": Case(make=film, octets=1_000_000, suffix="gif"),
    "mp4": Case(make=film, octets=210_000, suffix="mp4", tools=("ffmpeg",)),
}


async def run(name: str, folder: Path) -> Made:
    """Interleaved rounds of the workshop and the others. Raises TooLarge."""
    case = CASES[name]
    budget = Budget(octets=case.octets, max_width=1_080, max_height=1_920, content_types=(), source="bench")
    source = folder / f"source.{'gif' if name == 'mp4' else name}"
    source.write_bytes(octets := case.make())
    workshop = Workshop(n_children=1, ffmpeg=find_ffmpeg())
    make = workshop.film if case.suffix == "mp4" else workshop.fit
    costs: dict[str, list[Cost | None]] = {tool: [] for tool in case.tools}
    took: list[float] = []
    peak_mb = 0.0
    try:
        variant = await make(octets, budget)  # the child's start is not the picture's time
        _check(variant, case)
        for _round in range(N_ROUNDS):
            began = time.perf_counter()
            peak_mb = max(peak_mb, await _peak_of(asyncio.ensure_future(make(octets, budget))))
            took.append(time.perf_counter() - began)
            out = folder / f"out.{case.suffix}"
            for tool, found in costs.items():
                found.append(await asyncio.to_thread(_alone, tool, source, out, variant))
    finally:
        await workshop.close()
    others = {tool: _median([cost for cost in found if cost is not None]) for tool, found in costs.items()}
    return Made(ours=Cost(seconds=statistics.median(took), peak_mb=peak_mb), variant=variant, others=others)


async def _peak_of(job: asyncio.Future[Variant]) -> float:
    """The most memory that the child, and ffmpeg while it has one, have had together until the job is done."""
    peak_mb = 0.0
    while True:
        await asyncio.wait([job], timeout=LOOK_S)
        # The child is this process's only one now.
        peak_mb = max(peak_mb, sum(map(_peak_mb, children_of(os.getpid()))))
        if job.done():
            job.result()
            return peak_mb


def _peak_mb(pid: int) -> float:
    try:
        return peak_mb_of(pid)
    except (OSError, ValueError):
        return 0.0  # ended between the listing and the reading


def _check(variant: Variant, case: Case) -> None:
    if case.suffix == "mp4":
        told = read_film(variant.octets)
        if len(variant.octets) > case.octets or told.duration_ms != N_FRAMES * FRAME_MS:
            raise TooLarge(f"{len(variant.octets)} octets, {told.duration_ms} ms")
        return
    with Image.open(io.BytesIO(variant.octets)) as image:
        n_frames = getattr(image, "n_frames", 1)
        is_whole = image.size == (variant.width, variant.height) and (n_frames > 1) == (case.suffix == "gif")
    if len(variant.octets) > case.octets or not is_whole:
        raise TooLarge(f"{len(variant.octets)} octets, {variant.content_type}, {n_frames} frames")


def _median(costs: list[Cost]) -> Cost | None:
    if not costs:
        return None
    return Cost(
        seconds=statistics.median(each.seconds for each in costs),
        peak_mb=max(each.peak_mb for each in costs),
        n_octets=costs[-1].n_octets,
    )


def _alone(tool: str, source: Path, out: Path, variant: Variant) -> Cost | None:
    if tool == "ffmpeg" and shutil.which(tool) is None:
        return None
    options = (variant.width, variant.height, variant.quality or 85)
    command = [sys.executable, "-m", "bench.alone", tool, str(source), str(out), *map(str, options)]
    # It measures itself: starting Python is not the picture's time.
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=TIME_LIMIT_S)
    return Cost(**json.loads(done.stdout), n_octets=out.stat().st_size)
