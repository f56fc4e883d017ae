"""Sinch: texts by its SMS API (XMS), picture messages by its MMS API, reports and replies of both at one address.

Three secrets in one: the token of the SMS API, the key of the MMS API, and the callback key. Calls are signed with the
callback key where Sinch was told it, else they show it in the address. Sinch knows no idempotency key.
Source: providers §2.9, its SDK and its documentation.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

import msgspec

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
from heliogram.carriers.http import Answered
from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.refusals import Why, outcome_of_http, refused
from heliogram.carriers.signed import (
    bounded,
    is_fresh,
    is_key,
    json_of,
    keyed,
    keyed_or_refused,
    links_of,
    mac,
    matches,
    number_of,
    told,
)
from heliogram.model.event import Callback, Event, Heard, InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import MmsParcel, Outcome, Parcel
from heliogram.wire.errors import OurFault

MAX_TEXT: Final = 2000
MAX_SUBJECT: Final = 80
MAX_MEDIA: Final = 8
_MAX_CODE: Final = 60

NEWS: Final[dict[str, News]] = {
    "QUEUED": News.ACCEPTED,
    "DISPATCHED": News.EN_ROUTE,
    "DELIVERED": News.DELIVERED,
    "ABORTED": News.UNDELIVERED,
    "FAILED": News.UNDELIVERED,
    "REJECTED": News.REJECTED,
    "EXPIRED": News.EXPIRED,
    "CANCELLED": News.DELETED,
    "DELETED": News.DELETED,
}
MMS_NEWS: Final[dict[str, News]] = {
    "N101": News.EN_ROUTE,
    "N102": News.DELIVERED,
    "N103": News.EXPIRED,
    "E011": News.REJECTED,
    "E101": News.REJECTED,
    "E102": News.UNDELIVERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SinchSettings(HttpSettings):
    """One account. `mms_url` may be a path at `url`. Sinch wants a subject for every picture message."""

    service_plan_id: str
    service_id: str
    subject: str = "MMS"
    url: str = "https://us.sms.api.sinch.com"
    mms_url: str = "https://api.ci.mblox.com/ep/v2/"

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        if not self.service_plan_id.isascii() or not self.service_plan_id.isalnum() or not self.service_id:
            raise Misconfigured("A Sinch account needs its service_plan_id (SMS) and its service_id (MMS).")
        if not self.mms_url.startswith(("https://", "http://", "/")) or not 1 <= len(self.subject) <= MAX_SUBJECT:
            raise Misconfigured(f"mms_url is an address, and the subject has 1 to {MAX_SUBJECT} characters.")
        token, api, key = self.secrets()
        if not token or not api or not is_key(key):
            raise Misconfigured(
                "The password of a Sinch account is its API token, a colon, its MMS API key, a colon, and a callback "
                "key: at least 8 of the letters, the digits, and - . _ ~."
            )

    def secrets(self) -> tuple[str, ...]:
        token, _, others = self.secret.partition(":")
        api, _, key = others.partition(":")
        return token, api, key


class _Answer(msgspec.Struct, frozen=True, rename="kebab"):
    """Of either API."""

    id: str = ""
    code: str = ""
    text: str = ""
    status: str = ""
    tracking_id: str = ""
    error_code: str = ""
    error_info: str = ""


class _Medium(msgspec.Struct, frozen=True):
    """As the SMS API names one (`url`), and as the MMS API does (`file`)."""

    url: str | None = ""
    file: str | None = ""
    content_type: str | None = ""


class _Body(msgspec.Struct, frozen=True):
    subject: str | None = ""
    message: str | None = ""
    media: list[_Medium] | None = None


class _Told(msgspec.Struct, frozen=True):
    """A call of either API: that of the MMS API has an origin."""

    id: str = ""
    type: str = ""
    to: str = ""
    sender: str = msgspec.field(name="from", default="")
    body: str | _Body = ""
    batch_id: str = ""
    recipient: str = ""
    status: str = ""
    code: str | int = ""
    origin: str = ""
    tracking_id: str = msgspec.field(name="tracking-id", default="")
    subject: str | None = msgspec.field(name="message-subject", default="")
    keyword: str | None = ""
    content: list[_Medium] | None = None

    def media(self) -> list[_Medium]:
        return (self.body.media if isinstance(self.body, _Body) else self.content) or []


class Sinch:
    """The dialect of one account."""

    is_idempotent = False

    def __init__(self, settings: SinchSettings, ours: Ours) -> None:
        self.settings = settings
        self._ours = ours
        self._token, self._api, self._key = settings.secrets()

    def request_for(self, parcel: Parcel) -> Request:
        settings, text = self.settings, text_of(parcel)
        if len(text) > MAX_TEXT:
            raise OurFault(f"Sinch takes at most {MAX_TEXT} characters")
        if isinstance(parcel, MmsParcel):
            url = urljoin(settings.url, settings.mms_url)
            return json_request(url, {"x-api-key": self._api}, self._pictures(parcel), parcel)
        body = {
            "type": "mt_text",
            "to": [parcel.to_e164.removeprefix("+")],
            "from": parcel.sender.removeprefix("+"),
            "body": text,
            "delivery_report": "per_recipient",
            "client_reference": parcel.key,
            "callback_url": keyed(self._ours.callback_url, self._key),
        }
        url = settings.at(f"/xms/v1/{settings.service_plan_id}/batches")
        return json_request(url, {"Authorization": f"Bearer {self._token}"}, body, parcel)

    def outcome_of(self, answer: Answered) -> Outcome:
        said = read_answer(answer.body, _Answer) or _Answer()
        # The MMS API says in the body that it takes nothing, whatever the HTTP status.
        if 200 <= answer.status < 300 and said.status == "Failure":
            why = Why.SENDER if said.error_code == "E111" else Why.REQUEST
            return refused(why, code=said.error_code[:_MAX_CODE], said=said.error_info)
        if 200 <= answer.status < 300:
            return taken(said.id or said.tracking_id, by="Sinch")
        code, words = said.code or said.error_code, said.text or said.error_info
        return outcome_of_http(answer.status, answer.headers, code=code[:_MAX_CODE], said=words)

    def heard_in(self, call: Callback) -> Heard:
        body = bounded(call)
        if not self._is_signed(call, body):
            keyed_or_refused(call, self._key)
        return told(_heard(json_of(body, _Told)))

    def _is_signed(self, call: Callback, body: bytes) -> bool:
        shown, nonce, at = (call.headers.get(f"x-sinch-webhook-signature{each}", "") for each in _SIGNED)
        expected = mac(self._key, body + f".{nonce}.{at}".encode())
        return bool(nonce) and matches(shown, expected) and is_fresh(at, self._ours.now())

    def _pictures(self, parcel: MmsParcel) -> dict[str, object]:
        subject = parcel.subject or self.settings.subject
        if len(subject) > MAX_SUBJECT:
            raise OurFault(f"Sinch takes a subject of at most {MAX_SUBJECT} characters")
        slides: list[dict[str, object]] = [
            {"image": {"url": url}} for url in addresses_of(parcel, self._ours, most=MAX_MEDIA)
        ]
        if parcel.text:
            slides[0]["message-text"] = parcel.text
        return {
            "action": "sendmms",
            "service-id": self.settings.service_id,
            "to": parcel.to_e164.removeprefix("+"),
            "from": parcel.sender.removeprefix("+"),
            "message-subject": subject,
            # The product decides what goes out in place of a picture.
            "disable-fallback-sms": True,
            "client-reference": parcel.key,
            "slide": slides,
        }


_SIGNED: Final = ("", "-nonce", "-timestamp")


def _heard(said: _Told) -> tuple[Event, ...]:
    if said.origin == "MMS_MT" and id_of(said.tracking_id):
        news = MMS_NEWS.get(str(said.code), News.UNKNOWN)
        return (_receipt(said.tracking_id, news, said.to, said),)
    if said.batch_id and id_of(said.batch_id) and said.recipient:
        news = NEWS.get(said.status.upper(), News.UNKNOWN)
        return (_receipt(said.batch_id, news, said.recipient, said),)
    unique, sender = id_of(said.tracking_id if said.origin == "MMS_MO" else said.id), number_of(said.sender)
    if not unique or not sender or not (said.origin == "MMS_MO" or said.type.startswith("mo_")):
        return ()
    heard = InboundHeard(
        unique=unique,
        from_e164=sender,
        to_address=number_of(said.to) or said.to,
        text=_words(said),
        links=links_of((each.url or each.file, each.content_type) for each in said.media()),
        raw=f"id={unique}",
    )
    return (heard,)


def _receipt(carrier_id: str, news: News, about: str, said: _Told) -> ReceiptHeard:
    code = "" if news in (News.DELIVERED, News.EN_ROUTE, News.ACCEPTED) else str(said.code)[:_MAX_CODE]
    raw = f"id={carrier_id} status={said.status[:40]} code={str(said.code)[:40]}"
    return ReceiptHeard(carrier_id=carrier_id, news=news, about_e164=number_of(about), code=code, raw=raw)


def _words(said: _Told) -> str:
    """What a person wrote. Of a picture message by the MMS API no more is told than its first word and its subject:
    the words themselves are a file among its media, read when it is fetched."""
    if isinstance(said.body, _Body):
        return said.body.message or said.body.subject or ""
    return said.body or said.keyword or said.subject or ""
