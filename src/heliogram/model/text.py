"""How a text may be changed on its way into segments, and how many it may have.

What a message does not say is said by its campaign, what that does not say by its group, the rest by the defaults.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

MAX_SEGMENTS: Final = 10
"""The most segments a message may have (Braze; carriers and handsets cut longer ones)."""

Wishes = Mapping[str, bool | int | str]
"""Some of the fields of `TextRules`, as JSON has them."""


class TooLong(StrEnum):
    """What becomes of a text with more segments than it may have."""

    SKIP = "skip"
    """The person gets nothing, and the report says why."""
    CUT = "cut"
    """The person gets the beginning, in whole words, and with the whole link where there is one."""


class Spelling(StrEnum):
    """What was done to a text's characters so that it needs fewer segments."""

    AS_WRITTEN = "as_written"
    PLAIN = "plain"
    """Smart encoding: typographic characters became plain ones that say the same."""
    LATIN = "latin"
    """Transliteration: letters lost their accents too, where the alphabet has none such."""


class TextRules(msgspec.Struct, frozen=True, kw_only=True):
    """`transliterate` loses something, so it is off; it makes typographic characters plain too."""

    smart_encoding: bool = True
    transliterate: bool = False
    max_segments: int = MAX_SEGMENTS
    too_long: TooLong = TooLong.SKIP

    def __post_init__(self) -> None:
        if not 1 <= self.max_segments <= MAX_SEGMENTS:
            raise ValueError(f"A text has 1 to {MAX_SEGMENTS} segments, not {self.max_segments}.")

    def but(self, wishes: Wishes | None) -> "TextRules":
        """These rules, with what `wishes` says instead."""
        return msgspec.convert({**msgspec.structs.asdict(self), **wishes}, TextRules) if wishes else self


DEFAULTS: Final = TextRules()


class Rewriting(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a text that did not leave as it was written: enough to tell it again from what was written.

    `n_before` are the segments as written, with the link; `n_uncut` those before it was cut, 0 where it is whole.
    `n_kept` are the characters of the text, so spelled and without the link, that were kept.
    """

    spelling: Spelling
    n_before: int
    n_kept: int
    n_uncut: int = 0
