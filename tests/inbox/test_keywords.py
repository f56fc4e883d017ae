"""STOP, START and HELP as people text them."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.inbox import keywords
from heliogram.inbox.keywords import MAX_CHARS, Keyword, fold, read_keyword

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "inbox" / "keywords.json").read_text("utf-8"))
DATA = tomllib.loads((Path(keywords.__file__).parent / "data" / "keywords.toml").read_text("utf-8"))


def texts_of(group: str) -> list[str]:
    return [text for each in VECTORS[group] for text in each["texts"]]


@pytest.mark.parametrize(
    ("text", "kind"), [(text, each["kind"]) for each in VECTORS["certain"] for text in each["texts"]]
)
def test_a_message_that_is_a_keyword_is_certain(text: str, kind: str) -> None:
    keyword = read_keyword(text)
    assert keyword is not None
    assert (keyword.kind, keyword.certain) == (kind, True)


@pytest.mark.parametrize("text", texts_of("uncertain_stops"))
def test_a_message_that_asks_to_stop_in_other_words_is_a_stop_to_look_at(text: str) -> None:
    keyword = read_keyword(text)
    assert keyword is not None
    assert (keyword.kind, keyword.certain) == ("stop", False)


@pytest.mark.parametrize("text", texts_of("others"))
def test_any_other_message_is_no_keyword(text: str) -> None:
    assert read_keyword(text) is None


@pytest.mark.parametrize(("n_words", "is_stop"), [(4, True), (5, False)])
def test_a_message_that_begins_with_stop_is_short_up_to_four_words(n_words: int, is_stop: bool) -> None:
    assert (read_keyword("stop" + " now" * (n_words - 1)) is not None) is is_stop


def test_the_word_that_was_recognised_is_named() -> None:
    assert read_keyword("Désabonner !") == Keyword(kind="stop", word="desabonner", certain=True)
    assert read_keyword("would you stop texting me") == Keyword(kind="stop", word="stop texting", certain=False)


def test_no_word_has_two_meanings_and_every_set_has_a_source() -> None:
    kinds: dict[str, str] = {}
    for each in DATA["words"]:
        assert each["source"]
        for word in each["words"]:
            assert kinds.setdefault(fold(word), each["kind"]) == each["kind"]
    assert set(kinds.values()) == {"stop", "start", "help"}


WORDS: list[Any] = [word for each in DATA["words"] for word in each["words"]]


@given(st.sampled_from(WORDS), st.lists(st.sampled_from(" .!?,\n🙏🛑❤️*\"'-\u200b\u202c"), max_size=6), st.booleans())
def test_noise_around_a_keyword_does_not_hide_it(word: str, noise: list[str], is_upper: bool) -> None:
    around = "".join(noise)
    keyword = read_keyword(around + (word.upper() if is_upper else word.title()) + around)
    assert keyword is not None
    assert keyword.certain


@given(st.text(max_size=300))
def test_any_text_is_read_and_folding_twice_changes_nothing(text: str) -> None:
    keyword = read_keyword(text)
    assert keyword is None or keyword.word
    assert fold(fold(text)) == fold(text)


def test_a_very_long_message_is_read_to_the_bound_only() -> None:
    assert read_keyword("x" * (MAX_CHARS - 20) + " stop texting me") is not None
    assert read_keyword("x" * MAX_CHARS + " stop texting me") is None
