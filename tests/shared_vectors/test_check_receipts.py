from pathlib import Path

import pytest

from .check_receipts import check_receipts
from .samples import Sample, write

BODY = "id:42 sub:001 dlvrd:000 submit date:2611231053 done date:261123105410 stat:UNDELIV err:00f text:Sale"
EXPECT = {
    "id": "42",
    "sub": 1,
    "dlvrd": 0,
    "submit": "2026-11-23T10:53:00",
    "done": "2026-11-23T10:54:10",
    "stat": "UNDELIV",
    "err": "00f",
    "text": "Sale",
    "note": "not a field",
}


def found(tmp_path: Path, body: str, expect: Sample) -> tuple[int, int, list[str]]:
    cases = {"cases": [{"body": body, "expect": expect}]}
    checked = check_receipts(write(tmp_path, "smpp/dlr_vectors.json", cases))
    return checked.read, checked.passed, checked.failures


@pytest.mark.parametrize(
    ("body", "expect"),
    [
        (BODY, EXPECT),
        ("id:1 done date:20261123105410 stat:DELIVRD", {"done": "2026-11-23T10:54:10"}),
        ("id:1 done date:0000000000 stat:DELIVRD", {"done": None}),
    ],
)
def test_a_receipt_that_reads_as_expected_passes(tmp_path: Path, body: str, expect: Sample) -> None:
    assert found(tmp_path, body, expect) == (1, 1, [])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("id", "43"),
        ("sub", 2),
        ("dlvrd", 1),
        ("submit", "2026-11-23T10:54:00"),
        ("submit", None),
        ("done", "2026-11-23T10:54:11"),
        ("stat", "DELIVRD"),
        ("err", "000"),
        ("text", ""),
        ("network", "x"),
    ],
)
def test_a_field_that_is_expected_otherwise_fails(tmp_path: Path, name: str, wrong: object) -> None:
    read, passed, failures = found(tmp_path, BODY, {**EXPECT, name: wrong})
    assert (read, passed, len(failures)) == (1, 0, 1)
    assert name in failures[0]


def test_a_receipt_that_is_refused_fails(tmp_path: Path) -> None:
    assert "refused" in found(tmp_path, "stat:DELIVRD", {"stat": "DELIVRD"})[2][0]
