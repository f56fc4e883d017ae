"""Pillow or ffmpeg alone, in a process that has done nothing else, whose memory is therefore its own.

`python -m bench.alone pillow|ffmpeg SOURCE OUT WIDTH HEIGHT QUALITY` prints its seconds and its memory as JSON.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.cpu import peak_mb_of


def pillow(source: Path, out: Path, size: tuple[int, int], quality: int) -> tuple[float, float]:
    """Seconds, and the peak of memory in MB."""
    from PIL import Image, ImageSequence  # not in the process that starts ffmpeg

    began = time.perf_counter()
    with Image.open(source) as picture:
        if out.suffix == ".gif":
            frames = [
                frame.convert("RGB").resize(size, Image.Resampling.LANCZOS).quantize(256)
                for frame in ImageSequence.Iterator(picture)
            ]
            frames[0].save(out, save_all=True, append_images=frames[1:], duration=50, loop=0)
        else:
            picture.thumbnail(size, Image.Resampling.LANCZOS)
            picture.save(out, quality=quality)
    return time.perf_counter() - began, peak_mb_of(os.getpid())


def ffmpeg(source: Path, out: Path, size: tuple[int, int], quality: int) -> tuple[float, float]:
    """The same; its own scale of quality stays at what it takes for good."""
    scale = f"scale={size[0]}:{size[1]}:flags=lanczos"
    how = {
        ".gif": ["-vf", f"{scale},split[a][b];[a]palettegen[p];[b][p]paletteuse"],
        ".mp4": ["-vf", scale, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-an"],
    }.get(out.suffix, ["-vf", scale, "-q:v", "4"])
    command = ["ffmpeg", "-y", "-loglevel", "error", "-i", str(source), *how, str(out)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    # What the system counts for it begins at what this process has, which is little.
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"ffmpeg ended with {process.returncode}")
    return time.perf_counter() - began, used.ru_maxrss * 1_024 / 1e6


def main(tool: str, source: str, out: str, width: str, height: str, quality: str) -> None:
    run = {"pillow": pillow, "ffmpeg": ffmpeg}[tool]
    seconds, peak_mb = run(Path(source), Path(out), (int(width), int(height)), int(quality))
    sys.stdout.write(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main(*sys.argv[1:])
