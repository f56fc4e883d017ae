"""Addresses from which a carrier fetches a picture of ours: unguessable, the same for everybody for a day, short-lived.

Here: octets' name → address, address → octets' name. Not here: serving them (`pages.fetched`).
An address needs no row: it says which octets until when, and an HMAC says that we wrote it.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from heliogram.model.parcel import MediaPart

DAY_S = 86_400
LASTS_DAYS = 2
"""Days an address lasts after the one it was made on: providers queue for up to 10 hours, and fetch more than once."""
_N_TAG = 16
"""Octets of the HMAC: 128 bits nobody guesses over a network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What an address stands for."""

    sha256: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMedia:
    """Makes and reads addresses. `key` is derived from the server's secret; whoever has it can offer any blob."""

    base_url: str
    key: bytes
    now: Callable[[], datetime]

    def url_of(self, part: MediaPart) -> str:
        """The address of a picture: one for all messages of a day, so that a provider fetches it once."""
        ends = (int(self.now().timestamp()) // DAY_S + 1 + LASTS_DAYS) * DAY_S
        facts = ends.to_bytes(5, "big") + bytes.fromhex(part.sha256) + part.content_type.encode()
        token = base64.urlsafe_b64encode(self._tag(facts) + facts).decode().rstrip("=")
        return f"{self.base_url}/m/{token}/{part.filename}"

    def read(self, token: str) -> Offered | None:
        """What a token offers; None for one that we did not write, or whose time is over."""
        try:
            octets = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            return None
        tag, facts = octets[:_N_TAG], octets[_N_TAG:]
        if not hmac.compare_digest(tag, self._tag(facts)):
            return None
        if datetime.fromtimestamp(int.from_bytes(facts[:5], "big"), UTC) <= self.now():
            return None
        return Offered(sha256=facts[5:37].hex(), content_type=facts[37:].decode())

    def _tag(self, facts: bytes) -> bytes:
        return hmac.digest(self.key, facts, "sha256")[:_N_TAG]


def public_media(base_url: str, secret: bytes, now: Callable[[], datetime]) -> PublicMedia:
    """The addresses of a server, from its secret key."""
    key = hmac.digest(secret, b"addresses of pictures for carriers", hashlib.sha256)
    return PublicMedia(base_url=base_url, key=key, now=now)
