"""Where a text may be cut: never inside what a reader takes for one character.

Source: UAX #29, extended grapheme clusters. Looked at only where a cut is near, so no text is walked through whole.
A line break of two characters may be cut: in GSM-7 each is a character of its own, and so it is here.
"""

import re
import unicodedata
from typing import Final

_ZWJ: Final = "\u200d"
# What continues a cluster without being a mark (category M): joiners, the letters of a sub-division's flag, skin tones,
# the vowels of Thai and Lao that stand behind, the voice marks of half-width Katakana.
_EXTENDS: Final = re.compile("[\u200c\u200d\U000e0020-\U000e007f\U0001f3fb-\U0001f3ff\u0e33\u0eb3\uff9e\uff9f]")
_PREPENDED: Final = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e]")
_FLAG_HALF: Final = re.compile("[\U0001f1e6-\U0001f1ff]")
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff]")
# Hangul by its parts: what may follow a leading consonant, a vowel, a trailing consonant.
_L: Final = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_V: Final = re.compile("[\u1160-\u11a7\ud7b0-\ud7c6]")
_T: Final = re.compile("[\u11a8-\u11ff\ud7cb-\ud7fb]")
_SYLLABLE: Final = re.compile("[\uac00-\ud7a3]")
# Two consonants with a virama between them are one conjunct (GB9c); ranges have holes that no text meets.
_VIRAMA: Final = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d"
_CONSONANT: Final = re.compile(
    "[\u0915-\u0939\u0958-\u095f\u0978-\u097f\u0995-\u09b9\u09dc-\u09df\u09f0\u09f1\u0a95-\u0ab9\u0af9"
    "\u0b15-\u0b39\u0b5c-\u0b5f\u0b71\u0c15-\u0c39\u0c58-\u0c5a\u0d15-\u0d3a]"
)


def cluster_start(text: str, at: int, since: int = 0) -> int:
    """Where the cluster begins that a cut before `text[at]` would be in: `at` itself where the cut is between two.

    Looks back to `since` and no further.
    """
    while at > since and at < len(text) and _joins(text, at, since):
        at -= 1
    return at


def cluster_end(text: str, start: int, limit: int) -> int:
    """Where the cluster that begins at `start` ends; `limit` or more when it reaches so far."""
    end = start + 1
    while end < len(text) and end < limit and _joins(text, end, start):
        end += 1
    return end


def _joins(text: str, at: int, since: int) -> bool:
    """Whether `text[at]` is drawn as part of what is before it."""
    before, character = text[at - 1], text[at]
    if before < "\u0300" and character < "\u0300":  # most texts end here
        return False
    if _CONTROL.match(before) or _CONTROL.match(character):
        return False
    if before == _ZWJ or _EXTENDS.match(character) or unicodedata.category(character)[0] == "M":
        return True
    if _PREPENDED.match(before) or _joins_hangul(before, character):
        return True
    if _FLAG_HALF.match(character):
        return _is_second_half(text, at, since)
    return _CONSONANT.match(character) is not None and _is_conjunct(text, at, since)


def _joins_hangul(before: str, character: str) -> bool:
    if _L.match(before):
        return bool(_L.match(character) or _V.match(character) or _SYLLABLE.match(character))
    if _T.match(character):
        return bool(_V.match(before) or _T.match(before) or _SYLLABLE.match(before))
    # Every 28th syllable has no trailing consonant yet, so a vowel may follow it.
    is_open = _SYLLABLE.match(before) is not None and (ord(before) - 0xAC00) % 28 == 0
    return _V.match(character) is not None and (is_open or _V.match(before) is not None)


def _is_second_half(text: str, at: int, since: int) -> bool:
    """Two regional indicators make a flag; a third begins the next."""
    n_before = 0
    while at - n_before > since and _FLAG_HALF.match(text[at - n_before - 1]):
        n_before += 1
    return n_before % 2 == 1


def _is_conjunct(text: str, at: int, since: int) -> bool:
    has_virama = False
    while at > since:
        at -= 1
        if _CONSONANT.match(text[at]):
            return has_virama
        if text[at] not in _VIRAMA and text[at] != _ZWJ and unicodedata.category(text[at]) != "Mn":
            return False
        has_virama |= text[at] in _VIRAMA
    return False
