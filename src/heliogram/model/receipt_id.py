"""How a carrier writes the ids of its messages: in receipts it may be another way than in its answers.

Source: Kannel's `msg-id-type` (decimal or hexadecimal, in answers and in receipts), and receipts that carriers are
known to pad with zeros. The id is the same number; only its spelling differs.
"""

import re
from enum import StrEnum
from typing import Final

MAX_DIGITS: Final = 20
"""Of a decimal number that 64 bits hold; hexadecimal ones have 16. What is longer is no number to a carrier."""
_HEX_DIGITS: Final = 16
_NUMBER: Final = re.compile(r"[0-9A-Fa-f]{1,20}")
_DECIMAL: Final = re.compile(r"[0-9]{1,20}")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{1,16}")


class IdForm(StrEnum):
    """How the id in a receipt follows from the one in the answer."""

    LEARN = "learn"
    """Not known yet: learnt from receipts whose number leaves no other reading."""
    SAME = "same"
    PADDED = "padded"
    """The same digits with more or fewer zeros before them, or letters of another case."""
    HEX_TO_DECIMAL = "hex_to_decimal"
    """Answers in hexadecimal, receipts in decimal."""
    DECIMAL_TO_HEX = "decimal_to_hex"


WORDS: Final = {
    IdForm.LEARN: "Not known yet how receipts write the ids of messages: learnt from those that only one way can read.",
    IdForm.SAME: "Receipts write the ids of messages as the answers do.",
    IdForm.PADDED: "Receipts pad the ids of messages with zeros, or write their letters in another case.",
    IdForm.HEX_TO_DECIMAL: "Answers write the ids of messages in hexadecimal, receipts in decimal.",
    IdForm.DECIMAL_TO_HEX: "Answers write the ids of messages in decimal, receipts in hexadecimal.",
}
"""Each form in a sentence for whoever looks after an account."""
KNOWN: Final = (IdForm.SAME, IdForm.PADDED, IdForm.HEX_TO_DECIMAL, IdForm.DECIMAL_TO_HEX)


def is_a_number(message_id: str) -> bool:
    """Whether an id may be a number, and so may be written in more than one way."""
    return _NUMBER.fullmatch(message_id) is not None


def answers_for(receipt_id: str, form: IdForm) -> frozenset[str]:
    """Every spelling that the answer may have had, when a receipt says this."""
    return _SPELT[form](receipt_id)


def receipts_for(answer_id: str, form: IdForm) -> frozenset[str]:
    """Every spelling that a receipt may have, when the answer said this."""
    return _SPELT[_BACK.get(form, form)](answer_id)


def _same(message_id: str) -> frozenset[str]:
    return frozenset({message_id})


def _padded(message_id: str) -> frozenset[str]:
    if not is_a_number(message_id):
        return frozenset()
    return _widths(message_id.lstrip("0") or "0", MAX_DIGITS) - {message_id}


def _in_hex(decimal: str) -> frozenset[str]:
    if not _DECIMAL.fullmatch(decimal):
        return frozenset()
    return _widths(f"{int(decimal):x}", _HEX_DIGITS)


def _in_decimal(hexadecimal: str) -> frozenset[str]:
    if not _HEX.fullmatch(hexadecimal):
        return frozenset()
    return _widths(str(int(hexadecimal, 16)), MAX_DIGITS)


def _widths(digits: str, most: int) -> frozenset[str]:
    cases = {digits.lower(), digits.upper()}
    return frozenset(each.zfill(width) for each in cases for width in range(len(digits), max(most, len(digits)) + 1))


_SPELT: Final = {
    IdForm.SAME: _same,
    IdForm.PADDED: _padded,
    IdForm.HEX_TO_DECIMAL: _in_hex,
    IdForm.DECIMAL_TO_HEX: _in_decimal,
}
_BACK: Final = {IdForm.HEX_TO_DECIMAL: IdForm.DECIMAL_TO_HEX, IdForm.DECIMAL_TO_HEX: IdForm.HEX_TO_DECIMAL}
