"""Breaks our promises one at a time and expects a test to notice: `make mutants`.

Each promise is a [[mutant]] in tests/mutants/<room>.toml: a sentence, a file, the text `old` that occurs once in it,
the broken text `new`, and the test that must fail with it. A mutant is applied to a copy of `src` in a temporary
folder, which PYTHONPATH puts before the installed package: the checkout is never touched.

Exit codes: 0 every mutant was noticed, 1 one survived or is stale, 2 the tests fail without any mutant.
"""

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

N_AT_ONCE = 2
TEST_TIMEOUT_S = 60
"""A mutant that makes a test hang is noticed after this long."""
PATIENCE_S = 300
TESTS_FAILED = 1
"""pytest's exit code for exactly that: anything else means that the tests did not run."""
NOT_THE_COPY = 96

# Loaded into every run: proves that what is tested is the copy, not the installed package.
_GUARD = f"""
import os, pytest

def pytest_configure(config):
    import heliogram
    if not heliogram.__file__.startswith(os.environ["HELIOGRAM_MUTANT"]):
        pytest.exit(f"tests another copy: {{heliogram.__file__}}", returncode={NOT_THE_COPY})
"""


@dataclass(frozen=True, slots=True)
class Mutant:
    room: str
    promise: str
    file: str
    old: str
    new: str
    test: str


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of pytest: its exit code and its last lines."""

    code: int
    tail: str


def load(root: Path, only: str = "") -> list[Mutant]:
    """Every mutant of every room, or of one, in the order of the files."""
    return [
        Mutant(path.stem, **{key: each[key] for key in ("promise", "file", "old", "new", "test")})
        for path in sorted((root / "tests/mutants").glob("*.toml"))
        if path.stem == (only or path.stem)
        for each in tomllib.loads(path.read_text())["mutant"]
    ]


def first_of_each_room(mutants: Sequence[Mutant]) -> list[Mutant]:
    return list({mutant.room: mutant for mutant in reversed(mutants)}.values())[::-1]


def why_stale(root: Path, mutant: Mutant) -> str:
    """Why a mutant no longer means anything; "" when it does."""
    path = root / mutant.file
    if not path.is_file():
        return f"{mutant.file} is gone"
    if (n := path.read_text().count(mutant.old)) != 1:
        return f"its text occurs {n} times in {mutant.file}"
    if mutant.old == mutant.new:
        return "it changes nothing"
    file, _, name = mutant.test.partition("::")
    if not (root / file).is_file() or name.partition("[")[0] not in set(_tests_in(root / file)):
        return f"there is no test {mutant.test}"
    return ""


def _tests_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            # `TestLaws = Machine.TestCase` is how Hypothesis makes a test of a state machine.
            yield f"{node.targets[0].id}::runTest"


def run(root: Path, tests: Sequence[str], mutant: Mutant | None = None, *, n_at_once: int = 0) -> Ran:
    """Run tests against a copy of `src`, with the mutant in it."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as made:
        folder = Path(made)
        _copy(root / "src", folder / "src")
        if mutant is not None:
            broken = folder / mutant.file
            broken.write_text(broken.read_text().replace(mutant.old, mutant.new))
            for compiled in broken.parent.glob(f"__pycache__/{broken.stem}.*.pyc"):
                compiled.unlink()
        (folder / "plugin").mkdir()
        (folder / "plugin" / "tests_the_copy.py").write_text(_GUARD)
        environment = os.environ | {
            "HELIOGRAM_MUTANT": str(folder),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder / 'plugin'}",
        }
        options = ["-q", "-x", "-p", "tests_the_copy", "-p", "no:cacheprovider", f"--basetemp={folder / 'tmp'}"]
        options += [f"--timeout={TEST_TIMEOUT_S}", *(["-n", str(n_at_once)] if n_at_once else [])]
        command = [sys.executable, "-m", "pytest", *options, *tests]
        try:
            ended = subprocess.run(
                command, cwd=root, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
            )
        except subprocess.TimeoutExpired:
            return Ran(TESTS_FAILED, "did not end")
    return Ran(ended.returncode, "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-12:]))


def _copy(source: Path, to: Path) -> None:
    """The package with what is compiled of it, for speed; the built dashboard, which no mutant is about, is linked."""
    shutil.copytree(source, to, ignore=shutil.ignore_patterns("web"))
    for built in source.glob("*/web"):
        (to / built.relative_to(source)).symlink_to(built.resolve())


def verdict(root: Path, mutant: Mutant) -> tuple[bool, str]:
    """(whether a test noticed, the line to print)."""
    began = time.monotonic()
    ran = run(root, [mutant.test], mutant)
    words = {TESTS_FAILED: "noticed", 0: "SURVIVED"}.get(ran.code, f"DID NOT RUN (exit code {ran.code})")
    line = f"{words:<9} {time.monotonic() - began:5.1f} s  {mutant.room:<10} {mutant.promise}"
    if ran.code == TESTS_FAILED:
        return True, line
    return False, f"{line}\n          {mutant.file}: {mutant.test}\n{ran.tail if ran.code else ''}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Break promises one at a time and expect a test to notice.")
    parser.add_argument("--only", default="", metavar="ROOM", help="one room's mutants")
    parser.add_argument("--sample", action="store_true", help="the first mutant of each room")
    parser.add_argument("--list", action="store_true", help="print the promises and end")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="another project")
    asked = parser.parse_args()
    root: Path = asked.root.resolve()
    mutants = load(root, asked.only)
    if asked.sample:
        mutants = first_of_each_room(mutants)
    if asked.list:
        _say("\n".join(f"{mutant.room:<10} {mutant.promise}" for mutant in mutants))
        return 0
    if stale := [f"STALE: {why} ({mutant.promise})" for mutant in mutants if (why := why_stale(root, mutant))]:
        _say("\n".join(stale))
        return 1
    return _run_all(root, mutants)


def _run_all(root: Path, mutants: Sequence[Mutant]) -> int:
    if not mutants:
        _say("There are no such mutants.")
        return 1
    whole = run(root, sorted({mutant.test for mutant in mutants}), n_at_once=N_AT_ONCE if len(mutants) > 5 else 0)
    if whole.code != 0:
        _say(f"The tests fail without any mutant:\n{whole.tail}")
        return 2
    survivors = 0
    with ThreadPoolExecutor(N_AT_ONCE) as pool:
        for is_noticed, line in pool.map(lambda mutant: verdict(root, mutant), mutants):
            survivors += not is_noticed
            _say(line)
    _say(f"{len(mutants)} mutants, {survivors} not noticed")
    return 1 if survivors else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
