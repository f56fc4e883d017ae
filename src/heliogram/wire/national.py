"""The national language tables of GSM 7-bit: locking tables in the place of the alphabet, shift tables behind ESC.

What is here is what differs from the default tables, which `wire.gsm` has and puts together with these.

Source: 3GPP TS 23.038 Annex A. The nine Indic tables follow one plan, as their blocks of Unicode do, so they are
written as that plan, what a script lacks of it, and what it has beside it. 0x1B is ESC everywhere and no character.
"""

from typing import Final

Table = dict[int, str]

IDENTIFIERS: Final = {
    "tr": 1,
    "es": 2,
    "pt": 3,
    "bn": 4,
    "gu": 5,
    "hi": 6,
    "kn": 7,
    "ml": 8,
    "or": 9,
    "pa": 10,
    "ta": 11,
    "te": 12,
    "ur": 13,
}
"""ISO 639-1 → the national language identifier of the tables. Spanish has no locking table."""

_TURKISH: Final = {
    0x04: "€", 0x07: "ı", 0x0B: "Ğ", 0x0C: "ğ", 0x1C: "Ş", 0x1D: "ş", 0x40: "İ", 0x60: "ç",
}  # fmt: skip
_PORTUGUESE: Final = {
    0x04: "ê", 0x06: "ú", 0x07: "í", 0x08: "ó", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "ª",
    0x13: "Ç", 0x14: "À", 0x15: "∞", 0x16: "^", 0x17: "\\", 0x18: "€", 0x19: "Ó", 0x1A: "|", 0x1C: "Â", 0x1D: "â",
    0x1E: "Ê", 0x1F: "É", 0x24: "º", 0x40: "Í", 0x5B: "Ã", 0x5C: "Õ", 0x5D: "Ú", 0x60: "~", 0x7B: "ã", 0x7C: "õ",
    0x7D: "`",
}  # fmt: skip

_LATIN_SHIFTS: Final = {
    "tr": {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"},
    "es": {0x09: "ç", 0x41: "Á", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x61: "á", 0x69: "í", 0x6F: "ó", 0x75: "ú"},
    "pt": {
        0x05: "ê", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "Φ", 0x13: "Γ", 0x15: "Ω", 0x16: "Π",
        0x17: "Ψ", 0x18: "Σ", 0x19: "Θ", 0x1F: "Ê", 0x41: "À", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x5B: "Ã", 0x5C: "Õ",
        0x61: "Â", 0x69: "í", 0x6F: "ó", 0x75: "ú", 0x7B: "ã", 0x7C: "õ", 0x7F: "â",
    },
}  # fmt: skip

# What the tables of the other scripts share, and the positions that are left for their letters, in order.
_SHARED: Final = {
    0x0A: "\n", 0x0D: "\r", 0x20: " ", 0x21: "!", 0x28: ")", 0x29: "(", 0x2C: ",", 0x2E: ".",
    **dict(enumerate("0123456789:;", 0x30)), 0x3F: "?", **dict(enumerate("abcdefghijklmnopqrstuvwxyz", 0x61)),
}  # fmt: skip
_LETTERS_AT: Final = tuple(each for each in range(0x61) if each not in _SHARED and each != 0x1B)
_SHARED_SHIFT: Final = {
    **dict(enumerate("@£$¥¿\"¤%&'\f*+")), 0x0E: "-", **dict(enumerate("/<=>¡^¡_#*", 0x0F)),
    **dict(enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0x41)),
}  # fmt: skip
_SIGNS_AT: Final = (0x19, 0x1A, *range(0x1C, 0x28), *range(0x2A, 0x2F), *range(0x30, 0x3C), 0x3F)

# The places of an Indic block that have positions: signs and vowels, consonants, vowel signs, the virama, om.
_PLACES: Final = (1, 2, 3, *range(0x05, 0x3A), *range(0x3C, 0x4E), 0x50)
_INDIC: Final[dict[str, tuple[int, tuple[int, ...], dict[int, int]]]] = {
    "bn": (0x980, (0x0C, 0x0E, 0x11, 0x12, 0x3C, 0x45, 0x47, 0x48, 0x49, 0x57, 0x58, 0x5B, 0x5C), {0x60: 0x4E}),
    "gu": (0xA80, (0x0E, 0x12, 0x3C, 0x45, 0x48, 0x58, 0x5C), {}),
    "hi": (0x900, (), {}),
    "kn": (0xC80, (0x00, 0x0C, 0x11, 0x3C, 0x48, 0x57, 0x5B), {0x60: 0x55}),
    "ml": (0xD00, (0x00, 0x0C, 0x11, 0x3C, 0x4E, 0x57, 0x5B), {0x60: 0x57}),
    "or": (0xB00, (0x0C, 0x0E, 0x11, 0x12, 0x3C, 0x45, 0x48, 0x57, 0x58, 0x5B, 0x5C), {0x60: 0x56}),
    "pa": (
        0xA00,
        (0x09, 0x0B, 0x0C, 0x0E, 0x11, 0x12, 0x3C, 0x45, 0x48, 0x4B, 0x4F, 0x55, 0x56, 0x57, 0x58, 0x5B, 0x5C),
        {0x60: 0x51},
    ),
    "ta": (
        0xB80,
        (
            0x00, 0x09, 0x0B, 0x0C, 0x11, 0x16, 0x17, 0x18, 0x1C, 0x1E, 0x23, 0x24, 0x25, 0x2A, 0x2B, 0x2D, 0x3E, 0x40,
            0x41, 0x4E, 0x4F, 0x55, 0x56, 0x57, 0x5B,
        ),
        {},
    ),
    "te": (0xC00, (0x0C, 0x11, 0x3C, 0x48, 0x4E, 0x57, 0x5B), {0x60: 0x55}),
}  # fmt: skip
"""Language → its block, the positions without a letter because the script has none, and what differs from the plan."""
_LAST: Final = {
    "bn": "\u09d7\u09dc\u09dd\u09f0\u09f1",
    "gu": "\u0ae0\u0ae1\u0ae2\u0ae3\u0af1",
    "hi": "\u0972\u097b\u097c\u097e\u097f",
    "kn": "\u0cd6\u0ce0\u0ce1\u0ce2\u0ce3",
    "ml": "\u0d60\u0d61\u0d62\u0d63\u0d79",
    "or": "\u0b57\u0b60\u0b61\u0b62\u0b63",
    "pa": "\u0a70\u0a71\u0a72\u0a73\u0a74",
    "ta": "\u0bd7\u0bf0\u0bf1\u0bf2\u0bf9",
    "te": "\u0c56\u0c60\u0c61\u0c62\u0c63",
    "ur": "\u0655\u0651\u0653\u0656\u0670",
}
"""The last five positions, from 0x7B."""
_URDU: Final = (
    "\u0627\u0622\u0628\u067b\u0680\u067e\u06a6\u062a\u06c2\u067f\u0679\u067d\u067a\u067c\u062b\u062c"
    "\u0681\u0684\u0683\u0685\u0686\u0687\u062d\u062e\u062f\u068c\u0688\u0689\u068a\u068f\u068d\u0630"
    "\u0631\u0691\u0693\u0699\u0632\u0696\u0698\u069a\u0633\u0634\u0635\u0636\u0637\u0638\u0639\u0641"
    "\u0642\u06a9\u06aa\u06ab\u06af\u06b3\u06b1\u0644\u0645\u0646\u06ba\u06bb\u06bc\u0648\u06c4\u06d5"
    "\u06c1\u06be\u0621\u06cc\u06d0\u06d2\u064d\u0650\u064f\u0657\u0654"
)


def _run(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


_DANDAS: Final = "\u0964\u0965"
_SHIFTED: Final = {
    "bn": _run(0x9E6, 0x9EF) + "\u09df" + _run(0x9E0, 0x9E3) + _run(0x9F2, 0x9FA),
    "gu": _DANDAS + _run(0xAE6, 0xAEF),
    "hi": _DANDAS + _run(0x966, 0x96F) + _run(0x951, 0x954) + _run(0x958, 0x963) + "\u0970\u0971",
    "kn": _DANDAS + _run(0xCE6, 0xCEF) + "\u0cde\u0cf1\u0cf2",
    "ml": _DANDAS + _run(0xD66, 0xD75) + _run(0xD7A, 0xD7F),
    "or": _DANDAS + _run(0xB66, 0xB6F) + "\u0b5c\u0b5d\u0b5f\u0b70\u0b71",
    "pa": _DANDAS + _run(0xA66, 0xA6F) + "\u0a59\u0a5a\u0a5b\u0a5c\u0a5e\u0a75",
    "ta": _DANDAS + _run(0xBE6, 0xBEF) + _run(0xBF3, 0xBF8) + "\u0bfa",
    "te": "\0\0" + _run(0xC66, 0xC6F) + "\u0c58\u0c59" + _run(0xC78, 0xC7F),
    "ur": "\u0600\u0601"
    + _run(0x6F0, 0x6F9)
    + "\u060c\u060d"
    + _run(0x60E, 0x614)
    + "\u061b\u061f\u0640\u0652\u0658\u066b\u066c"
    "\u0672\u0673\u06cd\u06d4",
}
"""Digits and signs at the positions of `_SIGNS_AT`; 0 where there is none."""


def _indic(language: str) -> Table:
    block, holes, moved = _INDIC[language]
    places = {**dict(zip(_LETTERS_AT, _PLACES, strict=True)), **moved}
    return {position: chr(block + place) for position, place in places.items() if position not in holes}


def _with_shared(language: str, letters: Table) -> Table:
    return dict(sorted({**_SHARED, **letters, **dict(enumerate(_LAST[language], 0x7B))}.items()))


def _shifted(language: str) -> Table:
    signs = {position: sign for position, sign in zip(_SIGNS_AT, _SHIFTED[language], strict=False) if sign != "\0"}
    return {**_SHARED_SHIFT, **signs}


CHANGED: Final[dict[int, Table]] = {IDENTIFIERS["tr"]: _TURKISH, IDENTIFIERS["pt"]: _PORTUGUESE}
"""Identifier → position → character, of the locking tables that are the default alphabet but for these."""
LOCKING: Final[dict[int, Table]] = {
    **{IDENTIFIERS[each]: _with_shared(each, _indic(each)) for each in _INDIC},
    IDENTIFIERS["ur"]: _with_shared("ur", dict(zip(_LETTERS_AT, _URDU, strict=True))),
}
"""The locking tables that have nothing of the default alphabet but by chance; a position may be empty."""
SINGLE_SHIFT: Final[dict[int, Table]] = {
    **{IDENTIFIERS[each]: table for each, table in _LATIN_SHIFTS.items()},
    **{IDENTIFIERS[each]: _shifted(each) for each in _SHIFTED},
}
"""Identifier → position → character, behind ESC, beside the default extension."""
