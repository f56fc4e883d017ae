"""A text that is too long loses its end: whole words, whole links, whole characters stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.clusters import cluster_start
from heliogram.wire.cut import LONGEST_WORD, cut_text

LINK = re.compile(r"https?://\S+")


def cut_to(text: str, room: int) -> str:
    return cut_text(text, lambda beginning: len(beginning) <= room, most=2_000)


@pytest.mark.parametrize(
    ("text", "room", "kept"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two"),
        ("one two three", 8, "one two"),
        ("one two three", 7, "one two"),
        ("one two three", 6, "one"),
        ("one two three", 3, "one"),
        ("one two three", 2, ""),
        ("one two three", 0, ""),
        ("one \n\n two", 6, "one"),
        ("See https://a.example/menu now", 29, "See https://a.example/menu"),
        ("See https://a.example/menu now", 26, "See https://a.example/menu"),
        ("See https://a.example/menu now", 25, "See"),
        ("See shop.example/menu", 20, "See"),
        ("語" * 50, 45, "語" * 45),
        ("見る語" + "https://a.example/" + "x" * 50, 40, "見る語"),
        ("x" * (LONGEST_WORD + 5), LONGEST_WORD - 1, ""),
        ("x" * (LONGEST_WORD + 5), LONGEST_WORD, "x" * LONGEST_WORD),
        ("語" * 44 + "👩‍👩‍👧", 46, "語" * 44),
        ("語" * 44 + "🇨🇭🇨🇭", 47, "語" * 44 + "🇨🇭"),
        ("hi \u0301there", 3, "hi"),
    ],
)
def test_a_text_is_cut_where_a_reader_would(text: str, room: int, kept: str) -> None:
    assert cut_to(text, room) == kept


def test_no_longer_beginning_than_the_longest_is_asked_for() -> None:
    asked: list[int] = []

    def fits(beginning: str) -> bool:
        asked.append(len(beginning))
        return True

    assert len(cut_text("word " * 1_000, fits, most=100)) <= 100
    assert max(asked) <= 100


words = st.sampled_from(
    ["one", "two,", "https://a.example/menu?x=1", "語語語", "👩‍👩‍👧", "🇨🇭", "é", "e\u0301", "€", " ", "\n", "x" * 45]
)


@given(st.lists(words, max_size=30).map(lambda found: " ".join(found)), st.integers(0, 120))
def test_what_is_kept_is_a_beginning_that_fits_in_whole_characters_and_links(text: str, room: int) -> None:
    kept = cut_to(text, room)
    assert text.startswith(kept) and len(kept) <= room
    assert cluster_start(text, len(kept)) == len(kept)
    for link in LINK.finditer(text):
        assert not link.start() < len(kept) < link.end()
    if len(text) <= room:
        assert kept == text
