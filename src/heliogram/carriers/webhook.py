"""A carrier of your own: a small documented format in JSON, signed both ways as Standard Webhooks says.

For a gateway that speaks none of the others: whoever answers these requests can send for Heliogram.
Source: docs/carriers/webhook.md; the signature, standardwebhooks.com.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from heliogram.carriers.aggregator import (
    HttpSettings,
    Ours,
    Request,
    addresses_of,
    id_of,
    read_answer,
    shown_parcel,
    taken,
    text_of,
)
from heliogram.carriers.http import Answered
from heliogram.carriers.lookups import UNREADABLE, mccmnc_of, no_word
from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.refusals import Why, code_of, outcome_of_http
from heliogram.carriers.signed import (
    bounded,
    is_fresh,
    json_of,
    links_of,
    mac,
    matches,
    network_of,
    number_of,
    signed_or_refused,
    told,
)
from heliogram.model.event import Callback, Event, Heard, InboundHeard, News, ReceiptHeard
from heliogram.model.number import Line, LookedUp, Lookup
from heliogram.model.parcel import MmsParcel, Outcome, Parcel
from heliogram.model.phone import masked

MAX_MEDIA: Final = 10
MAX_CODE: Final = 60
MIN_SECRET: Final = 16
_PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings(HttpSettings):
    """One account; its secret signs both ways. `lookups`: the gateway answers what a number is."""

    lookups: bool = False

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        if len(key_of(self.secret)) < MIN_SECRET:
            raise Misconfigured(
                f"The secret of a webhook has at least {MIN_SECRET} octets, plain or as whsec_ and base64."
            )


class _Medium(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    content_type: str


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    """What we post."""

    key: str
    sender: str = msgspec.field(name="from")
    to: str
    text: str
    media: list[_Medium]
    callback_url: str


class _Answer(msgspec.Struct, frozen=True):
    id: str = ""
    reason: str = ""
    code: str = ""
    message: str = ""


class _Asked(msgspec.Struct, frozen=True):
    """What we post to /lookups."""

    phone: str


class _LookedUp(msgspec.Struct, frozen=True):
    line: str | None = None
    network: str | None = None
    mccmnc: str | None = None
    reachable: bool | None = None


class _Receipt(msgspec.Struct, frozen=True, tag_field="type", tag="receipt"):
    id: str
    news: Literal[
        "en_route", "accepted", "delivered", "read", "undelivered", "expired", "rejected", "deleted", "unknown"
    ]
    to: str = ""
    code: str = ""
    reason: str = ""
    network: str | None = None


class _Inbound(msgspec.Struct, frozen=True, tag_field="type", tag="inbound"):
    id: str
    to: str
    text: str
    sender: str = msgspec.field(name="from")
    media: list[_Medium] = []
    network: str | None = None


class _Told(msgspec.Struct, frozen=True):
    events: list[_Receipt | _Inbound]


class Webhook:
    """The dialect of one account."""

    is_idempotent = True

    def __init__(self, settings: WebhookSettings, ours: Ours) -> None:
        self.settings = settings
        self._ours = ours
        self._key = key_of(settings.secret)

    def request_for(self, parcel: Parcel) -> Request:
        media: list[_Medium] = []
        if isinstance(parcel, MmsParcel):
            addresses = addresses_of(parcel, self._ours, most=MAX_MEDIA)
            media = [
                _Medium(url=url, content_type=part.content_type)
                for url, part in zip(addresses, parcel.media, strict=True)
            ]
        body = msgspec.json.encode(
            _Message(
                key=parcel.key,
                sender=parcel.sender,
                to=parcel.to_e164,
                text=text_of(parcel),
                media=media,
                callback_url=self._ours.callback_url,
            )
        )
        headers = self._signed(parcel.key, body)
        return Request(url=self.settings.at("/messages"), headers=headers, body=body, shown=shown_parcel(parcel))

    @property
    def looks_up(self) -> bool:
        return self.settings.lookups

    def lookup_for(self, phone_e164: str) -> Request:
        body = msgspec.json.encode(_Asked(phone=phone_e164))
        headers = self._signed(f"lookup.{phone_e164.removeprefix('+')}", body)
        return Request(url=self.settings.at("/lookups"), headers=headers, body=body, shown=masked(phone_e164))

    def looked_up_in(self, answer: Answered) -> Lookup:
        if not 200 <= answer.status < 300:
            said = read_answer(answer.body, _Answer) or _Answer()
            return no_word(said.message or f"HTTP {answer.status}")
        said_of = read_answer(answer.body, _LookedUp)
        if said_of is None:
            return UNREADABLE
        return LookedUp(
            line=Line(said_of.line) if said_of.line in _LINES else None,
            network=network_of(said_of.network),
            mccmnc=mccmnc_of(said_of.mccmnc),
            is_reachable=said_of.reachable,
        )

    def _signed(self, given: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._ours.now().timestamp()))
        return {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "webhook-id": given,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature_of(self._key, given, timestamp, body),
        }

    def outcome_of(self, answer: Answered) -> Outcome:
        said = read_answer(answer.body, _Answer) or _Answer()
        if 200 <= answer.status < 300:
            return taken(said.id, by="The carrier")
        why = Why(said.reason) if said.reason in _WHYS else None
        return outcome_of_http(answer.status, answer.headers, why=why, code=said.code[:MAX_CODE], said=said.message)

    def heard_in(self, call: Callback) -> Heard:
        body = bounded(call)
        given, timestamp, shown = (call.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
        expected = signature_of(self._key, given, timestamp, body)
        # Several signatures, while a secret is being changed for another.
        is_genuine = is_fresh(timestamp, self._ours.now()) and any(matches(each, expected) for each in shown.split(" "))
        signed_or_refused(is_genuine, is_signed=bool(shown), where="webhook-signature")
        return told(tuple(event for each in json_of(body, _Told).events for event in _heard(each)))


def key_of(secret: str) -> bytes:
    """The octets of a secret: what follows whsec_ in base64, anything else as it is. Raises Misconfigured."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misconfigured("The secret of a webhook that begins with whsec_ goes on in base64.") from error


def signature_of(key: bytes, given: str, timestamp: str, body: bytes) -> str:
    """The webhook-signature of a body. Source: Standard Webhooks 1.0, "Signature scheme"."""
    return "v1," + mac(key, f"{given}.{timestamp}.".encode() + body)


_LINES: Final = frozenset(each.value for each in Line)
_WHYS: Final = frozenset(each.value for each in Why)


def _heard(event: _Receipt | _Inbound) -> tuple[Event, ...]:
    if not id_of(event.id):
        return ()
    if isinstance(event, _Receipt):
        why = Why(event.reason) if event.reason in _WHYS else None
        code = code_of(event.code[:MAX_CODE], why)
        raw = f"receipt id={event.id} news={event.news} {event.code[:MAX_CODE]}".strip()
        news = News(event.news)
        about = number_of(event.to)
        return (
            ReceiptHeard(
                carrier_id=event.id,
                news=news,
                about_e164=about,
                code=code,
                why=why or "",
                raw=raw,
                network=network_of(event.network),
            ),
        )
    sender = number_of(event.sender)
    if not sender:
        return ()
    heard = InboundHeard(
        unique=event.id,
        from_e164=sender,
        to_address=number_of(event.to) or event.to,
        text=event.text,
        links=links_of((each.url, each.content_type) for each in event.media),
        raw=f"inbound id={event.id}",
        network=network_of(event.network),
    )
    return (heard,)
