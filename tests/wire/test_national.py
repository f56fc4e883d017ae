"""The national tables by what the standard's annex says in words; every position is held by `make vectors`."""

import pytest

from heliogram.wire import gsm
from heliogram.wire.gsm import Shift, alphabet
from heliogram.wire.national import CHANGED, IDENTIFIERS, LOCKING, SINGLE_SHIFT
from tests.wire.vectors import Vector, each, facts

FACTS = facts("national")


def test_there_are_thirteen_languages_and_spanish_has_no_locking_table() -> None:
    assert FACTS["identifiers"] == IDENTIFIERS
    assert CHANGED.keys() | LOCKING.keys() == set(IDENTIFIERS.values()) - {IDENTIFIERS["es"]}
    assert SINGLE_SHIFT.keys() == set(IDENTIFIERS.values())


@each(FACTS["positions"])
def test_a_position_is_the_standards(vector: Vector) -> None:
    identifier = IDENTIFIERS[vector["language"]]
    table = alphabet(Shift(locking=identifier, single=identifier))
    for name, positions in (("locking", table.basic), ("single_shift", table.extension)):
        for position, character in vector.get(name, {}).items():
            assert positions.get(int(position, 16)) == character, (name, position)
    assert [len(table.basic), len(table.extension)] == vector["sizes"]


@pytest.mark.parametrize("language", IDENTIFIERS)
def test_every_table_keeps_the_escape_the_line_break_and_the_small_letters(language: str) -> None:
    table = alphabet(Shift(locking=IDENTIFIERS[language], single=IDENTIFIERS[language]))
    assert gsm.ESCAPE not in table.basic and gsm.ESCAPE not in table.extension
    assert {*table.basic, *table.extension} <= set(range(128))
    assert gsm.EXTENSION.items() <= table.extension.items()
    assert (table.basic[0x0A], table.basic[0x0D], table.basic[0x20]) == ("\n", "\r", " ")
    assert all(len(character) == 1 for character in table.characters)
    assert set("abcxyz0189").issubset(table.characters - table.extended)
