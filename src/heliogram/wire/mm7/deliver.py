"""DeliverReq: a message from a phone, and our answer.

Source: TS 23.140 §8.7.5; protocols §3.3.
"""

from dataclasses import dataclass
from datetime import datetime

from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7.address import Address, address_element, addresses_element, read_address, read_addresses
from heliogram.wire.mm7.envelope import Envelope, Head, element, message_element, write_envelope
from heliogram.wire.mm7.status import Status, status_element
from heliogram.wire.mm7.submit import read_time
from heliogram.wire.safexml import attribute, first


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverReq:
    """A message from a phone. `linked_id` is the gateway's id for it, which an answer may name."""

    sender: Address
    recipients: tuple[Address, ...] = ()
    linked_id: str = ""
    vaspid: str = ""
    vasid: str = ""
    time_stamp: datetime | None = None
    subject: str = ""
    content_id: str = ""


def read_deliver_req(envelope: Envelope) -> DeliverReq:
    """Read an inbound message; its parts are the content of the `Message`. Raises TheirFault."""
    if envelope.name != "DeliverReq":
        raise TheirFault(f"expected DeliverReq, got {envelope.name}")
    sender = read_address(first(envelope.body, "Sender"))
    if sender is None:
        raise TheirFault("the DeliverReq has no Sender")
    recipients = first(envelope.body, "Recipients")
    groups = [] if recipients is None else [first(recipients, name) for name in ("To", "Cc", "Bcc")]
    content = first(envelope.body, "Content")
    return DeliverReq(
        sender=sender,
        recipients=tuple(address for group in groups for address in read_addresses(group)),
        linked_id=envelope.text("LinkedID"),
        vaspid=envelope.text("VASPID"),
        vasid=envelope.text("VASID"),
        time_stamp=read_time(envelope.text("TimeStamp")),
        subject=envelope.text("Subject"),
        content_id="" if content is None else attribute(content, "href").removeprefix("cid:"),
    )


def write_deliver_req(head: Head, request: DeliverReq) -> bytes:
    """The envelope of an inbound message, as a gateway sends it."""
    fields = [
        element(head, name, text)
        for name, text in (("VASPID", request.vaspid), ("VASID", request.vasid), ("LinkedID", request.linked_id))
        if text
    ]
    fields.append(address_element(head, "Sender", request.sender))
    if request.recipients:
        recipients = element(head, "Recipients")
        recipients.append(addresses_element(head, "To", request.recipients))
        fields.append(recipients)
    if request.time_stamp:
        fields.append(element(head, "TimeStamp", request.time_stamp.isoformat(timespec="seconds")))
    if request.subject:
        fields.append(element(head, "Subject", request.subject))
    if request.content_id:
        fields.append(element(head, "Content", href=f"cid:{request.content_id}"))
    return write_envelope(head, message_element(head, "DeliverReq", *fields))


def write_deliver_rsp(head: Head, status: Status) -> bytes:
    """Our answer to an inbound message with this head."""
    return write_envelope(head, message_element(head, "DeliverRsp", status_element(head, status)))
