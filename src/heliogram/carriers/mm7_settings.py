"""What an MM7 account is told, and the complaints about what cannot work. Pure but for the PEM files."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

import msgspec

from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.tls import client_context
from heliogram.wire.mm7.names import REL_6_MM7_1_4, is_mm7


@dataclass(frozen=True, slots=True, kw_only=True)
class Mm7Settings:
    """One account. `username` and `password` serve both ways: we show them to the gateway and it to us.

    `auth` is how we show them: "basic", or "digest" once the gateway has asked; `callback_auth` is how it shows them
    to us: "basic", or "digest" because we ask. The `tls_` files (PEM) are the
    gateway's authority where the system does not know it, and our certificate where the gateway wants one.
    `expiry` is an xs:duration ("P3D") or "" for the gateway's own. `soap_action` is sent as it is, quotes included.
    """

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    vaspid: str = ""
    vasid: str = ""
    namespace: str = REL_6_MM7_1_4
    soap_action: str = '""'
    auth: str = "basic"
    callback_auth: str = "basic"
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    read_reply: bool = False
    transfer_encoding: str = "base64"
    expiry: str = ""
    timeout_s: float = 30.0
    connect_timeout_s: float = 5.0
    window: int = 10

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise Misconfigured(
                f"The address of the MM7 gateway must begin with http:// or https://, not {self.url!r}."
            )
        if urlsplit(self.url).username is not None:
            # aiohttp refuses two sets of credentials at every request.
            raise Misconfigured("The user name and password of the MM7 gateway do not belong in its address.")
        for name, way in (("auth", self.auth), ("callback_auth", self.callback_auth)):
            if way not in ("basic", "digest"):
                raise Misconfigured(f"{name} is basic or digest, not {way!r}.")
        if self.callback_auth == "digest" and not (self.username and self.password):
            raise Misconfigured("Calls can be signed by Digest only with a user name and a password.")
        if self.transfer_encoding not in ("base64", "binary"):
            raise Misconfigured(f"transfer_encoding is base64 or binary, not {self.transfer_encoding!r}.")
        if not is_mm7(self.namespace):
            raise Misconfigured(f"{self.namespace!r} is not a namespace of MM7.")
        if not 1 <= self.window <= 1_000 or self.timeout_s <= 0 or self.connect_timeout_s <= 0:
            raise Misconfigured("The window is 1 to 1,000 and the timeouts are more than 0 seconds.")


def settings_of(stored: Mapping[str, object], secret: str) -> Mm7Settings:
    """An account's stored settings. Raises Misconfigured."""
    known = {each.name for each in fields(Mm7Settings)} - {"password"}
    if unknown := sorted(set(stored) - known):
        raise Misconfigured(f"An MM7 account has no setting {', '.join(unknown)}.")
    if "url" not in stored:
        raise Misconfigured("An MM7 account needs the address of its gateway: url.")
    try:
        return msgspec.convert({**stored, "password": secret}, Mm7Settings)
    except msgspec.ValidationError as problem:
        raise Misconfigured(f"The MM7 account cannot be used: {str(problem).rstrip('.')}.") from problem


def context_of(settings: Mm7Settings) -> ssl.SSLContext | None:
    """TLS where the account says more than the system knows. Raises Misconfigured."""
    files = settings.tls_ca or settings.tls_certificate or settings.tls_key
    if not files:
        return None
    if urlsplit(settings.url).scheme != "https":
        raise Misconfigured("The tls_ settings are for an address that begins with https://.")
    return client_context(ca=settings.tls_ca, certificate=settings.tls_certificate, key=settings.tls_key)
