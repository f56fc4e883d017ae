"""MM7 over HTTP: the carrier that takes picture messages, and calls back with receipts and replies.

Here: parcel → request, answer → outcome, call → events. Not here: what the octets mean (`wire.mm7`), when to repeat.
Source: 3GPP TS 23.140 §8.7; gateway rules met in practice: protocols §3.5.
"""

import hashlib
import hmac
import ssl
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec

from heliogram.carriers.digest import Login
from heliogram.carriers.exchange import exchange_of, shown_headers, without_numbers
from heliogram.carriers.http import Answered, HttpClient, NotAnswered, basic_credentials
from heliogram.carriers.mm7_calls import heard_in, shown_envelope
from heliogram.carriers.presence import Presence
from heliogram.carriers.protocol import CallbackRefused, Capabilities, Health, Link, Misconfigured, Sink
from heliogram.carriers.refusals import outcome_of_http
from heliogram.carriers.tls import client_context
from heliogram.model.event import Callback, Heard
from heliogram.model.parcel import (
    MEDIA_REFUSED,
    THROTTLED,
    UNREACHABLE,
    Accepted,
    MmsParcel,
    Outcome,
    Parcel,
    Refused,
    Unknown,
)
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mime import Buffers, base64_lines
from heliogram.wire.mm7 import fault, submit
from heliogram.wire.mm7.address import Address, number, short_code
from heliogram.wire.mm7.content import Medium, write_content
from heliogram.wire.mm7.envelope import Head, pack_message, read_message
from heliogram.wire.mm7.names import REL_6_MM7_1_4, is_mm7
from heliogram.wire.mm7.status import CONTENT_REFUSED, THROUGHPUT_EXCEEDED, Status, meaning_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Mm7Settings:
    """One account. `username` and `password` serve both ways: we show them to the gateway and it to us.

    `auth` is how we show them: "basic", or "digest" once the gateway has asked. The `tls_` files (PEM) are the
    gateway's authority where the system does not know it, and our certificate where the gateway wants one.
    `expiry` is an xs:duration ("P3D") or "" for the gateway's own. `soap_action` is sent as it is, quotes included.
    """

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    vaspid: str = ""
    vasid: str = ""
    namespace: str = REL_6_MM7_1_4
    soap_action: str = '""'
    auth: str = "basic"
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    read_reply: bool = False
    transfer_encoding: str = "base64"
    expiry: str = ""
    timeout_s: float = 30.0
    connect_timeout_s: float = 5.0
    window: int = 10

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise Misconfigured(
                f"The address of the MM7 gateway must begin with http:// or https://, not {self.url!r}."
            )
        if urlsplit(self.url).username is not None:
            # aiohttp refuses two sets of credentials at every request.
            raise Misconfigured("The user name and password of the MM7 gateway do not belong in its address.")
        if self.auth not in ("basic", "digest"):
            raise Misconfigured(f"auth is basic or digest, not {self.auth!r}.")
        if self.transfer_encoding not in ("base64", "binary"):
            raise Misconfigured(f"transfer_encoding is base64 or binary, not {self.transfer_encoding!r}.")
        if not is_mm7(self.namespace):
            raise Misconfigured(f"{self.namespace!r} is not a namespace of MM7.")
        if not 1 <= self.window <= 1_000 or self.timeout_s <= 0 or self.connect_timeout_s <= 0:
            raise Misconfigured("The window is 1 to 1,000 and the timeouts are more than 0 seconds.")


def request_for(parcel: MmsParcel, settings: Mm7Settings) -> tuple[dict[str, str], Buffers]:
    """The headers and the body of the request that hands a parcel over.

    The body is a sequence of buffers; a picture is in it as one object that all parcels with it share.
    Raises OurFault for what MM7 cannot carry.
    """
    # The key is one attempt's, so its hash is in no picture, and none need be searched for it.
    boundary = hashlib.sha256(parcel.key.encode()).hexdigest()[:32]
    request = submit.SubmitReq(
        vaspid=settings.vaspid,
        vasid=settings.vasid,
        sender=_sender_address(parcel),
        to=(number(parcel.to_e164),),
        expiry_date=settings.expiry,
        delivery_report=True,
        read_reply=settings.read_reply or None,
        subject=_plain_subject(parcel.subject),
        content_id="content",
    )
    content = write_content(
        [_medium(part.content_type, part.filename, part.octets, settings) for part in parcel.media],
        parcel.text,
        content_id=request.content_id,
        boundary=f"{boundary}-content",
        transfer_encoding=settings.transfer_encoding,
    )
    envelope = submit.write_submit_req(Head(transaction_id=parcel.key, namespace=settings.namespace), request)
    content_type, buffers = pack_message(envelope, content, boundary=f"{boundary}-message")
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(sum(map(len, buffers))),
        "SOAPAction": settings.soap_action,
    }
    if settings.username and settings.auth == "basic":
        headers["Authorization"] = basic_credentials(settings.username, settings.password)
    return headers, buffers


def outcome_of(http_status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """What an answer says. Its body is believed before its HTTP status: faults come with 200 as well as with 500.

    Header names are in lower case.
    """
    try:
        envelope = read_message(headers.get("content-type", ""), body).envelope
        if fault.is_fault(envelope):
            return _refused(fault.read_fault(envelope))
        response = submit.read_submit_rsp(envelope)
    except TheirFault:
        return outcome_of_http(http_status, headers)
    if not response.status.is_success:
        return _refused(response.status)
    if not response.message_id:
        return Unknown(reason="The gateway took the message but gave no id for it, so no receipt can find it.")
    return Accepted(carrier_ids=(response.message_id,))


class Mm7Carrier:
    """One MM7 account."""

    def __init__(self, settings: Mm7Settings) -> None:
        self.capabilities = Capabilities(sms=False, mms=True, idempotent=False, window=settings.window)
        self.settings = settings
        self._login = Login(settings.username, settings.password) if settings.auth == "digest" else None
        self._client = HttpClient(
            connections=settings.window,
            timeout_s=settings.timeout_s,
            connect_timeout_s=settings.connect_timeout_s,
            context=context_of(settings),
        )
        self._presence = Presence(self._client, settings.url, urlsplit(settings.url).netloc)

    @classmethod
    def configured(cls, settings: Mapping[str, Any], secret: str) -> "Mm7Carrier":
        """The carrier of an account's stored settings. Raises Misconfigured."""
        known = {each.name for each in fields(Mm7Settings)} - {"password"}
        if unknown := sorted(set(settings) - known):
            raise Misconfigured(f"An MM7 account has no setting {', '.join(unknown)}.")
        if "url" not in settings:
            raise Misconfigured("An MM7 account needs the address of its gateway: url.")
        try:
            return cls(msgspec.convert({**settings, "password": secret}, Mm7Settings))
        except msgspec.ValidationError as problem:
            raise Misconfigured(f"The MM7 account cannot be used: {str(problem).rstrip('.')}.") from problem

    async def send(self, parcel: Parcel) -> Outcome:
        """Hand one picture message over."""
        if not isinstance(parcel, MmsParcel):
            return Refused(code="no_text", reason="This carrier takes picture messages only.", permanent=True)
        try:
            headers, buffers = request_for(parcel, self.settings)
        except OurFault as error:
            return Refused(code="not_encodable", reason=f"MM7 cannot carry this: {error}.", permanent=True)
        answer = await self._post(headers, buffers, parcel.key)
        shown = _shown_request(self.settings.url, headers, buffers)
        match answer:
            case Answered(status=status, headers=answer_headers, body=body):
                self._presence.saw(Link.UP)
                outcome = outcome_of(status, answer_headers, body)
                return msgspec.structs.replace(outcome, exchange=exchange_of(shown, _shown_answer(answer)))
            case NotAnswered(has_left=True, timed_out=timed_out, error=error_text):
                when = "in time" if timed_out else "before the connection broke"
                reason = f"The gateway was sent the message and did not answer {when}."
                return Unknown(reason=reason, exchange=exchange_of(shown, error_text))
            case NotAnswered(error=error_text):
                self._presence.saw(Link.DOWN)
                reason = "The gateway cannot be reached."
                exchange = exchange_of(shown, error_text)
                return Refused(code=UNREACHABLE, reason=reason, permanent=False, exchange=exchange)

    async def _post(self, headers: Mapping[str, str], buffers: Buffers, key: str) -> Answered | NotAnswered:
        """Post, and once more where the gateway asks who we are: what it answers 401 it has not taken."""
        url, login = self.settings.url, self._login
        if login is None:
            return await self._client.post(url, headers, buffers)
        uri = urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
        answer = await self._client.post(url, {**headers, **login.headers("POST", uri, key)}, buffers)
        if isinstance(answer, Answered) and answer.status == 401 and login.hears(_asked(answer)):
            answer = await self._client.post(url, {**headers, **login.headers("POST", uri, key)}, buffers)
        return answer

    def read_callback(self, call: Callback) -> Heard:
        """Read a DeliveryReportReq, DeliverReq or ReadReplyReq. Raises CallbackRefused."""
        if call.method != "POST":
            raise CallbackRefused(405, "MM7 gateways call with POST.")
        wanted = basic_credentials(self.settings.username, self.settings.password)
        shown = call.headers.get("authorization", "")
        if self.settings.username and not hmac.compare_digest(shown.encode(), wanted.encode()):
            raise CallbackRefused(401, "The user name or password of the call is not this account's.")
        try:
            return heard_in(call.headers.get("content-type", ""), call.body)
        except TheirFault as error:
            raise CallbackRefused(400, f"Not readable as MM7: {error}.") from error

    async def listen(self, sink: Sink) -> None:
        """Nothing is heard this way; calls come in over HTTP. While the gateway is away, find out when it is back."""
        await self._presence.watch()

    def health(self) -> Health:
        return self._presence.health

    async def close(self) -> None:
        await self._client.close()


def _asked(answer: Answered) -> str:
    return answer.headers.get("www-authenticate", "")


def context_of(settings: Mm7Settings) -> ssl.SSLContext | None:
    """TLS where the account says more than the system knows. Raises Misconfigured."""
    files = settings.tls_ca or settings.tls_certificate or settings.tls_key
    if not files:
        return None
    if urlsplit(settings.url).scheme != "https":
        raise Misconfigured("The tls_ settings are for an address that begins with https://.")
    return client_context(ca=settings.tls_ca, certificate=settings.tls_certificate, key=settings.tls_key)


# ── the request ──────────────────────────────────────────────────────────────────────────────────────────────────


# Encoding 300 kB takes milliseconds, and a campaign sends one picture a million times: its base64 is shared as well.
# Two lanes of ten media each have room, at 1 MB a message at most.
_base64_of = lru_cache(maxsize=24)(base64_lines)


def _medium(content_type: str, filename: str, octets: bytes, settings: Mm7Settings) -> Medium:
    encoded = _base64_of(octets) if settings.transfer_encoding == "base64" else octets
    return Medium(content_type=content_type, filename=filename, octets=encoded)


def _sender_address(parcel: MmsParcel) -> Address:
    if parcel.sender_kind is SenderKind.ALPHANUMERIC:
        raise OurFault("a name cannot send picture messages")
    return (short_code if parcel.sender_kind is SenderKind.SHORT_CODE else number)(parcel.sender)


def _plain_subject(subject: str) -> str:
    """At most 40 characters of ASCII: US gateways reject a subject with anything else."""
    return unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode("ascii")[:40].strip()


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────────────────

_CODES = {CONTENT_REFUSED: MEDIA_REFUSED, THROUGHPUT_EXCEEDED: THROTTLED}
_RETRY_AFTER_S = {THROUGHPUT_EXCEEDED: 1.0}


def _refused(status: Status) -> Refused:
    meaning = meaning_of(status.code)
    said = status.details or status.text
    told = "" if not said or said.lower() == meaning.name.lower() else f" It said: {without_numbers(said)[:200]}"
    return Refused(
        code=_CODES.get(status.code, str(status.code)),
        reason=meaning.sentence + told,
        permanent=not meaning.may_retry,
        retry_after_s=_RETRY_AFTER_S.get(status.code),
    )


# ── the record ───────────────────────────────────────────────────────────────────────────────────────────────────


def _shown_request(url: str, headers: Mapping[str, str], buffers: Buffers) -> str:
    return f"POST {urlsplit(url).path or '/'}\n{shown_headers(headers)}{shown_envelope(buffers[0])}"


def _shown_answer(answer: Answered) -> str:
    return f"HTTP {answer.status}\n{shown_headers(answer.headers)}{shown_envelope(answer.body)}"
