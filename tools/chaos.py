"""Repeats the kill test with new seeds: `make chaos ROUNDS=3`. Each seed is printed and replays its round.

HELIOGRAM_KILL_SEED=123456 pytest tests/whole/test_kill.py
"""

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEST = "tests/whole/test_kill.py"


def play(seed: int, engine: str) -> int:
    """One round: both databases, or one. Returns pytest's exit code; the output of a round that fails is shown."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST]
    command += ["-k", engine] if engine else []
    environment = os.environ | {"HELIOGRAM_KILL_SEED": str(seed)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.stdout.write(ended.stdout + ended.stderr)
    return ended.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description="Repeat the kill test with new seeds.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, help="the first round's; the others follow from it")
    parser.add_argument("--engine", default="", choices=["", "sqlite", "postgresql"])
    asked = parser.parse_args()
    first = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1_000_000)
    failed: list[int] = []
    for seed in [first, *(random.Random(first).sample(range(1_000_000), max(0, asked.rounds - 1)))]:
        began = time.monotonic()
        code = play(seed, asked.engine)
        sys.stdout.write(f"seed {seed:>6}  {time.monotonic() - began:6.1f} s  {'FAILED' if code else 'held'}\n")
        sys.stdout.flush()
        failed += [seed] if code else []
    sys.stdout.write(f"{asked.rounds} rounds, {len(failed)} failed{''.join(f' {seed}' for seed in failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
