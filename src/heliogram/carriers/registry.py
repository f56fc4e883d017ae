"""The carriers there are. Adding one is one file, one line here, one test file and one page of docs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from heliogram.carriers.aggregator import Dialect, HttpCarrier, Ours, Settings, settings_of
from heliogram.carriers.bandwidth import Bandwidth, BandwidthSettings
from heliogram.carriers.infobip import Infobip, InfobipSettings
from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.plivo import Plivo, PlivoSettings
from heliogram.carriers.protocol import Carrier
from heliogram.carriers.sinch import Sinch, SinchSettings
from heliogram.carriers.smpp import SmppCarrier
from heliogram.carriers.smpp_settings import cut_of
from heliogram.carriers.telnyx import Telnyx, TelnyxSettings
from heliogram.carriers.twilio import Twilio, TwilioSettings
from heliogram.carriers.vonage import Vonage, VonageSettings
from heliogram.carriers.webhook import Webhook, WebhookSettings
from heliogram.model.cut import PLAIN, Cut
from heliogram.model.parcel import MediaPart


class UnknownCarrier(Exception):
    """An account names a kind of carrier this version does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One account as configured. `secret` is the password in clear: never logged, never shown.

    `callback_url` is where this carrier calls us, as configured: signatures are checked against it, not against what
    a request says of itself. `media_url` gives the address from which a carrier may fetch a picture.
    """

    settings: Mapping[str, Any]
    secret: str
    callback_url: str
    media_url: Callable[[MediaPart], str]
    new_id: Callable[[], str]
    now: Callable[[], datetime]


def _web(
    what: str, shape: type[Settings], dialect: Callable[[Settings, Ours], Dialect]
) -> Callable[[AccountSettings], Carrier]:
    """A carrier that is a web service, from its settings and its dialect."""

    def made(account: AccountSettings) -> Carrier:
        ours = Ours(callback_url=account.callback_url, media_url=account.media_url, now=account.now)
        return HttpCarrier(dialect(settings_of(shape, what, account.settings, account.secret), ours))

    return made


CARRIERS: Mapping[str, Callable[[AccountSettings], Carrier]] = {
    "smpp": lambda account: SmppCarrier.configured(account.settings, account.secret, account.new_id),
    "mm7": lambda account: Mm7Carrier.configured(
        account.settings,
        account.secret,
        callback_url=account.callback_url,
        new_id=account.new_id,
        now=account.now,
    ),
    "bandwidth": _web("A Bandwidth", BandwidthSettings, Bandwidth),
    "infobip": _web("An Infobip", InfobipSettings, Infobip),
    "plivo": _web("A Plivo", PlivoSettings, Plivo),
    "sinch": _web("A Sinch", SinchSettings, Sinch),
    "telnyx": _web("A Telnyx", TelnyxSettings, Telnyx),
    "twilio": _web("A Twilio", TwilioSettings, Twilio),
    "vonage": _web("A Vonage", VonageSettings, Vonage),
    "webhook": _web("A webhook", WebhookSettings, Webhook),
}


CANCELS = frozenset({"smpp", "mm7"})
"""The kinds that can take a message back: known where no carrier is open, too."""


def carrier_for(kind: str, account: AccountSettings) -> Carrier:
    """The carrier of an account. Raises UnknownCarrier, or the carrier's own complaint about its settings."""
    if kind not in CARRIERS:
        raise UnknownCarrier(f"There is no carrier {kind!r}; there are {', '.join(sorted(CARRIERS))}.")
    return CARRIERS[kind](account)


def cut_for(kind: str, settings: Mapping[str, object]) -> Cut:
    """How texts for an account are cut, by its settings alone: forecasts count where no carrier is open, too."""
    return cut_of(settings) if kind == "smpp" else PLAIN


_ONLY: Mapping[str, str] = {"smpp": "sms", "mm7": "mms"}
"""The protocols that carry one kind of message; web services carry both."""


def carries(kind: str, channel: str) -> bool:
    """Whether accounts of a kind carry texts ("sms") or picture messages ("mms")."""
    return _ONLY.get(kind, channel) == channel
