"""`make bench`: runs the benchmarks and writes `build/bench.json`. `ONLY=id` runs one."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import mms, pdus, pictures, pipeline, segments, session, yardsticks
from heliogram.media.ffmpeg import find_ffmpeg
from tests.postgres import Postgres, running_postgres

N_ROUNDS = 3
N_YARDSTICK = 20_000
WINDOW = 256

Row = dict[str, Any]


def _pipeline(folder: Path, server: Postgres | None) -> list[Row]:
    """Interleaved rounds of the pipeline and its two yardsticks, so that a slow minute slows all three."""
    runs: list[pipeline.Run] = []
    loops: list[float] = []
    bares: list[float] = []
    for number in range(N_ROUNDS):
        round_folder = folder / f"round{number}"
        loops.append(yardsticks.wire_loop(round_folder / "loop", N_YARDSTICK, WINDOW))
        bares.append(yardsticks.bare_pipeline(round_folder / "bare", N_YARDSTICK, WINDOW))
        (round_folder / "pipeline").mkdir()
        url = server.create(f"bench{number}") if server else ""
        runs.append(pipeline.run(round_folder / "pipeline", database=url, window=WINDOW))
    rate = statistics.median(run.rate for run in runs)
    common = {
        "value": round(rate),
        "unit": "msg/s",
        "min": round(min(run.rate for run in runs)),
        "max": round(max(run.rate for run in runs)),
        "cpu_us": round(statistics.median(run.cpu_us for run in runs)),
        "rss_mb": round(statistics.median(run.rss_mb for run in runs)),
    }
    engine = "postgresql" if server else "sqlite"
    return [
        {"id": f"pipeline.{engine}", **common, **_held_against("wire_loop", rate, loops)},
        {"id": f"pipeline.{engine}.bare", **common, **_held_against("bare_pipeline", rate, bares)},
    ]


def _held_against(name: str, rate: float, values: list[float]) -> Row:
    median = statistics.median(values)
    shown = round(median, 3) if median < 2 else round(median)  # a share, or a rate
    return {"yardstick": name, "yardstick_value": shown, "ratio": round(rate / median, 3)}


def _sqlite(folder: Path) -> list[Row]:
    return _pipeline(folder, None)


def _postgresql(folder: Path) -> list[Row]:
    with running_postgres(folder / "postgresql", is_durable=True) as server:
        return _pipeline(folder, server)


def _segments(_folder: Path) -> list[Row]:
    ours, npm = segments.run()
    row: Row = {"id": "segments", "value": round(ours), "unit": "texts/s", "yardstick": "npm sms-segments-calculator"}
    return [row | {"yardstick_value": round(npm), "ratio": round(ours / npm, 1)}]


def _pdus(_folder: Path) -> list[Row]:
    rows: list[Row] = []
    for work, rates in pdus.run().items():
        for other in ("smpplib", "struct"):
            row: Row = {"id": f"pdu.{work}.{other}", "value": round(rates["ours"]), "unit": "PDU/s of CPU"}
            rows.append(row | _held_against(other, rates["ours"], [rates[other]]))
    return rows


def _session(_folder: Path) -> list[Row]:
    rates = session.rates()
    per_s = {name: [each.per_s for each in found] for name, found in rates.items()}
    cpu_us = {name: statistics.median(each.cpu_us for each in found) for name, found in rates.items()}
    ours = statistics.median(per_s["ours"])
    common = {"value": round(ours), "unit": "msg/s", "min": round(min(per_s["ours"])), "max": round(max(per_s["ours"]))}
    common |= {"window": session.WINDOW, "cpu_us": round(cpu_us["ours"], 1)}
    rows: list[Row] = []
    for other in ("smpplib", "bare"):
        row: Row = {"id": f"session.{other}", **common, **_held_against(other, ours, per_s[other])}
        # Above 1: we take less CPU for a message.
        cpu = {"yardstick_cpu_us": round(cpu_us[other], 1), "cpu_ratio": round(cpu_us[other] / cpu_us["ours"], 3)}
        rows.append(row | cpu)
    for each in session.fullness():
        row: Row = {"id": f"session.full.{each.rtt_ms}ms.{each.window}", "value": round(each.share, 3), "unit": "share"}
        row |= {"rtt_ms": each.rtt_ms, "window": each.window}
        rows.append(row | _held_against("bare", each.share, [each.bare_share]))
    return rows


def _picture(name: str) -> Callable[[Path], list[Row]]:
    def measured(folder: Path) -> list[Row]:
        if name == "mp4" and not find_ffmpeg():
            return [{"id": "picture.mp4.ffmpeg", "value": None, "unit": "s", "note": "ffmpeg is not installed"}]
        made = asyncio.run(pictures.run(name, folder))
        ours: Row = {"value": round(made.ours.seconds, 3), "unit": "s", "rss_mb": round(made.ours.peak_mb)}
        ours |= {"n_octets": len(made.variant.octets), "quality": made.variant.quality}
        ours |= {"width": made.variant.width, "height": made.variant.height}
        return [
            {"id": f"picture.{name}.{other}", **ours, **_beside(other, made.ours, cost)}
            for other, cost in made.others.items()
        ]

    return measured


def _beside(name: str, ours: pictures.Cost, other: pictures.Cost | None) -> Row:
    """The yardstick's columns; without a value for one that is not installed."""
    if other is None:
        return {"yardstick": name, "yardstick_value": None, "ratio": None, "note": f"{name} is not installed"}
    row: Row = {"yardstick": name, "yardstick_value": round(other.seconds, 3), "yardstick_rss_mb": round(other.peak_mb)}
    row["yardstick_octets"] = other.n_octets
    return row | {"ratio": round(ours.seconds / other.seconds, 2)}


def _mm7(folder: Path) -> list[Row]:
    rates = asyncio.run(mms.run(folder))
    row: Row = {"id": "mm7.submit", "value": round(rates.ours, 1), "unit": "msg/s", "n_octets": mms.N_OCTETS}
    return [row | _held_against("bare_http", rates.ours, [rates.bare])]


BENCHMARKS: dict[str, Callable[[Path], list[Row]]] = {
    "pipeline.sqlite": _sqlite,
    "pipeline.postgresql": _postgresql,
    "segments": _segments,
    "pdu": _pdus,
    "session": _session,
    **{f"picture.{name}": _picture(name) for name in pictures.CASES},
    "mm7.submit": _mm7,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    options = parser.parse_args()
    if options.only and options.only not in BENCHMARKS:
        parser.error(f"no benchmark {options.only!r}; there are {', '.join(BENCHMARKS)}")
    rows: list[Row] = []
    for name, run in BENCHMARKS.items():
        if options.only in ("", name):
            with tempfile.TemporaryDirectory(prefix="heliogram-bench-") as folder:
                rows += run(Path(folder))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(rows, indent=1) + "\n")
    sys.stdout.write(options.out.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
