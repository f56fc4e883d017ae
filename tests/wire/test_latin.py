"""Letters that the alphabet has not lose their accents; those that it has, links, and other scripts stay."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire import gsm
from heliogram.wire.latin import latinize, letters_in


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Łódź, Şişli, Đà Nẵng", "Lodz, Sisli, Dà Nang"),
        ("Zażółć gęślą jaźń", "Zazolc gesla jazn"),
        ("é ñ ü ß Ç à stay", "é ñ ü ß Ç à stay"),
        ("ç", "c"),
        ("œuf ŒUF Þór", "oeuf OEUF THór".replace("ó", "o")),
        ("x\u030c e\u0323\u0302", "x e"),
        ("It’s – “so”", 'It\'s - "so"'),
        ("https://a.example/łódź łódź", "https://a.example/łódź lodz"),
        ("{{ miasto | default: 'łódź' }} ł", "{{ miasto | default: 'łódź' }} l"),
        ("Привет, 語, 🍲 1\ufe0f\u20e3", "Привет, 語, 🍲 1\ufe0f\u20e3"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_a_letter_is_bare_where_the_alphabet_has_no_other(text: str, bare: str) -> None:
    assert latinize(text) == bare


@given(st.text(st.characters(max_codepoint=0x24F, exclude_categories=["Cs"])))
def test_a_text_that_is_bare_stays_as_it_is(text: str) -> None:
    once = latinize(text)
    assert latinize(once) == once


@given(st.text(max_size=50))
def test_only_what_is_not_in_the_alphabet_is_touched(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    for at, plain in letters_in(text).items():
        assert not gsm.is_gsm7(text[at]) and gsm.is_gsm7(plain)
