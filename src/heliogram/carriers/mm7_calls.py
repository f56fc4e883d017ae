"""What an MM7 gateway calls us with: receipts, replies from phones, read reports. Pure.

Here: call → events and answers, and the envelope as it may be shown. Not here: who may call (`mm7`).
Source: 3GPP TS 23.140 §8.7.5–8.7.7; protocols §3.3.
"""

import hashlib
import re

from heliogram.carriers.exchange import redacted_soap
from heliogram.model.event import Answer, Event, Heard, InboundHeard, InboundPart, News, ReceiptHeard
from heliogram.model.parcel import NO_MMS
from heliogram.wire.mm7 import deliver, fault, report
from heliogram.wire.mm7.address import Address, AddressKind
from heliogram.wire.mm7.content import read_content
from heliogram.wire.mm7.envelope import XML_TYPE, Envelope, Head, Message, read_message
from heliogram.wire.mm7.status import SUCCESS, Status

MAX_SHOWN = 1200
"""A SubmitReq has about 900 characters, its answer 600: both fit into what an attempt keeps."""


def heard_in(content_type: str, octets: bytes) -> Heard:
    """The events in a call, and what to answer it. Raises TheirFault."""
    message = read_message(content_type, octets)
    head = message.envelope.head
    raw = shown_envelope(octets)
    match message.envelope.name:
        case "DeliveryReportReq":
            news = _receipt(report.read_delivery_report(message.envelope), raw)
            return _told(head, (news,), report.write_delivery_report_rsp(head, _OK))
        case "DeliverReq":
            unnamed = hashlib.sha256(octets).hexdigest()
            return _told(head, _inbound(message, raw, unnamed), deliver.write_deliver_rsp(head, _OK))
        case "ReadReplyReq":
            return _told(head, (_read(message.envelope, raw),), report.write_read_reply_rsp(head, _OK))
    refusal = _answer(500, fault.write_fault(head, _NOT_OFFERED, error="VASPErrorRsp"))
    return Heard(events=(), stored=refusal, not_stored=refusal)


def shown_envelope(octets: bytes) -> str:
    """The envelope alone, redacted: the parts beside it hold what people wrote to each other."""
    found = _ENVELOPE.search(octets[:16_384])
    return redacted_soap(found[0].decode("utf-8", "replace"), plain=_PLAIN, hidden=_HIDDEN)[:MAX_SHOWN] if found else ""


_NEWS = {
    report.Meaning.DELIVERED: News.DELIVERED,
    report.Meaning.ON_ITS_WAY: News.EN_ROUTE,
    report.Meaning.EXPIRED: News.EXPIRED,
    report.Meaning.REJECTED: News.REJECTED,
    report.Meaning.UNDELIVERED: News.UNDELIVERED,
    report.Meaning.CANCELED: News.DELETED,
    report.Meaning.UNKNOWN: News.UNKNOWN,
}
_READ = {"Read": News.READ, "Deleted": News.DELIVERED}
"""Deleted unread it was on the handset all the same."""
_OK = Status(code=SUCCESS)
_LATER = Status(code=4006)
_NOT_OFFERED = Status(code=4003)

_ENVELOPE = re.compile(rb"<(?:[\w.-]+:)?Envelope.*?</(?:[\w.-]+:)?Envelope\s*>", re.DOTALL)
_PLAIN = frozenset({"TransactionID", "MessageID", "LinkedID", "ShortCode", "StatusCode", "MM7Version", "Date"})
_HIDDEN = frozenset({"Subject", "VASPID"})  # the VASPID is a credential at some gateways


def _told(head: Head, events: tuple[Event, ...], thanks: bytes) -> Heard:
    later = fault.write_fault(head, _LATER, error="VASPErrorRsp")
    return Heard(events=events, stored=_answer(200, thanks), not_stored=_answer(500, later))


def _answer(status: int, envelope: bytes) -> Answer:
    return Answer(status=status, headers={"Content-Type": XML_TYPE}, body=envelope)


def _receipt(news: report.DeliveryReport, raw: str) -> ReceiptHeard:
    return ReceiptHeard(
        carrier_id=news.message_id,
        news=_NEWS[news.meaning],
        about_e164=_e164(news.recipient) if news.recipient else "",
        code=news.mm_status,
        why=NO_MMS if news.mm_status in report.NO_MMS else "",
        raw=raw,
    )


def _read(envelope: Envelope, raw: str) -> ReceiptHeard:
    reply = report.read_read_reply(envelope)
    return ReceiptHeard(
        carrier_id=reply.message_id,
        news=_READ.get(reply.mm_status, News.UNKNOWN),
        about_e164=_e164(reply.recipient) if reply.recipient else "",
        code=reply.mm_status,
        raw=raw,
    )


def _inbound(message: Message, raw: str, unnamed: str) -> tuple[InboundHeard, ...]:
    """The message of a phone. `unnamed` is what it is known by where the gateway gives it no id."""
    request = deliver.read_deliver_req(message.envelope)
    sender = _e164(request.sender)
    if not sender:
        return ()  # a mail address: nobody we can text, and nobody whose consent we keep
    content = read_content(message.content)
    to = request.recipients[0] if request.recipients else None
    heard = InboundHeard(
        unique=request.linked_id or message.envelope.head.transaction_id or unnamed,
        from_e164=sender,
        to_address=(_e164(to) or to.text) if to else "",
        # Some phones put all of a short message into its subject: a STOP there is a STOP.
        text=content.text or request.subject,
        media=tuple(
            InboundPart(content_type=each.content_type, octets=each.octets, filename=each.filename)
            for each in content.media
        ),
        raw=raw,
    )
    return (heard,)


def _e164(address: Address) -> str:
    """The number in an address, "" for a short code or a mail address."""
    is_number = address.kind is not AddressKind.SHORT_CODE and address.text.isascii() and address.text.isdigit()
    return f"+{address.text}" if is_number and 8 <= len(address.text) <= 15 and address.text[0] != "0" else ""
