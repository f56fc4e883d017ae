import json
import subprocess
import sys
from pathlib import Path

import pytest

from heliogram.simulator.journal import Journal

WRITE_AND_DIE = """
import os, sys
from pathlib import Path
from heliogram.simulator.journal import Journal
journal = Journal(Path(sys.argv[1]))
journal.write([{"kind": "submit", "id": "1"}, {"kind": "submit", "id": "2"}])
os.kill(os.getpid(), 9)
"""


def test_what_was_written_is_read_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "deep" / "journal.jsonl")
    journal.write([{"kind": "submit", "id": "1", "text": "Grüße\n🎉"}])
    journal.write([])
    journal.write([{"kind": "receipt", "id": "1"}])
    assert list(journal.lines()) == [
        {"kind": "submit", "id": "1", "text": "Grüße\n🎉"},
        {"kind": "receipt", "id": "1"},
    ]
    journal.close()


def test_what_was_written_is_there_for_everyone_as_soon_as_write_returns(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    for n in range(3):
        journal.write([{"n": n}])
        assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == list(range(n + 1))
    journal.close()


def test_what_was_written_survives_the_death_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    died = subprocess.run([sys.executable, "-c", WRITE_AND_DIE, str(path)], check=False, timeout=60)
    assert died.returncode == -9
    assert [line["id"] for line in Journal(path).lines()] == ["1", "2"]


@pytest.mark.parametrize(
    ("octets", "kept"),
    [
        (b"", []),
        (b'{"id":"1"}\n', ["1"]),
        (b'{"id":"1"}\n{"id":"2"', ["1"]),
        (b'{"id":"1"}\n{"id":"2"}', ["1"]),
        (b'{"id', []),
    ],
)
def test_a_line_only_half_written_was_never_answered_and_is_taken_out(
    tmp_path: Path, octets: bytes, kept: list[str]
) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(octets)
    journal = Journal(path)
    journal.write([{"id": "new"}])
    assert [line["id"] for line in journal.lines()] == [*kept, "new"]
    journal.close()
