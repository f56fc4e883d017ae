"""Makes an MP4 of an animation: a tenth of its octets, for the routes that take films. Runs only inside a child.

The frames, what is seen through them and their times are read as for a GIF that is made smaller (`media.animation`);
ffmpeg gets pixels only (`media.ffmpeg`). The film is one round of the animation: how often it begins again is lost.
"""

import struct
from dataclasses import dataclass
from math import ceil, log2, sqrt
from typing import Final

from heliogram.media.animation import Animation, read_animation
from heliogram.media.ffmpeg import TICKS, Frames, encode
from heliogram.media.films import read_film
from heliogram.media.fit import Variant
from heliogram.media.probe import MediaRefused, Picture, probe

BEST_CRF, WORST_CRF = 22, 36
"""x264's quality: the best that is tried and the worst that is used before the film is made smaller instead."""
HALF_CRF: Final = 6
"""So many steps halve the octets, roughly (x264's own rule)."""
SHRINK: Final = 0.8
MIN_SIDE: Final = 96
MAX_PIXELS: Final = 1_280 * 720
LEAST_SIDE: Final = 16
"""A macroblock: a film of fewer pixels is made larger, as some phones' decoders take no smaller one."""
MAX_EXCESS: Final = 4
"""Times the octets wanted that ffmpeg may write before it is stopped: how far a try is from them tells the next."""
WORTH_A_TRY: Final = 1.6
"""Times the octets that the film may have: below, another quality is hardly seen."""
NOT_ANIMATED: Final = "Nothing moves in this picture: an MP4 is made of an animated GIF only."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Take:
    """One encoding that fits, and x264's quality of it."""

    octets: bytes
    film: Frames
    crf: int


def film_of(octets: bytes, max_octets: int, max_width: int, max_height: int, program: str) -> Variant:
    """An animated GIF or WebP as an MP4 within `max_octets` and the sides, near the best. Raises MediaRefused."""
    picture = probe(octets)
    if picture.frames < 2:
        raise MediaRefused("not_animated", NOT_ANIMATED)
    take = _first_that_fits(_read(octets, picture, max_width, max_height), max_octets, program)
    take = _better(take, max_octets, program) or take
    _check_time(take)
    return Variant(octets=take.octets, content_type="video/mp4", width=take.film.width, height=take.film.height)


def _first_that_fits(whole: Animation, max_octets: int, program: str) -> _Take:
    """The quality goes down first, then the size: each try costs seconds, so that its excess says how far."""
    crf, scale = BEST_CRF, 1.0
    film = _frames(whole)
    while True:
        data = encode(program, film, crf, MAX_EXCESS * max_octets)
        excess = len(data) / max_octets if data is not None else MAX_EXCESS
        if data is not None and excess <= 1:
            return _Take(octets=data, film=film, crf=crf)
        if crf < WORST_CRF:
            crf = min(WORST_CRF, crf + 1 + ceil(HALF_CRF * log2(excess)))
            continue
        scale *= max(0.5, min(SHRINK, excess**-0.5))
        if min(whole.frames[0].size) * scale < MIN_SIDE:
            raise MediaRefused("does_not_fit", f"The MP4 cannot be made small enough for {max_octets:,} octets.")
        film = _frames(whole.scaled(scale))


def _better(take: _Take, max_octets: int, program: str) -> _Take | None:
    """Once more, as good as the room that is left promises; None where there is little, or the promise is not kept."""
    room = max_octets / len(take.octets)
    crf = max(BEST_CRF, take.crf + 1 - int(HALF_CRF * log2(room)))
    if room < WORTH_A_TRY or crf >= take.crf:
        return None
    data = encode(program, take.film, crf, max_octets)
    return None if data is None else _Take(octets=data, film=take.film, crf=crf)


def _read(octets: bytes, picture: Picture, max_width: int, max_height: int) -> Animation:
    bound = min(1.0, sqrt(MAX_PIXELS / (picture.width * picture.height)))
    width, height = min(max_width, int(picture.width * bound)), min(max_height, int(picture.height * bound))
    try:
        animation = read_animation(octets, picture, max(1, width), max(1, height))
    except (OSError, ValueError, struct.error) as problem:
        raise MediaRefused("broken", "The picture is damaged and cannot be read to its end.") from problem
    if not animation.moves:
        raise MediaRefused("not_animated", NOT_ANIMATED)
    return animation


def _frames(animation: Animation) -> Frames:
    """Even sides, as the colours of H.264 are stored for four pixels together.

    A film's last frame has no time of its own: it is given twice, the second time for the last hundredth.
    """
    size = tuple(max(LEAST_SIDE, side // 2 * 2) for side in animation.frames[0].size)
    width, height = size
    frames = [each if each.size == size else each.resize((width, height)) for each in animation.frames]
    hundredths = [max(1, ms * TICKS // 1_000) for ms in animation.times_ms]
    if hundredths[-1] > 1:
        frames.append(frames[-1])
        hundredths[-1:] = [hundredths[-1] - 1, 1]
    return Frames(width=width, height=height, frames=frames, hundredths=hundredths)


def _check_time(take: _Take) -> None:
    wanted_ms = sum(take.film.hundredths) * 1_000 // TICKS
    if abs(read_film(take.octets).duration_ms - wanted_ms) > wanted_ms // 10:
        raise MediaRefused("film_failed", "ffmpeg made an MP4 that lasts another time than the animation.")
