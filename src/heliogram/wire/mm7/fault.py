"""SOAP faults of MM7: RSErrorRsp from a gateway, VASPErrorRsp from us.

Source: SOAP 1.1 §4.4, TS 23.140 §8.7.3; a bare RSErrorRsp in the body is met in the wild (protocols §8.7).
"""

from lxml import etree

from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7.envelope import Envelope, Head, message_element, write_envelope
from heliogram.wire.mm7.names import SOAP
from heliogram.wire.mm7.status import Status, meaning_of, read_status, status_element

FAULTS = frozenset({"Fault", "RSErrorRsp", "VASPErrorRsp"})
"""The names an envelope has when it is an error and not the response that was expected."""


def is_fault(envelope: Envelope) -> bool:
    return envelope.name in FAULTS


def read_fault(envelope: Envelope) -> Status:
    """The status in a fault. One without a StatusCode is read from its faultcode: 2000 for our fault, 4000 for theirs.

    Raises TheirFault for an envelope that is no fault.
    """
    if not is_fault(envelope):
        raise TheirFault(f"expected a fault, got {envelope.name}")
    if envelope.text("StatusCode"):
        return read_status(envelope)
    is_ours = envelope.text("faultcode").rpartition(":")[2] == "Client"
    return Status(code=2000 if is_ours else 4000, text=envelope.text("faultstring"))


def write_fault(head: Head, status: Status, *, error: str) -> bytes:
    """The envelope of a fault. `error` is RSErrorRsp or VASPErrorRsp, by who writes it."""
    is_client = status.code // 1000 == 2
    fault = etree.Element(f"{{{SOAP}}}Fault", nsmap={"env": SOAP})
    etree.SubElement(fault, "faultcode").text = "env:Client" if is_client else "env:Server"
    etree.SubElement(fault, "faultstring").text = meaning_of(status.code).name
    detail = etree.SubElement(fault, "detail")
    detail.append(message_element(head, error, status_element(head, status)))
    return write_envelope(head, fault)
