"""Cuts the end off a text that is longer than it may be: in whole words, never inside a link or a grapheme cluster."""

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from heliogram.wire.clusters import cluster_start

LONGEST_WORD: Final = 40
"""A longer stretch without a space is no word: Chinese, Japanese and Thai are written without. It is cut inside."""

_SPACE: Final = re.compile(r"\s")
_LINK: Final = re.compile(r"https?://|[A-Za-z0-9-]\.[A-Za-z]{2}")


def cut_text(text: str, fits: Callable[[str], bool], *, most: int) -> str:
    """The beginning of `text` that `fits`, as long as it can be; "" where not even one word does.

    `fits` is asked for beginnings of the text: what it takes, it takes shorter too. It takes none longer than `most`.
    A text that fits is returned as it is.
    """
    if len(text) <= most and fits(text):
        return text
    lengths = range(min(len(text), most + 1))
    end = bisect_right(lengths, False, key=lambda n: not fits(text[:n])) - 1
    while end > 0:
        kept = text[: cluster_start(text, _between_words(text, end))].rstrip()
        # A link behind the text may lie across its segments' edges otherwise than behind a longer one.
        if not kept or fits(kept):
            return kept
        end = len(kept) - 1
    return ""


def _between_words(text: str, end: int) -> int:
    """The last place up to `end` where the text may be cut."""
    if text[end].isspace() or text[end - 1].isspace():
        return end
    start = _start_of_word(text, end)
    following = _SPACE.search(text, end)
    link = _start_of_link(text[start : following.start() if following else len(text)])
    if link is not None and start + link < end:
        return start + link
    return start if end - start < LONGEST_WORD else end


def _start_of_word(text: str, at: int) -> int:
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _start_of_link(word: str) -> int | None:
    """Where a link begins in a stretch without spaces; in the letters of other scripts it needs no space before it."""
    found = _LINK.search(word)
    if found is None:
        return None
    at = found.start()
    while at > 0 and "!" <= word[at - 1] <= "~":
        at -= 1
    return at
