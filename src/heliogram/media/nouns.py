"""What the media of a message are called where a person reads about that message.

Sentences are written about “the picture” (`model.reasons` and the rooms that tell of a message) and say here what it
really is. A picture message (MMS) is called so whatever is in it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from heliogram.media.kinds import Kind, kind_of

NOUNS: Final[Mapping[Kind, str]] = {
    Kind.PICTURE: "picture",
    Kind.VIDEO: "video",
    Kind.SOUND: "sound",
    Kind.CARD: "contact card",
    Kind.CALENDAR: "calendar entry",
    Kind.DOCUMENT: "PDF",
}
PICTURE: Final = NOUNS[Kind.PICTURE]
FILES: Final = "files"
"""Several media, whatever they are."""
_ABOUT_IT: Final = re.compile(r"\b(the|this) picture\b(?! message)( is| fits)?", re.IGNORECASE)
_MANY: Final = {"this": "these", "This": "These", " is": " are", " fits": " fit"}


def noun_of(content_types: Sequence[str]) -> str:
    """What to call media of these types after “the”; none at all: “picture”."""
    if len(content_types) > 1:
        return FILES
    return NOUNS[kind_of(content_types[0])] if content_types else PICTURE


def about(sentence: str, noun: str) -> str:
    """A sentence about “the picture” or “this picture”, about what it is."""
    if noun == PICTURE:
        return sentence

    def said(match: re.Match[str]) -> str:
        article, verb = match[1], match[2] or ""
        if noun == FILES:
            article, verb = _MANY.get(article, article), _MANY.get(verb, verb)
        return f"{article} {noun}{verb}"

    return _ABOUT_IT.sub(said, sentence)


def first(noun: str) -> str:
    """The noun where a line begins with it."""
    return noun[:1].upper() + noun[1:]
