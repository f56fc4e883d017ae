from pathlib import Path

import pytest

from tests.wire.vectors import facts

from .check_tables import check_tables
from .samples import Sample, write

FACTS = facts("gsm")
TABLE = {f"0x{n:02x}": character for n, character in enumerate("".join(FACTS["rows"])) if n != 0x1B}
EXTENSION = {f"0x{position.lower()}": character for position, character in FACTS["extension"].items()}


SPANISH = dict(zip(("0x09", "0x41", "0x49", "0x4f", "0x55", "0x61", "0x69", "0x6f", "0x75"), "çÁÍÓÚáíóú", strict=True))


def tables(default: Sample, extension: Sample, **spanish: str) -> Sample:
    first = {"code": 0, "locking": default, "single_shift": extension}
    other = {"code": 2, "locking": {}, "single_shift": {**EXTENSION, **SPANISH, **spanish}}
    return {"tables": {"Default": first, "Spanish": other}}


def test_the_standards_tables_pass_and_a_missing_locking_table_is_the_default(tmp_path: Path) -> None:
    checked = check_tables(write(tmp_path, "gsm7/ts23038_tables.json", tables(TABLE, EXTENSION)))
    assert (checked.read, checked.passed, checked.failures) == (156, 156, [])


def test_a_wrong_position_of_a_language_fails(tmp_path: Path) -> None:
    wrong = tables(TABLE, EXTENSION, **{"0x41": "À"})
    checked = check_tables(write(tmp_path, "gsm7/ts23038_tables.json", wrong))
    assert checked.failures == ["Spanish extension 0x41: the character is 'Á', not 'À'"]


@pytest.mark.parametrize(
    ("default", "extension", "said"),
    [
        ({"0x09": "ç"}, {}, "Default alphabet 0x09: the character is 'Ç', not 'ç'"),
        ({"0x1b": "x"}, {}, "Default alphabet 0x1B: the character is None, not 'x'"),
        ({}, {"0x65": "¤"}, "Default extension 0x65: the character is '€', not '¤'"),
        ({}, {"0x66": "x"}, "Default extension 0x66: the character is None, not 'x'"),
    ],
)
def test_a_wrong_position_fails(tmp_path: Path, default: Sample, extension: Sample, said: str) -> None:
    wrong = tables({**TABLE, **default}, {**EXTENSION, **extension})
    assert check_tables(write(tmp_path, "gsm7/ts23038_tables.json", wrong)).failures == [said]


def test_a_position_that_they_do_not_have_fails(tmp_path: Path) -> None:
    fewer = {position: character for position, character in TABLE.items() if position != "0x24"}
    checked = check_tables(write(tmp_path, "gsm7/ts23038_tables.json", tables(fewer, EXTENSION)))
    assert checked.failures == ["Default alphabet 0x24: the character is '¤', not None"]
