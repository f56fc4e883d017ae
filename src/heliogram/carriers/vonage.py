"""Vonage's Messages API: texts and picture messages in JSON, receipts and replies with a signed token.

Two secrets in one: the API's, and after a colon the one that signs. Vonage knows no idempotency key.
Source: providers §2.9, its SDK.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

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
from heliogram.carriers.fetch import MediaAccess
from heliogram.carriers.http import Answered, basic_credentials
from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.refusals import outcome_of_http
from heliogram.carriers.signed import bounded, json_of, links_of, mac, matches, number_of, signed_or_refused, told
from heliogram.model.event import Callback, Event, Heard, InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import MmsParcel, Outcome, Parcel
from heliogram.wire.errors import OurFault

MAX_TEXT: Final = 3000
"""Characters of a picture's caption; a text may have 200 more."""
MAX_MEDIA: Final = 10

NEWS: Final[dict[str, News]] = {
    "submitted": News.EN_ROUTE,
    "delivered": News.DELIVERED,
    "read": News.DELIVERED,
    "rejected": News.REJECTED,
    "undeliverable": News.UNDELIVERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VonageSettings(HttpSettings):
    """One account. Its secret is `API secret:signature secret`."""

    api_key: str
    url: str = "https://api.nexmo.com"

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        if not self.api_key or ":" in self.api_key:
            raise Misconfigured("api_key is the one that the Vonage dashboard shows.")
        if not all(self.secrets()):
            raise Misconfigured(
                "The password of a Vonage account is its API secret, a colon, and its signature secret."
            )

    def secrets(self) -> tuple[str, ...]:
        api, _, signature = self.secret.partition(":")
        return api, signature

    def media_access(self) -> MediaAccess:
        return MediaAccess(url=self.url, headers={"Authorization": basic_credentials(self.api_key, self.secrets()[0])})


class _Answer(msgspec.Struct, frozen=True):
    message_uuid: str = ""
    type: str = ""
    title: str = ""
    detail: str | None = ""


class _Claims(msgspec.Struct, frozen=True):
    payload_hash: str = ""


class _Header(msgspec.Struct, frozen=True):
    alg: str = ""


class _Problem(msgspec.Struct, frozen=True):
    type: str | int = ""
    title: str | int = ""
    detail: str | None = ""


class _Medium(msgspec.Struct, frozen=True):
    """A picture, a video, a sound or a contact card; a `content` message has several, each with its type."""

    url: str | None = ""
    caption: str | None = ""
    type: str = ""
    text: str | None = ""


class _Told(msgspec.Struct, frozen=True):
    message_uuid: str
    to: str = ""
    sender: str = msgspec.field(name="from", default="")
    status: str = ""
    error: _Problem | None = None
    text: str | None = ""
    image: _Medium | None = None
    audio: _Medium | None = None
    video: _Medium | None = None
    vcard: _Medium | None = None
    file: _Medium | None = None
    content: list[_Medium] | None = None

    def media(self) -> list[_Medium]:
        own = (self.image, self.audio, self.video, self.vcard, self.file)
        return [*filter(None, own), *(self.content or ())]


class Vonage:
    """The dialect of one account."""

    is_idempotent = False

    def __init__(self, settings: VonageSettings, ours: Ours) -> None:
        self.settings = settings
        self._ours = ours
        api, self._signs = settings.secrets()
        self._credentials = basic_credentials(settings.api_key, api)

    def request_for(self, parcel: Parcel) -> Request:
        text = text_of(parcel)
        if len(text) > MAX_TEXT:
            raise OurFault(f"Vonage takes at most {MAX_TEXT} characters")
        body: dict[str, object] = {
            "to": parcel.to_e164.removeprefix("+"),
            "from": parcel.sender.removeprefix("+"),
            "client_ref": parcel.key,
            "webhook_url": self._ours.callback_url,
        }
        if isinstance(parcel, MmsParcel):
            body |= {"channel": "mms", **_pictures(addresses_of(parcel, self._ours, most=MAX_MEDIA), text)}
        else:
            body |= {"channel": "sms", "message_type": "text", "text": text}
        return json_request(self.settings.at("/v1/messages"), {"Authorization": self._credentials}, body, parcel)

    def outcome_of(self, answer: Answered) -> Outcome:
        said = read_answer(answer.body, _Answer) or _Answer()
        if 200 <= answer.status < 300:
            return taken(said.message_uuid, by="Vonage")
        code = said.type.rpartition("#")[2][:20]
        return outcome_of_http(answer.status, answer.headers, code=code, said=said.detail or said.title)

    def heard_in(self, call: Callback) -> Heard:
        body = bounded(call)
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        is_genuine = scheme == "Bearer" and is_signed(self._signs, token, body)
        signed_or_refused(is_genuine, is_signed=bool(token), where="token in the Authorization header")
        return told(_heard(json_of(body, _Told)))


def is_signed(secret: str, token: str, body: bytes) -> bool:
    """Whether a token (JWT, RFC 7519) is signed with the secret, by HS256, for exactly this body."""
    signed, _, shown = token.rpartition(".")
    head, _, claims = signed.partition(".")
    try:
        header, payload = (msgspec.json.decode(_octets(each), type=kind) for each, kind in _parts(head, claims))
    except (binascii.Error, ValueError, msgspec.DecodeError, RecursionError):
        return False
    # Any other algorithm, "none" first of all, would be the caller's choice of how to be checked.
    if not isinstance(header, _Header) or header.alg != "HS256" or not isinstance(payload, _Claims):
        return False
    expected = mac(secret, signed.encode()).translate(_URL_SAFE).rstrip("=")
    return matches(shown, expected) and matches(payload.payload_hash, hashlib.sha256(body).hexdigest())


_URL_SAFE: Final = str.maketrans("+/", "-_")


def _parts(head: str, claims: str) -> tuple[tuple[str, type[_Header]], tuple[str, type[_Claims]]]:
    return (head, _Header), (claims, _Claims)


def _octets(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _pictures(urls: list[str], text: str) -> dict[str, object]:
    """One picture as a message of its own kind, several as a list; the words go with the first."""
    images: list[dict[str, str]] = [{"url": url} for url in urls]
    if text:
        images[0]["caption"] = text
    if len(images) == 1:
        return {"message_type": "image", "image": images[0]}
    return {"message_type": "content", "content": [{"type": "image", **image} for image in images]}


def _heard(said: _Told) -> tuple[Event, ...]:
    if not id_of(said.message_uuid):
        raise CallbackRefused(400, "The call names no message: it has no message_uuid.")
    raw = f"message_uuid={said.message_uuid} status={said.status[:40]}"
    if said.status:
        code = str(said.error.title)[:20] if said.error else ""
        news = NEWS.get(said.status, News.UNKNOWN)
        about = number_of(said.to)
        return (ReceiptHeard(carrier_id=said.message_uuid, news=news, about_e164=about, code=code, raw=raw),)
    sender = number_of(said.sender)
    if not sender:
        return ()
    media = said.media()
    text = said.text or next(filter(None, (each.caption or each.text for each in media)), "")
    heard = InboundHeard(
        unique=said.message_uuid,
        from_e164=sender,
        to_address=number_of(said.to) or said.to,
        text=text,
        links=links_of((each.url, "") for each in media),
        raw=raw,
    )
    return (heard,)
