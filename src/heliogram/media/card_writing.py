"""Writes a contact card: vCard 3.0, the version that all phones read, folded and escaped as RFC 2426 says.

Here: fields → octets, and which fields a card may have. Reading any card is `written_cards`' work.
Sources: RFC 2426 §2.6 (folding), §3 (types), §4 and §5 (escaping); Braze's contact card (company of 20 characters, a
photo of 240 × 240 pixels).
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from heliogram.media.plan import Budget

MAX_COMPANY: Final = 20
MAX_NAME: Final = 60
MAX_LINE: Final = 120
MAX_WEBSITE: Final = 500
LINE_OCTETS: Final = 75
PHOTO_SIDE: Final = 240
PHOTO: Final = Budget(
    octets=60_000,
    max_width=PHOTO_SIDE,
    max_height=PHOTO_SIDE,
    content_types=("image/jpeg",),
    source="a photo that phones show in a circle, and that leaves room in the smallest picture message",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`company` and `phone` are needed. `photo` is a JPEG that was re-made, or nothing."""

    company: str
    phone: str
    name: str = ""
    email: str = ""
    website: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    photo: bytes = b""


_PHONE: Final = re.compile(r"\+?[0-9]{3,15}")
_EMAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_WEBSITE: Final = re.compile(r"https?://[^\s\"<>\\]+", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LIMITS: Final = {"company": MAX_COMPANY, "name": MAX_NAME, "website": MAX_WEBSITE}
_TEXTS: Final = ("company", "phone", "name", "email", "website", "street", "city", "region", "postcode", "country")
_FORMS: Final = (
    ("phone", _PHONE, "A telephone number has 3 to 15 digits, with a + before the country's."),
    ("email", _EMAIL, "An e-mail address looks like desk@example.com."),
    ("website", _WEBSITE, "A web address begins with https:// or http://, and has no space."),
)


def problems_of(card: Card) -> list[tuple[str, str]]:
    """(field, sentence) of everything that keeps the card from being written; none when it can be."""
    found = [(name, sentence) for name in _TEXTS if (sentence := _wrong_text(name, getattr(card, name)))]
    for name, form, sentence in _FORMS:
        text = getattr(card, name)
        if text and not form.fullmatch(text):
            found.append((name, sentence))
    return found


def _wrong_text(name: str, text: str) -> str:
    if not text.strip() and name in ("company", "phone"):
        return "A contact card needs this."
    most = _LIMITS.get(name, MAX_LINE)
    if len(text) > most:
        return f"At most {most} characters; these are {len(text):,}."
    return "This has a line break or another character in it that no line of text has." if _CONTROL.search(text) else ""


def dialled(phone: str) -> str:
    """A number as it is dialled: what people write between the digits is left out."""
    return re.sub(r"[\s()./\u00a0\u2010-\u2015-]", "", phone)


def write_card(card: Card) -> bytes:
    """The card as a file. Raises ValueError for one that has problems."""
    if problems := problems_of(card):
        raise ValueError(f"no card: {problems}")
    return b"".join(folded(line) for line in _lines(card))


def _lines(card: Card) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    # The name whole as the given one: which word of it is the family's, nobody but its owner knows.
    yield f"N:;{escaped(card.name)};;;"
    yield f"FN:{escaped(card.name or card.company)}"
    yield f"ORG:{escaped(card.company)}"
    if not card.name:
        yield "X-ABSHOWAS:COMPANY"  # an iPhone shows the company as the name then
    yield f"TEL;TYPE=WORK,VOICE:{card.phone}"
    if card.email:
        yield f"EMAIL;TYPE=INTERNET:{escaped(card.email)}"
    if card.website:
        yield f"URL:{card.website}"  # a URI, which is not escaped
    address = (card.street, card.city, card.region, card.postcode, card.country)
    if any(address):
        yield f"ADR;TYPE=WORK:;;{';'.join(map(escaped, address))}"
    if card.photo:
        yield f"PHOTO;ENCODING=b;TYPE=JPEG:{base64.b64encode(card.photo).decode()}"
    yield "END:VCARD"


def escaped(text: str) -> str:
    """A text as one value: what separates values, and the backslash itself, have one before them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def folded(line: str) -> bytes:
    """A line with its end, broken so that none has more than 75 octets; no character is broken."""
    octets = line.encode()
    parts = []
    room = LINE_OCTETS
    while len(octets) > room:
        end = room
        while octets[end] & 0xC0 == 0x80:  # the middle of a character in UTF-8
            end -= 1
        parts.append(octets[:end])
        octets = octets[end:]
        room = LINE_OCTETS - 1  # the blank that goes on belongs to the line
    return b"\r\n ".join([*parts, octets]) + b"\r\n"
