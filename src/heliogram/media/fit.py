"""Re-encodes a picture so that it fits a budget: the largest quality that does. Runs only inside a child process.

A JPEG comes out baseline, in sRGB, turned as its EXIF says and with no metadata; an animation stays one.
"""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pyvips
from PIL import Image, ImageSequence

from heliogram.media.animation import fit_animation
from heliogram.media.containers import read_webp
from heliogram.media.heic import open_heic
from heliogram.media.likeness import similarity
from heliogram.media.probe import MediaRefused, Picture, probe

QUALITIES = (95, 40)
"""The best JPEG quality tried and the worst used before the picture is made smaller instead."""
SHRINK = 0.8
MIN_SIDE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A picture as one budget made it. `quality` is JPEG's, None for the others.

    `similarity` is how like it is to the original in the same size, 1.0 for no difference (`media.likeness`); None for
    an animation.
    """

    octets: bytes
    content_type: str
    width: int
    height: int
    quality: int | None = None
    similarity: float | None = None


def decode_whole(octets: bytes) -> Picture:
    """Read every pixel of every frame. Raises MediaRefused when that cannot be done.

    Of an animated PNG, and of a JPEG with more pictures behind it, only the first is: nothing else is ever shown.
    """
    picture = probe(octets)
    try:
        with open_heic(octets) if picture.content_type == "image/heic" else Image.open(io.BytesIO(octets)) as image:
            for frame in ImageSequence.Iterator(image) if picture.frames > 1 else (image,):
                frame.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        raise MediaRefused("broken", "The picture is damaged and cannot be read to its end.") from problem
    return picture


def fit(octets: bytes, max_octets: int, max_width: int, max_height: int, *, as_jpeg: bool = False) -> Variant:
    """The best variant within `max_octets` and the sides. Raises MediaRefused when even the smallest is too large.

    `as_jpeg` wants a JPEG whatever came: of an animation the first frame, on white where one sees through.
    """
    picture = probe(octets)
    try:
        if picture.frames > 1 and not as_jpeg:
            return _fit_animation(octets, picture, max_octets, max_width, max_height)
        return _fit_still(octets, picture, max_octets, max_width, max_height, as_jpeg=as_jpeg)
    except (pyvips.Error, OSError, ValueError, struct.error) as problem:
        raise MediaRefused("broken", "The picture is damaged and cannot be read to its end.") from problem


def _fit_animation(octets: bytes, picture: Picture, max_octets: int, max_width: int, max_height: int) -> Variant:
    fitted = fit_animation(octets, picture, max_octets, max_width, max_height)
    if fitted is None:
        return _fit_still(octets, picture, max_octets, max_width, max_height)
    data, width, height = fitted
    return Variant(octets=data, content_type="image/gif", width=width, height=height)


def _fit_still(
    octets: bytes, picture: Picture, max_octets: int, max_width: int, max_height: int, *, as_jpeg: bool = False
) -> Variant:
    is_exact = _is_exact(octets, picture)
    # More octets than the picture came with show nothing more of it, unless what it came as packs better than JPEG.
    came_with = max_octets if picture.content_type in _PACKS_BETTER else len(octets)
    width, height = max_width, max_height
    while min(width, height) >= MIN_SIDE:
        image = _shrunk(octets, picture, width, height)
        if (is_exact or image.hasalpha()) and not as_jpeg:
            kept = _as_png(image, max_octets)
            if kept is not None:
                return kept
        if image.hasalpha():
            image = image.flatten(background=[255, 255, 255])
        encode = partial(_jpeg, image)
        best = largest_quality(encode, min(max_octets, came_with)) or largest_quality(encode, max_octets)
        if best is not None:
            data, quality = best
            return Variant(
                octets=data,
                content_type="image/jpeg",
                width=image.width,
                height=image.height,
                quality=quality,
                similarity=round(similarity(image, pyvips.Image.jpegload_buffer(data)), 4),
            )
        width, height = int(width * SHRINK), int(height * SHRINK)
    raise MediaRefused("does_not_fit", f"The picture cannot be made small enough for {max_octets:,} octets.")


_PACKS_BETTER = ("image/webp", "image/heic")


def _is_exact(octets: bytes, picture: Picture) -> bool:
    """Whether the picture was stored without loss: a drawing or a text, which JPEG would blur."""
    if picture.content_type == "image/webp":
        return read_webp(octets).is_exact
    return picture.content_type == "image/png"


def _shrunk(octets: bytes, picture: Picture, width: int, height: int) -> pyvips.Image:
    """Within the sides, turned as its EXIF says, in sRGB; shrunk while decoding where the format allows it.

    Decoded once: what follows reads it several times, and a PNG can be read only forwards.
    """
    wanted = {"height": height, "size": "down", "export_profile": "srgb", "intent": "perceptual"}
    if picture.content_type == "image/heic":
        return _from_heic(octets).thumbnail_image(width, **wanted).copy_memory()
    return pyvips.Image.thumbnail_buffer(octets, width, **wanted).copy_memory()


def _from_heic(octets: bytes) -> pyvips.Image:
    with open_heic(octets) as photo:
        shown = photo.convert("RGB")
        profile = photo.info.get("icc_profile")
    image = pyvips.Image.new_from_memory(shown.tobytes(), shown.width, shown.height, 3, "uchar")
    image = image.copy(interpretation="srgb")
    if profile:
        # Phones store a wider range of colours than sRGB; without its profile the photo would come out pale.
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def largest_quality(encode: Callable[[int], bytes], max_octets: int) -> tuple[bytes, int] | None:
    """The largest quality whose octets fit, by halving; None when not even the least does."""
    high, low = QUALITIES
    found: tuple[bytes, int] | None = None
    while low <= high:
        quality = (low + high) // 2
        data = encode(quality)
        if len(data) <= max_octets:
            found = (data, quality)
            low = quality + 1
        else:
            high = quality - 1
    return found


def _jpeg(image: pyvips.Image, quality: int) -> bytes:
    return bytes(image.jpegsave_buffer(Q=quality, keep="none", optimize_coding=True, interlace=False))


def _as_png(image: pyvips.Image, max_octets: int) -> Variant | None:
    """Line art and text stay PNG when that is small enough: JPEG would blur them."""
    data = bytes(image.pngsave_buffer(keep="none", compression=9))
    if len(data) > max_octets:
        return None
    return Variant(octets=data, content_type="image/png", width=image.width, height=image.height, similarity=1.0)
