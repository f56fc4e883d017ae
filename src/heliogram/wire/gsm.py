"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038 §6.2.1).

Here a septet is kept in an octet of its own, as SMPP carries it; packing is the SMSC's business.
"""

from typing import Final

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

_TO_SEPTETS: Final[dict[str, bytes]] = {
    **{character: bytes([position]) for position, character in enumerate(BASIC) if position != ESCAPE},
    **{character: bytes([ESCAPE, position]) for position, character in EXTENSION.items()},
}
CHARACTERS: Final = frozenset(_TO_SEPTETS)
EXTENDED: Final = frozenset(EXTENSION.values())
_TABLE: Final = {ord(character): septets.decode("latin-1") for character, septets in _TO_SEPTETS.items()}


def is_gsm7(text: str) -> bool:
    """Whether every character is in the alphabet or its extension."""
    return CHARACTERS.issuperset(text)


def n_septets(text: str) -> int:
    """The septets of a text that `is_gsm7`."""
    if text.isascii() and text.isalnum():
        return len(text)
    return len(text) + sum(map(text.count, EXTENDED))


def encode(text: str) -> bytes:
    """The septets of a text, one an octet, extension characters as ESC and their code. Raises OurFault."""
    if not is_gsm7(text):
        odd = next(character for character in text if character not in CHARACTERS)
        raise OurFault(f"{odd!r} is not in the GSM 7-bit alphabet")
    return text.translate(_TABLE).encode("latin-1")


def decode(octets: bytes) -> str:
    """The text of septets kept one an octet.

    After ESC, a position without an extension shows the main table's character; a lone ESC at the end shows a space
    (TS 23.038 §6.2.1.1). The top bit, which no septet has, is ignored.
    """
    out: list[str] = []
    escaped = False
    for octet in octets:
        position = octet & 0x7F
        if escaped:
            out.append(EXTENSION.get(position, BASIC[position] if position != ESCAPE else " "))
            escaped = False
        elif position == ESCAPE:
            escaped = True
        else:
            out.append(BASIC[position])
    if escaped:
        out.append(" ")
    return "".join(out)
