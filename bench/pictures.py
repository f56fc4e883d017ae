"""A 12-megapixel photograph made to fit 600 kB by a child of the workshop; beside it, Pillow alone."""

import asyncio
import io
import os
import statistics
import time
from dataclasses import dataclass

from PIL import Image, ImageChops

from bench.cpu import children_of, peak_mb_of
from heliogram.media.plan import Budget
from heliogram.media.workshop import Workshop

N_ROUNDS = 5
SIZE = (4_000, 3_000)
BUDGET = Budget(octets=600_000, max_width=1_080, max_height=1_920, content_types=("image/jpeg",), source="bench")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    seconds: float
    pillow_s: float
    peak_mb: float
    n_octets: int
    quality: int


def photograph() -> bytes:
    """Twelve megapixels with the grain of a camera: noise alone has no likeness to a picture, a gradient no detail."""
    noise = Image.effect_noise(SIZE, 40).convert("L")
    shade = Image.linear_gradient("L").resize(SIZE)
    blurred = Image.effect_noise((500, 375), 90).resize(SIZE, Image.Resampling.BICUBIC).convert("L")
    bands = [ImageChops.blend(ImageChops.blend(shade, blurred, 0.5), noise, 0.1 * (n + 1)) for n in range(3)]
    out = io.BytesIO()
    Image.merge("RGB", bands).save(out, "JPEG", quality=92)
    return out.getvalue()


async def run() -> Made:
    octets = photograph()
    workshop = Workshop(n_children=1)
    took: list[float] = []
    pillow: list[float] = []
    try:
        await workshop.fit(octets, BUDGET)  # the child's start is not the picture's time
        for _round in range(N_ROUNDS):
            began = time.perf_counter()
            variant = await workshop.fit(octets, BUDGET)
            took.append(time.perf_counter() - began)
            pillow.append(await asyncio.to_thread(_with_pillow, octets, variant.quality or 85))
        peak_mb = max(map(peak_mb_of, children_of(os.getpid())))
    finally:
        await workshop.close()
    return Made(
        seconds=statistics.median(took),
        pillow_s=statistics.median(pillow),
        peak_mb=peak_mb,
        n_octets=len(variant.octets),
        quality=variant.quality or 0,
    )


def _with_pillow(octets: bytes, quality: int) -> float:
    """Seconds for one decode, one resize and one encode at the quality that was found."""
    began = time.perf_counter()
    picture = Image.open(io.BytesIO(octets))
    picture.thumbnail((BUDGET.max_width, BUDGET.max_height), Image.Resampling.LANCZOS)
    picture.save(io.BytesIO(), "JPEG", quality=quality)
    return time.perf_counter() - began
