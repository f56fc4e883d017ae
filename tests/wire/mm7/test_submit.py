from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mm7.address import Address, AddressKind, number, short_code
from heliogram.wire.mm7.envelope import Head, read_envelope
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4
from heliogram.wire.mm7.status import Status
from heliogram.wire.mm7.submit import (
    SubmitReq,
    SubmitRsp,
    read_submit_req,
    read_submit_rsp,
    read_time,
    write_submit_req,
    write_submit_rsp,
)

from .order import misplaced

HEAD = Head(transaction_id="t", namespace=REL_6_MM7_1_4)
AT = datetime(2026, 11, 23, 10, 53, 43, tzinfo=UTC)

# Text that survives XML and the trimming of a reader: what a person would put there.
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=12)
NUMBERS = st.from_regex(r"\+[1-9][0-9]{7,13}", fullmatch=True).map(number)
FLAGS = st.none() | st.booleans()
TEXT_FIELDS = (
    "vaspid",
    "vasid",
    "service_code",
    "linked_id",
    "subject",
    "charged_party_id",
    "applic_id",
    "reply_applic_id",
    "aux_applic_info",
)
FLAG_FIELDS = ("delivery_report", "read_reply", "distribution_indicator", "drm_content")


@st.composite
def submit_reqs(draw: st.DrawFn) -> SubmitReq:
    """Any request that a release 6 schema accepts."""
    words: dict[str, Any] = {name: draw(WORDS) for name in TEXT_FIELDS}
    flags: dict[str, Any] = {name: draw(FLAGS) for name in FLAG_FIELDS}
    content_id = draw(st.sampled_from(["", "content", "a1@heliogram"]))
    return SubmitReq(
        sender=draw(st.none() | NUMBERS | st.just(short_code("72345"))),
        to=tuple(draw(st.lists(NUMBERS, min_size=1, max_size=3))),
        cc=tuple(draw(st.lists(NUMBERS, max_size=2))),
        bcc=tuple(draw(st.lists(NUMBERS, max_size=2))),
        message_class=draw(st.sampled_from(["", "Personal", "Informational", "Advertisement", "Auto"])),
        time_stamp=draw(st.none() | st.just(AT)),
        earliest_delivery_time=draw(st.sampled_from(["", "2026-11-24T08:00:00-05:00", "PT1H"])),
        expiry_date=draw(st.sampled_from(["", "2026-11-30T10:53:43Z", "P3D"])),
        priority=draw(st.sampled_from(["", "Normal", "High", "Low"])),
        charged_party=draw(st.sampled_from(["", "Sender", "Recipient", "Both", "Neither", "ThirdParty"])),
        content_class=draw(st.sampled_from(["", "image-rich", "megapixel"])),
        content_id=content_id,
        allow_adaptations=draw(FLAGS) if content_id else None,
        **words,
        **flags,
    )


@given(submit_reqs())
def test_every_request_is_in_schema_order_and_read_as_it_was_written(request: SubmitReq) -> None:
    octets = write_submit_req(HEAD, request)
    assert misplaced(octets) == []
    assert read_submit_req(read_envelope(octets)) == request


def test_booleans_are_lower_case_and_times_have_their_zone() -> None:
    request = SubmitReq(to=(number("+13125550142"),), delivery_report=True, read_reply=False, time_stamp=AT)
    octets = write_submit_req(HEAD, request)
    assert b"<DeliveryReport>true</DeliveryReport><ReadReply>false</ReadReply>" in octets
    assert b"<TimeStamp>2026-11-23T10:53:43+00:00</TimeStamp>" in octets


def test_the_spellings_of_the_wild_are_read() -> None:
    octets = write_submit_req(HEAD, SubmitReq(to=(number("+13125550142"),), delivery_report=True, content_id="c"))
    wild = octets.replace(b">true<", b">True<").replace(b'href="', b'allowAdaptations="1" href="')
    read = read_submit_req(read_envelope(wild))
    assert (read.delivery_report, read.allow_adaptations, read.content_id) == (True, True, "c")


def test_order_does_not_matter_when_reading() -> None:
    octets = write_submit_req(HEAD, SubmitReq(to=(number("+13125550142"),), subject="Hi", vaspid="v"))
    moved = octets.replace(b"<Subject>Hi</Subject>", b"").replace(b"<Recipients>", b"<Subject>Hi</Subject><Recipients>")
    assert misplaced(moved) != []
    assert read_submit_req(read_envelope(moved)) == read_submit_req(read_envelope(octets))


def test_a_request_for_nobody_is_our_fault() -> None:
    with pytest.raises(OurFault):
        write_submit_req(HEAD, SubmitReq(vaspid="v"))


def test_release_6_elements_are_not_written_in_a_release_5_namespace() -> None:
    head = Head(transaction_id="t", namespace=REL_5_MM7_1_2)
    with pytest.raises(OurFault, match="release 6"):
        write_submit_req(head, SubmitReq(to=(number("+13125550142"),), content_class="megapixel"))
    read = read_envelope(write_submit_req(head, SubmitReq(to=(number("+13125550142"),))))
    assert read.text("MM7Version") == "5.3.0"


def test_a_mail_address_may_be_a_recipient() -> None:
    mail = Address(kind=AddressKind.RFC2822, text="ann@example.com", display_only=True)
    octets = write_submit_req(HEAD, SubmitReq(to=(mail,)))
    assert read_submit_req(read_envelope(octets)).to == (mail,)


def test_an_answer_is_read_as_it_was_written() -> None:
    response = SubmitRsp(status=Status(code=1000, text="Success"), message_id="m-1")
    octets = write_submit_rsp(HEAD, response)
    assert misplaced(octets) == []
    assert read_submit_rsp(read_envelope(octets)) == response


def test_one_message_is_not_taken_for_another() -> None:
    request = read_envelope(write_submit_req(HEAD, SubmitReq(to=(number("+13125550142"),))))
    response = read_envelope(write_submit_rsp(HEAD, SubmitRsp(status=Status(code=1000))))
    with pytest.raises(TheirFault):
        read_submit_rsp(request)
    with pytest.raises(TheirFault):
        read_submit_req(response)


def test_a_request_without_recipients_is_their_fault() -> None:
    octets = write_submit_req(HEAD, SubmitReq(to=(number("+13125550142"),))).replace(b"Recipients", b"Nobody")
    with pytest.raises(TheirFault, match="Recipients"):
        read_submit_req(read_envelope(octets))


def test_times_without_a_zone_and_durations_are_no_times() -> None:
    assert read_time("2002-04-15T14:35:21-05:00") == datetime(
        2002, 4, 15, 14, 35, 21, tzinfo=timezone(-timedelta(hours=5))
    )
    assert read_time("2015-03-16T14:03:51.749Z") == datetime(2015, 3, 16, 14, 3, 51, 749000, tzinfo=UTC)
    assert read_time("2002-04-15T14:35:21") is None
    assert read_time("P90D") is None
