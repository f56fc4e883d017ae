"""Calls of HTTP carriers to us: bounded, told apart from strangers', read, and answered once what they say is stored.

Here: what all of them share. Not here: which header holds what, signed how (each carrier's file).
"""

import base64
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from heliogram.carriers.http import basic_credentials
from heliogram.carriers.protocol import CallbackRefused
from heliogram.model.event import Answer, Callback, Event, Heard, InboundLink
from heliogram.model.phone import E164

MAX_CALL_OCTETS = 262_144
"""A call has a few kilobytes: pictures come as addresses."""
N_FIELDS = 1_000
TOLERANCE_S = 300
"""How far a signed time may be from ours: what Telnyx and Standard Webhooks use."""
N_KEY = 8
N_LINKS = 30
"""Media of one message that are fetched: carriers bring ten."""
MAX_NETWORK = 60
"""Characters of a network's name: as many as an approval's may have."""
MAX_URL = 4_096
"""Bandwidth's limit, and the longest that any of them names."""
USERNAME = "heliogram"
"""The user name of a carrier that calls with Basic credentials; the password is the callback key."""

Read = TypeVar("Read")


def bounded(call: Callback) -> bytes:
    """The body of a POST. Raises CallbackRefused (405, 413)."""
    if call.method != "POST":
        raise CallbackRefused(405, "This carrier calls with POST.")
    if len(call.body) > MAX_CALL_OCTETS:
        raise CallbackRefused(413, f"A call has at most {MAX_CALL_OCTETS:,} bytes.")
    return call.body


def signed_or_refused(is_genuine: bool, *, is_signed: bool, where: str) -> None:
    """Refuse a stranger. `where` names the header, so that an operator knows what to look at."""
    if not is_signed:
        raise CallbackRefused(401, f"The call has no {where}, so anybody could have sent it.")
    if not is_genuine:
        raise CallbackRefused(
            403,
            f"The {where} of the call is not this account's: the secret differs, or the carrier calls another "
            "address than HELIOGRAM_PUBLIC_URL says.",
        )


def keyed(url: str, key: str) -> str:
    """A callback address that shows who calls, for carriers that sign nothing."""
    return f"{url}?key={key}"


def is_key(key: str) -> bool:
    """Whether it can stand in an address as it is, and is no word that somebody guesses at once."""
    return len(key) >= N_KEY and _KEY.fullmatch(key) is not None


def keyed_or_refused(call: Callback, key: str) -> None:
    """Refuse a stranger: who calls has the key in the address, or shows it as the password of `USERNAME`."""
    shown = [value for name, value in parse_qsl(call.query) if name == "key"]
    basic = call.headers.get("authorization", "")
    is_genuine = any(matches(each, key) for each in shown) or matches(basic, basic_credentials(USERNAME, key))
    signed_or_refused(is_genuine, is_signed=bool(shown or basic), where="key in the address, or in Authorization")


def matches(shown: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell how far they are."""
    return hmac.compare_digest(shown.encode(), expected.encode())


def mac(key: str | bytes, signed: bytes, algorithm: str = "sha256") -> str:
    """The HMAC in base64."""
    octets = key.encode() if isinstance(key, str) else key
    return base64.b64encode(hmac.digest(octets, signed, algorithm)).decode()


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether a signed time (seconds since 1970) is near enough to now that the call is no recording."""
    return timestamp.isascii() and timestamp.isdigit() and abs(int(timestamp[:20]) - now.timestamp()) <= TOLERANCE_S


def form_of(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form, empty ones too, in order. Raises CallbackRefused (400)."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=N_FIELDS, errors="strict")
    except ValueError as error:
        raise CallbackRefused(400, "The call is no form that can be read.") from error


def json_of(body: bytes, shape: type[Read]) -> Read:
    """A JSON body. Raises CallbackRefused (400)."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CallbackRefused(400, f"The call is not readable: {str(error).rstrip('.')}.") from error


def told(events: tuple[Event, ...], thanks: Answer | None = None) -> Heard:
    """Thanked once stored; "not now" where it could not be stored, which makes carriers call again."""
    return Heard(events=events, stored=thanks or Answer(status=200, headers={}, body=b""), not_stored=_NOT_NOW)


def number_of(text: str) -> str:
    """A carrier's way of writing a number as E.164, "" for a short code, a name or nonsense."""
    digits = re.sub(r"[ ().-]", "", text).removeprefix("+")
    return f"+{digits}" if len(digits) >= 8 and E164.match(f"+{digits}") else ""


def network_of(name: str | None) -> str:
    """A network's name as a carrier says it, "" for none that can be read."""
    return name.strip()[:MAX_NETWORK] if name and name.isprintable() else ""


def links_of(media: Iterable[tuple[str | None, str | None]]) -> tuple[InboundLink, ...]:
    """The media of a message from a phone, by (address, content type) as the carrier names them, in their order.

    The SMIL among them arranges the others and is nothing to look at.
    """
    links = [
        InboundLink(url=url, content_type=(content_type or "").partition(";")[0].strip().lower()[:100])
        for url, content_type in media
        if url and len(url) <= MAX_URL and url.isprintable() and not _is_smil(url, content_type or "")
    ]
    return tuple(links[:N_LINKS])


def _is_smil(url: str, content_type: str) -> bool:
    return content_type.lower().startswith("application/smil") or urlsplit(url).path.lower().endswith((".smil", ".smi"))


_KEY = re.compile(r"[A-Za-z0-9._~-]+")
_NOT_NOW = Answer(status=503, headers={"Retry-After": "5"}, body=b"Not stored. Please call again.\n")
