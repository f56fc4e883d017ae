import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire import gsm
from heliogram.wire.segment import split_text
from heliogram.wire.smart import REPLACEMENTS, replacements_in, smarten
from tests.wire.vectors import Vector, each, facts

FACTS = facts("smart")


@each(FACTS["cases"])
def test_a_text_is_made_plain(vector: Vector) -> None:
    assert smarten(vector["text"]) == vector["plain"]


def test_the_replacements_are_those_that_the_browser_has() -> None:
    shared = {odd: plain for plain, odds in FACTS["same_as"].items() for odd in odds}
    assert shared == REPLACEMENTS


@pytest.mark.timeout(20)  # a second here, minutes where each opening is looked for to the end
def test_a_text_of_nothing_but_openings_is_read_at_once() -> None:
    openings = "{{" * 200_000 + "{%" * 200_000 + " https://" + "{{" * 200_000
    assert smarten(openings + "’") == openings + "’"  # of the link


def test_every_replacement_is_in_the_alphabet_and_nothing_in_it_is_replaced() -> None:
    assert [plain for plain in REPLACEMENTS.values() if not gsm.is_gsm7(plain)] == []
    assert [odd for odd in REPLACEMENTS if gsm.is_gsm7(odd)] == []


@pytest.mark.parametrize("code", range(0xFF01, 0xFF5F))
def test_every_full_width_character_becomes_the_plain_one(code: int) -> None:
    plain = chr(code - 0xFEE0)
    assert smarten(chr(code)) == ("'" if plain == "`" else plain)


@given(st.text(st.sampled_from(sorted(gsm.CHARACTERS))))
def test_a_text_that_is_gsm_already_is_never_changed(text: str) -> None:
    assert smarten(text) == text


@given(st.text(st.one_of(st.sampled_from(sorted(REPLACEMENTS)), st.sampled_from("ab \u0303{}%:/htps"))))
def test_making_it_plain_twice_changes_nothing_more(text: str) -> None:
    assert smarten(smarten(text)) == smarten(text)


@given(st.text(st.one_of(st.sampled_from(sorted(REPLACEMENTS)), st.sampled_from("ab {}%:/htps"))))
def test_the_replacements_are_those_that_make_it_plain(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    found = replacements_in(text)
    assert "".join(found.get(at, character) for at, character in enumerate(text)) == smarten(text)


def test_it_makes_one_segment_of_what_were_three() -> None:
    text = "“Sale” – today only… " + "a" * 120
    assert (split_text(text).n_segments, split_text(smarten(text)).n_segments) == (3, 1)
