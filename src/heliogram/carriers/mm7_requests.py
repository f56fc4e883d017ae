"""MM7's requests and their answers: parcel → request, answer → outcome. Pure.

Here: handing over, taking back and replacing. Not here: sockets (`mm7`), what the octets mean (`wire.mm7`).
Source: 3GPP TS 23.140 §8.7; gateway rules met in practice: protocols §3.5.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

from heliogram.carriers.exchange import without_numbers
from heliogram.carriers.http import basic_credentials
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.carriers.refusals import outcome_of_http
from heliogram.model.event import News, ReceiptHeard, Untold
from heliogram.model.parcel import (
    MEDIA_REFUSED,
    THROTTLED,
    Accepted,
    MediaPart,
    MmsParcel,
    Outcome,
    Partly,
    Refused,
    Unknown,
)
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mime import Buffers, PartOut, base64_lines
from heliogram.wire.mm7 import fault, submit
from heliogram.wire.mm7.address import Address, number, short_code
from heliogram.wire.mm7.cancel import CancelReq, write_cancel_req
from heliogram.wire.mm7.content import Medium, write_content
from heliogram.wire.mm7.envelope import Envelope, Head, pack_message, read_message
from heliogram.wire.mm7.replace import ReplaceReq, write_replace_req
from heliogram.wire.mm7.status import (
    CONTENT_REFUSED,
    ID_NOT_FOUND,
    NOT_POSSIBLE,
    THROUGHPUT_EXCEEDED,
    UNSUPPORTED_OPERATION,
    Status,
    meaning_of,
)

Request = tuple[dict[str, str], Buffers]
"""The headers and the body, as a sequence of buffers."""


def request_for(parcel: MmsParcel, settings: Mm7Settings) -> Request:
    """The request that hands a parcel over.

    A picture is in its body as one object that all parcels with it share. Raises OurFault for what MM7 cannot carry.
    """
    request = submit.SubmitReq(
        vaspid=settings.vaspid,
        vasid=settings.vasid,
        sender=_sender_address(parcel),
        to=(number(parcel.to_e164),),
        expiry_date=settings.expiry,
        delivery_report=True,
        read_reply=settings.read_reply or None,
        subject=_plain_subject(parcel.subject),
        content_id=_CONTENT_ID,
    )
    head = Head(transaction_id=parcel.key, namespace=settings.namespace)
    return _with_content(submit.write_submit_req(head, request), parcel, settings)


def cancel_request_for(carrier_id: str, settings: Mm7Settings, *, sender: str) -> Request:
    """The request that takes a message back, by the id its SubmitRsp gave. Raises OurFault."""
    request = CancelReq(
        message_id=carrier_id,
        vaspid=settings.vaspid,
        vasid=settings.vasid,
        sender=number(sender) if sender.startswith("+") else short_code(sender),
    )
    head = Head(transaction_id=f"cancel-{carrier_id}", namespace=settings.namespace)
    return _request(write_cancel_req(head, request), None, settings)


def replace_request_for(carrier_id: str, parcel: MmsParcel, settings: Mm7Settings) -> Request:
    """The request that puts a parcel's content in the place of a message's. Its recipient stays. Raises OurFault."""
    request = ReplaceReq(
        message_id=carrier_id,
        vaspid=settings.vaspid,
        vasid=settings.vasid,
        sender=_sender_address(parcel),
        read_reply=settings.read_reply or None,
        content_id=_CONTENT_ID,
    )
    head = Head(transaction_id=parcel.key, namespace=settings.namespace)
    return _with_content(write_replace_req(head, request), parcel, settings)


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


def recall_outcome_of(
    carrier_id: str, read: Callable[[Envelope], Status], http_status: int, headers: Mapping[str, str], body: bytes
) -> Outcome:
    """What the answer to a CancelReq or ReplaceReq says; `read` is its reader. Header names are in lower case."""
    try:
        envelope = read_message(headers.get("content-type", ""), body).envelope
        status = fault.read_fault(envelope) if fault.is_fault(envelope) else read(envelope)
    except TheirFault:
        return outcome_of_http(http_status, headers)
    return Accepted(carrier_ids=(carrier_id,)) if status.is_success else _refused(status, _RECALL)


_DEAF = frozenset({str(UNSUPPORTED_OPERATION)})
"""How a gateway says that it does not know the request at all."""


def taken_back(carrier_id: str, outcome: Outcome) -> ReceiptHeard | Untold:
    """What the outcome of a CancelReq says of the message."""
    match outcome:
        case Accepted(exchange=exchange):
            return ReceiptHeard(carrier_id=carrier_id, news=News.DELETED, raw=exchange, is_asked=True)
        case Refused(code=code, reason=reason, exchange=exchange):
            return Untold(code=code, reason=reason, raw=exchange, is_deaf=code in _DEAF)
        case Partly(reason=reason, exchange=exchange) | Unknown(reason=reason, exchange=exchange):
            return Untold(code="no_answer", reason=reason, raw=exchange, is_deaf=True)


# ── the request ──────────────────────────────────────────────────────────────────────────────────────────────────


_CONTENT_ID = "content"


def _with_content(envelope: bytes, parcel: MmsParcel, settings: Mm7Settings) -> Request:
    # The key is one attempt's, so its hash is in no picture, and none need be searched for it.
    boundary = hashlib.sha256(parcel.key.encode()).hexdigest()[:32]
    content = write_content(
        [_medium(part, settings) for part in parcel.media],
        parcel.text,
        content_id=_CONTENT_ID,
        boundary=f"{boundary}-content",
        transfer_encoding=settings.transfer_encoding,
    )
    return _request(envelope, content, settings, boundary=f"{boundary}-message")


def _request(envelope: bytes, content: PartOut | None, settings: Mm7Settings, *, boundary: str = "") -> Request:
    content_type, buffers = pack_message(envelope, content, boundary=boundary)
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(sum(map(len, buffers))),
        "SOAPAction": settings.soap_action,
    }
    if settings.username and settings.auth == "basic":
        headers["Authorization"] = basic_credentials(settings.username, settings.password)
    return headers, buffers


# Encoding 300 kB takes milliseconds, and a campaign sends one picture a million times: its base64 is shared as well.
_base64_of = lru_cache(maxsize=24)(base64_lines)


def _medium(part: MediaPart, settings: Mm7Settings) -> Medium:
    encoded = _base64_of(part.octets) if settings.transfer_encoding == "base64" else part.octets
    return Medium(content_type=part.content_type, filename=part.filename, octets=encoded, duration_ms=part.duration_ms)


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
_RECALL = {
    NOT_POSSIBLE: "It is too late: the phone has the message, or is getting it.",
    ID_NOT_FOUND: "The gateway does not know the message any more.",
}
"""What these mean as the answer to a message that is to be taken back or replaced."""


def _refused(status: Status, sentences: Mapping[int, str] | None = None) -> Refused:
    meaning = meaning_of(status.code)
    said = status.details or status.text
    told = "" if not said or said.lower() == meaning.name.lower() else f" It said: {without_numbers(said)[:200]}"
    return Refused(
        code=_CODES.get(status.code, str(status.code)),
        reason=(sentences or {}).get(status.code, meaning.sentence) + told,
        permanent=not meaning.may_retry,
        retry_after_s=_RETRY_AFTER_S.get(status.code),
    )
