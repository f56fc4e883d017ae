from datetime import UTC, datetime

import pytest

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mm7.address import number, short_code
from heliogram.wire.mm7.envelope import Head, read_envelope
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.mm7.report import (
    DeliveryReport,
    Meaning,
    ReadReply,
    read_delivery_report,
    read_read_reply,
    write_delivery_report,
    write_delivery_report_rsp,
    write_read_reply,
    write_read_reply_rsp,
)
from heliogram.wire.mm7.status import SUCCESS, Status, read_status

from .order import misplaced

HEAD = Head(transaction_id="t", namespace=REL_6_MM7_1_4)
REPORT = DeliveryReport(
    message_id="m-1",
    mm_status="Retrieved",
    recipient=number("+13125550142"),
    sender=short_code("72345"),
    date=datetime(2026, 11, 23, 10, 53, 48, tzinfo=UTC),
    status_text="Success",
    extension="RejectionByOtherRS",
)


def test_a_report_is_in_schema_order_and_read_as_it_was_written() -> None:
    octets = write_delivery_report(HEAD, REPORT)
    assert misplaced(octets) == []
    assert read_delivery_report(read_envelope(octets)) == REPORT


@pytest.mark.parametrize(
    ("mm_status", "meaning"),
    [
        ("Retrieved", Meaning.DELIVERED),
        ("Forwarded", Meaning.ON_ITS_WAY),
        ("Deferred", Meaning.ON_ITS_WAY),
        ("Expired", Meaning.EXPIRED),
        ("Rejected", Meaning.REJECTED),
        ("Unrecognised", Meaning.UNDELIVERED),
        ("Unrecognized", Meaning.UNDELIVERED),
        ("Indeterminate", Meaning.UNKNOWN),
        ("Cancelled", Meaning.CANCELED),
        ("SomethingNew", Meaning.UNKNOWN),
    ],
)
def test_each_status_has_its_meaning(mm_status: str, meaning: Meaning) -> None:
    assert DeliveryReport(message_id="m", mm_status=mm_status).meaning is meaning


def test_a_report_with_an_address_for_a_machine_and_no_readable_date_is_read() -> None:
    octets = write_delivery_report(HEAD, REPORT).replace(b"13125550142", b"127.0.0.1/TYPE=IPv4")
    read = read_delivery_report(read_envelope(octets.replace(b"2026-11-23T", b"yesterday ")))
    assert read.message_id == "m-1"
    assert read.recipient is not None
    assert read.recipient.text == "127.0.0.1"
    assert read.date is None


@pytest.mark.parametrize("lost", [b"m-1", b"Retrieved"])
def test_a_report_about_nothing_is_their_fault(lost: bytes) -> None:
    octets = write_delivery_report(HEAD, REPORT).replace(lost, b"")
    with pytest.raises(TheirFault):
        read_delivery_report(read_envelope(octets))


def test_a_read_report_is_read_as_it_was_written_and_one_about_nothing_is_their_fault() -> None:
    reply = ReadReply(
        message_id="m-1", mm_status="Read", recipient=REPORT.recipient, sender=REPORT.sender, time_stamp=REPORT.date
    )
    octets = write_read_reply(HEAD, reply)
    assert read_read_reply(read_envelope(octets)) == reply
    assert misplaced(octets) == []
    for lost in (b">m-1<", b">Read<"):
        with pytest.raises(TheirFault):
            read_read_reply(read_envelope(octets.replace(lost, b"><")))
    with pytest.raises(TheirFault, match="expected ReadReplyReq"):
        read_read_reply(read_envelope(write_delivery_report(HEAD, REPORT)))
    with pytest.raises(OurFault):
        write_read_reply(HEAD, ReadReply(message_id="m", mm_status="Read"))


def test_a_report_without_its_parts_is_not_written() -> None:
    with pytest.raises(OurFault):
        write_delivery_report(HEAD, DeliveryReport(message_id="m", mm_status="Retrieved"))


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (write_delivery_report_rsp(HEAD, Status(code=SUCCESS)), "DeliveryReportRsp"),
        (write_read_reply_rsp(HEAD, Status(code=SUCCESS)), "ReadReplyRsp"),
    ],
)
def test_answers_carry_the_transaction_and_a_status(octets: bytes, name: str) -> None:
    envelope = read_envelope(octets)
    assert (envelope.name, envelope.head.transaction_id, read_status(envelope).code) == (name, "t", SUCCESS)
    with pytest.raises(TheirFault):
        read_delivery_report(envelope)
