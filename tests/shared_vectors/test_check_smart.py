from pathlib import Path

import pytest

from .check_smart import ANGLES, BULLET, COMMAS, MARKS, ONE_SPACE, check_smart
from .samples import write


def found(tmp_path: Path, mapping: dict[str, str]) -> tuple[int, int, dict[str, int], list[str]]:
    checked = check_smart(write(tmp_path, "gsm7/smart_encoding_twilio.json", {"map": mapping}))
    return checked.read, checked.passed, dict(checked.exceptions), checked.failures


def test_the_same_character_passes_and_the_known_traps_differ_as_named(tmp_path: Path) -> None:
    mapping = {
        "U+2019": "'",
        "U+FF21": "A",
        "U+00A0": "  ",
        "U+0009": " " * 7,
        "U+2039": ">",
        "U+FE10": "'",
        "U+2022": "-",
        "U+0303": "~",
    }
    expected = {ONE_SPACE: 2, ANGLES: 1, COMMAS: 1, BULLET: 1, MARKS: 1}
    assert found(tmp_path, mapping) == (8, 2, expected, [])


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"U+2019": '"'}, "U+2019: it is \"'\", not '\"'"),
        ({"U+2026": "."}, "U+2026: it is '...', not '.'"),
        ({"U+0141": "L"}, "U+0141: it is 'Ł', not 'L'"),
        ({"U+2039": "<"}, f"U+2039: no longer differs, though it is named as: {ANGLES}"),
    ],
)
def test_a_wrong_replacement_fails(tmp_path: Path, mapping: dict[str, str], said: str) -> None:
    assert found(tmp_path, mapping) == (1, 0, {}, [said])


def test_an_exception_excuses_only_the_replacement_it_names(tmp_path: Path) -> None:
    folder = write(tmp_path, "gsm7/smart_encoding_twilio.json", {"map": {"U+2039": ">"}})
    assert check_smart(folder, {"other quotes": {"2039": "«"}}).failures == ["U+2039 as named here: it is '<', not '«'"]
