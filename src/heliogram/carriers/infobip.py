"""Infobip's SMS (v3) and MMS (v2) APIs: texts and picture messages in JSON, reports and replies as lists of results.

Infobip signs nothing by itself: who calls shows a key that is in the address, or Basic credentials. Two secrets in one:
the API key, and after the last colon the callback key. Each message has our own id, which is no idempotency key.
Source: providers §2.9, its SDK, its OpenAPI file and its list of status codes.
"""

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
from heliogram.carriers.exchange import without_numbers
from heliogram.carriers.fetch import MediaAccess
from heliogram.carriers.http import Answered
from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.refusals import Why, code_of, outcome_of_http, refused
from heliogram.carriers.signed import (
    bounded,
    is_key,
    json_of,
    keyed,
    keyed_or_refused,
    links_of,
    number_of,
    told,
)
from heliogram.model.event import Callback, Event, Heard, InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import MmsParcel, Outcome, Parcel, Unknown
from heliogram.wire.errors import OurFault

MAX_TEXT: Final = 1600
MAX_TITLE: Final = 66
MAX_MEDIA: Final = 10
_MAX_CODE: Final = 60

NEWS: Final[dict[str, News]] = {
    "ACCEPTED": News.ACCEPTED,
    "PENDING": News.EN_ROUTE,
    "DELIVERED": News.DELIVERED,
    "UNDELIVERABLE": News.UNDELIVERED,
    "EXPIRED": News.EXPIRED,
    "REJECTED": News.REJECTED,
}
"""The groups of its statuses."""
BY_NAME: Final[dict[str, News]] = {
    # The network has it, not the phone.
    "DELIVERED_TO_OPERATOR": News.EN_ROUTE,
    # No report came in time, which is no failure.
    "EXPIRED_DLR_UNKNOWN": News.UNKNOWN,
}
"""Statuses that say less than their group."""
DUPLICATE: Final = "REJECTED_DUPLICATE_MESSAGE_ID"

WHY: Final[dict[str, Why]] = {
    "REJECTED_DND": Why.BLOCKED,
    "REJECTED_DESTINATION": Why.NOT_MOBILE,
    "REJECTED_PREFIX_MISSING": Why.NOT_MOBILE,
    "EC_UNKNOWN_SUBSCRIBER": Why.NOT_MOBILE,
    "EC_ABSENT_SUBSCRIBER": Why.UNREACHABLE,
    "REJECTED_FLOODING_FILTER": Why.TOO_FAST,
    "REJECTED_DESTINATION_NOT_REGISTERED": Why.UNREGISTERED,
    "REJECTED_SENDER": Why.SENDER,
    "REJECTED_SOURCE": Why.SENDER,
    "REJECTED_NETWORK": Why.DESTINATION,
    "REJECTED_ROUTE_NOT_AVAILABLE": Why.DESTINATION,
    "REJECTED_NOT_ENOUGH_CREDITS": Why.ACCOUNT,
    "REJECTED_PREPAID_PACKAGE_EXPIRED": Why.ACCOUNT,
    "REJECTED_SYSTEM_ERROR": Why.TROUBLE,
    "EC_MESSAGE_EXPIRED": Why.LATE,
}
"""What the names of its statuses and errors mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InfobipSettings(HttpSettings):
    """One account. Its secret is `API key:callback key`. Infobip gives every account an address of its own."""

    url: str = "https://api.infobip.com"

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        api, key = self.secrets()
        if not api or not is_key(key):
            raise Misconfigured(
                "The password of an Infobip account is its API key, a colon, and a callback key that you make up: "
                "at least 8 of the letters, the digits, and - . _ ~."
            )

    def secrets(self) -> tuple[str, ...]:
        api, _, key = self.secret.rpartition(":")
        return api, key

    def media_access(self) -> MediaAccess:
        return MediaAccess(url=self.url, headers={"Authorization": f"App {self.secrets()[0]}"})


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    group_name: str = ""
    name: str = ""
    description: str | None = ""


class _Sent(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str = ""
    status: _Status = _Status()


class _Fault(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str = ""
    text: str = ""


class _RequestError(msgspec.Struct, frozen=True, rename="camel"):
    service_exception: _Fault = _Fault()


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    """A success has messages; a refusal is in the newer or in the older form."""

    messages: list[_Sent] = []
    error_code: str = ""
    description: str = ""
    request_error: _RequestError = _RequestError()


class _Piece(msgspec.Struct, frozen=True, rename="camel"):
    content_type: str = ""
    value: str | None = ""
    url: str | None = ""


class _Result(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str = ""
    to: str = ""
    sender: str = msgspec.field(name="from", default="")
    status: _Status | None = None
    error: _Status | None = None
    text: str | None = ""
    message: list[_Piece] | None = None


class _Told(msgspec.Struct, frozen=True):
    results: list[_Result]


class Infobip:
    """The dialect of one account."""

    is_idempotent = False

    def __init__(self, settings: InfobipSettings, ours: Ours) -> None:
        self.settings = settings
        self._ours = ours
        self._api, self._key = settings.secrets()

    def request_for(self, parcel: Parcel) -> Request:
        text = text_of(parcel)
        if len(text) > MAX_TEXT:
            raise OurFault(f"Infobip takes at most {MAX_TEXT} characters")
        is_mms = isinstance(parcel, MmsParcel)
        # Infobip's own field for an address takes any, with what is behind its question mark.
        where = {"delivery": {"url": keyed(self._ours.callback_url, self._key)}, "contentType": "application/json"}
        message = {
            "sender": parcel.sender.removeprefix("+"),
            "destinations": [{"to": parcel.to_e164.removeprefix("+"), "messageId": parcel.key}],
            "content": self._pictures(parcel) if isinstance(parcel, MmsParcel) else {"text": text},
            "webhooks": where,
        }
        url = self.settings.at("/mms/2/messages" if is_mms else "/sms/3/messages")
        return json_request(url, {"Authorization": f"App {self._api}"}, {"messages": [message]}, parcel)

    def outcome_of(self, answer: Answered) -> Outcome:
        said = read_answer(answer.body, _Answer) or _Answer()
        if 200 <= answer.status < 300:
            return _outcome(said.messages[0] if said.messages else _Sent())
        older = said.request_error.service_exception
        words = said.description or older.text
        return outcome_of_http(
            answer.status, answer.headers, code=(said.error_code or older.message_id)[:_MAX_CODE], said=words
        )

    def heard_in(self, call: Callback) -> Heard:
        body = bounded(call)
        keyed_or_refused(call, self._key)
        return told(tuple(event for each in json_of(body, _Told).results for event in _heard(each)))

    def _pictures(self, parcel: MmsParcel) -> dict[str, object]:
        if len(parcel.subject) > MAX_TITLE:
            raise OurFault(f"Infobip takes a subject of at most {MAX_TITLE} characters")
        urls = addresses_of(parcel, self._ours, most=MAX_MEDIA)
        segments = [
            {"type": "LINK", "contentUrl": url, "contentType": each.content_type}
            for url, each in zip(urls, parcel.media, strict=True)
        ]
        if parcel.text:
            segments.insert(0, {"type": "TEXT", "text": parcel.text})
        return ({"title": parcel.subject} if parcel.subject else {}) | {"messageSegments": segments}


def _outcome(sent: _Sent) -> Outcome:
    """What became of the one message of a request, which Infobip may refuse in a success."""
    status = sent.status
    if status.name == DUPLICATE:
        return Unknown(reason="Infobip has a message with this id already, and does not say what became of it.")
    if NEWS.get(status.group_name) in (News.REJECTED, News.UNDELIVERED, News.EXPIRED):
        why = WHY.get(status.name, Why.REQUEST)
        return refused(why, code=status.name[:_MAX_CODE], said=status.description or "")
    return taken(sent.message_id, by="Infobip")


def _heard(result: _Result) -> tuple[Event, ...]:
    if not id_of(result.message_id):
        return ()
    raw = f"messageId={result.message_id}"
    if result.status is None:
        sender = number_of(result.sender)
        if not sender:
            return ()
        words = [each.value or "" for each in result.message or () if each.content_type.startswith("text/plain")]
        text = result.text or " ".join(filter(None, words))
        heard = InboundHeard(
            unique=result.message_id,
            from_e164=sender,
            to_address=number_of(result.to) or result.to,
            text=text,
            links=links_of((each.url, each.content_type) for each in result.message or ()),
            raw=raw,
        )
        return (heard,)
    name = (result.error.name if result.error and result.error.name != "NO_ERROR" else "")[:_MAX_CODE]
    status = result.status.name[:_MAX_CODE]
    return (
        ReceiptHeard(
            carrier_id=result.message_id,
            news=BY_NAME.get(status) or NEWS.get(result.status.group_name, News.UNKNOWN),
            about_e164=number_of(result.to),
            code=code_of(name or (status if status in WHY else ""), WHY.get(name) or WHY.get(status)),
            why=WHY.get(name) or WHY.get(status) or "",
            raw=without_numbers(f"status={status} error={name} ") + raw,
        ),
    )
