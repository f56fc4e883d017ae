"""Bandwidth's messaging API (v2): texts and picture messages in JSON, receipts and replies as arrays of events.

Bandwidth signs nothing; it shows the account's own user name and password when it calls. It knows no idempotency key.
Source: providers §2.7, its SDK and its documentation of errors.
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
from heliogram.carriers.fetch import MediaAccess
from heliogram.carriers.http import Answered, basic_credentials
from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.refusals import Why, code_of, outcome_of_http
from heliogram.carriers.signed import (
    bounded,
    json_of,
    links_of,
    matches,
    network_of,
    number_of,
    signed_or_refused,
    told,
)
from heliogram.model.event import Callback, Event, Heard, InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import MmsParcel, Outcome, Parcel
from heliogram.wire.errors import OurFault

MAX_TEXT: Final = 2048
MAX_MEDIA: Final = 10
NO_RECEIPT: Final = frozenset({9902, 9999})
"""Codes of "failed" that say no more than that nothing was heard: the message may well be there."""

WHY: Final[dict[int, Why]] = {
    **dict.fromkeys((4481, 4482, 4775), Why.BLOCKED),
    **dict.fromkeys((4720, 4721, 4730), Why.NOT_MOBILE),
    **dict.fromkeys((4701, 4702, 4750, 4752, 4753), Why.UNREACHABLE),
    **dict.fromkeys((4410, 4411, 4412, 4711, 4712, 4751), Why.MEDIA),
    **dict.fromkeys((4433, 4434), Why.MMS),
    **dict.fromkeys((4470, 4770, 4771, 4772), Why.FILTERED),
    **dict.fromkeys((4780, 4781, 4785), Why.TOO_FAST),
    **dict.fromkeys((4773, 4774, 4795), Why.UNREGISTERED),
    **dict.fromkeys((*range(4401, 4410), 4740, *range(4790, 4794)), Why.SENDER),
    **dict.fromkeys((4420, 4421, 4431, 4432, 4492), Why.DESTINATION),
    **dict.fromkeys((4001, 4493), Why.ACCOUNT),
    **dict.fromkeys((4301, 4302, 4303, 4350, 4435), Why.REQUEST),
    4360: Why.LATE,
}
"""What its codes mean; 5xxx and 56xx are Bandwidth's own trouble or a network's."""

NEWS: Final[dict[str, News]] = {
    "message-sending": News.EN_ROUTE,
    "message-sent": News.EN_ROUTE,
    "message-delivered": News.DELIVERED,
    "message-read": News.DELIVERED,
    "message-failed": News.UNDELIVERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthSettings(HttpSettings):
    """One account. `username` and the password serve both ways: we show them to Bandwidth and it to us."""

    account_id: str
    application_id: str
    username: str
    url: str = "https://messaging.bandwidth.com/api/v2"

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        if not self.account_id.isascii() or not self.account_id.isalnum():
            raise Misconfigured("account_id is the number of the Bandwidth account.")
        if not self.application_id or not self.username or ":" in self.username:
            raise Misconfigured("A Bandwidth account needs its application_id, and a username without a colon.")

    def media_access(self) -> MediaAccess:
        return MediaAccess(url=self.url, headers={"Authorization": basic_credentials(self.username, self.secret)})


class _Answer(msgspec.Struct, frozen=True):
    id: str = ""
    type: str = ""
    description: str = ""


class _Message(msgspec.Struct, frozen=True):
    id: str
    owner: str = ""
    sender: str = msgspec.field(name="from", default="")
    text: str | None = ""
    media: list[str] | None = None


class _Event(msgspec.Struct, frozen=True):
    type: str
    message: _Message
    to: str = ""
    description: str | None = ""
    error: int | None = msgspec.field(name="errorCode", default=None)
    network: str | None = msgspec.field(name="carrierName", default="")


class Bandwidth:
    """The dialect of one account."""

    is_idempotent = False

    def __init__(self, settings: BandwidthSettings, ours: Ours) -> None:
        self.settings = settings
        self._ours = ours
        self._credentials = basic_credentials(settings.username, settings.secret)

    def request_for(self, parcel: Parcel) -> Request:
        text = text_of(parcel)
        if len(text) > MAX_TEXT:
            raise OurFault(f"Bandwidth takes at most {MAX_TEXT} characters")
        # One recipient a request: several would be a group that sees each other.
        body: dict[str, object] = {"applicationId": self.settings.application_id, "to": [parcel.to_e164]}
        body |= {"from": parcel.sender, "text": text, "tag": parcel.key}
        if isinstance(parcel, MmsParcel):
            body["media"] = addresses_of(parcel, self._ours, most=MAX_MEDIA)
        url = self.settings.at(f"/users/{self.settings.account_id}/messages")
        return json_request(url, {"Authorization": self._credentials}, body, parcel)

    def outcome_of(self, answer: Answered) -> Outcome:
        said = read_answer(answer.body, _Answer) or _Answer()
        if 200 <= answer.status < 300:
            return taken(said.id, by="Bandwidth")
        return outcome_of_http(answer.status, answer.headers, code=said.type[:60], said=said.description)

    def heard_in(self, call: Callback) -> Heard:
        body = bounded(call)
        shown = call.headers.get("authorization", "")
        is_genuine = matches(shown, self._credentials)
        signed_or_refused(is_genuine, is_signed=bool(shown), where="Authorization header")
        return told(tuple(event for each in json_of(body, list[_Event]) for event in _heard(each)))


def why_of(code: int) -> Why | None:
    return WHY.get(code) or (Why.TROUBLE if 5000 <= code < 6000 else None)


def _heard(event: _Event) -> tuple[Event, ...]:
    message = event.message
    if not id_of(message.id):
        return ()
    raw = f"{event.type} id={message.id}" + (f" errorCode={event.error}" if event.error else "")
    if event.type == "message-received":
        sender = number_of(message.sender)
        if not sender:
            return ()
        to = event.to or message.owner
        heard = InboundHeard(
            unique=message.id,
            from_e164=sender,
            to_address=number_of(to) or to,
            text=message.text or "",
            # Bandwidth tells no types: the presentation and the words are files among the others.
            links=links_of((url, "") for url in message.media or ()),
            raw=f"{raw} media={len(message.media or ())}",
        )
        return (heard,)
    return (
        ReceiptHeard(
            carrier_id=message.id,
            news=_news(event),
            about_e164=number_of(event.to),
            code=code_of(str(event.error or ""), why_of(event.error or 0)),
            why=why_of(event.error or 0) or "",
            raw=raw,
            network=network_of(event.network),
        ),
    )


def _news(event: _Event) -> News:
    news = NEWS.get(event.type, News.UNKNOWN)
    if news is not News.UNDELIVERED:
        return news
    if event.error in NO_RECEIPT:
        return News.UNKNOWN
    if why_of(event.error or 0) is Why.LATE:
        return News.EXPIRED
    # 4700 and up are a network's word; what is below never left Bandwidth.
    return News.REJECTED if 4000 <= (event.error or 0) < 4700 else news
