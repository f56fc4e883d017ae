"""Pillow alone: `python -m bench.pillow_alone SOURCE OUT WIDTH HEIGHT QUALITY` prints its seconds and its memory."""

import json
import resource
import sys
import time
from pathlib import Path

from PIL import Image, ImageSequence


def main(source: Path, out: Path, size: tuple[int, int], quality: int) -> None:
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
    seconds = time.perf_counter() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024 / 1e6
    sys.stdout.write(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), (int(sys.argv[3]), int(sys.argv[4])), int(sys.argv[5]))
