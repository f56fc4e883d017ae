"""Twilio's Programmable Messaging: texts and picture messages over its REST API, receipts and replies by signed forms.

Twilio cuts texts itself, by the same rules; it is told to change no character (`SmartEncoded=false`), so that our
count holds. It knows no idempotency key: what left and was not answered is unknown.
Source: providers §2.1–2.6, checked against its own SDK.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from heliogram.carriers.aggregator import (
    HttpSettings,
    Ours,
    Request,
    addresses_of,
    check_address,
    id_of,
    read_answer,
    shown_parcel,
    taken,
    text_of,
)
from heliogram.carriers.exchange import MAX_EXCHANGE_CHARS
from heliogram.carriers.fetch import MediaAccess
from heliogram.carriers.http import Answered, basic_credentials
from heliogram.carriers.lookups import UNREADABLE, found_in, no_word, refused_lookup
from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.refusals import Why, code_of, outcome_of_http
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
from heliogram.model.event import Answer, Callback, Event, Heard, InboundHeard, News, ReceiptHeard
from heliogram.model.number import Line, Lookup
from heliogram.model.parcel import MmsParcel, Outcome, Parcel
from heliogram.model.phone import masked
from heliogram.wire.errors import OurFault

MAX_BODY: Final = 1600
MAX_MEDIA: Final = 10

WHY: Final[dict[int, Why]] = {
    **dict.fromkeys((21610,), Why.BLOCKED),
    **dict.fromkeys((21211, 21614, 21635, 30005, 30006), Why.NOT_MOBILE),
    **dict.fromkeys((30003, 30004), Why.UNREACHABLE),
    **dict.fromkeys((11200, 11205, 11751, 12300, 21620, 21621, 30019), Why.MEDIA),
    30011: Why.MMS,
    **dict.fromkeys((30007, 30038, 30450, 30640), Why.FILTERED),
    **dict.fromkeys((14107, 20429, 21611, 30001, 30022, 30023, 30027, 63017), Why.TOO_FAST),
    **dict.fromkeys((30018, 30032, 30034), Why.UNREGISTERED),
    **dict.fromkeys((21212, 21603, 21606, 21703, 21704, 21705), Why.SENDER),
    **dict.fromkeys((21408, 21612), Why.DESTINATION),
    **dict.fromkeys((20003, 20404, 30002), Why.ACCOUNT),
    **dict.fromkeys((21602, 21604, 21609, 21617, 21619, 21623, 21624), Why.REQUEST),
    **dict.fromkeys((30012, 30013, 30036, 30610), Why.LATE),
    **dict.fromkeys((30008, 30017, 30410), Why.TROUBLE),
}
"""What its codes mean (providers §2.6). One that is not here is judged by the HTTP status it came with."""

LINES: Final[dict[str, Line]] = {
    "mobile": Line.MOBILE,
    "landline": Line.LANDLINE,
    "fixedVoip": Line.VOIP,
    "nonFixedVoip": Line.VOIP,
    "tollFree": Line.TOLL_FREE,
}
"""Its words for a line. Source: its documentation, "Line Type Intelligence", read 2026-11-29; the others (personal,
premium, sharedCost, uan, voicemail, pager, unknown) say nothing of what we ask."""

NEWS: Final[dict[str, News]] = {
    "accepted": News.ACCEPTED,
    "scheduled": News.ACCEPTED,
    "queued": News.ACCEPTED,
    "sending": News.EN_ROUTE,
    "sent": News.EN_ROUTE,
    "delivered": News.DELIVERED,
    "read": News.DELIVERED,
    "undelivered": News.UNDELIVERED,
    "failed": News.REJECTED,
    "canceled": News.DELETED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings(HttpSettings):
    """One account; its secret is the auth token, which also signs what Twilio calls us with."""

    account_sid: str
    url: str = "https://api.twilio.com"
    messaging_service_sid: str = ""
    validity_s: int = 0
    """How long Twilio may try, 1 to 36,000 s; 0 is its own 10 hours."""
    lookups: bool = False
    """Whether it may be asked what a number is, which it charges for."""
    lookups_url: str = "https://lookups.twilio.com"

    def __post_init__(self) -> None:
        HttpSettings.__post_init__(self)
        check_address(self.lookups_url)
        if not re.fullmatch(r"AC[0-9a-fA-F]{32}", self.account_sid):
            raise Misconfigured("account_sid is AC and 32 hexadecimal digits, as the Twilio console shows it.")
        if self.messaging_service_sid and not re.fullmatch(r"MG[0-9a-fA-F]{32}", self.messaging_service_sid):
            raise Misconfigured("messaging_service_sid is MG and 32 hexadecimal digits.")
        if not 0 <= self.validity_s <= 36_000:
            raise Misconfigured("validity_s is 1 to 36,000 seconds, or 0 for Twilio's own.")

    def media_access(self) -> MediaAccess:
        return MediaAccess(url=self.url, headers={"Authorization": basic_credentials(self.account_sid, self.secret)})


class _Message(msgspec.Struct, frozen=True):
    """A message, or an error: what we read of either."""

    sid: str = ""
    status: str | int = ""
    error_code: int | None = None
    code: int | None = None
    message: str | None = ""


class _LineType(msgspec.Struct, frozen=True):
    type: str | None = None
    carrier_name: str | None = None
    mobile_country_code: str | None = None
    mobile_network_code: str | None = None
    error_code: int | str | None = None


class _Number(msgspec.Struct, frozen=True):
    valid: bool | None = None
    validation_errors: list[str] | None = None
    line_type_intelligence: _LineType | None = None


class Twilio:
    """The dialect of one account."""

    is_idempotent = False

    def __init__(self, settings: TwilioSettings, ours: Ours) -> None:
        self.settings = settings
        self._ours = ours

    def request_for(self, parcel: Parcel) -> Request:
        settings, text = self.settings, text_of(parcel)
        if len(text) > MAX_BODY:
            raise OurFault(f"Twilio takes at most {MAX_BODY} characters")
        fields = [("To", parcel.to_e164), ("StatusCallback", self._ours.callback_url)]
        if settings.validity_s:
            fields.append(("ValidityPeriod", str(settings.validity_s)))
        # Beside a service, From pins the sender: consent is for the group that this one belongs to.
        fields += [("SmartEncoded", "false"), ("From", parcel.sender)]
        if settings.messaging_service_sid:
            fields.append(("MessagingServiceSid", settings.messaging_service_sid))
        if text:
            fields.append(("Body", text))
        if isinstance(parcel, MmsParcel):
            fields += [("MediaUrl", each) for each in addresses_of(parcel, self._ours, most=MAX_MEDIA)]
        return Request(
            url=settings.at(f"/2010-04-01/Accounts/{settings.account_sid}/Messages.json"),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
                "Authorization": basic_credentials(settings.account_sid, settings.secret),
            },
            body=urlencode(fields).encode(),
            shown=shown_parcel(parcel),
        )

    def outcome_of(self, answer: Answered) -> Outcome:
        message = read_answer(answer.body, _Message) or _Message()
        code = message.code or message.error_code
        if 200 <= answer.status < 300 and message.status != "failed":
            return taken(message.sid, by="Twilio")
        why = WHY.get(code) if code else None
        return outcome_of_http(answer.status, answer.headers, why=why, code=str(code or ""), said=message.message or "")

    @property
    def looks_up(self) -> bool:
        return self.settings.lookups

    def lookup_for(self, phone_e164: str) -> Request:
        settings = self.settings
        return Request(
            method="GET",
            url=f"{settings.lookups_url.rstrip('/')}/v2/PhoneNumbers/{phone_e164}?Fields=line_type_intelligence",
            headers={
                "Accept": "application/json",
                "Authorization": basic_credentials(settings.account_sid, settings.secret),
            },
            body=b"",
            shown=masked(phone_e164),
        )

    def looked_up_in(self, answer: Answered) -> Lookup:
        if not 200 <= answer.status < 300:
            error = read_answer(answer.body, _Message) or _Message()
            why = WHY.get(error.code) if error.code else None
            return refused_lookup(answer, why=why, code=str(error.code or ""), said=error.message or "")
        number = read_answer(answer.body, _Number)
        if number is None:
            return UNREADABLE
        line = number.line_type_intelligence
        if number.valid is False or line is None or line.error_code:
            said = (line.error_code if line else None) or ", ".join(number.validation_errors or ())
            return no_word(str(said))
        mcc, mnc = line.mobile_country_code, line.mobile_network_code
        return found_in(LINES, line=line.type, network=line.carrier_name, mcc=mcc, mnc=mnc)

    def heard_in(self, call: Callback) -> Heard:
        body = bounded(call)
        shown = call.headers.get("x-twilio-signature", "")
        # Nothing is read of a stranger's call but its fields, which are what is signed.
        fields = form_of(body) if _is_form(call) else []
        is_genuine = any(
            matches(shown, signature_of(self.settings.secret, url, fields)) and _holds_body(url, body)
            for url in written_as(self._ours.callback_url, call.query)
        )
        signed_or_refused(is_genuine, is_signed=bool(shown), where="X-Twilio-Signature")
        return told(_events(dict(fields)), _TWIML)


# ── the signature ────────────────────────────────────────────────────────────────────────────────────────────────


def signature_of(auth_token: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """X-Twilio-Signature: the address, then every field by name, each once, with nothing between."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return mac(auth_token, signed.encode(), "sha1")


def written_as(callback_url: str, query: str) -> list[str]:
    """The ways in which Twilio may have written the address: with its default port and without."""
    url = callback_url + (f"?{query}" if query else "")
    parts = urlsplit(url)
    port = {"https": 443, "http": 80}.get(parts.scheme)
    bare, with_port = parts.hostname or "", f"{parts.hostname}:{port}"
    if parts.port not in (None, port):
        return [url]
    return [parts._replace(netloc=bare).geturl(), parts._replace(netloc=with_port).geturl()]


def _is_form(call: Callback) -> bool:
    return call.headers.get("content-type", "").partition(";")[0].strip() == "application/x-www-form-urlencoded"


def _holds_body(url: str, body: bytes) -> bool:
    """A body that is no form is signed by its hash, which stands in the address."""
    told_hash = parse_qs(urlsplit(url).query).get("bodySHA256")
    return told_hash is None or matches(told_hash[0], hashlib.sha256(body).hexdigest())


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────────

_TWIML: Final = Answer(status=200, headers={"Content-Type": "text/xml"}, body=b"<Response/>")
_MAX_CODE: Final = 20
_KEPT: Final = ("MessageSid", "MessageStatus", "SmsStatus", "ErrorCode", "NumMedia", "OptOutType", "RawDlrDoneDate")


def _events(fields: dict[str, str]) -> tuple[Event, ...]:
    sid = id_of(fields.get("MessageSid") or fields.get("SmsSid") or "")
    if not sid:
        raise CallbackRefused(400, "The call names no message: it has no MessageSid.")
    raw = " ".join(f"{name}={fields[name]}" for name in _KEPT if fields.get(name))[:MAX_EXCHANGE_CHARS]
    status = fields.get("MessageStatus", "")
    if status:
        code = fields.get("ErrorCode", "")
        why = WHY.get(int(code)) if code.isdecimal() and len(code) < 7 else None
        news = NEWS.get(status, News.UNKNOWN)
        return (
            ReceiptHeard(
                carrier_id=sid,
                news=News.EXPIRED if news is News.REJECTED and why is Why.LATE else news,
                about_e164=number_of(fields.get("To", "")),
                code=code_of(code[:_MAX_CODE], why),
                why=why or "",
                raw=raw,
            ),
        )
    sender = number_of(fields.get("From", ""))
    if not sender:
        return ()  # another channel or a short code: nobody we can text, and nobody whose consent we keep
    to = fields.get("To", "")
    heard = InboundHeard(
        unique=sid,
        from_e164=sender,
        to_address=number_of(to) or to,
        text=fields.get("Body", ""),
        links=links_of((fields.get(f"MediaUrl{n}"), fields.get(f"MediaContentType{n}")) for n in range(N_LINKS)),
        raw=raw,
    )
    return (heard,)
