"""All sets together, and the command that runs them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .checked import Checked
from .samples import write
from .sets import SETS, check_set, is_good, told, unread

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("HELIOGRAM_VECTORS", ROOT.parent / "shared" / "vectors"))
needs_vectors = pytest.mark.skipif(not (FOLDER / "gsm7").is_dir(), reason="the shared vectors are not here")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "vectors.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@needs_vectors
@pytest.mark.parametrize("name", SETS)
def test_the_product_agrees_with_a_set_but_for_named_differences(name: str) -> None:
    checked = check_set(name, FOLDER)
    assert checked.failures == []
    assert checked.read == checked.passed + checked.exceptions.total() >= 10


@needs_vectors
def test_one_wrong_value_in_an_mm7_message_fails(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "mm7", tmp_path / "mm7")
    message = tmp_path / "mm7" / "mm7_submit_5.http"
    message.write_bytes(message.read_bytes().replace(b"369500617770864640", b"369500617770864641"))
    checked = check_set("mm7", tmp_path)
    assert len(checked.failures) == 1 and "369500617770864641" in checked.failures[0]


@pytest.mark.parametrize("name", SETS)
def test_a_set_that_is_missing_or_empty_is_not_good(name: str, tmp_path: Path) -> None:
    missing = check_set(name, tmp_path)
    assert (missing.read, is_good(missing)) == (0, False)
    assert not is_good(Checked())


def test_a_finding_is_told_with_its_counts_reasons_and_failures() -> None:
    checked = Checked(notes=["not yet in the product: 2"])
    checked.judge("one", [])
    checked.judge("two", ["x"], reason="ours is right")
    for number in range(22):
        checked.judge(f"wrong {number}", ["x"])
    lines = list(told("set", checked))
    assert lines[:3] == [
        "set: 24 read, 1 passed, 1 differ as named, 22 failed",
        "       1 × ours is right",
        "    not yet in the product: 2",
    ]
    assert lines[-2:] == ["    FAILED wrong 19: x", "    and 2 more"]


def test_folders_that_nothing_reads_are_named(tmp_path: Path) -> None:
    for name in ("gsm7", "providers", "numbers"):
        (tmp_path / name).mkdir()
    assert unread(tmp_path) == ["numbers"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Say where the shared vectors are: make vectors VECTORS=folder."),
        (("/nowhere/at/all",), "/nowhere/at/all is no folder."),
    ],
)
def test_the_command_without_a_folder_says_what_to_do(arguments: tuple[str, ...], said: str) -> None:
    ended = run(*arguments)
    assert said in ended.stderr and "Traceback" not in ended.stderr
    assert ended.returncode == 1


def test_the_command_fails_when_sets_read_nothing_and_when_one_fails(tmp_path: Path) -> None:
    write(tmp_path, "gsm7/smart_encoding_twilio.json", {"map": {"U+2019": '"'}})
    ended = run(str(tmp_path))
    assert "gsm7/smart_encoding_twilio.json: 1 read, 0 passed, 0 differ as named, 1 failed" in ended.stdout
    assert "smpp/dlr_vectors.json: 0 read" in ended.stdout
    assert ended.returncode == 1


@needs_vectors
def test_the_command_succeeds_when_everything_agrees() -> None:
    ended = run(str(FOLDER))
    findings = [line for line in ended.stdout.splitlines() if line.endswith(" 0 failed")]
    assert [finding.partition(":")[0] for finding in findings] == list(SETS)
    assert (ended.returncode, ended.stderr) == (0, "")
