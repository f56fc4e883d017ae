"""Makes an animation fit a budget and stay an animation: the whole of its time, its loops, more than one frame.

Runs only inside a child process. What comes out is a GIF: no phone network takes another picture that moves. Not here:
making a film of it (`media.filming`).
Source: GIF89a; the loop is the application extension NETSCAPE2.0.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageSequence

from heliogram.media.probe import GIF_EXTENSION, GIF_IMAGE, MediaRefused, Picture, gif_blocks, gif_head_octets

SHRINK = 0.8
MIN_SIDE = 80
COLOURS = (256, 128, 64, 32)
FEW_FRAMES = 12
"""So many are kept: half of fewer would be a slide show."""
LONGEST_MS = 655_350
"""What one frame of a GIF can last."""
SHORTEST_MS = 20
"""Phones and browsers show a GIF's frame of less for 100 ms: the animation would crawl."""

_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    """`times_ms` has one for each frame. `loop` is GIF's: 0 for ever, n for n times more, None for once."""

    frames: list[Image.Image]
    times_ms: list[int]
    loop: int | None

    @property
    def moves(self) -> bool:
        return any(frame != self.frames[0] for frame in self.frames[1:])

    def halved(self) -> "Animation":
        """Every second frame, the time of each left out given to the one before."""
        pairs = range(0, len(self.times_ms), 2)
        joined = [min(LONGEST_MS, sum(self.times_ms[at : at + 2])) for at in pairs]
        return Animation(frames=self.frames[::2], times_ms=joined, loop=self.loop)

    def scaled(self, scale: float) -> "Animation":
        size = _scaled_size(self.frames[0].size, scale)
        frames = [frame if frame.size == size else frame.resize(size) for frame in self.frames]
        return Animation(frames=frames, times_ms=self.times_ms, loop=self.loop)

    def gif(self, colours: int) -> bytes:
        first, *rest = [frame.quantize(colours) for frame in self.frames]
        loop = {} if self.loop is None else {"loop": self.loop}
        out = io.BytesIO()
        first.save(
            out, "GIF", save_all=True, append_images=rest, duration=self.times_ms, optimize=True, disposal=2, **loop
        )
        return out.getvalue()


def fit_animation(
    octets: bytes, picture: Picture, max_octets: int, max_width: int, max_height: int
) -> tuple[bytes, int, int] | None:
    """A GIF or WebP of more than one frame as a GIF, with its sides; None for a still picture in which nothing moves.

    A GIF that fits goes as it is, without its remarks. Others get fewer colours; where the fewest are not enough, every
    second frame is left out while there are more than 12, and then the picture is made smaller.
    Raises MediaRefused when even the smallest is too large.
    """
    if picture.content_type == "image/gif" and picture.width <= max_width and picture.height <= max_height:
        bare = without_remarks(octets)
        if len(bare) <= max_octets and not _shows_through(octets):
            return bare, picture.width, picture.height
    whole = film = read_animation(octets, picture, max_width, max_height)
    if not whole.moves:
        return None
    scale = 1.0
    while len(data := film.gif(COLOURS[-1])) > max_octets:
        excess = len(data) / max_octets
        if len(whole.frames) > FEW_FRAMES:
            while excess > 1 and len(whole.frames) > FEW_FRAMES:
                whole, excess = whole.halved(), excess / 2
        elif min(film.frames[0].size) * SHRINK < MIN_SIDE:
            raise MediaRefused("does_not_fit", f"The animation cannot be made small enough for {max_octets:,} octets.")
        else:
            # As large a step as the excess asks for: each try costs seconds where the animation is long.
            scale *= max(0.5, min(SHRINK, excess**-0.5))
        film = whole.scaled(scale)
    return _most_colours(film, max_octets) or data, *film.frames[0].size


def without_remarks(octets: bytes) -> bytes:
    """The same GIF, frame for frame, without comments, texts, other programs' blocks and what stands behind its end."""
    kept = [octets[: gif_head_octets(octets)]]
    loop = gif_loop(octets)
    if loop is not None:
        kept.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", loop) + b"\x00")
    for kind, start, end in gif_blocks(octets):
        if kind == GIF_IMAGE:
            kept.append(octets[start:end])
        elif kind == GIF_EXTENSION and octets[start + 1 : start + 3] == bytes([_CONTROL, 4]):
            kept.append(octets[start : start + 7] + b"\x00")
    return b"".join([*kept, b"\x3b"])


def gif_loop(octets: bytes) -> int | None:
    """How often a GIF begins again: 0 for ever, None when it plays once."""
    for kind, start, _end in gif_blocks(octets):
        if kind == GIF_EXTENSION and octets[start + 1 : start + 3] == bytes([_APPLICATION, 11]):
            name, data = octets[start + 3 : start + 14], octets[start + 14 : start + 18]
            if name in _LOOPS and data[:2] == b"\x03\x01":
                return int.from_bytes(data[2:4], "little")
    return None


def _most_colours(film: Animation, max_octets: int) -> bytes | None:
    """The GIF with the most colours that fits; None when only the least do."""
    for colours in COLOURS[:-1]:
        data = film.gif(colours)
        if len(data) <= max_octets:
            return data
    return None


def read_animation(octets: bytes, picture: Picture, max_width: int, max_height: int) -> Animation:
    """Every frame on white, within the sides: made smaller as it is read, so that no two sizes are held at once."""
    size = _scaled_size(
        (picture.width, picture.height), min(1.0, max_width / picture.width, max_height / picture.height)
    )
    frames: list[Image.Image] = []
    times_ms: list[int] = []
    is_gif = picture.content_type == "image/gif"
    for frame, ms in _shown(octets) if is_gif else _in_hundredths(_shown(octets)):
        white = Image.new("RGB", frame.size, "white")
        white.paste(frame, mask=frame)
        frames.append(white if white.size == size else white.resize(size))
        times_ms.append(min(ms, LONGEST_MS) or 100)  # without a time, as browsers show it
    loop = gif_loop(octets) if is_gif else _webp_loop(octets)
    return Animation(frames=frames, times_ms=times_ms, loop=loop)


def _webp_loop(octets: bytes) -> int | None:
    """As GIF counts: WebP says how often it plays in all (RFC 9649 §2.7.1.2), GIF how often it begins again."""
    with Image.open(io.BytesIO(octets)) as image:
        times = int(image.info.get("loop", 0))
    return times - 1 if times > 1 else (None if times == 1 else 0)


def _shown(octets: bytes) -> Iterator[tuple[Image.Image, int]]:
    """Each frame as it looks, with its transparency, and its milliseconds."""
    with Image.open(io.BytesIO(octets)) as image:
        for frame in ImageSequence.Iterator(image):
            seen = frame.convert("RGBA")
            yield seen, int(frame.info.get("duration", 0))


def _in_hundredths(shown: Iterator[tuple[Image.Image, int]]) -> Iterator[tuple[Image.Image, int]]:
    """WebP counts milliseconds, GIF hundredths of a second: rounded by the whole film's clock, which so keeps its time.

    A frame too short for a GIF stays for the next one's time too, which is left out.
    """
    waiting: Image.Image | None = None
    since = clock = until = 0
    for frame, ms in shown:
        waiting = frame if waiting is None else waiting
        clock += ms if ms > 10 else 100  # as browsers show a WebP's frame that has next to no time
        until = round(clock / 10) * 10
        if until - since >= SHORTEST_MS:
            yield waiting, until - since
            waiting, since = None, until
    if waiting is not None:
        yield waiting, SHORTEST_MS


def _shows_through(octets: bytes) -> bool:
    """Phones show what is transparent black, white or chequered: such a picture is put on white."""
    return any(min(frame.getchannel("A").tobytes()) < 255 for frame, _ms in _shown(octets))


def _scaled_size(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
