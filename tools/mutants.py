"""Breaks our promises one at a time and expects a test to notice: `make mutants`.

Each promise is a [[mutant]] in tests/mutants/<room>.toml: a sentence, a file, the text `old` that occurs once in it,
the broken text `new`, and the test that must fail with it. A mutant is applied to a copy of `src` in a temporary
folder, which comes before the installed package on the path: the checkout is never touched.

Exit codes: 0 every mutant was noticed, 1 one survived or is stale, 2 the tests fail without any mutant.
"""

import argparse
import ast
import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

N_AT_ONCE = 2
TEST_TIMEOUT_S = 120
"""A mutant that makes a test hang is noticed after this long."""
PATIENCE_S = 300
MAX_OCTETS = 8 * 1024**3
"""Of memory for one child: a mutant without its bound must not take the machine with it."""
TESTS_FAILED = 1
"""pytest's exit code for exactly that: anything else means that the tests did not run."""
NOT_THE_COPY = 96


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


@dataclass(frozen=True, slots=True)
class Running:
    """A child that runs one test against a copy of `src` with one mutant in it."""

    pid: int
    folder: Path
    mutant: Mutant
    began: float


def start(root: Path, mutant: Mutant) -> Running:
    """Fork: the child has what is slow to import already, and nothing of ours."""
    folder = Path(tempfile.mkdtemp(prefix="mutant-"))
    _copy(root / "src", folder / "src")
    broken = folder / mutant.file
    broken.write_text(broken.read_text().replace(mutant.old, mutant.new))
    for compiled in broken.parent.glob(f"__pycache__/{broken.stem}.*.pyc"):
        compiled.unlink()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os._exit(_child(root, folder, mutant.test))
    return Running(pid, folder, mutant, time.monotonic())


def _child(root: Path, folder: Path, test: str) -> int:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_OCTETS, MAX_OCTETS))
    out = os.open(folder / "out", os.O_WRONLY | os.O_CREAT)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(root)
    os.environ |= {
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
        "PYTHONPATH": str(folder / "src"),  # for the processes that the test starts
    }
    sys.path[:0] = [str(folder / "src")]
    sys.dont_write_bytecode = True
    import pytest

    import heliogram

    if not str(heliogram.__file__).startswith(str(folder)):
        sys.stdout.write(f"tests another copy: {heliogram.__file__}\n")
        return NOT_THE_COPY
    # A test that dies of recursion takes pytest's own reading of the sources with it.
    options = ["-q", "-x", "--tb=native", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={folder / 'tmp'}"]
    code = int(pytest.main([*options, f"--timeout={TEST_TIMEOUT_S}", test]))
    sys.stdout.flush()
    return code


def end(running: Running) -> Ran | None:
    """What came of it; None while it runs."""
    pid, status = os.waitpid(running.pid, os.WNOHANG)
    if pid == 0 and time.monotonic() - running.began < PATIENCE_S:
        return None
    if pid == 0:
        os.killpg(running.pid, signal.SIGKILL)
        os.waitpid(running.pid, 0)
    tail = (running.folder / "out").read_text(errors="replace").strip().splitlines()[-12:]
    tail += [] if pid else [f"Timeout: did not end within {PATIENCE_S} s"]
    shutil.rmtree(running.folder, ignore_errors=True)
    return Ran(os.waitstatus_to_exitcode(status) if pid else TESTS_FAILED, "\n".join(tail))


def run_unbroken(root: Path, tests: Sequence[str]) -> Ran:
    """The tests as they are, two at a time when there are many."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-n", str(N_AT_ONCE)] if len(tests) > 8 else []
    ended = subprocess.run([*command, *tests], cwd=root, env=_with(root), capture_output=True, text=True, check=False)
    return Ran(ended.returncode, "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-12:]))


def _with(root: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(root / "src")}


def preload() -> None:
    """Import what takes most of a test's seconds. Nothing here may start a thread: the children are forked."""
    for name in ("hypothesis", "pytest_asyncio", "sqlalchemy.ext.asyncio", "fastapi", "aiohttp.web", "phonenumbers"):
        with contextlib.suppress(ImportError):
            __import__(name)
    for name in ("liquid", "lxml.etree", "pydantic_settings", "alembic.command", "psycopg", "aiosqlite", "httpx"):
        with contextlib.suppress(ImportError):
            __import__(name)


def _copy(source: Path, to: Path) -> None:
    """The package with what is compiled of it, for speed; the built dashboard, which no mutant is about, is linked."""
    shutil.copytree(source, to, ignore=shutil.ignore_patterns("web"))
    for built in source.glob("*/web"):
        (to / built.relative_to(source)).symlink_to(built.resolve())


def verdict(running: Running, ran: Ran) -> tuple[bool, str]:
    """(whether the test noticed, the line to print)."""
    mutant, is_noticed = running.mutant, ran.code == TESTS_FAILED
    words = {TESTS_FAILED: "noticed", 0: "SURVIVED"}.get(ran.code, f"DID NOT RUN (exit code {ran.code})")
    if is_noticed and "Timeout" in ran.tail:
        words = "hung"
    line = f"{words:<9} {time.monotonic() - running.began:5.1f} s  {mutant.room:<10} {mutant.promise}"
    if is_noticed:
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
    whole = run_unbroken(root, sorted({mutant.test for mutant in mutants}))
    if whole.code != 0:
        _say(f"The tests fail without any mutant:\n{whole.tail}")
        return 2
    preload()
    n_survivors = 0
    for running, ran in _results(root, mutants):
        is_noticed, line = verdict(running, ran)
        n_survivors += not is_noticed
        _say(line)
    _say(f"{len(mutants)} mutants, {n_survivors} not noticed")
    return 1 if n_survivors else 0


def _results(root: Path, mutants: Sequence[Mutant]) -> Iterator[tuple[Running, Ran]]:
    """Every mutant with what came of it, as they end; two run at a time. Whoever stops early leaves none running."""
    waiting = list(reversed(mutants))
    running: list[Running] = []
    try:
        while waiting or running:
            while waiting and len(running) < N_AT_ONCE:
                running.append(start(root, waiting.pop()))
            time.sleep(0.05)
            for each in list(running):
                if (ran := end(each)) is not None:
                    running.remove(each)
                    yield each, ran
    finally:
        for each in running:
            os.killpg(each.pid, signal.SIGKILL)
            os.waitpid(each.pid, 0)
            shutil.rmtree(each.folder, ignore_errors=True)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
