"""How an account wants its texts cut: what decides the number of segments, and the price, before anything leaves."""

from typing import Final

import msgspec


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """`is_wide` leaves room for a 16-bit reference in each segment of a long text.

    `national` are the languages (ISO 639-1) whose GSM tables may be used. `charset` is the one that texts of the
    default alphabet are written in on the way to the carrier: "" is the alphabet itself, "latin-1" and "ascii" have
    less, and a text that is not in it goes in UCS-2.
    """

    is_wide: bool = False
    national: tuple[str, ...] = ()
    charset: str = ""


PLAIN = Cut()
"""What most carriers take."""
CHARSETS: Final = {"gsm7": "", "latin1": "latin-1", "ascii": "ascii"}
"""What a carrier makes GSM-7 of, as accounts and commands name it → `charset`."""
