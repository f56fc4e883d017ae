"""The status of an MM7 response: each code's name, and whether asking again can help.

Here: facts about codes. Not here: when to ask again (`delivery.retry`). Source: TS 23.140 §8.7.8.4; protocols §3.4.
"""

from dataclasses import dataclass

from lxml import etree

from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7.envelope import Envelope, Head, element

SUCCESS = 1000
PARTIAL_SUCCESS = 1100
ADDRESS_NOT_FOUND = 2003
CONTENT_REFUSED = 2004
ID_NOT_FOUND = 2005
NOT_POSSIBLE = 3001
UNSUPPORTED_OPERATION = 4003
SERVICE_DENIED = 4007
THROUGHPUT_EXCEEDED = 3510


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a response says: the code, its text, and details that tell a person more."""

    code: int
    text: str = ""
    details: str = ""

    @property
    def is_success(self) -> bool:
        return self.code // 1000 == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMeaning:
    """`may_retry` says that the same request can succeed later. `sentence` is fit for a person."""

    name: str
    may_retry: bool
    sentence: str


def _no(name: str, sentence: str) -> StatusMeaning:
    return StatusMeaning(name=name, may_retry=False, sentence=sentence)


def _later(name: str, sentence: str) -> StatusMeaning:
    return StatusMeaning(name=name, may_retry=True, sentence=sentence)


STATUS: dict[int, StatusMeaning] = {
    1000: _no("Success", "The gateway took the message."),
    1100: _no("Partial success", "The gateway took the message for some of its recipients."),
    2000: _no("Client error", "The gateway found an error in our request."),
    2001: _no("Operation restricted", "The gateway does not let this account do this."),
    2002: _no("Address error", "The gateway cannot read the recipient's number."),
    2003: _no("Address not found", "The gateway does not know the recipient's number."),
    2004: _no("Multimedia content refused", "The gateway does not take this picture for this number."),
    2005: _no("Message ID not found", "The gateway does not know the message id."),
    2006: _no("LinkedID not found", "The gateway does not know the message this one answers."),
    2007: _no("Message format corrupt", "The gateway cannot read our request."),
    2008: _no("Application ID not found", "The gateway does not know the application id."),
    2009: _no("Reply Application ID not found", "The gateway does not know the application id for replies."),
    3000: _later("Server error", "The gateway has an error of its own."),
    3001: _no("Not possible", "The gateway cannot do this."),
    3002: _no("Message rejected", "The gateway rejected the message."),
    3003: _no("Multiple addresses not supported", "The gateway takes one recipient a request."),
    3004: _no("Application Addressing not supported", "The gateway takes no application addresses."),
    3500: _later("Timeout", "The gateway took too long and gave up."),
    3510: _later("Throughput exceeded", "The gateway asks us to slow down."),
    4000: _later("General service error", "The gateway's service has an error."),
    4001: _no("Improper identification", "The gateway does not accept our identification."),
    4002: _no("Unsupported version", "The gateway does not speak this version of MM7."),
    4003: _no("Unsupported operation", "The gateway does not offer this operation."),
    4004: _no("Validation error", "The gateway found our request to be against the schema."),
    4005: _no("Service error", "The gateway's service failed and asks not to repeat the request."),
    4006: _later("Service unavailable", "The gateway's service is not available at the moment."),
    4007: _no("Service denied", "The gateway does not offer this service for this number."),
    4008: _no("Application denied", "The gateway does not accept the application."),
}
"""2008 and 2009, 3004 and 4008 came with release 6; 3500 and 3510 are Sinch's and the only operator codes to retry."""

_BY_THOUSAND: dict[int, StatusMeaning] = {
    1: _no("Success", "The gateway took the message."),
    2: _no("Client error", "The gateway found an error in our request."),
    3: _no("Server error", "The gateway could not do it."),
    4: _no("Service error", "The gateway's service could not do it."),
}
_UNHEARD_OF = _no("Unknown status", "The gateway gave a status that the standard does not have.")


def meaning_of(code: int) -> StatusMeaning:
    """What a code means. One the tables lack is read by its thousand, and not worth repeating."""
    return STATUS.get(code) or _BY_THOUSAND.get(code // 1000, _UNHEARD_OF)


def status_element(head: Head, status: Status) -> etree._Element:
    """The Status element of a response."""
    made = element(head, "Status")
    made.append(element(head, "StatusCode", str(status.code)))
    made.append(element(head, "StatusText", status.text or meaning_of(status.code).name))
    if status.details:
        made.append(element(head, "Details", status.details))
    return made


def read_status(envelope: Envelope) -> Status:
    """The status in a response, wherever in it the gateway put the code. Raises TheirFault."""
    code = envelope.text("StatusCode")
    if not (code.isascii() and code.isdigit() and len(code) <= 5):
        raise TheirFault(f"{envelope.name} has no readable StatusCode")
    return Status(code=int(code), text=envelope.text("StatusText"), details=envelope.text("Details"))
