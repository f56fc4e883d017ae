"""Throws broken octets at everything that reads what others send: `make fuzz SECONDS=60`.

One law for every target: it reads, or it raises its room's own error; never anything else, and never for longer than
a few seconds. Inputs are seeds with a few random changes; one that makes a target answer in a new way becomes a seed.
What breaks the law is kept in build/fuzz/. `--plant` puts a bug into each target and fails unless every one is found.
"""

import argparse
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.fuzz_targets import TARGETS, Target

FOUND = Path("build/fuzz")
TOO_LONG_S = 5
"""Of processor time, for one input of some kilobytes."""
MAX_OCTETS = 20_000
MAX_SEEDS = 400
_INTERESTING = (0x00, 0x01, 0x1B, 0x7F, 0x80, 0xD8, 0xFE, 0xFF)


class TooLong(BaseException):
    """A target has not come back. Not an Exception, so that no target swallows it."""


@dataclass(frozen=True, slots=True)
class Finding:
    target: str
    octets: bytes
    error: str


def mutate(octets: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes], chance: random.Random) -> bytes:
    """`octets` with one to six changes."""
    out = bytearray(octets)
    for _change in range(chance.randint(1, 6)):
        at = chance.randint(0, len(out))
        until = min(len(out), at + chance.choice((1, 2, 8, 64)))
        match chance.randrange(7):
            case 0 if out:
                out[at - 1] ^= 1 << chance.randrange(8)
            case 1 if out:
                out[at - 1] = chance.choice(_INTERESTING)
            case 2:
                out[at:at] = chance.randbytes(chance.choice((1, 2, 4)))
            case 3:
                del out[at:until]
            case 4:
                out[at:at] = out[at:until] * chance.choice((1, 2, 30))
            case 5 if tokens:
                out[at:at] = chance.choice(tokens)
            case _:
                other = chance.choice(seeds)
                out[at:] = other[chance.randint(0, len(other)) :]
    return bytes(out[:MAX_OCTETS])


def run_one(read: Callable[[bytes], object], allowed: tuple[type[Exception], ...], octets: bytes) -> tuple[str, str]:
    """(how it answered, what law that breaks or "")."""
    signal.setitimer(signal.ITIMER_PROF, TOO_LONG_S)
    try:
        read(octets)
    except allowed as refused:
        return f"{type(refused).__name__}: {re.sub('[^a-z ]', '', str(refused))[:60]}", ""
    except TooLong:
        return "too long", f"not back after {TOO_LONG_S} s"
    except Exception as error:
        return type(error).__name__, f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return "read", ""


def fuzz(target: Target, seconds: float, chance: random.Random, read: Callable[[bytes], object]) -> tuple[int, Finding]:
    """(how many inputs, the first finding; its error is "" when there was none)."""
    first = list(target.seeds())
    seeds = first.copy()
    seen: set[str] = set()
    end = time.monotonic() + seconds
    n = 0
    while time.monotonic() < end:
        # What is still nearly right reaches deeper than what was refused once already.
        start = chance.choice(first if chance.random() < 0.6 else seeds)
        octets = first[n] if n < len(first) else mutate(start, seeds, target.tokens, chance)
        n += 1
        how, broken = run_one(read, target.allowed, octets)
        if broken:
            return n, Finding(target.name, octets, broken)
        if how not in seen and len(seeds) < MAX_SEEDS:
            seeds.append(octets)
        seen.add(how)
    return n, Finding(target.name, b"", "")


def planted(target: Target) -> Callable[[bytes], object]:
    """The target with a bug: where it would refuse for one particular reason, it reads past an end instead."""

    def read(octets: bytes) -> object:
        if not target.allowed:
            if re.search(target.rare.encode(), octets):
                raise IndexError("planted")
            return target.read(octets)
        try:
            return target.read(octets)
        except target.allowed as refused:
            if re.search(target.rare, str(refused)):
                raise IndexError("planted") from refused
            raise

    return read


def main() -> int:
    parser = argparse.ArgumentParser(description="Throw broken octets at what reads them.")
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together")
    parser.add_argument("--seed", type=int, help="replays a run's choices")
    parser.add_argument("--only", default="", metavar="TARGET", choices=["", *(target.name for target in TARGETS)])
    parser.add_argument("--plant", action="store_true", help="plant a bug into each target and expect it to be found")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(1_000_000)
    sys.stdout.write(f"fuzz seed {seed}\n")
    signal.signal(signal.SIGPROF, _give_up)
    targets = [target for target in TARGETS if asked.only in ("", target.name)]
    bad = 0
    for target in targets:
        chance = random.Random(f"{seed} {target.name}")
        read = planted(target) if asked.plant else target.read
        n, finding = fuzz(target, asked.seconds / len(targets), chance, read)
        bad += _tell(target, n, finding, is_planted=asked.plant)
    return 1 if bad else 0


def _give_up(_signal: int, _frame: object) -> None:
    raise TooLong


def _tell(target: Target, n: int, finding: Finding, *, is_planted: bool) -> bool:
    """Print what came of a target. Returns whether that is bad."""
    words = "fine"
    if finding.error:
        words = finding.error
        if not is_planted:
            FOUND.mkdir(parents=True, exist_ok=True)
            path = FOUND / f"{target.name}.bin"
            path.write_bytes(finding.octets)
            words = f"BROKEN, {finding.error} ({path})"
    elif is_planted:
        words = "THE PLANTED BUG WAS NOT FOUND"
    sys.stdout.write(f"{target.name:<10} {n:>9,} inputs  {words}\n")
    sys.stdout.flush()
    return is_planted != ("planted" in finding.error) if is_planted else bool(finding.error)


if __name__ == "__main__":
    sys.exit(main())
