"""The options that say how texts may be spelled and how long they may be, of a group and of a send."""

from typing import Annotated

import typer

from heliogram.model.text import MAX_SEGMENTS, TooLong, Wishes

Smart = Annotated[
    bool | None,
    typer.Option("--smart/--no-smart", help="Make typographic characters plain where that saves segments."),
]
Transliterate = Annotated[
    bool | None,
    typer.Option(help="Take letters their accents too, where that saves segments. It changes words."),
]
MaxSegments = Annotated[
    int | None, typer.Option(min=1, max=MAX_SEGMENTS, help="The most segments that a text may have, with its link.")
]
IfTooLong = Annotated[
    TooLong | None, typer.Option("--too-long", help="What becomes of a longer text: nobody gets it, or it is cut.")
]


def wishes_of(
    smart: bool | None, transliterate: bool | None, max_segments: int | None, too_long: TooLong | None
) -> Wishes:
    """What was said of them."""
    said = {
        "smart_encoding": smart,
        "transliterate": transliterate,
        "max_segments": max_segments,
        "too_long": None if too_long is None else too_long.value,
    }
    return {name: word for name, word in said.items() if word is not None}
