"""Cuts a text into the segments a handset will join again, and counts them. One implementation for everyone.

Source: 3GPP TS 23.040 §9.2.3.24.1 (concatenation: a header of 6 octets with an 8-bit reference, of 7 with a 16-bit
one), TS 23.038 (alphabets). A segment has 140 octets: 160 septets or 70 UTF-16 units alone, 153 or 67 beside the
shorter header, 152 or 66 beside the longer. What is counted is the text in NFC, as it is sent.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache, partial
from itertools import product
from typing import Final

import msgspec

from heliogram.wire import gsm
from heliogram.wire.clusters import cluster_end, cluster_start
from heliogram.wire.errors import OurFault
from heliogram.wire.national import IDENTIFIERS
from heliogram.wire.smart import replacements_in, smarten


class Encoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


_GSM_7: Final = Encoding.GSM_7  # looked up once: Python 3.11 takes 0.2 µs each time
_UCS_2: Final = Encoding.UCS_2

SINGLE: Final = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
JOINED: Final = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}
JOINED_16: Final = {Encoding.GSM_7: 152, Encoding.UCS_2: 66}
"""With a 16-bit reference, as SMSCs may write it that make the header themselves."""

# One septet a character and no more: what ASCII and the alphabet share, without the extension and the backtick.
_PLAIN: Final = re.compile(r"[@$_\n\r !\"#%&'()*+,\-./0-9:;<=>?A-Za-z]*\Z")


class Forcing(msgspec.Struct, frozen=True, kw_only=True):
    """A character that is not in the GSM alphabet. `position` counts code points of the text in NFC, from 0.

    `replacement` is the plain spelling that smart encoding would give it here, None where there is none.
    """

    position: int
    character: str
    name: str
    replacement: str | None = None


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """A text in segments. `n_units` are septets (GSM-7) or UTF-16 units (UCS-2) without headers."""

    encoding: Encoding
    parts: tuple[str, ...]
    n_units: int
    shift: gsm.Shift = gsm.DEFAULT
    national: tuple[str, ...] = ()
    charset: str = ""

    @property
    def n_segments(self) -> int:
        return len(self.parts)

    @property
    def forcing(self) -> tuple[Forcing, ...]:
        """The characters that force UCS-2, in order."""
        if self.encoding is Encoding.GSM_7:
            return ()
        return forcing_in("".join(self.parts), self.national, self.charset)


def split_text(
    text: str,
    *,
    encoding: Encoding | None = None,
    national: Collection[str] = (),
    is_wide: bool = False,
    charset: str = "",
) -> Split:
    """Cut `text`, in NFC, into segments, in the smallest encoding that holds it or the one asked for.

    Escape pairs, surrogate pairs and grapheme clusters that fit a segment are never cut in two. An empty text is
    one empty segment. `is_wide` leaves room for a 16-bit reference; `national` are the languages whose tables may be
    used. `charset`, where it is not "", must have the whole text too: a carrier that makes GSM-7 from Latin-1 or ASCII
    gets the rest in UCS-2. Raises OurFault when GSM-7 is asked for and the text is not in it.
    """
    if not national and encoding is not _UCS_2 and _PLAIN.match(text):
        return _cut_plain(text, is_wide)
    text = unicodedata.normalize("NFC", text)
    if charset and encoding is None and not _is_in(text, charset):
        encoding = _UCS_2
    shift = _shift_for(text, tuple(national), is_wide) if encoding is not _UCS_2 else None
    if shift is None and encoding is _GSM_7:
        raise OurFault(f"{forcing_in(text, national)[0].name} is not in the GSM 7-bit alphabet")
    encoding, shift = (_UCS_2, gsm.DEFAULT) if shift is None else (_GSM_7, shift)
    doubles = [found.start() for found in _doubles(encoding, shift).finditer(text)]
    n_units = len(text) + len(doubles)
    alone, joined = _rooms(encoding, shift, is_wide)
    parts = (text,) if n_units <= alone else tuple(_fill(text, encoding, joined, shift, doubles))
    national = tuple(national)
    return Split(encoding=encoding, parts=parts, n_units=n_units, shift=shift, national=national, charset=charset)


def _is_in(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _cut_plain(text: str, is_wide: bool) -> Split:
    """A text of which every character is one septet: what most texts are, and no more than slices."""
    n = len(text)
    if n <= SINGLE[_GSM_7]:
        return Split(encoding=_GSM_7, parts=(text,), n_units=n)
    room = (JOINED_16 if is_wide else JOINED)[_GSM_7]
    return Split(encoding=_GSM_7, parts=tuple([text[at : at + room] for at in range(0, n, room)]), n_units=n)


def split_plainly(text: str, split: Split, *, is_wide: bool = False) -> Split | None:
    """What smart encoding makes of a text that is `split` as it stands; None where nothing is won by it."""
    if split.encoding is Encoding.GSM_7:
        return None
    plainly = split_text(smarten(text), national=split.national, is_wide=is_wide, charset=split.charset)
    is_better = plainly.encoding is Encoding.GSM_7 or plainly.n_segments < split.n_segments
    return plainly if is_better else None


def count_units(text: str, encoding: Encoding, shift: gsm.Shift = gsm.DEFAULT) -> int:
    if encoding is _GSM_7:
        return gsm.n_septets(text, shift)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def encode_part(part: str, encoding: str, shift: gsm.Shift = gsm.DEFAULT, charset: str = "") -> bytes:
    """A segment's octets as SMPP carries them: septets one an octet, or UTF-16BE.

    `charset` is what stands for the septets where the carrier makes them itself. Raises OurFault for what it lacks.
    """
    if encoding == _GSM_7:
        if charset:
            if not (gsm.is_gsm7(part) and _is_in(part, charset)):
                raise OurFault(f"the text is not in {charset} and the GSM 7-bit alphabet both")
            return part.encode(charset)
        return gsm.encode(part, shift)
    return part.encode("utf-16-be", "surrogatepass")


def forcing_in(text: str, national: Collection[str] = (), charset: str = "") -> tuple[Forcing, ...]:
    """The characters of a text in NFC that force UCS-2, in order: those that the best of the allowed tables has not.

    With a `charset`, those too that it lacks.
    """
    if gsm.is_gsm7(text) and not (charset and not _is_in(text, charset)):
        return ()
    allowed = (gsm.alphabet(shift).characters for shift in _shifts(tuple(national)))
    best = min(allowed, key=lambda characters: sum(map(text.count, set(text) - characters)))
    plain = replacements_in(text)
    return tuple(
        Forcing(position=position, character=character, name=name_of(character), replacement=plain.get(position))
        for position, character in enumerate(text)
        if character not in best or (charset and not _is_in(character, charset))
    )


@lru_cache(4096)
def name_of(character: str) -> str:
    """The character's name in words, or its number."""
    return unicodedata.name(character, "").capitalize() or f"U+{ord(character):04X}"


@lru_cache(64)
def _shifts(national: tuple[str, ...]) -> tuple[gsm.Shift, ...]:
    """Every pair of tables that the languages allow, the default first."""
    try:
        known = sorted(IDENTIFIERS[language] for language in national)
    except KeyError as unknown:
        raise OurFault(f"{unknown.args[0]} has no tables of its own, as {', '.join(IDENTIFIERS)} have") from unknown
    locking = [0, *(each for each in known if each != IDENTIFIERS["es"])]
    return (gsm.DEFAULT, *(gsm.Shift(*pair) for pair in product(locking, [0, *known]) if pair != (0, 0)))


def _shift_for(text: str, national: tuple[str, ...], is_wide: bool) -> gsm.Shift | None:
    """The tables that need the fewest segments, with the shortest header of those; None where none have the text."""
    if not national:
        return gsm.DEFAULT if gsm.is_gsm7(text) else None
    able = [each for each in _shifts(national) if gsm.is_gsm7(text, each)]

    def cost(shift: gsm.Shift) -> tuple[int, int, int]:
        n_septets = gsm.n_septets(text, shift)
        alone, joined = _rooms(Encoding.GSM_7, shift, is_wide)
        return 1 if n_septets <= alone else max(2, -(-n_septets // joined)), shift.n_tables, n_septets

    return min(able, key=cost, default=None)


def _rooms(encoding: Encoding, shift: gsm.Shift, is_wide: bool) -> tuple[int, int]:
    """Units in a segment alone, and in each of several. A header takes whole septets (TS 23.040 §9.2.3.24)."""
    if shift == gsm.DEFAULT:
        return SINGLE[encoding], (JOINED_16 if is_wide else JOINED)[encoding]
    tables = 3 * shift.n_tables
    return _septets_beside(1 + tables), _septets_beside((7 if is_wide else 6) + tables)


def _septets_beside(n_header_octets: int) -> int:
    return 160 - -(-8 * n_header_octets // 7)


def _fill(text: str, encoding: Encoding, room: int, shift: gsm.Shift, doubles: Sequence[int]) -> Iterator[str]:
    """Segments as full as they can be, in whole clusters; a cluster larger than a segment is cut between characters."""
    start = 0
    # The default alphabet has no combining characters.
    has_clusters = encoding is _UCS_2 or shift != gsm.DEFAULT
    size = partial(count_units, encoding=encoding, shift=shift)
    while (end := _reach(doubles, start, room)) < len(text):
        if has_clusters:
            end = _between_clusters(text, start, end, room, size)
        yield text[start:end]
        start = end
    yield text[start:]


@lru_cache(256)
def _doubles(encoding: Encoding, shift: gsm.Shift) -> re.Pattern[str]:
    """The characters of two units: pairs of surrogates, or what stands behind an escape."""
    if encoding is _UCS_2:
        return re.compile("[\U00010000-\U0010ffff]")
    return re.compile(f"[{''.join(map(re.escape, sorted(gsm.alphabet(shift).extended)))}]")


def _reach(doubles: Sequence[int], start: int, room: int) -> int:
    """The furthest end of a segment that begins at `start`, where no text ends it: every double before it costs one."""
    end = start + room
    for at in doubles[bisect_left(doubles, start) :]:
        if at >= end:
            break
        end -= 1
    return end


def _between_clusters(text: str, start: int, end: int, room: int, size: Callable[[str], int]) -> int:
    first = cluster_start(text, end, start)
    if first == end:
        return end
    cluster = text[first : cluster_end(text, first, first + room + 1)]
    return end if first == start or size(cluster) > room else first
