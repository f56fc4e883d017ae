"""Recognises STOP, START and HELP in what people text, in seven languages and with all that people add to them.

It only reads; what follows from a keyword is `inbox.read`. The words and their sources are `data/keywords.toml`.
Source: 47 CFR 64.1200(a)(10) (any reasonable means; listed words are per se revocation), CTIA Messaging Principles.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

Kind = Literal["stop", "start", "help"]

MAX_CHARS: Final = 1_600
"""What is read of a message; no carrier brings more."""

_DATA: Final = Path(__file__).with_name("data") / "keywords.toml"
_APOSTROPHES: Final = re.compile("['’‘ʼ`´]")
_NOT_WORD: Final = re.compile(r"[\W_]+")
_SENTENCE_END: Final = re.compile(r"[.!?;:,\n\r]+")
_STRETCHED: Final = re.compile(r"s+t+o+p+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    """`word` is what was recognised, folded. `certain`: the whole message is the word; else someone may look."""

    kind: Kind
    word: str
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    kinds: Mapping[str, Kind]
    first: frozenset[str]
    n_short: int
    phrases: re.Pattern[str]
    alone: frozenset[str]
    negations: tuple[str, ...]
    not_stops: tuple[str, ...]


def read_keyword(text: str) -> Keyword | None:
    """The keyword of a message, or None for a message that is something else.

    STOP is also seen in phrases ("please stop texting me"), uncertain; START and HELP only alone.
    """
    words = _words()
    text = text[:MAX_CHARS]
    folded = fold(text)
    if kind := words.kinds.get(folded):
        return Keyword(kind=kind, word=folded, certain=True)
    said = _undoubled(folded)
    if kind := words.kinds.get(said):
        return Keyword(kind=kind, word=said, certain=True)
    stop = _first_line(text, words) or _one_word(said, words) or _beginning(text, folded, words)
    stop = stop or _phrase(folded, words)
    return Keyword(kind="stop", word=stop, certain=False) if stop else None


def fold(text: str) -> str:
    """A text as it is compared: no case, accents, punctuation or emoji; its words with one blank between."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not _is_invisible(each))
    words = _NOT_WORD.sub(" ", _APOSTROPHES.sub("", bare).casefold()).split()
    # "S T O P" and "S.T.O.P."
    if len(words) > 2 and all(len(word) == 1 for word in words):
        return "".join(words)
    return " ".join(words)


def _is_invisible(character: str) -> bool:
    """Accents, joiners, variation selectors and directions."""
    return unicodedata.category(character) in ("Mn", "Me", "Cf")


def _undoubled(folded: str) -> str:
    """ "stop stop stop" is "stop"."""
    distinct = set(folded.split())
    return distinct.pop() if len(distinct) == 1 else folded


def _first_line(text: str, words: _Words) -> str | None:
    """A stop word alone in the first line, as above "Sent from my phone"."""
    line = fold(text.strip().partition("\n")[0])
    return line if words.kinds.get(line) == "stop" else None


def _one_word(said: str, words: _Words) -> str | None:
    if said in words.alone:
        return said
    return "stop" if _STRETCHED.match(said) else None


def _beginning(text: str, folded: str, words: _Words) -> str | None:
    """A short message that begins with STOP, or a longer one whose first sentence is only that."""
    if _begins(folded, words.not_stops):
        return None
    sentence = fold(_SENTENCE_END.split(text.strip(), maxsplit=1)[0])
    if sentence in words.first:
        return sentence
    first, *others = folded.split() or [""]
    return first if first in words.first and len(others) < words.n_short else None


def _phrase(folded: str, words: _Words) -> str | None:
    """A phrase that asks to stop, unless what stands before it turns it around."""
    for found in words.phrases.finditer(folded):
        if not _ends(folded[: found.start()].rstrip(), words.negations):
            return found[0]
    return None


def _begins(folded: str, phrases: Iterable[str]) -> bool:
    return any(f"{folded} ".startswith(f"{phrase} ") for phrase in phrases)


def _ends(folded: str, phrases: Iterable[str]) -> bool:
    return any(f" {folded}".endswith(f" {phrase}") for phrase in phrases)


@cache
def _words() -> _Words:
    data: dict[str, Any] = tomllib.loads(_DATA.read_text("utf-8"))
    guesses = data["heuristics"]
    return _Words(
        kinds={fold(word): each["kind"] for each in data["words"] for word in each["words"]},
        first=frozenset(map(fold, guesses["first"])),
        n_short=guesses["short"],
        phrases=re.compile(rf"\b(?:{'|'.join(map(fold, guesses['phrases']))})\b"),
        alone=frozenset(map(fold, guesses["alone"])),
        negations=tuple(map(fold, guesses["negations"])),
        not_stops=tuple(map(fold, guesses["not_stops"])),
    )
