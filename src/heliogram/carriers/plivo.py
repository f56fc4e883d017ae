"""Plivo's messaging API: texts and picture messages in JSON, receipts and replies by signed forms.

Plivo knows no idempotency key: what left and was not answered is unknown.
Source: providers §2.9, its SDK.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

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
from heliogram.carriers.exchange import MAX_EXCHANGE_CHARS
from heliogram.carriers.fetch import MediaAccess
from heliogram.carriers.http import Answered, basic_credentials
from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.refusals import outcome_of_http
from heliogram.carriers.signed import (
    N_LINKS,
    bounded,
    form_of,
    links_of,
    mac,
    matches,
    number_of,
    signed_or_refused,
    told,
)
from heliogram.model.event import Callback, Event, Heard, InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import MmsParcel, Outcome, Parcel
from heliogram.wire.errors import OurFault

MAX_TEXT: Final = 1600
MAX_MEDIA: Final = 10

NEWS: Final[dict[str, News]] = {
    "queued": News.ACCEPTED,
    "sent": News.EN_ROUTE,
    "delivered": News.DELIVERED,
    "read": News.DELIVERED,
    "undelivered": News.UNDELIVERED,
    "failed": News.REJECTED,
    "rejected": News.REJECTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlivoSettings(HttpSettings):
    """One account; its secret is the auth token, which also signs what Plivo calls us with."""

    auth_id: str
    url: str = "https://api.plivo.com"

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        if not self.auth_id.isascii() or not self.auth_id.isalnum():
            raise Misconfigured("auth_id is the one that the Plivo console shows.")

    def media_access(self) -> MediaAccess:
        return MediaAccess(url=self.url, headers={"Authorization": basic_credentials(self.auth_id, self.secret)})


class _Answer(msgspec.Struct, frozen=True):
    message_uuid: list[str] = []
    error: str | None = ""


class Plivo:
    """The dialect of one account."""

    is_idempotent = False

    def __init__(self, settings: PlivoSettings, ours: Ours) -> None:
        self.settings = settings
        self._ours = ours

    def request_for(self, parcel: Parcel) -> Request:
        settings, text = self.settings, text_of(parcel)
        if len(text) > MAX_TEXT:
            raise OurFault(f"Plivo takes at most {MAX_TEXT} characters")
        body: dict[str, object] = {
            "src": parcel.sender.removeprefix("+"),
            "dst": parcel.to_e164.removeprefix("+"),
            "text": text,
            "type": "mms" if isinstance(parcel, MmsParcel) else "sms",
            "url": self._ours.callback_url,
            "method": "POST",
        }
        if isinstance(parcel, MmsParcel):
            body["media_urls"] = addresses_of(parcel, self._ours, most=MAX_MEDIA)
        headers = {"Authorization": basic_credentials(settings.auth_id, settings.secret)}
        return json_request(settings.at(f"/v1/Account/{settings.auth_id}/Message/"), headers, body, parcel)

    def outcome_of(self, answer: Answered) -> Outcome:
        said = read_answer(answer.body, _Answer) or _Answer()
        if 200 <= answer.status < 300:
            return taken(said.message_uuid[0] if said.message_uuid else "", by="Plivo")
        return outcome_of_http(answer.status, answer.headers, said=said.error or "")

    def heard_in(self, call: Callback) -> Heard:
        body = bounded(call)
        fields = form_of(body)
        version = "v3" if "x-plivo-signature-v3" in call.headers else "v2"
        shown = call.headers.get(f"x-plivo-signature-{version}", "")
        nonce = call.headers.get(f"x-plivo-signature-{version}-nonce", "")
        url = self._ours.callback_url
        signed = signed_v3(url, call.query, fields, nonce) if version == "v3" else url + nonce
        expected = mac(self.settings.secret, signed.encode())
        # Several, while a token is being changed for another.
        is_genuine = bool(nonce) and any(matches(each.strip(), expected) for each in shown.split(","))
        signed_or_refused(is_genuine, is_signed=bool(shown), where="X-Plivo-Signature-V3 or -V2")
        return told(_heard(dict(fields)))


def signed_v3(url: str, query: str, fields: Sequence[tuple[str, str]], nonce: str) -> str:
    """What the third version of Plivo's signature is over: address, sorted query, sorted fields, nonce."""
    asked = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(query, keep_blank_values=True)))
    if asked or fields:
        url += f"?{asked}"
    if asked and fields:
        url += "."
    return url + "".join(name + value for name, value in sorted(fields)) + f".{nonce}"


_KEPT: Final = ("MessageUUID", "ParentMessageUUID", "Status", "ErrorCode", "Units", "Type")
_MAX_CODE: Final = 20


def _heard(fields: dict[str, str]) -> tuple[Event, ...]:
    own = id_of(fields.get("MessageUUID", ""))
    if not own:
        raise CallbackRefused(400, "The call names no message: it has no MessageUUID.")
    raw = " ".join(f"{name}={fields[name]}" for name in _KEPT if fields.get(name))[:MAX_EXCHANGE_CHARS]
    status = fields.get("Status", "")
    if status:
        return (
            ReceiptHeard(
                # A text of several parts has an id for each, and its parent's is the one we were given.
                carrier_id=id_of(fields.get("ParentMessageUUID", "")) or own,
                news=NEWS.get(status, News.UNKNOWN),
                about_e164=number_of(fields.get("To", "")),
                code=fields.get("ErrorCode", "")[:_MAX_CODE],
                raw=raw,
            ),
        )
    sender = number_of(fields.get("From", ""))
    if not sender:
        return ()
    heard = InboundHeard(
        unique=own,
        from_e164=sender,
        to_address=number_of(fields.get("To", "")) or fields.get("To", ""),
        # What is the Text of an SMS is the Body of an MMS.
        text=fields.get("Text") or fields.get("Body", ""),
        # Its reference counts the media from 1, its help centre from 0.
        links=links_of((fields.get(f"Media{n}"), "") for n in range(N_LINKS)),
        raw=raw,
    )
    return (heard,)
