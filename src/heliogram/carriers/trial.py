"""Trying an account out: whether the carrier is there and takes our name and password, in words, within seconds.

Nothing is sent to anybody: an SMPP account binds and unbinds, a web service is asked for something that only its owner
may see. No recording of these requests is known (the carriers' pages say so); an answer that says nothing about the
password is told as just that.
"""

import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from heliogram.carriers.aggregator import HttpCarrier, HttpSettings
from heliogram.carriers.bandwidth import BandwidthSettings
from heliogram.carriers.http import Answered, HttpClient
from heliogram.carriers.http import basic_credentials as _basic
from heliogram.carriers.infobip import InfobipSettings
from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import context_of
from heliogram.carriers.plivo import PlivoSettings
from heliogram.carriers.protocol import Carrier
from heliogram.carriers.sinch import SinchSettings
from heliogram.carriers.smpp import SmppCarrier
from heliogram.carriers.telnyx import TelnyxSettings
from heliogram.carriers.twilio import TwilioSettings
from heliogram.carriers.vonage import VonageSettings

TIMEOUT_S: Final = 8.0
"""How long somebody waits for the word at most, once for the connection and once for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`is_good`: nothing was found that would keep messages from being taken."""

    is_good: bool
    sentence: str


async def try_out(carrier: Carrier) -> Trial:
    """Try the account behind a carrier that was made for this and is closed afterwards."""
    try:
        match carrier:
            case SmppCarrier():
                return await _bind(carrier)
            case HttpCarrier(dialect=dialect):
                return await _ask(dialect.settings.url, _check_of(dialect.settings))
            case Mm7Carrier(settings=settings):
                shown = _basic(settings.username, settings.password) if settings.username else ""
                # Digest answers a challenge, and the challenge of a GET says nothing of the password.
                asked = None if settings.auth == "digest" else (settings.url, shown)
                return await _ask(settings.url, asked, context_of(settings))
            case _:
                return Trial(is_good=True, sentence="This kind of carrier cannot be tried without sending.")
    finally:
        await carrier.close()


async def _bind(carrier: SmppCarrier) -> Trial:
    where = f"{carrier.settings.host}:{carrier.settings.port}"
    if trouble := await carrier.try_once(TIMEOUT_S):
        return Trial(is_good=False, sentence=f"{where}: {trouble}")
    return Trial(is_good=True, sentence=f"{where} let us in: host, name and password are right.")


async def _ask(url: str, asked: tuple[str, str] | None, context: ssl.SSLContext | None = None) -> Trial:
    """Connect to `url`; then GET an address with an Authorization header, where there is one to ask."""
    where = urlsplit(url).netloc
    client = HttpClient(connections=1, timeout_s=TIMEOUT_S, connect_timeout_s=TIMEOUT_S, context=context)
    try:
        if why := await client.why_no_connection(url):
            return Trial(is_good=False, sentence=f"{where} cannot be reached: {why}.")
        if asked is None:
            return Trial(is_good=True, sentence=f"{where} can be reached. {_ONLY_BY_SENDING}")
        address, credentials = asked
        headers = {"Accept": "application/json"} | ({"Authorization": credentials} if credentials else {})
        answer = await client.get(address, headers)
    finally:
        await client.close()
    if not isinstance(answer, Answered):
        return Trial(is_good=False, sentence=f"{where} takes the connection and does not answer.")
    return _judged(where, answer.status, is_open=not credentials)


def _judged(where: str, status: int, *, is_open: bool) -> Trial:
    if status in _REFUSES:
        missing = "It wants a user name and a password." if is_open else "It refuses the name or the password."
        return Trial(is_good=False, sentence=f"{where} answers. {missing}")
    if 200 <= status < 300:
        return Trial(is_good=True, sentence=f"{where} answers, and takes the name and the password.")
    return Trial(is_good=True, sentence=f"{where} answers (HTTP {status}). {_ONLY_BY_SENDING}")


_REFUSES: Final = frozenset({401, 403, 407})
_ONLY_BY_SENDING: Final = "Whether the name and password are right shows when a message is sent."


def _check_of(settings: HttpSettings) -> tuple[str, str] | None:
    """The address to ask and the Authorization to show: what only the owner may see, and asking changes nothing.

    None for a gateway of one's own, whose format has no such thing.
    """
    match settings:
        case BandwidthSettings():
            address, shown = f"/users/{settings.account_id}/media", _basic(settings.username, settings.secret)
        case InfobipSettings():
            address, shown = "/account/1/balance", f"App {settings.secrets()[0]}"
        case PlivoSettings():
            address, shown = f"/v1/Account/{settings.auth_id}/", _basic(settings.auth_id, settings.secret)
        case SinchSettings():
            address, shown = f"/xms/v1/{settings.service_plan_id}/batches", f"Bearer {settings.secrets()[0]}"
        case TelnyxSettings():
            address, shown = "/balance", f"Bearer {settings.secret}"
        case TwilioSettings():
            account = settings.account_sid
            address, shown = f"/2010-04-01/Accounts/{account}.json", _basic(account, settings.secret)
        case VonageSettings():
            address, shown = f"/accounts/{settings.api_key}/secrets", _basic(settings.api_key, settings.secrets()[0])
        case _:
            return None
    return settings.at(address), shown
