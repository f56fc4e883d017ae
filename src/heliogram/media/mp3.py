"""Reads MP3 sounds frame by frame to their last, and takes their tags off: nothing is decoded here.

How long one lasts is counted: what a Xing or VBRI header claims is not asked.
Sources: ISO/IEC 11172-3 §2.4.2 and 13818-3 (frame header), ID3v2.4 structure §3.1 and §3.4, ID3v1, APEv2, Lyrics3.
"""

import struct
from typing import Final

from heliogram.media.probe import MediaRefused, Picture

MAX_HOURS: Final = 6
MAX_TAGS: Final = 16
"""At either end: an editor may leave those of others and add its own."""

_V1_KBIT: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_V2_KBIT: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Samples a second by the two bits of the version: MPEG-1, MPEG-2, and MPEG-2.5 for the lowest."""
_ID3, _ID3_FOOT, _ID3_HEAD = b"ID3", b"3DI", 10
_APE, _APE_HEAD = b"APETAGEX", 32


def read_mp3(octets: bytes) -> Picture:
    """What the sound is and how long it lasts. Raises MediaRefused."""
    _start, _end, duration_ms = _walked(octets)
    return Picture(
        content_type="audio/mpeg", width=0, height=0, frames=0, n_octets=len(octets), duration_ms=duration_ms
    )


def without_tags(octets: bytes) -> bytes:
    """The sound alone, frame for frame: without titles, pictures, places, owners and padding."""
    start, end, _duration_ms = _walked(octets)
    return octets[start:end]


def is_frame(head: bytes) -> bool:
    """Whether a file that begins so may be an MPEG sound of layer III."""
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2


def _walked(octets: bytes) -> tuple[int, int, int]:
    """Where the first frame begins, where the last ends, and the milliseconds between."""
    start, stop = _behind_tags(octets), len(octets)
    for _tag in range(MAX_TAGS):
        before = _before_tag(octets, stop)
        if before == stop:
            break
        stop = before
    if start >= stop:
        raise MediaRefused("broken", "The file calls itself an MP3, and there is no sound in it.")
    at, n_samples, rate, version = start, 0, 0, -1
    while at < stop:
        if not octets[at] and not octets[at:stop].strip(b"\x00"):
            break  # padding of an editor
        if at + 4 > stop:
            raise _truncated()
        size, samples, is_rate, is_version = _frame(octets, at)
        if n_samples and (is_rate, is_version) != (rate, version):
            raise _broken()
        rate, version = is_rate, is_version
        at += size
        n_samples += samples
        if n_samples > MAX_HOURS * 3_600 * rate:
            raise MediaRefused("too_long", f"The sound lasts more than {MAX_HOURS} hours.")
    if at > stop:
        raise _truncated()
    if not n_samples:
        raise MediaRefused("broken", "The file calls itself an MP3, and there is no sound in it.")
    return start, at, n_samples * 1_000 // rate


def _frame(octets: bytes, at: int) -> tuple[int, int, int, int]:
    """One frame's octets, its samples, the samples a second and the version."""
    one, two, three, four = octets[at : at + 4]
    version, kbit_at, rate_at = two >> 3 & 3, three >> 4, three >> 2 & 3
    if one != 0xFF or two & 0xE6 != 0xE2 or version == 1 or kbit_at == 15 or rate_at == 3 or four & 3 == 2:
        raise _broken()
    if not kbit_at:
        raise MediaRefused("broken", "The MP3 has a rate of its own (free format), which phones do not play.")
    rate = _RATES[version][rate_at]
    kbit = (_V1_KBIT if version == 3 else _V2_KBIT)[kbit_at]
    samples = 1_152 if version == 3 else 576
    return samples // 8 * kbit * 1_000 // rate + (three >> 1 & 1), samples, rate, version


def _behind_tags(octets: bytes) -> int:
    """Where the sound begins: behind every ID3v2 and APE at the front, and the padding some writers leave."""
    at = 0
    for _tag in range(MAX_TAGS):
        if octets.startswith(_ID3, at):
            at += _id3_octets(octets, at)
        elif octets.startswith(_APE, at):
            at += _APE_HEAD + _ape_size(octets, at)
        else:
            break
        if at > len(octets):
            raise _truncated()
    return len(octets) - len(octets[at:].lstrip(b"\x00")) if at else 0


def _before_tag(octets: bytes, stop: int) -> int:
    """Where the tag that ends at `stop` begins; `stop` where there is none."""
    if octets.startswith(b"TAG", max(0, stop - 128)):
        return _within(stop - 128)
    if octets.startswith(b"TAG+", max(0, stop - 227)):
        return _within(stop - 227)
    if octets.startswith(_APE, max(0, stop - _APE_HEAD)):
        foot = stop - _APE_HEAD
        has_head = bool(octets[foot + 23 : foot + 24] >= b"\x80")
        return _within(stop - _ape_size(octets, foot) - (_APE_HEAD if has_head else 0))
    if octets.startswith(_ID3_FOOT, max(0, stop - _ID3_HEAD)):
        return _within(stop - _id3_octets(octets, stop - _ID3_HEAD, is_foot=True))
    if octets.endswith(b"LYRICS200", 0, stop) and octets[stop - 15 : stop - 9].isdigit():
        return _within(stop - 15 - int(octets[stop - 15 : stop - 9]))
    if octets.endswith(b"LYRICSEND", 0, stop):
        begun = octets.rfind(b"LYRICSBEGIN", max(0, stop - 5_200), stop)
        return begun if begun >= 0 else stop
    return stop


def _id3_octets(octets: bytes, at: int, *, is_foot: bool = False) -> int:
    """The whole of an ID3v2, its head and its foot included. Its size has seven bits an octet."""
    head = octets[at : at + _ID3_HEAD]
    if len(head) < _ID3_HEAD:
        raise _truncated()
    if any(each & 0x80 for each in head[6:]) or 0xFF in head[3:5]:
        raise _broken()
    size = 0
    for each in head[6:]:
        size = size << 7 | each
    has_foot = is_foot or bool(head[5] & 0x10)
    return _ID3_HEAD + size + (_ID3_HEAD if has_foot else 0)


def _ape_size(octets: bytes, at: int) -> int:
    """What an APE says it takes: its fields and its foot, not its head."""
    if at + _APE_HEAD > len(octets):
        raise _truncated()
    (size,) = struct.unpack_from("<I", octets, at + 12)
    return int(size)


def _within(at: int) -> int:
    if at < 0:
        raise _broken()
    return at


def _broken() -> MediaRefused:
    return MediaRefused("broken", "The MP3 is damaged, or something else is in it.")


def _truncated() -> MediaRefused:
    return MediaRefused("truncated", "The file ends in the middle of the sound. Please upload it again.")
