"""Telnyx's messaging API (v2): texts and picture messages in JSON, receipts and replies in signed events.

It knows an idempotency key, so that a request that is repeated with the same one is one message.
Source: providers §2.8, its SDK and its documentation.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from heliogram.carriers.aggregator import (
    HttpSettings,
    Ours,
    Request,
    addresses_of,
    id_of,
    json_request,
    read_answer,
    taken,
    text_of,
)
from heliogram.carriers.fetch import MediaAccess
from heliogram.carriers.http import Answered
from heliogram.carriers.lookups import UNREADABLE, found_in, no_word, refused_lookup
from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.refusals import Why, code_of, outcome_of_http
from heliogram.carriers.signed import (
    bounded,
    is_fresh,
    json_of,
    links_of,
    network_of,
    number_of,
    signed_or_refused,
    told,
)
from heliogram.model.event import Callback, Event, Heard, InboundHeard, News, ReceiptHeard
from heliogram.model.number import Line, Lookup
from heliogram.model.parcel import MmsParcel, Outcome, Parcel
from heliogram.model.phone import masked

MAX_MEDIA: Final = 10

WHY: Final[dict[str, Why]] = {
    "40300": Why.BLOCKED,
    "40001": Why.NOT_MOBILE,
    "40310": Why.NOT_MOBILE,
    "40008": Why.UNREACHABLE,
    "40002": Why.FILTERED,
    "40003": Why.FILTERED,
    "40015": Why.FILTERED,
    "40011": Why.TOO_FAST,
    "40009": Why.REQUEST,
    "40005": Why.LATE,
    "40014": Why.LATE,
}

LINES: Final[dict[str, Line]] = {
    "mobile": Line.MOBILE,
    "fixed line": Line.LANDLINE,
    "voip": Line.VOIP,
    "toll free": Line.TOLL_FREE,
}
"""Its words for a line. Source: the response class of its SDK, PyPI telnyx 4.189.0; the others (fixed line or mobile,
premium rate, shared cost, personal number, pager, uan, voicemail, unknown) say nothing of what we ask."""

NEWS: Final[dict[str, News]] = {
    "queued": News.ACCEPTED,
    "sending": News.EN_ROUTE,
    "sent": News.EN_ROUTE,
    "delivered": News.DELIVERED,
    "read": News.DELIVERED,
    "expired": News.EXPIRED,
    "sending_failed": News.REJECTED,
    "delivery_failed": News.UNDELIVERED,
    "delivery_unconfirmed": News.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TelnyxSettings(HttpSettings):
    """One account; its secret is the API key. `public_key` checks what Telnyx calls us with."""

    public_key: str
    url: str = "https://api.telnyx.com/v2"
    messaging_profile_id: str = ""
    lookups: bool = False
    """Whether it may be asked what a number is, which it charges for."""

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        public_key_of(self.public_key)

    def media_access(self) -> MediaAccess:
        return MediaAccess(url=self.url, headers={"Authorization": f"Bearer {self.secret}"})


class _Error(msgspec.Struct, frozen=True):
    code: str | int = ""
    title: str | None = ""
    detail: str | None = ""


class _Party(msgspec.Struct, frozen=True):
    phone_number: str = ""
    status: str = ""
    carrier: str | None = ""


class _Medium(msgspec.Struct, frozen=True):
    url: str | None = ""
    content_type: str | None = ""


class _Message(msgspec.Struct, frozen=True):
    id: str = ""
    direction: str = ""
    sender: _Party | None = msgspec.field(name="from", default=None)
    to: list[_Party] = []
    text: str | None = ""
    media: list[_Medium] | None = None
    errors: list[_Error] | None = None


class _Answer(msgspec.Struct, frozen=True):
    data: _Message | None = None
    errors: list[_Error] = []


class _Carrier(msgspec.Struct, frozen=True):
    """`normalized_carrier` is the network that `name`, of the block or of who ported it, belongs to."""

    type: str | None = None
    name: str | None = None
    normalized_carrier: str | None = None
    mobile_country_code: str | None = None
    mobile_network_code: str | None = None


class _Number(msgspec.Struct, frozen=True):
    valid_number: bool | None = None
    carrier: _Carrier | None = None


class _NumberAnswer(msgspec.Struct, frozen=True):
    data: _Number | None = None


class _Happened(msgspec.Struct, frozen=True):
    event_type: str
    payload: _Message


class _Event(msgspec.Struct, frozen=True):
    data: _Happened


class Telnyx:
    """The dialect of one account."""

    is_idempotent = True

    def __init__(self, settings: TelnyxSettings, ours: Ours) -> None:
        self.settings = settings
        self._ours = ours
        self._key = public_key_of(settings.public_key)

    def request_for(self, parcel: Parcel) -> Request:
        is_mms = isinstance(parcel, MmsParcel)
        body: dict[str, object] = {"from": parcel.sender, "to": parcel.to_e164, "text": text_of(parcel)}
        body |= {"type": "MMS" if is_mms else "SMS", "encoding": "auto"}
        body |= {"webhook_url": self._ours.callback_url, "use_profile_webhooks": False}
        if self.settings.messaging_profile_id:
            body["messaging_profile_id"] = self.settings.messaging_profile_id
        if isinstance(parcel, MmsParcel):
            body["media_urls"] = addresses_of(parcel, self._ours, most=MAX_MEDIA)
            if parcel.subject:
                body["subject"] = parcel.subject
        headers = {"Authorization": f"Bearer {self.settings.secret}", "Idempotency-Key": parcel.key}
        return json_request(self.settings.at("/messages"), headers, body, parcel)

    def outcome_of(self, answer: Answered) -> Outcome:
        said = read_answer(answer.body, _Answer) or _Answer()
        if 200 <= answer.status < 300:
            return taken(said.data.id if said.data is not None else "", by="Telnyx")
        error = said.errors[0] if said.errors else _Error()
        code = str(error.code)[:20]
        words = error.detail or error.title or ""
        return outcome_of_http(answer.status, answer.headers, why=WHY.get(code), code=code, said=words)

    @property
    def looks_up(self) -> bool:
        return self.settings.lookups

    def lookup_for(self, phone_e164: str) -> Request:
        return Request(
            method="GET",
            url=self.settings.at(f"/number_lookup/{phone_e164}?type=carrier"),
            headers={"Accept": "application/json", "Authorization": f"Bearer {self.settings.secret}"},
            body=b"",
            shown=masked(phone_e164),
        )

    def looked_up_in(self, answer: Answered) -> Lookup:
        if not 200 <= answer.status < 300:
            said = read_answer(answer.body, _Answer) or _Answer()
            error = said.errors[0] if said.errors else _Error()
            return refused_lookup(answer, code=str(error.code)[:20], said=error.detail or error.title or "")
        told = read_answer(answer.body, _NumberAnswer)
        if told is None or told.data is None:
            return UNREADABLE
        carrier = told.data.carrier
        if told.data.valid_number is False or carrier is None:
            return no_word("")
        network = carrier.normalized_carrier or carrier.name
        mcc, mnc = carrier.mobile_country_code, carrier.mobile_network_code
        return found_in(LINES, line=carrier.type, network=network, mcc=mcc, mnc=mnc)

    def heard_in(self, call: Callback) -> Heard:
        body = bounded(call)
        signature, timestamp = (call.headers.get(f"telnyx-{name}", "") for name in ("signature-ed25519", "timestamp"))
        is_genuine = is_fresh(timestamp, self._ours.now()) and is_signed(self._key, signature, timestamp, body)
        signed_or_refused(is_genuine, is_signed=bool(signature), where="telnyx-signature-ed25519")
        return told(_heard(json_of(body, _Event).data))


def public_key_of(text: str) -> Ed25519PublicKey:
    """The key as the Telnyx portal shows it: 32 octets in base64. Raises Misconfigured."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise Misconfigured("public_key is the one the Telnyx portal shows: 32 octets in base64.") from error


def is_signed(key: Ed25519PublicKey, signature: str, timestamp: str, body: bytes) -> bool:
    """Whether Telnyx signed this time and body."""
    try:
        key.verify(base64.b64decode(signature.encode(), validate=True), f"{timestamp}|".encode() + body)
    except (binascii.Error, InvalidSignature):
        return False
    return True


def _heard(event: _Happened) -> tuple[Event, ...]:
    message = event.payload
    if not id_of(message.id) or not message.to:
        return ()
    raw = f"{event.event_type} id={message.id} status={message.to[0].status[:40]}"
    if event.event_type == "message.received":
        sender = number_of(message.sender.phone_number) if message.sender else ""
        if not sender:
            return ()
        to = message.to[0].phone_number
        heard = InboundHeard(
            unique=message.id,
            from_e164=sender,
            to_address=number_of(to) or to,
            text=message.text or "",
            links=links_of((each.url, each.content_type) for each in message.media or ()),
            raw=f"{raw} media={len(message.media or ())}",
            network=network_of(message.sender.carrier if message.sender else ""),
        )
        return (heard,)
    code = str(message.errors[0].code)[:20] if message.errors else ""
    return (
        ReceiptHeard(
            carrier_id=message.id,
            news=NEWS.get(message.to[0].status, News.UNKNOWN),
            about_e164=number_of(message.to[0].phone_number),
            code=code_of(code, WHY.get(code)),
            why=WHY.get(code, ""),
            raw=f"{raw} {code}".strip(),
            network=network_of(message.to[0].carrier),
        ),
    )
