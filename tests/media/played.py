"""What ffprobe and ffmpeg, which share no code with our readers, say of a film; and animations to make one of."""

import json
import shutil
import subprocess
from typing import Any

from PIL import Image, ImageEnhance

from tests.peers.conftest import not_here

from .pictures import noise, saved


def ffmpeg() -> str:
    """The program; where it is not installed, the test says so."""
    return shutil.which("ffmpeg") or not_here("ffmpeg is not installed: Debian has it as the package ffmpeg.")


def probed(octets: bytes) -> dict[str, Any]:
    """The only stream of a film, with `packets`, the `format` and how many frames were decoded (`nb_read_frames`)."""
    entries = "stream:stream_tags:format:format_tags:packet=pts_time,duration_time"
    asked = [f"{ffmpeg().removesuffix('ffmpeg')}ffprobe", "-v", "error", "-count_frames", "-show_entries", entries]
    done = subprocess.run([*asked, "-of", "json", "-"], input=octets, stdout=subprocess.PIPE, check=True, timeout=60)
    told = json.loads(done.stdout)
    (stream,) = told["streams"]
    return {**stream, "format": told["format"], "packets": told["packets"]}


def shown(octets: bytes) -> list[Image.Image]:
    """Every frame of a film, decoded by ffmpeg."""
    film = probed(octets)
    raw = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    command = [ffmpeg(), "-v", "error", "-i", "-", *raw]
    pixels = subprocess.run(command, input=octets, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    size = (film["width"], film["height"])
    step = size[0] * size[1] * 3
    return [Image.frombytes("RGB", size, pixels[at : at + step]) for at in range(0, len(pixels), step)]


def glowing(width: int, height: int, times_ms: tuple[int, ...], **options: Any) -> bytes:
    """A GIF of one grainy scene that grows brighter: hard for a GIF, which has to draw the grain again each time."""
    scene = noise(width, height, sigma=30)
    step = 0.6 / len(times_ms)
    lit = [ImageEnhance.Brightness(scene).enhance(0.7 + step * n) for n in range(len(times_ms))]
    frames = [each.quantize(128, Image.Quantize.FASTOCTREE) for each in lit]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=list(times_ms), loop=0, **options)


def grainy(width: int, height: int, n_frames: int) -> bytes:
    """A GIF of nothing but grain, another in each frame: hard for a film, too."""
    frames = [noise(width, height).quantize(64, Image.Quantize.FASTOCTREE) for _ in range(n_frames)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)


def hopeless(n_frames: int = 14) -> bytes:
    """A GIF too narrow to be made much smaller, and too long for all budgets but the largest:
    no GIF of it is small enough for the others."""
    return glowing(98, 1_700, (100,) * n_frames)
