"""The record of an HTTP exchange with a carrier, redacted as it is made: no secrets, no text, no whole numbers.

Source: house rule "redact when adding to the exchange log, not when showing it".
"""

import re
from collections.abc import Mapping

from heliogram.model.phone import masked

MAX_EXCHANGE_CHARS = 2000

SHOWN_HEADERS = ("content-type", "content-length", "soapaction", "retry-after", "server", "date")
"""An allow-list: what a gateway's own header may hold, nobody knows."""


def shown_headers(headers: Mapping[str, str]) -> str:
    """The headers that may be shown, one a line."""
    return "".join(f"{name}: {value}\n" for name, value in headers.items() if name.lower() in SHOWN_HEADERS)


def without_numbers(text: str) -> str:
    """The text with all but the last four digits of anything as long as a phone number taken out."""
    return _NUMBER.sub(lambda found: masked(found[0]), text)


def redacted_soap(xml: str, *, plain: frozenset[str], hidden: frozenset[str]) -> str:
    """XML with the text of `hidden` elements removed, numbers masked elsewhere, and `plain` elements as they are."""

    def shown(found: re.Match[str]) -> str:
        name, text = found["name"], found["text"]
        if name in hidden:
            text = "…"
        elif name not in plain:
            text = without_numbers(text)
        return found["tag"] + text

    return _ELEMENT.sub(shown, xml)


def exchange_of(*pieces: str) -> str:
    """The pieces under each other, cut to what an attempt may keep."""
    return "\n".join(piece.strip() for piece in pieces if piece.strip())[:MAX_EXCHANGE_CHARS]


_NUMBER = re.compile(r"\+?\d{7,}")
_ELEMENT = re.compile(r"(?P<tag><(?:[\w.-]+:)?(?P<name>[\w.-]+)(?:\s[^<>]*)?(?<!/)>)(?P<text>[^<]+)")
