"""Pictures made for tests: honest ones by Pillow, hostile ones octet by octet."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(octets: bytes) -> Image.Image:
    return Image.open(io.BytesIO(octets))


def noise(width: int, height: int, *, sigma: float = 60) -> Image.Image:
    """What compresses badly: three channels that differ."""
    base = Image.effect_noise((width, height), sigma)
    turned = [base, base.transpose(Image.Transpose.ROTATE_180), base.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    return Image.merge("RGB", turned)


def jpeg(width: int = 320, height: int = 240, **options: Any) -> bytes:
    return saved(noise(width, height), "JPEG", **options)


def png(width: int = 320, height: int = 240) -> bytes:
    return saved(noise(width, height), "PNG")


def gif(width: int = 64, height: int = 48, *, times_ms: tuple[int, ...] = (100, 200, 300), **options: Any) -> bytes:
    """An animation: a frame for each time."""
    frames = [noise(width, height).quantize(64) for _ in times_ms]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=list(times_ms), loop=0, **options)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_saying(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose header says this size, whatever `data` holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return PNG_MAGIC + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png_bomb() -> bytes:
    """30,000 × 30,000 grey pixels that really are there: 900 MB from under a megabyte."""
    rows = bytes(30_001) * 1_000
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)  # stands on its own, so it can be repeated
    checksum = 1
    for _ in range(30):
        checksum = zlib.adler32(rows, checksum)
    packed = b"\x78\x9c" + block * 30 + b"\x03\x00" + struct.pack(">I", checksum)
    return png_saying(30_000, 30_000, packed)


def gif_of(n_frames: int, width: int = 1, height: int = 1) -> bytes:
    """A GIF with that many frames of one pixel each, on a screen of the given size."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * n_frames + b"\x3b"


def jpeg_saying(width: int, height: int) -> bytes:
    """A JPEG of nothing but a header that says this size."""
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xd9"


def webp(width: int = 64, height: int = 48, *, times_ms: tuple[int, ...] = (100, 200, 300), **options: Any) -> bytes:
    """An animation: a frame for each time."""
    frames = [noise(width, height) for _ in times_ms]
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=list(times_ms), **options)


def webp_saying(width: int, height: int) -> bytes:
    """A WebP of nothing but a header that says this size (at most 16,383 a side)."""
    frame = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height)
    body = b"WEBP" + b"VP8 " + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def box(name: bytes, content: bytes) -> bytes:
    """A box of ISO/IEC 14496-12."""
    return struct.pack(">I", 8 + len(content)) + name + content


def heic_saying(*sides: tuple[int, int]) -> bytes:
    """A HEIC of nothing but headers: an image of each size."""
    sizes = b"".join(box(b"ispe", struct.pack(">III", 0, *each)) for each in sides)
    meta = box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", sizes)))
    return box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + meta


def heic_writer() -> Any:
    """What writes HEIC, None where the extra heic is not installed."""
    try:
        from pillow_heif import from_pillow
    except ImportError:
        return None
    return from_pillow


def heic(width: int = 320, height: int = 240) -> bytes:
    """A photo as a phone writes it, with metadata; one of nothing but headers where nobody here can write it."""
    write = heic_writer()
    if write is None:
        return heic_saying((width, height))
    exif = Image.Exif()
    exif[0x010E] = "SECRET home"
    out = io.BytesIO()
    write(noise(width, height)).save(out, quality=80, exif=exif.tobytes())
    return out.getvalue()
