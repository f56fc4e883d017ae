from pathlib import Path

import pytest

from tests.wire.vectors import facts

from .check_tables import check_tables
from .samples import Sample, write

FACTS = facts("gsm")
TABLE = {f"0x{n:02x}": character for n, character in enumerate("".join(FACTS["rows"])) if n != 0x1B}
EXTENSION = {f"0x{position.lower()}": character for position, character in FACTS["extension"].items()}


def tables(default: Sample, extension: Sample) -> Sample:
    turkish = {"code": 1, "locking": {"0x04": "€"}, "single_shift": {"0x53": "Ş"}}
    spanish = {"code": 2, "locking": {}, "single_shift": {"0x09": "ç"}}
    first = {"code": 0, "locking": default, "single_shift": extension}
    return {"tables": {"Default": first, "Turkish": turkish, "Spanish": spanish}}


def test_the_standards_tables_pass_and_the_national_ones_are_only_counted(tmp_path: Path) -> None:
    checked = check_tables(write(tmp_path, "gsm7/ts23038_tables.json", tables(TABLE, EXTENSION)))
    assert (checked.read, checked.passed, checked.failures) == (137, 137, [])
    assert checked.notes == ["not yet in the product: 3 national tables of 2 languages"]


@pytest.mark.parametrize(
    ("default", "extension", "said"),
    [
        ({"0x09": "ç"}, {}, "alphabet 0x09: the character is 'Ç', not 'ç'"),
        ({"0x1b": "x"}, {}, "alphabet 0x1B: the character is None, not 'x'"),
        ({}, {"0x65": "¤"}, "extension 0x65: the character is '€', not '¤'"),
        ({}, {"0x66": "x"}, "extension 0x66: the character is None, not 'x'"),
    ],
)
def test_a_wrong_position_fails(tmp_path: Path, default: Sample, extension: Sample, said: str) -> None:
    wrong = tables({**TABLE, **default}, {**EXTENSION, **extension})
    assert check_tables(write(tmp_path, "gsm7/ts23038_tables.json", wrong)).failures == [said]


def test_a_position_that_they_do_not_have_fails(tmp_path: Path) -> None:
    fewer = {position: character for position, character in TABLE.items() if position != "0x24"}
    checked = check_tables(write(tmp_path, "gsm7/ts23038_tables.json", tables(fewer, EXTENSION)))
    assert checked.failures == ["alphabet 0x24: the character is '¤', not None"]
