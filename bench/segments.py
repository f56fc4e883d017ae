"""Texts counted and cut a second, held against npm's calculator in the same run. Both must count the same."""

import json
import random
import statistics
import subprocess
import time
from typing import Any

from hatch_build import find_node
from heliogram.wire.segment import split_text
from tools.peers import FOLDER
from tools.peers import main as install_peers

N_TEXTS = 2_000
N_TIMES = 10
"""How often we count them in a round: npm's calculator needs a second for what takes us milliseconds."""
N_ROUNDS = 3
SEED = 20_261_125
_LATIN = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 .,!?'-/:()&@"
_MORE_GSM = "éèùìòÇØøÅåÄÖÑÜ§¿äöñüà£$¥€[]{}^\\|~"
_OTHERS = "ёжзийЖЩあいうえお漢字語’“”…–😀🎉🍲❤"
# How much of a campaign's traffic looks like what: mostly plain, some with a letter more, some for UCS-2.
_KINDS = ((0.7, _LATIN), (0.15, _LATIN + _MORE_GSM), (0.15, _LATIN + _OTHERS))


class Differs(Exception):
    """The two do not count the same: no rate is reported."""


def texts(n: int = N_TEXTS) -> list[str]:
    """The same texts in every run: 1 to 480 characters, none that NFC would change."""
    chance = random.Random(SEED)
    letters = [kind for _share, kind in _KINDS]
    shares = [share for share, _kind in _KINDS]
    kinds = chance.choices(letters, shares, k=n)
    return ["".join(chance.choices(kind, k=chance.randint(1, 480))) for kind in kinds]


def run() -> tuple[float, float]:
    """(our texts a second, npm's), the medians of interleaved rounds. Raises Differs."""
    install_peers()
    given = texts()
    ours: list[float] = []
    theirs: list[float] = []
    for _round in range(N_ROUNDS):
        began = time.perf_counter()
        for _time in range(N_TIMES):
            counts = [(split.encoding.value, split.n_segments) for split in map(split_text, given)]
        ours.append(N_TIMES * len(given) / (time.perf_counter() - began))
        told = _npm(given)
        theirs.append(len(given) / told["seconds"])
        differing = [text for text, mine, other in zip(given, counts, told["counts"], strict=True) if [*mine] != other]
        if differing:
            raise Differs(f"{len(differing)} of {len(given)} texts, the first: {differing[0]!r}")
    return statistics.median(ours), statistics.median(theirs)


def _npm(given: list[str]) -> Any:
    node, _npm_cli = find_node()
    script = [str(node), "segments.mjs"]
    done = subprocess.run(script, cwd=FOLDER, input=json.dumps(given), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
