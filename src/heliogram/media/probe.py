"""Recognises a picture by its octets, from the header alone: no name is trusted and nothing is decoded here.

So a bomb is refused before it costs anything. Sources: JPEG ITU-T T.81 §B, PNG ISO/IEC 15948 §11.2.2, GIF89a §18;
WebP and HEIC in `containers`.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from heliogram.media.containers import Broken, CutShort, Sides, read_heic, read_webp

MAX_PIXELS = 100_000_000
"""Width × height × frames: 300 MB decoded, what one child process may hold. A 12-megapixel photo is an eighth."""
MAX_SIDE = 20_000
MAX_FRAMES = 2_000
"""More than a minute at 25 frames a second. Each costs time whatever its size: 65,535 of one pixel take minutes."""


class MediaRefused(Exception):
    """The file cannot be used. `code` is for programs, `sentence` for the person who chose it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`width` and `height` as stored, before any EXIF turn; `frames` above 1 for an animation.

    `duration_ms` is how long a sound or a film lasts, 0 for all else and where it does not say.
    """

    content_type: str
    width: int
    height: int
    frames: int
    n_octets: int
    duration_ms: int = 0


_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"RIFF", "a sound or a film in RIFF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"BM", "a BMP picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"<svg", "an SVG drawing"),
    (b"<", "a web page or a drawing in XML"),
    (b"BEGIN:VCARD", "a contact card"),
)


TAKEN = "JPEG, PNG, GIF, WebP or HEIC"


def probe(octets: bytes) -> Picture:
    """What the picture says of itself. Raises MediaRefused for what is none that can be read within bounds."""
    if not octets:
        raise MediaRefused("empty", "The file is empty.")
    read = _reader_of(octets)
    if read is None:
        raise MediaRefused("not_a_picture", f"This is not a {TAKEN}: it looks like {_looks_like(octets)}.")
    picture = read(octets)
    _check_size(picture)
    return picture


def _reader_of(octets: bytes) -> Callable[[bytes], Picture] | None:
    for offset, magics, read in _READERS:
        if any(octets.startswith(magic, offset) for magic in magics):
            return read
    return None


def _looks_like(octets: bytes) -> str:
    if octets[4:12] == b"ftypavif":
        return "an AVIF photo; save it as JPEG"
    if octets[4:8] == b"ftyp":
        return "a video"
    start = octets.lstrip(b"\xef\xbb\xbf \t\r\n")[:64]
    for magic, name in _OTHERS:
        if start.startswith(magic):
            return name
    is_text = not any(octet < 9 for octet in octets[:512])
    return "a text file" if is_text else "something else"


def _check_size(picture: Picture) -> None:
    if picture.frames > MAX_FRAMES:
        raise MediaRefused(
            "too_many_frames", f"The animation has {picture.frames:,} frames; at most {MAX_FRAMES:,} can be read."
        )
    pixels = picture.width * picture.height * picture.frames
    if not picture.width or not picture.height:
        raise _no_pixels()
    if picture.width > MAX_SIDE or picture.height > MAX_SIDE or pixels > MAX_PIXELS:
        raise MediaRefused(
            "too_many_pixels",
            f"The picture has {picture.width:,} × {picture.height:,} pixels"
            + (f" in {picture.frames:,} frames" if picture.frames > 1 else "")
            + f"; at most {MAX_PIXELS:,} in all can be read.",
        )


def _no_pixels() -> MediaRefused:
    return MediaRefused("broken", "The picture says that it is 0 pixels wide or high.")


def _truncated() -> MediaRefused:
    return MediaRefused("truncated", "The file ends in the middle of the picture. Please upload it again.")


def _jpeg(octets: bytes) -> Picture:
    at = 2
    while at + 4 <= len(octets):
        if octets[at] != 0xFF:
            raise MediaRefused("broken", "The JPEG is damaged.")
        marker = octets[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        (length,) = struct.unpack_from(">H", octets, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if at + 9 > len(octets):
                raise _truncated()
            height, width = struct.unpack_from(">HH", octets, at + 5)
            if octets.rfind(b"\xff\xd9") < at:
                raise _truncated()
            return Picture(content_type="image/jpeg", width=width, height=height, frames=1, n_octets=len(octets))
        at += 2 + max(2, length)
    raise _truncated()


GIF_EXTENSION, GIF_IMAGE, GIF_TRAILER = 0x21, 0x2C, 0x3B
_PNG_END = b"IEND\xaeB`\x82"


def _png(octets: bytes) -> Picture:
    if len(octets) < 33 or octets[12:16] != b"IHDR":
        raise _truncated()
    width, height = struct.unpack_from(">II", octets, 16)
    picture = Picture(content_type="image/png", width=width, height=height, frames=1, n_octets=len(octets))
    _check_size(picture)
    # Some cameras and editors write more behind the end; what is truncated has no end at all.
    if octets.rfind(_PNG_END) < 33:
        raise _truncated()
    return picture


def _gif(octets: bytes) -> Picture:
    if len(octets) < 13:
        raise _truncated()
    width, height = struct.unpack_from("<HH", octets, 6)
    if not width or not height:
        raise _no_pixels()
    frames = 0
    for kind, start, _end in gif_blocks(octets):
        if kind == GIF_IMAGE:
            frames += 1
            left, top, wide, high = struct.unpack_from("<HHHH", octets, start + 1)
            # A frame larger than the screen makes the screen larger for those who decode it: a bomb's other door.
            width, height = max(width, left + wide), max(height, top + high)
    return Picture(content_type="image/gif", width=width, height=height, frames=max(1, frames), n_octets=len(octets))


def gif_blocks(octets: bytes) -> Iterator[tuple[int, int, int]]:
    """The blocks behind a GIF's head up to its trailer, that included: kind, start and end of each.

    Raises MediaRefused where the structure is broken or the file ends before its trailer.
    """
    at = gif_head_octets(octets)
    while at < len(octets):
        kind, start = octets[at], at
        if kind == GIF_TRAILER:
            yield kind, start, at + 1
            return
        if kind == GIF_IMAGE:
            if at + 10 > len(octets):
                raise _truncated()
            local = octets[at + 9]
            at = _after_blocks(octets, at + 11 + (3 << ((local & 7) + 1) if local & 0x80 else 0))
        elif kind == GIF_EXTENSION:
            at = _after_blocks(octets, at + 2)
        else:
            raise MediaRefused("broken", "The GIF is damaged.")
        yield kind, start, at
    raise _truncated()


def gif_head_octets(octets: bytes) -> int:
    """The octets of a GIF's signature, screen and palette."""
    flags = octets[10]
    return 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)


def _contained(content_type: str, read: Callable[[bytes], Sides], octets: bytes) -> Picture:
    try:
        sides = read(octets)
    except CutShort as problem:
        raise _truncated() from problem
    except Broken as problem:
        raise MediaRefused("broken", "The picture is damaged.") from problem
    return Picture(
        content_type=content_type,
        width=sides.width,
        height=sides.height,
        frames=sides.frames,
        n_octets=len(octets),
    )


def _webp(octets: bytes) -> Picture:
    return _contained("image/webp", read_webp, octets)


def _heic(octets: bytes) -> Picture:
    return _contained("image/heic", read_heic, octets)


def _after_blocks(octets: bytes, at: int) -> int:
    while at < len(octets):
        size = octets[at]
        at += 1 + size
        if not size:
            return at
    raise _truncated()


_READERS: tuple[tuple[int, tuple[bytes, ...], Callable[[bytes], Picture]], ...] = (
    (0, (b"\xff\xd8\xff",), _jpeg),
    (0, (b"\x89PNG\r\n\x1a\n",), _png),
    (0, (b"GIF87a", b"GIF89a"), _gif),
    (8, (b"WEBP",), _webp),
    (4, (b"ftypheic", b"ftypheix", b"ftypheim", b"ftypheis", b"ftypmif1", b"ftypmsf1"), _heic),
)
"""Where a kind's magic stands, what it is, and who reads its header. Sources: as above; ISO/IEC 23008-12 §10."""
