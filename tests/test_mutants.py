"""Every mutant still means something, and the tool that runs them tells a noticed one from a survivor.

Running them takes minutes: `make mutants`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tools import mutants
from tools.mutants import Mutant

EVERY = mutants.load(ROOT)


def test_there_are_promises() -> None:
    assert len(EVERY) > 50


@pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: f"{mutant.room}: {mutant.promise}")
def test_a_mutant_applies_and_its_test_exists(mutant: Mutant) -> None:
    assert mutants.why_stale(ROOT, mutant) == ""
    assert " " in mutant.promise and mutant.promise.endswith("."), "a promise is a sentence"


def test_no_two_mutants_are_the_same() -> None:
    changes = [(mutant.file, mutant.old, mutant.new, mutant.test) for mutant in EVERY]
    assert len(set(changes)) == len(changes)


PROMISE = """
[[mutant]]
promise = "One and one is two."
file = "src/heliogram/sums.py"
old = "a + b"
new = "a - b"
test = "tests/test_sums.py::test_{name}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with one function, a test that looks at its answer, and one that does not."""
    for folder in ("src/heliogram/web", "tests/mutants"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "src/heliogram/__init__.py").write_text("")
    (tmp_path / "src/heliogram/sums.py").write_text("def add(a, b):\n    return a + b\n")
    (tmp_path / "tests/test_sums.py").write_text(
        "from heliogram.sums import add\n"
        "def test_looks(): assert add(1, 1) == 2\n"
        "def test_does_not_look(): assert isinstance(add(1, 1), int)\n"
        "def test_is_wrong(): assert add(1, 1) == 3\n"
    )
    return tmp_path


def _promise(project: Path, room: str, name: str, **changes: str) -> None:
    text = PROMISE.format(name=name)
    for key, value in changes.items():
        text = "\n".join(f'{key} = "{value}"' if line.startswith(f"{key} =") else line for line in text.splitlines())
    (project / f"tests/mutants/{room}.toml").write_text(text)


def _run(project: Path, *options: str) -> tuple[int, str]:
    command = [sys.executable, str(ROOT / "tools/mutants.py"), "--root", str(project), *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def test_a_mutant_that_a_test_notices_is_fine_and_the_project_stays_as_it_was(project: Path) -> None:
    _promise(project, "sums", "looks")
    code, said = _run(project)
    assert (code, said.startswith("noticed"), "One and one is two." in said) == (0, True, True)
    assert "a + b" in (project / "src/heliogram/sums.py").read_text()


def test_a_planted_survivor_is_told_beside_the_others(project: Path) -> None:
    _promise(project, "first", "looks")
    _promise(project, "second", "does_not_look")
    code, said = _run(project)
    assert code == 1
    assert {line.split()[0] for line in said.splitlines() if "One and one" in line} == {"noticed", "SURVIVED"}
    assert "2 mutants, 1 not noticed" in said


def test_a_mutant_that_does_not_even_import_is_no_proof(project: Path) -> None:
    _promise(project, "sums", "looks", new="a +")
    code, said = _run(project)
    assert code == 1
    assert "DID NOT RUN" in said


def test_tests_that_fail_without_any_mutant_prove_nothing(project: Path) -> None:
    _promise(project, "sums", "is_wrong")
    code, said = _run(project)
    assert code == 2
    assert "fail without any mutant" in said


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"old": "a * b"}, "occurs 0 times"),
        ({"old": "a"}, "occurs 3 times"),
        ({"new": "a + b"}, "changes nothing"),
        ({"file": "src/heliogram/gone.py"}, "is gone"),
        ({"test": "tests/test_sums.py::test_gone"}, "there is no test"),
        ({"test": "tests/test_gone.py::test_looks"}, "there is no test"),
    ],
)
def test_a_stale_mutant_is_told_before_anything_runs(project: Path, changes: dict[str, str], why: str) -> None:
    _promise(project, "sums", "looks", **changes)
    (mutant,) = mutants.load(project)
    assert why in mutants.why_stale(project, mutant)


def test_stale_mutants_fail_the_run(project: Path) -> None:
    _promise(project, "sums", "looks", old="a * b")
    code, said = _run(project)
    assert code == 1
    assert said.startswith("STALE")


def test_a_room_a_sample_or_the_list_can_be_asked_for(project: Path) -> None:
    _promise(project, "first", "looks")
    text = (project / "tests/mutants/first.toml").read_text()
    (project / "tests/mutants/first.toml").write_text(text + text.replace("is two", "makes two"))
    _promise(project, "second", "does_not_look")
    assert [each.room for each in mutants.load(project, "second")] == ["second"]
    sample = mutants.first_of_each_room(mutants.load(project))
    assert [(each.room, each.promise) for each in sample] == [
        ("first", "One and one is two."),
        ("second", "One and one is two."),
    ]
    code, said = _run(project, "--list", "--only", "second")
    assert (code, said) == (0, "second     One and one is two.\n")
