"""MM7 against vectors of other people: our requests against a schema, their messages against our readers.

The vectors are not ours and are not copied: this runs where their folder is given.
"""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7 import fault, submit
from heliogram.wire.mm7.address import number, short_code
from heliogram.wire.mm7.cancel import CancelReq, write_cancel_req, write_cancel_rsp
from heliogram.wire.mm7.deliver import DeliverReq, read_deliver_req, write_deliver_req, write_deliver_rsp
from heliogram.wire.mm7.envelope import Head, Message, read_message
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.mm7.replace import ReplaceReq, write_replace_req, write_replace_rsp
from heliogram.wire.mm7.report import (
    DeliveryReport,
    read_delivery_report,
    write_delivery_report,
    write_delivery_report_rsp,
    write_read_reply_rsp,
)
from heliogram.wire.mm7.status import Status, read_status
from heliogram.wire.safexml import children, first, parse_xml

# File → what is in it: the message, the number, id or code in it, and how many parts came along; "refused" for the
# samples that are malformed as published.
EXPECTED: dict[str, list[tuple[str, str, int]]] = {
    "instantcom_deliver-req-post.txt": [("DeliverReq", "97254265781", 1)],
    "instantcom_deliver-req1.txt": [("DeliverReq", "97254265781", 1)],
    "instantcom_deliver-req2.txt": [("DeliverReq", "97254265781", 2)],
    "instantcom_deliver-req3.txt": [("DeliverReq", "3859100010010", 2)],
    "instantcom_fault.xml": [("Fault", "4002", 0)],
    "instantcom_fault_02.xml": [("Fault", "2002", 0)],
    "instantcom_submit-rsp.xml": [("SubmitRsp", "041502073667", 0)],
    "mbuni_delivery_report_request.http": [("DeliveryReportReq", "m-xz-qf1224.2.x749.55@mmsc", 0)],
    "mbuni_delivery_report_response.http": [("DeliveryReportRsp", "1000", 0)],
    "mbuni_submit_requests.http": [("SubmitReq", "15551234567", 1), ("SubmitReq", "15551234567", 1)],
    "mbuni_submit_responses.http": [
        ("SubmitRsp", "qf1224.1.x749.46@mmsc", 0),
        ("SubmitRsp", "m-xz-qf1224.2.x749.55@mmsc", 0),
    ],
    "mm7_deliver_1.xml": [("refused", "well-formed", 0)],
    "mm7_deliver_2.xml": [("DeliverRsp", "1000", 0)],
    "mm7_deliver_3.http": [("refused", "well-formed", 0)],
    "mm7_deliver_4.http": [("DeliverRsp", "1000", 0)],
    "mm7_deliveryreport_1.xml": [("DeliveryReportReq", "369500617770864640", 0)],
    "mm7_deliveryreport_2.xml": [("DeliveryReportRsp", "1000", 0)],
    "mm7_deliveryreport_3.http": [("DeliveryReportReq", "369500617770864640", 0)],
    "mm7_deliveryreport_4.http": [("DeliveryReportRsp", "1000", 0)],
    "mm7_submit_1.xml": [("SubmitReq", "16172383232", 0)],
    "mm7_submit_2.xml": [("SubmitRsp", "369500617770864640", 0)],
    "mm7_submit_3.xml": [("Fault", "2007", 0)],
    "mm7_submit_4.http": [("SubmitReq", "16179593069", 2)],
    "mm7_submit_5.http": [("SubmitRsp", "369500617770864640", 0)],
    "savon_submit_multipart.txt": [("SubmitReq", "11111111111", 3)],
    "skt_nested_error_euckr.xml": [("RSErrorRsp", "6102", 0)],
    "ts23140_example_submit.http": [("SubmitReq", "7255441234", 2)],
}

AT = datetime(2026, 11, 23, 10, 53, 43, tzinfo=UTC)
HEAD = Head(transaction_id="t-1", namespace=REL_6_MM7_1_4)

_HTTP_START = re.compile(rb"^(?=POST /|HTTP/1)", re.MULTILINE)
_HTTP_HEAD = re.compile(rb"(?s)(?:POST|HTTP).*?\r?\n\r?\n")
_CONTENT_TYPE = re.compile(rb"(?i)^content-type:[ \t]*(.*(?:\r?\n[ \t].*)*)", re.MULTILINE)


def check_mm7(folder: Path) -> tuple[int, int, list[str]]:
    """Check everything there is. Returns how much was read, how much of it passed, and what did not, as sentences."""
    folder = folder / "mm7" if (folder / "mm7").is_dir() else folder
    results = [*_check_ours(folder), *_check_theirs(folder)]
    failures = [failure for failure in results if failure]
    return len(results), len(results) - len(failures), failures


def our_messages() -> Iterator[bytes]:
    """Requests with every choice of a field tried alone and all pairs of fields together, and every other message."""
    base = submit.SubmitReq(to=(number("+13125550142"),))
    for (one, one_values), (other, other_values) in itertools.combinations(FIELDS.items(), 2):
        for one_value, other_value in itertools.product(one_values, other_values):
            if "allow_adaptations" in (one, other) and "content_id" not in (one, other):
                continue  # an attribute of Content: nothing without it
            yield submit.write_submit_req(HEAD, _changed(base, {one: one_value, other: other_value}))
    yield submit.write_submit_req(HEAD, _changed(base, {name: values[0] for name, values in FIELDS.items()}))
    sender = number("+13125550142")
    for status in (Status(code=1000), Status(code=2004, text="Refused", details="too large")):
        yield submit.write_submit_rsp(HEAD, submit.SubmitRsp(status=status, message_id="m-1"))
        yield write_deliver_rsp(HEAD, status)
        yield write_delivery_report_rsp(HEAD, status)
        yield write_read_reply_rsp(HEAD, status)
        yield write_cancel_rsp(HEAD, status)
        yield write_replace_rsp(HEAD, status)
        yield fault.write_fault(HEAD, status, error="RSErrorRsp")
        yield fault.write_fault(HEAD, status, error="VASPErrorRsp")
    yield from _recalls()
    yield write_deliver_req(HEAD, DeliverReq(sender=sender))
    yield write_deliver_req(
        HEAD,
        DeliverReq(
            sender=sender,
            recipients=(short_code("72345"), number("+13125550100")),
            linked_id="l",
            vaspid="v",
            vasid="a",
            time_stamp=AT,
            subject="Hi",
            content_id="c",
        ),
    )
    for mm_status in ("Retrieved", "Expired", "Rejected", "Indeterminate", "Forwarded", "Unrecognised", "Deferred"):
        report = DeliveryReport(
            message_id="m", mm_status=mm_status, recipient=sender, sender=short_code("1"), date=AT, status_text="x"
        )
        yield write_delivery_report(HEAD, report)


def _recalls() -> Iterator[bytes]:
    """Every field of CancelReq and ReplaceReq left out, and all of them together."""
    sender, to = short_code("72345"), (number("+13125550142"),)
    plain = {"applic_id": "x", "reply_applic_id": "y", "aux_applic_info": "z", "vaspid": "v", "vasid": "a"}
    cancel: dict[str, Any] = {**plain, "sender": sender, "recipients": to}
    yield write_cancel_req(HEAD, CancelReq(message_id="m-1"))
    for left_out in ("", *cancel):
        yield write_cancel_req(HEAD, CancelReq(message_id="m-1", **_without(cancel, left_out)))
    replace: dict[str, Any] = {
        **plain,
        "sender": sender,
        "service_code": "gold",
        "time_stamp": AT,
        "read_reply": False,
        "earliest_delivery_time": "PT1H",
        "distribution_indicator": True,
        "content_class": "image-rich",
        "drm_content": False,
        "content_id": "c",
    }
    yield write_replace_req(HEAD, ReplaceReq(message_id="m-1"))
    for left_out in ("", *replace):
        yield write_replace_req(HEAD, ReplaceReq(message_id="m-1", **_without(replace, left_out)))


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in values.items() if each != name}


FIELDS: dict[str, tuple[object, ...]] = {
    "vaspid": ("v & <w>",),
    "vasid": ("a",),
    "sender": (short_code("72345"), number("+13125550100")),
    "cc": ((number("+13125550143"),),),
    "bcc": ((number("+13125550144"), number("+13125550145")),),
    "service_code": ("gold",),
    "linked_id": ("l-1",),
    "message_class": ("Personal", "Informational", "Advertisement", "Auto"),
    "time_stamp": (AT,),
    "earliest_delivery_time": ("2026-11-24T08:00:00Z", "PT1H"),
    "expiry_date": ("P3D", "2026-11-30T10:53:43-05:00"),
    "delivery_report": (True, False),
    "read_reply": (True, False),
    "priority": ("Normal", "High", "Low"),
    "subject": ("Grüße",),
    "charged_party": ("Sender", "Recipient", "Both", "Neither", "ThirdParty"),
    "charged_party_id": ("c",),
    "distribution_indicator": (True, False),
    "applic_id": ("x",),
    "reply_applic_id": ("y",),
    "aux_applic_info": ("z",),
    "content_class": ("text", "image-rich", "megapixel", "content-rich"),
    "drm_content": (True, False),
    "content_id": ("content",),
    "allow_adaptations": (True, False),
}


def _changed(base: submit.SubmitReq, values: dict[str, object]) -> submit.SubmitReq:
    given = {name: getattr(base, name) for name in base.__dataclass_fields__}
    return submit.SubmitReq(**{**given, **values})


def _check_ours(folder: Path) -> Iterator[str]:
    schema = etree.XMLSchema(etree.parse(str(folder / "rel-6-mm7-1-4.from-sg.xsd")))
    for octets in our_messages():
        message = _message_in(octets)
        if schema.validate(etree.ElementTree(message)):
            yield ""
        else:
            yield f"{etree.QName(message).localname} is against the schema: {schema.error_log}"


def _message_in(envelope: bytes) -> etree._Element:
    """The element a schema of MM7 knows: the body's, or what a fault holds."""
    body = first(parse_xml(envelope), "Body")
    assert body is not None
    message = next(children(body))
    detail = first(message, "detail")
    return message if detail is None else next(children(detail))


def _check_theirs(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.suffix == ".xsd":
            continue
        found = [_seen(octets) for octets in _bodies(path.read_bytes())]
        expected = EXPECTED.get(path.name)
        if expected is None:
            yield f"{path.name} is new and has no expectation; it reads as {found}"
            continue
        agrees = len(found) == len(expected) and all(map(_agrees, found, expected))
        yield "" if agrees else f"{path.name}: expected {expected}, read {found}"


def _agrees(found: tuple[str, str, int], expected: tuple[str, str, int]) -> bool:
    if expected[0] == "refused":
        return found[0] == "refused" and expected[1] in found[1]
    return found == expected


def _bodies(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """Content type and body of every HTTP message in a file; a file without HTTP is one body."""
    if not octets.startswith((b"POST ", b"HTTP/")):
        yield "", octets
        return
    for message in _HTTP_START.split(octets):
        head = _HTTP_HEAD.match(message)
        if head:
            content_type = _CONTENT_TYPE.search(head[0])
            yield content_type[1].decode() if content_type else "", message[head.end() :]


def _seen(content_type_and_body: tuple[str, bytes]) -> tuple[str, str, int]:
    try:
        message = read_message(*content_type_and_body)
        return message.envelope.name, _fact_in(message), len(message.content)
    except TheirFault as refused:
        return "refused", str(refused), 0


def _fact_in(message: Message) -> str:
    envelope = message.envelope
    match envelope.name:
        case "SubmitReq":
            return submit.read_submit_req(envelope).to[0].text
        case "SubmitRsp":
            return submit.read_submit_rsp(envelope).message_id
        case "DeliverReq":
            return read_deliver_req(envelope).sender.text
        case "DeliveryReportReq":
            return read_delivery_report(envelope).message_id
        case _ if fault.is_fault(envelope):
            return str(fault.read_fault(envelope).code)
        case _:
            return str(read_status(envelope).code)
