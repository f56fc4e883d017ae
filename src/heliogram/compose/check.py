"""Whether a written text may go out: the two limits of length, counted on what one person really gets.

Sources: 1,600 characters beside a picture (Braze, Twilio); 10 segments of text (Braze), with the link when it has one.
"""

from dataclasses import dataclass
from typing import Final

from heliogram.compose.fallback import with_link
from heliogram.model.text import MAX_SEGMENTS
from heliogram.wire.segment import measure

MAX_MMS_CHARS: Final = 1_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a text may not go out. `code` is one of `model.reasons`."""

    code: str
    sentence: str


def check_text(body: str, link_url: str | None, as_mms: bool) -> tuple[Problem, ...]:
    """What is wrong with a rendered text; nothing when it may go out.

    `as_mms`: it goes beside a picture. With `link_url` it also has to fit, with that link, into a text message: the
    fallback of the picture, or the text itself when it is no MMS.
    """
    problems: list[Problem] = []
    if as_mms and len(body) > MAX_MMS_CHARS:
        sentence = f"The text has {len(body):,} characters; a picture message takes at most {MAX_MMS_CHARS:,}."
        problems.append(Problem(code="mms_text_too_long", sentence=sentence))
    if link_url is not None or not as_mms:
        _encoding, n_segments, _units = measure(with_link(body, link_url) if link_url is not None else body)
        if n_segments > MAX_SEGMENTS:
            linked = " with its link" if link_url is not None else ""
            sentence = f"As a text message{linked} it needs {n_segments} segments; at most {MAX_SEGMENTS} can be sent."
            problems.append(Problem(code="too_long", sentence=sentence))
    return tuple(problems)
