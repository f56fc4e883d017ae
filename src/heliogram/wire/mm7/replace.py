"""ReplaceReq: other content for a message that its phone does not have yet, and the answer.

Here: one value and its envelope, both ways. Not here: the content parts (`envelope.pack_message`).
Source: TS 23.140 §8.7 and Annex L; the order of the elements is significant.
"""

from dataclasses import dataclass
from datetime import datetime

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mm7.address import Address, read_address
from heliogram.wire.mm7.envelope import Envelope, Head, element, message_element, write_envelope
from heliogram.wire.mm7.fields import (
    PlainFields,
    content_element,
    plain_elements,
    read_boolean,
    sender_identification,
)
from heliogram.wire.mm7.status import Status, read_status, status_element
from heliogram.wire.mm7.submit import read_time
from heliogram.wire.safexml import attribute, first


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceReq:
    """`message_id` is the one of the SubmitRsp; what is left out stays as it was submitted.

    `earliest_delivery_time` is xs:dateTime or xs:duration as text, `content_id` the Content-ID of the content part.
    """

    message_id: str
    vaspid: str = ""
    vasid: str = ""
    sender: Address | None = None
    service_code: str = ""
    time_stamp: datetime | None = None
    read_reply: bool | None = None
    earliest_delivery_time: str = ""
    distribution_indicator: bool | None = None
    content_class: str = ""
    drm_content: bool | None = None
    applic_id: str = ""
    reply_applic_id: str = ""
    aux_applic_info: str = ""
    content_id: str = ""
    allow_adaptations: bool | None = None


# The elements between MessageID and Content.
PLAIN_FIELDS: PlainFields = (
    ("ServiceCode", "service_code", False),
    ("TimeStamp", "time_stamp", False),
    ("ReadReply", "read_reply", False),
    ("EarliestDeliveryTime", "earliest_delivery_time", False),
    ("DistributionIndicator", "distribution_indicator", False),
    ("ContentClass", "content_class", True),
    ("DRMContent", "drm_content", True),
    ("ApplicID", "applic_id", True),
    ("ReplyApplicID", "reply_applic_id", True),
    ("AuxApplicInfo", "aux_applic_info", True),
)


def write_replace_req(head: Head, request: ReplaceReq) -> bytes:
    """The envelope of a request. Raises OurFault without an id, and for R6 elements in an R5 namespace."""
    if not request.message_id:
        raise OurFault("a ReplaceReq names the message")
    fields = [
        sender_identification(head, vaspid=request.vaspid, vasid=request.vasid, sender=request.sender),
        element(head, "MessageID", request.message_id),
        *plain_elements(head, request, PLAIN_FIELDS),
    ]
    if request.content_id:
        fields.append(content_element(head, request.content_id, request.allow_adaptations))
    return write_envelope(head, message_element(head, "ReplaceReq", *fields))


def read_replace_req(envelope: Envelope) -> ReplaceReq:
    """Read a request, whatever the order of its elements. Raises TheirFault."""
    if envelope.name != "ReplaceReq":
        raise TheirFault(f"expected ReplaceReq, got {envelope.name}")
    text = envelope.text
    if not text("MessageID"):
        raise TheirFault("the ReplaceReq has no MessageID")
    content = first(envelope.body, "Content")
    return ReplaceReq(
        message_id=text("MessageID"),
        vaspid=text("VASPID"),
        vasid=text("VASID"),
        sender=read_address(first(envelope.body, "SenderAddress")),
        service_code=text("ServiceCode"),
        time_stamp=read_time(text("TimeStamp")),
        read_reply=read_boolean(text("ReadReply")),
        earliest_delivery_time=text("EarliestDeliveryTime"),
        distribution_indicator=read_boolean(text("DistributionIndicator")),
        content_class=text("ContentClass"),
        drm_content=read_boolean(text("DRMContent")),
        applic_id=text("ApplicID"),
        reply_applic_id=text("ReplyApplicID"),
        aux_applic_info=text("AuxApplicInfo"),
        content_id="" if content is None else attribute(content, "href").removeprefix("cid:"),
        allow_adaptations=None if content is None else read_boolean(attribute(content, "allowAdaptations")),
    )


def write_replace_rsp(head: Head, status: Status) -> bytes:
    """The envelope of an answer to a ReplaceReq with this head."""
    return write_envelope(head, message_element(head, "ReplaceRsp", status_element(head, status)))


def read_replace_rsp(envelope: Envelope) -> Status:
    """Read the answer to a ReplaceReq; a fault is read by `fault.read_fault`. Raises TheirFault."""
    if envelope.name != "ReplaceRsp":
        raise TheirFault(f"expected ReplaceRsp, got {envelope.name}")
    return read_status(envelope)
