"""Sounds made frame by frame: what a reader of headers needs, and nothing anybody would want to hear."""

import struct

SECRET = b"41.8781,-87.6298 Ada Lovelace"
"""What no file that is sent may tell."""


def amr(n_frames: int = 50, *, mode: int = 7) -> bytes:
    """AMR at 12.2 kbit/s, or in another mode."""
    return b"#!AMR\n" + bytes([mode << 3 | 4]).join([b"", *[bytes(_NARROW[mode])] * n_frames])


def amr_wide(n_frames: int = 50) -> bytes:
    return b"#!AMR-WB\n" + (b"\x14" + bytes(32)) * n_frames


_NARROW = (12, 13, 15, 17, 19, 20, 26, 31, 5)


def frame(kbit_at: int = 9, *, version: int = 3, rate_at: int = 0, padded: bool = False, layer: int = 1) -> bytes:
    """An MP3 frame: MPEG-1, 128 kbit/s and 44,100 Hz unless said otherwise, with the two bits of each."""
    kbit = ((0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160), _V1)[version == 3][kbit_at]
    rate = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}[version][rate_at]
    size = (144 if version == 3 else 72) * kbit * 1_000 // rate + padded
    head = bytes([0xFF, 0xE1 | version << 3 | layer << 1, kbit_at << 4 | rate_at << 2 | padded << 1, 0xC4])
    return head + b"\x11" * (size - 4)


_V1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)


def mp3(n_frames: int = 40) -> bytes:
    return frame() * n_frames


def id3(content: bytes = SECRET, *, flags: int = 0, footer: bool = False) -> bytes:
    size = len(content)
    head = bytes([4, 0, flags | (0x10 if footer else 0)]) + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + head + content + (b"3DI" + head if footer else b"")


def id3v1(content: bytes = SECRET) -> bytes:
    return b"TAG" + content.ljust(125, b"\x00")


def ape(content: bytes = SECRET) -> bytes:
    """With a head and a foot, as it stands at either end."""
    rest = struct.pack("<III", 2_000, len(content) + 32, 1)
    head, foot = struct.pack("<I", 0xA000_0000), struct.pack("<I", 0x8000_0000)
    return b"APETAGEX" + rest + head + bytes(8) + content + b"APETAGEX" + rest + foot + bytes(8)


def lyrics(content: bytes = SECRET) -> bytes:
    words = b"LYRICSBEGIN" + content
    return words + f"{len(words):06}".encode() + b"LYRICS200"
