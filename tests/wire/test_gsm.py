import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire import gsm
from heliogram.wire.errors import OurFault
from tests.wire.vectors import Vector, each, facts

FACTS = facts("gsm")
NATIONAL = facts("national")
SHIFTS = [gsm.Shift(locking, single) for locking in range(14) for single in range(14)]
SHIFTED = st.sampled_from(SHIFTS).flatmap(
    lambda shift: st.tuples(st.just(shift), st.text(st.sampled_from(sorted(gsm.alphabet(shift).characters))))
)
TEXTS = st.text(st.sampled_from(sorted(gsm.CHARACTERS)))


def test_every_position_of_the_alphabet_is_the_standards() -> None:
    assert [gsm.BASIC[row : row + 16] for row in range(0, 128, 16)] == FACTS["rows"]
    for position, code_point in FACTS["code_points"].items():
        assert ord(gsm.BASIC[int(position, 16)]) == int(code_point, 16)


def test_every_position_of_the_extension_is_the_standards() -> None:
    assert {f"{position:02X}": character for position, character in gsm.EXTENSION.items()} == FACTS["extension"]


def test_the_alphabet_has_127_characters_and_ten_more_behind_an_escape() -> None:
    assert len(gsm.CHARACTERS) == 137
    assert len(gsm.EXTENDED) == 10
    assert all(len(gsm.encode(character)) == 2 for character in gsm.EXTENDED)
    assert all(len(gsm.encode(character)) == 1 for character in gsm.CHARACTERS - gsm.EXTENDED)


@pytest.mark.parametrize("character", FACTS["outside"], ids=lambda c: unicodedata.name(c, f"U+{ord(c):04X}"))
def test_a_character_outside_is_named_and_refused(character: str) -> None:
    assert not gsm.is_gsm7(f"a{character}")
    with pytest.raises(OurFault) as refused:
        gsm.encode(f"a{character}b")
    assert repr(character) in str(refused.value)


@each(FACTS["texts"])
def test_a_text_is_written_and_read_as_the_standard_has_it(vector: Vector) -> None:
    septets = bytes.fromhex(vector["hex"])
    assert gsm.encode(vector["text"]) == septets
    assert gsm.decode(septets) == vector["text"]
    assert gsm.n_septets(vector["text"]) == len(septets)


@each(FACTS["read_only"])
def test_octets_nobody_should_send_still_read_as_something(vector: Vector) -> None:
    assert gsm.decode(bytes.fromhex(vector["hex"])) == vector["text"]


@given(TEXTS)
def test_what_is_written_is_read_again(text: str) -> None:
    assert gsm.decode(gsm.encode(text)) == text


def test_no_character_is_written_otherwise_for_what_stands_beside_it() -> None:
    for character in gsm.CHARACTERS:
        assert gsm.encode(character + "@") == gsm.encode(character) + b"\0"
        assert gsm.encode("@" + character) == b"\0" + gsm.encode(character)


@given(TEXTS)
def test_counting_counts_what_is_written(text: str) -> None:
    assert gsm.n_septets(text) == len(gsm.encode(text))


@given(st.text())
def test_a_text_is_in_the_alphabet_exactly_when_it_can_be_written(text: str) -> None:
    if gsm.is_gsm7(text):
        assert max(gsm.encode(text), default=0) < 0x80
    else:
        with pytest.raises(OurFault):
            gsm.encode(text)


@given(st.binary())
def test_any_octets_read_as_a_text_of_the_alphabet(octets: bytes) -> None:
    assert gsm.is_gsm7(gsm.decode(octets))


@given(st.binary(), st.binary())
def test_a_text_reads_the_same_whatever_follows_a_whole_character(first: bytes, second: bytes) -> None:
    whole = gsm.encode(gsm.decode(first))
    assert gsm.decode(whole + second) == gsm.decode(whole) + gsm.decode(second)


@each(NATIONAL["texts"])
def test_a_text_in_national_tables_is_written_and_read_as_the_standard_has_it(vector: Vector) -> None:
    shift, septets = gsm.Shift(*vector["shift"]), bytes.fromhex(vector["hex"])
    assert gsm.is_gsm7(vector["text"], shift) and not gsm.is_gsm7(vector["text"])
    assert gsm.encode(vector["text"], shift) == septets
    assert gsm.decode(septets, shift) == vector["text"]
    assert gsm.n_septets(vector["text"], shift) == len(septets)


@given(SHIFTED)
def test_what_is_written_in_any_pair_of_tables_is_read_again(shifted: tuple[gsm.Shift, str]) -> None:
    shift, text = shifted
    septets = gsm.encode(text, shift)
    assert gsm.decode(septets, shift) == text
    assert gsm.n_septets(text, shift) == len(septets)
    assert max(septets, default=0) < 0x80


@given(st.sampled_from(SHIFTS), st.binary())
def test_any_octets_read_as_something_in_any_pair_of_tables(shift: gsm.Shift, octets: bytes) -> None:
    known = gsm.alphabet(shift).characters | {" ", "\ufffd"}
    assert known.issuperset(gsm.decode(octets, shift))


def test_an_identifier_nobody_knows_is_the_default() -> None:
    assert gsm.alphabet(gsm.Shift(99, 98)) == gsm.alphabet()
    assert gsm.decode(b"\x04\x1b\x65", gsm.Shift(99, 98)) == "è€"


def test_a_position_without_a_character_is_shown_as_unreadable() -> None:
    hole = gsm.Shift(NATIONAL["identifiers"]["ta"], 0)
    assert gsm.decode(b"\x00\x1b\x00", hole) == "\ufffd\ufffd"
