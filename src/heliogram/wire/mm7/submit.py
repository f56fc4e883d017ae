"""SubmitReq and SubmitRsp: a picture message handed over, and the answer.

Here: one value and its envelope, both ways. Not here: the content parts (`envelope.pack_message`).
Source: TS 23.140 §8.7 and Annex L; the order of the elements is significant.
"""

from dataclasses import dataclass
from datetime import datetime

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mm7.address import Address, read_address, read_addresses
from heliogram.wire.mm7.envelope import Envelope, Head, element, message_element, write_envelope
from heliogram.wire.mm7.fields import (
    PlainFields,
    content_element,
    plain_elements,
    read_boolean,
    recipients_element,
    sender_identification,
)
from heliogram.wire.mm7.status import Status, read_status, status_element
from heliogram.wire.safexml import attribute, first


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitReq:
    """A message to submit. "", None and () leave an element out.

    `earliest_delivery_time` and `expiry_date` are xs:dateTime or xs:duration ("P3D") as text; the duration
    needs no clock. `content_id` is the Content-ID of the content part, without brackets.
    """

    vaspid: str = ""
    vasid: str = ""
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    service_code: str = ""
    linked_id: str = ""
    message_class: str = ""
    time_stamp: datetime | None = None
    earliest_delivery_time: str = ""
    expiry_date: str = ""
    delivery_report: bool | None = None
    read_reply: bool | None = None
    priority: str = ""
    subject: str = ""
    charged_party: str = ""
    charged_party_id: str = ""
    distribution_indicator: bool | None = None
    applic_id: str = ""
    reply_applic_id: str = ""
    aux_applic_info: str = ""
    content_class: str = ""
    drm_content: bool | None = None
    content_id: str = ""
    allow_adaptations: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitRsp:
    """The answer to a SubmitReq. `message_id` is what later reports are about."""

    status: Status
    message_id: str = ""


# The elements between Recipients and Content.
PLAIN_FIELDS: PlainFields = (
    ("ServiceCode", "service_code", False),
    ("LinkedID", "linked_id", False),
    ("MessageClass", "message_class", False),
    ("TimeStamp", "time_stamp", False),
    ("EarliestDeliveryTime", "earliest_delivery_time", False),
    ("ExpiryDate", "expiry_date", False),
    ("DeliveryReport", "delivery_report", False),
    ("ReadReply", "read_reply", False),
    ("Priority", "priority", False),
    ("Subject", "subject", False),
    ("ChargedParty", "charged_party", False),
    ("ChargedPartyID", "charged_party_id", False),
    ("DistributionIndicator", "distribution_indicator", False),
    ("ApplicID", "applic_id", True),
    ("ReplyApplicID", "reply_applic_id", True),
    ("AuxApplicInfo", "aux_applic_info", True),
    ("ContentClass", "content_class", True),
    ("DRMContent", "drm_content", True),
)


def write_submit_req(head: Head, request: SubmitReq) -> bytes:
    """The envelope of a request. Raises OurFault without recipients, and for R6 elements in an R5 namespace."""
    if not (request.to or request.cc or request.bcc):
        raise OurFault("a SubmitReq needs a recipient")
    fields = [
        sender_identification(head, vaspid=request.vaspid, vasid=request.vasid, sender=request.sender),
        recipients_element(head, to=request.to, cc=request.cc, bcc=request.bcc),
        *plain_elements(head, request, PLAIN_FIELDS),
    ]
    if request.content_id:
        fields.append(content_element(head, request.content_id, request.allow_adaptations))
    return write_envelope(head, message_element(head, "SubmitReq", *fields))


def read_submit_req(envelope: Envelope) -> SubmitReq:
    """Read a request, whatever the order of its elements. Raises TheirFault."""
    if envelope.name != "SubmitReq":
        raise TheirFault(f"expected SubmitReq, got {envelope.name}")
    recipients = first(envelope.body, "Recipients")
    if recipients is None:
        raise TheirFault("the SubmitReq has no Recipients")
    content = first(envelope.body, "Content")
    text = envelope.text
    return SubmitReq(
        vaspid=text("VASPID"),
        vasid=text("VASID"),
        sender=read_address(first(envelope.body, "SenderAddress")),
        to=read_addresses(first(recipients, "To")),
        cc=read_addresses(first(recipients, "Cc")),
        bcc=read_addresses(first(recipients, "Bcc")),
        service_code=text("ServiceCode"),
        linked_id=text("LinkedID"),
        message_class=text("MessageClass"),
        time_stamp=read_time(text("TimeStamp")),
        earliest_delivery_time=text("EarliestDeliveryTime"),
        expiry_date=text("ExpiryDate"),
        delivery_report=read_boolean(text("DeliveryReport")),
        read_reply=read_boolean(text("ReadReply")),
        priority=text("Priority"),
        subject=text("Subject"),
        charged_party=text("ChargedParty"),
        charged_party_id=text("ChargedPartyID"),
        distribution_indicator=read_boolean(text("DistributionIndicator")),
        applic_id=text("ApplicID"),
        reply_applic_id=text("ReplyApplicID"),
        aux_applic_info=text("AuxApplicInfo"),
        content_class=text("ContentClass"),
        drm_content=read_boolean(text("DRMContent")),
        content_id="" if content is None else attribute(content, "href").removeprefix("cid:"),
        allow_adaptations=None if content is None else read_boolean(attribute(content, "allowAdaptations")),
    )


def write_submit_rsp(head: Head, response: SubmitRsp) -> bytes:
    """The envelope of an answer to a request with this head."""
    fields = [status_element(head, response.status), element(head, "MessageID", response.message_id)]
    return write_envelope(head, message_element(head, "SubmitRsp", *fields))


def read_submit_rsp(envelope: Envelope) -> SubmitRsp:
    """Read the answer to a SubmitReq; a fault is read by `fault.read_fault`. Raises TheirFault."""
    if envelope.name != "SubmitRsp":
        raise TheirFault(f"expected SubmitRsp, got {envelope.name}")
    return SubmitRsp(status=read_status(envelope), message_id=envelope.text("MessageID"))


def read_time(text: str) -> datetime | None:
    """An xs:dateTime with its zone, None for anything else."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else None
