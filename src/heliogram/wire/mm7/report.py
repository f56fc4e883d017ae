"""DeliveryReportReq and ReadReplyReq: the gateway's later news of a message, and our answers.

Correlate by MessageID only: Mbuni puts an IP address in Sender and swaps it with Recipient.
Source: TS 23.140 §8.7.6; protocols §3.3.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mm7.address import Address, address_element, read_address
from heliogram.wire.mm7.envelope import Envelope, Head, element, message_element, write_envelope
from heliogram.wire.mm7.status import Status, status_element
from heliogram.wire.mm7.submit import read_time
from heliogram.wire.safexml import first


class Meaning(StrEnum):
    """What an MMStatus says about the message."""

    DELIVERED = "delivered"
    ON_ITS_WAY = "on its way"
    EXPIRED = "expired"
    REJECTED = "rejected"
    UNDELIVERED = "undelivered"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


MEANINGS: dict[str, Meaning] = {
    "Retrieved": Meaning.DELIVERED,
    "Delivered": Meaning.DELIVERED,
    "Forwarded": Meaning.ON_ITS_WAY,  # "sent to the mobile network": the phone may still refuse it
    "Deferred": Meaning.ON_ITS_WAY,
    "Processing": Meaning.ON_ITS_WAY,
    "Expired": Meaning.EXPIRED,
    "Rejected": Meaning.REJECTED,
    "Unrecognised": Meaning.UNDELIVERED,
    "Unrecognized": Meaning.UNDELIVERED,  # US gateways spell it so, against the schema
    "Unreachable": Meaning.UNDELIVERED,
    "NotSupported": Meaning.UNDELIVERED,
    "DeliveryConditionNotMet": Meaning.UNDELIVERED,
    "Cancelled": Meaning.CANCELED,
    "Replaced": Meaning.CANCELED,
    "Indeterminate": Meaning.UNKNOWN,  # the phone sends no reports
}

NO_MMS = frozenset({"NotSupported"})
"""The MMStatus that says that the phone takes no picture messages at all. The others may be about this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """News of `message_id`. `date` is None when the gateway's could not be read."""

    message_id: str
    mm_status: str
    recipient: Address | None = None
    sender: Address | None = None
    date: datetime | None = None
    status_text: str = ""
    extension: str = ""

    @property
    def meaning(self) -> Meaning:
        return MEANINGS.get(self.mm_status, Meaning.UNKNOWN)


def read_delivery_report(envelope: Envelope) -> DeliveryReport:
    """Read a report. Raises TheirFault when it says not what about which message."""
    if envelope.name != "DeliveryReportReq":
        raise TheirFault(f"expected DeliveryReportReq, got {envelope.name}")
    message_id, mm_status = envelope.text("MessageID"), envelope.text("MMStatus")
    if not message_id or not mm_status:
        raise TheirFault("the DeliveryReportReq lacks MessageID or MMStatus")
    return DeliveryReport(
        message_id=message_id,
        mm_status=mm_status,
        recipient=read_address(first(envelope.body, "Recipient")),
        sender=read_address(first(envelope.body, "Sender")),
        date=read_time(envelope.text("Date")),
        status_text=envelope.text("StatusText"),
        extension=envelope.text("MMStatusExtension"),
    )


def write_delivery_report(head: Head, report: DeliveryReport) -> bytes:
    """The envelope of a report, as a gateway sends it. Raises OurFault without recipient, sender or date."""
    if report.recipient is None or report.sender is None or report.date is None:
        raise OurFault("a DeliveryReportReq names its recipient, sender and date")
    fields = [
        element(head, "MessageID", report.message_id),
        address_element(head, "Recipient", report.recipient),
        address_element(head, "Sender", report.sender),
        element(head, "Date", report.date.isoformat(timespec="seconds")),
        element(head, "MMStatus", report.mm_status),
    ]
    for name, text in (("MMStatusExtension", report.extension), ("StatusText", report.status_text)):
        if text:
            fields.append(element(head, name, text))
    return write_envelope(head, message_element(head, "DeliveryReportReq", *fields))


def write_delivery_report_rsp(head: Head, status: Status) -> bytes:
    """Our answer to a report with this head."""
    return write_envelope(head, message_element(head, "DeliveryReportRsp", status_element(head, status)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReply:
    """What the reader did with `message_id`: `mm_status` is Read, Deleted (unread) or Indeterminate."""

    message_id: str
    mm_status: str
    recipient: Address | None = None
    sender: Address | None = None
    time_stamp: datetime | None = None


def read_read_reply(envelope: Envelope) -> ReadReply:
    """Read a ReadReplyReq. Raises TheirFault when it says not what about which message."""
    if envelope.name != "ReadReplyReq":
        raise TheirFault(f"expected ReadReplyReq, got {envelope.name}")
    message_id, mm_status = envelope.text("MessageID"), envelope.text("MMStatus")
    if not message_id or not mm_status:
        raise TheirFault("the ReadReplyReq lacks MessageID or MMStatus")
    return ReadReply(
        message_id=message_id,
        mm_status=mm_status,
        recipient=read_address(first(envelope.body, "Recipient")),
        sender=read_address(first(envelope.body, "Sender")),
        time_stamp=read_time(envelope.text("TimeStamp")),
    )


def write_read_reply(head: Head, reply: ReadReply) -> bytes:
    """The envelope of a read report, as a gateway sends it. Raises OurFault without recipient, sender or time."""
    if reply.recipient is None or reply.sender is None or reply.time_stamp is None:
        raise OurFault("a ReadReplyReq names its recipient, sender and time")
    fields = (
        element(head, "MessageID", reply.message_id),
        address_element(head, "Recipient", reply.recipient),
        address_element(head, "Sender", reply.sender),
        element(head, "TimeStamp", reply.time_stamp.isoformat(timespec="seconds")),
        element(head, "MMStatus", reply.mm_status),
    )
    return write_envelope(head, message_element(head, "ReadReplyReq", *fields))


def write_read_reply_rsp(head: Head, status: Status) -> bytes:
    """Our answer to a ReadReplyReq with this head."""
    return write_envelope(head, message_element(head, "ReadReplyRsp", status_element(head, status)))
