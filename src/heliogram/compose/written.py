"""A text as it leaves: spelled plainly where its rules allow it and it helps, and no longer than they allow.

The one place where that is decided: the pipeline, its forecast, the preview and the timeline all ask here.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec

from heliogram.compose.fallback import with_link
from heliogram.model.cut import PLAIN, Cut
from heliogram.model.text import Rewriting, Spelling, TextRules, TooLong
from heliogram.wire.cut import cut_text
from heliogram.wire.latin import latinize, letters_in
from heliogram.wire.segment import SINGLE, Encoding, Split, split_text
from heliogram.wire.smart import replacements_in, smarten


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The segments of one person's text, with the link. `rewriting` is None where it leaves as it was written.

    `is_too_long`: it must not leave, because it has more segments than its rules allow.
    """

    split: Split
    rewriting: Rewriting | None = None
    is_too_long: bool = False

    @property
    def text(self) -> str:
        return "".join(self.split.parts)


def fit_text(body: str, link_url: str | None, rules: TextRules, cut: Cut = PLAIN) -> Written:
    """One person's rendered text, and the link behind it where there is one, into segments by the rules.

    `cut` is how the account wants texts cut.
    """

    def split_of(body: str) -> Split:
        return split_for(body if link_url is None else with_link(body, link_url), cut)

    split = split_of(body)
    if split.encoding is Encoding.GSM_7 and split.n_segments <= rules.max_segments:
        return Written(split=split)
    n_before = split.n_segments
    spelling, body, split = _best(body, split, rules, split_of)
    n_uncut = 0
    if split.n_segments > rules.max_segments:
        body = _beginning(body, rules, split_of)
        if not body.strip():
            return Written(split=split, is_too_long=True)
        n_uncut, split = split.n_segments, split_of(body)
    if spelling is Spelling.AS_WRITTEN and not n_uncut:
        return Written(split=split)
    rewriting = Rewriting(spelling=spelling, n_before=n_before, n_kept=len(body), n_uncut=n_uncut)
    return Written(split=split, rewriting=rewriting)


def split_for(text: str, cut: Cut) -> Split:
    """A text in the segments that an account wants: the count that every door shows, and what is sent."""
    return split_text(text, national=cut.national, is_wide=cut.is_wide, charset=cut.charset)


def body_sent(body: str, rewriting: Rewriting) -> str:
    """What was sent of a body, without the link."""
    return _SPELL[rewriting.spelling](body)[: rewriting.n_kept]


def replaced_in(body: str, spelling: Spelling) -> Counter[tuple[str, str]]:
    """(character, what stands for it) → how often, of a body that left in this spelling."""
    body = unicodedata.normalize("NFC", body)
    found: dict[int, str] = {}
    if spelling is Spelling.LATIN:
        found |= letters_in(body)
    if spelling is not Spelling.AS_WRITTEN:
        found |= replacements_in(body)
    return Counter((body[at], plain) for at, plain in found.items())


_SPELL: Final[dict[Spelling, Callable[[str], str]]] = {
    Spelling.AS_WRITTEN: str,
    Spelling.PLAIN: smarten,
    Spelling.LATIN: latinize,
}


def _best(body: str, split: Split, rules: TextRules, split_of: Callable[[str], Split]) -> tuple[Spelling, str, Split]:
    """The first spelling allowed that is in GSM-7, else the one of fewest segments, as written where none has fewer."""
    best = (Spelling.AS_WRITTEN, body, split)
    for spelling, is_allowed in ((Spelling.PLAIN, rules.smart_encoding), (Spelling.LATIN, rules.transliterate)):
        if is_allowed and best[2].encoding is Encoding.UCS_2:
            spelled = _SPELL[spelling](body)
            found = split_of(spelled)
            if found.encoding is Encoding.GSM_7 or found.n_segments < best[2].n_segments:
                best = (spelling, spelled, found)
    return best


def _beginning(body: str, rules: TextRules, split_of: Callable[[str], Split]) -> str:
    """The beginning of the body that fits with its link; "" where none does, or where nothing is to be cut."""
    if rules.too_long is TooLong.SKIP:
        return ""

    def fits(beginning: str) -> bool:
        return split_of(beginning).n_segments <= rules.max_segments

    return cut_text(body, fits, most=SINGLE[Encoding.GSM_7] * rules.max_segments)
