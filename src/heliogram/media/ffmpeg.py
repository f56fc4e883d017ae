"""Finds ffmpeg, and lets it make an MP4 of raw frames: H.264 that every phone plays, without a word of who made it.

It is given nothing that came from outside but pixels: what a file says of itself is read before, by us. It runs within
limits of memory, CPU time and octets, with an empty environment, and may open no address.
Sources: ffmpeg(1), ffmpeg-protocols(1), ffmpeg-bitstream-filters(1); ISO/IEC 14496-12 §12.1.3 (`compressorname`).
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from PIL import Image

from heliogram.media.containers import iso_boxes
from heliogram.media.places import without_places
from heliogram.media.probe import MediaRefused

MEMORY_OCTETS: Final = 1_000_000_000
"""Address space. It takes a tenth for 1280 × 720 in two threads; its libraries map the rest."""
CPU_S: Final = 20
"""For one encoding; the job it belongs to has its own time (`workshop.JOB_TIMEOUT_S`)."""
TICKS: Final = 100
"""The film's clock a second: a GIF counts in hundredths."""
_N_THREADS: Final = 2
"""Written down, as the octets depend on it: the same animation is the same film on every machine."""
_N_FILES: Final = 64
_LEVEL: Final = "3.1"
"""The sides and frames that every phone of the last fifteen years plays (ITU-T H.264 Annex A: 1280 × 720 at 30)."""
_NO_REMARKS: Final = "filter_units=remove_types=6"
"""Units of type 6 are remarks (H.264 §7.4.1): x264 writes its version and all its settings into one."""
_PATH_TO_ENTRY: Final = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"stsd": 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """RGB frames of one size, and how many hundredths of a second each is shown."""

    width: int
    height: int
    frames: Sequence[Image.Image]
    hundredths: Sequence[int]


def find_ffmpeg(configured: str = "") -> str:
    """The program to use: the configured one, or PATH's, or that of the extra `heliogram[video]`; "" for none.

    Who names one means that one: where it is not, no other is taken.
    """
    if configured:
        return os.path.abspath(found) if (found := shutil.which(configured)) else ""
    return os.path.abspath(found) if (found := shutil.which("ffmpeg")) else _from_extra()


def _from_extra() -> str:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        return ""
    try:
        return str(get_ffmpeg_exe())
    except RuntimeError:  # its wheel has no program for this machine
        return ""


def encode(program: str, film: Frames, crf: int, max_octets: int) -> bytes | None:
    """The film as MP4; None where it would have more than `max_octets`. Raises MediaRefused where ffmpeg fails.

    `crf` is x264's scale of quality, less is better.
    """
    with tempfile.TemporaryFile() as out:
        code = _run(_command(program, film, crf, out.fileno()), film, out.fileno(), max_octets)
        if code == -signal.SIGXFSZ:
            return None
        if code != 0:
            raise MediaRefused("film_failed", f"ffmpeg could not make an MP4 of the animation (it ended with {code}).")
        out.seek(0)
        return _without_maker(out)


def _command(program: str, film: Frames, crf: int, out: int) -> list[str]:
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{film.width}x{film.height}"]
    shown = f"setpts='{_times(film.hundredths)}',scale=out_color_matrix=bt601:out_range=tv,format=yuv420p"
    colours = [f"-{name}" for name in ("colorspace", "color_primaries", "color_trc")]
    return [
        *(program, "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe"),
        *(*raw, "-framerate", str(TICKS), "-i", "pipe:0"),
        *("-map_metadata", "-1", "-an", "-sn", "-dn", "-vf", shown, "-fps_mode", "passthrough"),
        *("-c:v", "libx264", "-profile:v", "baseline", "-level", _LEVEL, "-preset", "medium", "-crf", str(crf)),
        *("-threads", str(_N_THREADS), "-color_range", "tv"),
        *(word for name in colours for word in (name, "smpte170m")),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-bsf:v", _NO_REMARKS),
        # A file that has no name: the tables can be moved before the frames, and nothing is ever left behind.
        *("-movflags", "+faststart", "-f", "mp4", "-y", f"file:/proc/self/fd/{out}"),
    ]


def _times(hundredths: Sequence[int]) -> str:
    """When frame N is shown, as ffmpeg's arithmetic: what the first lasts, and what each change of that adds."""
    said = [f"{hundredths[0]}*N"]
    for n in range(1, len(hundredths)):
        if more := hundredths[n] - hundredths[n - 1]:
            said.append(f"{more:+d}*max(N-{n},0)")
    return "".join(said)


def _run(command: list[str], film: Frames, out: int, max_octets: int) -> int:
    """Feed the frames. Returns how it ended: 0, its own code, or minus the signal."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[out], env={})
    except OSError as problem:
        raise MediaRefused("film_failed", f"ffmpeg cannot be started: {problem.strerror}.") from problem
    assert process.stdin is not None
    _limit(process.pid, max_octets)  # nothing has been given to it yet
    try:
        with contextlib.suppress(BrokenPipeError):  # its code says why it hears no more
            for frame in film.frames:
                process.stdin.write(frame.tobytes())
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        return process.wait()
    finally:
        process.kill()
        process.wait()


def _limit(pid: int, max_octets: int) -> None:
    for what, least in (
        (resource.RLIMIT_AS, MEMORY_OCTETS),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, max_octets),
        (resource.RLIMIT_NOFILE, _N_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ProcessLookupError):  # it has ended already: its code says so
            resource.prlimit(pid, what, (least, least))


def _without_maker(out: BinaryIO) -> bytes:
    """The film without what ffmpeg writes of itself, octet for octet as long."""
    octets = bytearray(without_places(out.read()))
    for name, start, stop in iso_boxes(bytes(octets), 0, len(octets), holds=_PATH_TO_ENTRY, depth=0):
        if name == b"avc1" and stop - start >= 74:
            octets[start + 42 : start + 74] = bytes(32)
        elif name == b"hdlr":
            octets[start + 24 : stop] = bytes(stop - start - 24)
    return bytes(octets)
