"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038 §6.2.1), and the national ones in their place.

Here a septet is kept in an octet of its own, as SMPP carries it; packing is the SMSC's business.
"""

import re
from functools import lru_cache
from typing import Final

import msgspec

from heliogram.wire import national
from heliogram.wire.errors import OurFault

ESCAPE: Final = 0x1B

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
"""The 128 positions; 0x1B is ESC, which is no character."""

EXTENSION: Final = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
"""The position after ESC → character: each costs two septets."""


class Shift(msgspec.Struct, frozen=True):
    """The national language identifiers of the locking table and of the one behind ESC; 0 is the default."""

    locking: int = 0
    single: int = 0

    @property
    def n_tables(self) -> int:
        return (self.locking > 0) + (self.single > 0)


DEFAULT: Final = Shift()


class Alphabet(msgspec.Struct, frozen=True):
    """What can be written under a shift. `extended` are the characters that cost two septets."""

    basic: dict[int, str]
    extension: dict[int, str]
    characters: frozenset[str]
    extended: frozenset[str]
    septets: dict[int, str]


@lru_cache(256)  # 13 locking tables and 14 behind ESC, in pairs
def alphabet(shift: Shift = DEFAULT) -> Alphabet:
    """The tables of a shift. An identifier without a table of that kind stands for the default, as TS 23.038 has it."""
    default = {position: character for position, character in enumerate(BASIC) if position != ESCAPE}
    basic = national.LOCKING.get(shift.locking) or {**default, **national.CHANGED.get(shift.locking, {})}
    extension = {**EXTENSION, **national.SINGLE_SHIFT.get(shift.single, {})}
    septets: dict[str, str] = {}
    for table, prefix in ((basic, ""), (extension, chr(ESCAPE))):
        for position, character in table.items():
            septets.setdefault(character, prefix + chr(position))  # one septet before two, the first place of several
    return Alphabet(
        basic=basic,
        extension=extension,
        characters=frozenset(septets),
        extended=frozenset(character for character, written in septets.items() if len(written) > 1),
        septets={ord(character): written for character, written in septets.items()},
    )


CHARACTERS: Final = alphabet().characters
EXTENDED: Final = alphabet().extended
_IN_DEFAULT: Final = re.compile(f"[{''.join(map(re.escape, sorted(CHARACTERS)))}]*")


def is_gsm7(text: str, shift: Shift = DEFAULT) -> bool:
    """Whether every character is in the alphabet or its extension."""
    if shift is DEFAULT:  # a pattern reads a text three times as fast as a set
        return _IN_DEFAULT.fullmatch(text) is not None
    return alphabet(shift).characters.issuperset(text)


def n_septets(text: str, shift: Shift = DEFAULT) -> int:
    """The septets of a text that `is_gsm7`."""
    if shift is not DEFAULT:
        return len(text) + sum(map(text.count, alphabet(shift).extended))
    if text.isascii() and text.isalnum():
        return len(text)
    return len(text) + sum(map(text.count, EXTENDED))


# What ASCII and the alphabet have in the same place; elsewhere a character is written as another code.
_SAME: Final = re.compile(r"[\n\r !\"#%&'()*+,\-./0-9:;<=>?A-Za-z]*\Z")


def encode(text: str, shift: Shift = DEFAULT) -> bytes:
    """The septets of a text, one an octet, extension characters as ESC and their code. Raises OurFault."""
    if shift == DEFAULT and _SAME.match(text):
        return text.encode("ascii")
    if not is_gsm7(text, shift):
        odd = next(character for character in text if character not in alphabet(shift).characters)
        raise OurFault(f"{odd!r} is not in the GSM 7-bit alphabet")
    return text.translate(alphabet(shift).septets).encode("latin-1")


def decode(octets: bytes, shift: Shift = DEFAULT) -> str:
    """The text of septets kept one an octet.

    After ESC, a position without an extension shows the main table's character; a lone ESC at the end shows a space
    (TS 23.038 §6.2.1.1). A position without any shows U+FFFD. The top bit, which no septet has, is ignored.
    """
    tables = alphabet(shift)
    out: list[str] = []
    escaped = False
    for octet in octets:
        position = octet & 0x7F
        if escaped:
            other = tables.basic.get(position, " " if position == ESCAPE else "\ufffd")
            out.append(tables.extension.get(position, other))
            escaped = False
        elif position == ESCAPE:
            escaped = True
        else:
            out.append(tables.basic.get(position, "\ufffd"))
    if escaped:
        out.append(" ")
    return "".join(out)
