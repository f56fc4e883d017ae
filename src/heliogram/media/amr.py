"""Reads AMR and AMR-WB sounds frame by frame to their last: nothing is decoded here, and their length is counted.

Source: RFC 4867 §5 (magic numbers, frame header), tables 1a and 1b (frame types); a frame lasts 20 ms.
"""

from typing import Final

from heliogram.media.probe import MediaRefused, Picture

MAX_HOURS: Final = 6
FRAME_MS: Final = 20

_NARROW, _WIDE = b"#!AMR\n", b"#!AMR-WB\n"
_NARROW_OCTETS: Final = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
_WIDE_OCTETS: Final = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}
"""Octets behind the header of each frame type that a file may have: the modes, comfort noise, lost and no data."""
_LEAST_SPEECH: Final = 12
"""Octets of the smallest frame with speech in it."""
_ZERO_BITS: Final = 0b1000_0011


def read_amr(octets: bytes) -> Picture:
    """What the sound is and how long it lasts. Raises MediaRefused."""
    if octets.startswith(_WIDE):
        return _read(octets, len(_WIDE), "audio/amr-wb", _WIDE_OCTETS)
    if octets.startswith(_NARROW):
        return _read(octets, len(_NARROW), "audio/amr", _NARROW_OCTETS)
    raise MediaRefused("broken", "This AMR has more than one channel, which phones do not play. Save it as mono.")


def _read(octets: bytes, at: int, content_type: str, sizes: dict[int, int]) -> Picture:
    n_frames, has_speech = 0, False
    while at < len(octets):
        head = octets[at]
        size = sizes.get(head >> 3 & 0xF)
        if size is None or head & _ZERO_BITS:
            raise MediaRefused("broken", "The AMR is damaged, or something else is in it.")
        has_speech |= size >= _LEAST_SPEECH
        at += 1 + size
        n_frames += 1
        if n_frames * FRAME_MS > MAX_HOURS * 3_600_000:
            raise MediaRefused("too_long", f"The sound lasts more than {MAX_HOURS} hours.")
    if at > len(octets) or not n_frames:
        raise MediaRefused("truncated", "The file ends in the middle of the sound. Please upload it again.")
    if not has_speech:
        raise MediaRefused("broken", "The file calls itself an AMR, and there is no sound in it.")
    return Picture(
        content_type=content_type,
        width=0,
        height=0,
        frames=0,
        n_octets=len(octets),
        duration_ms=n_frames * FRAME_MS,
    )
