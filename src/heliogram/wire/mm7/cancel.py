"""CancelReq: a message taken back before its phone has it, and the answer.

Source: TS 23.140 §8.7 and Annex L; the order of the elements is significant.
"""

from dataclasses import dataclass

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mm7.address import Address, read_address, read_addresses
from heliogram.wire.mm7.envelope import Envelope, Head, element, message_element, write_envelope
from heliogram.wire.mm7.fields import PlainFields, plain_elements, recipients_element, sender_identification
from heliogram.wire.mm7.names import is_release_6
from heliogram.wire.mm7.status import Status, read_status, status_element
from heliogram.wire.safexml import first


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReq:
    """`message_id` is the one of the SubmitRsp. `recipients` (release 6) are those it is taken back from, () all."""

    message_id: str
    vaspid: str = ""
    vasid: str = ""
    sender: Address | None = None
    recipients: tuple[Address, ...] = ()
    applic_id: str = ""
    reply_applic_id: str = ""
    aux_applic_info: str = ""


PLAIN_FIELDS: PlainFields = (
    ("ApplicID", "applic_id", True),
    ("ReplyApplicID", "reply_applic_id", True),
    ("AuxApplicInfo", "aux_applic_info", True),
)


def write_cancel_req(head: Head, request: CancelReq) -> bytes:
    """The envelope of a request. Raises OurFault without an id, and for R6 elements in an R5 namespace."""
    if not request.message_id:
        raise OurFault("a CancelReq names the message")
    fields = [
        sender_identification(head, vaspid=request.vaspid, vasid=request.vasid, sender=request.sender),
        element(head, "MessageID", request.message_id),
    ]
    if request.recipients:
        if not is_release_6(head.namespace):
            raise OurFault("Recipients came to the CancelReq with release 6, and the namespace is release 5")
        fields.append(recipients_element(head, to=request.recipients))
    fields += plain_elements(head, request, PLAIN_FIELDS)
    return write_envelope(head, message_element(head, "CancelReq", *fields))


def read_cancel_req(envelope: Envelope) -> CancelReq:
    """Read a request, whatever the order of its elements. Raises TheirFault."""
    if envelope.name != "CancelReq":
        raise TheirFault(f"expected CancelReq, got {envelope.name}")
    text = envelope.text
    if not text("MessageID"):
        raise TheirFault("the CancelReq has no MessageID")
    recipients = first(envelope.body, "Recipients")
    groups = [] if recipients is None else [first(recipients, name) for name in ("To", "Cc", "Bcc")]
    return CancelReq(
        message_id=text("MessageID"),
        vaspid=text("VASPID"),
        vasid=text("VASID"),
        sender=read_address(first(envelope.body, "SenderAddress")),
        recipients=tuple(address for group in groups for address in read_addresses(group)),
        applic_id=text("ApplicID"),
        reply_applic_id=text("ReplyApplicID"),
        aux_applic_info=text("AuxApplicInfo"),
    )


def write_cancel_rsp(head: Head, status: Status) -> bytes:
    """The envelope of an answer to a CancelReq with this head."""
    return write_envelope(head, message_element(head, "CancelRsp", status_element(head, status)))


def read_cancel_rsp(envelope: Envelope) -> Status:
    """Read the answer to a CancelReq; a fault is read by `fault.read_fault`. Raises TheirFault."""
    if envelope.name != "CancelRsp":
        raise TheirFault(f"expected CancelRsp, got {envelope.name}")
    return read_status(envelope)
