from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.carriers.mm7_calls import heard_in, shown_envelope
from heliogram.model.event import Heard, InboundHeard, News, ReceiptHeard
from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7.address import Address, AddressKind, number, short_code
from heliogram.wire.mm7.content import Medium, write_content
from heliogram.wire.mm7.deliver import DeliverReq, write_deliver_req
from heliogram.wire.mm7.envelope import Head, message_element, pack_message, read_envelope, write_envelope
from heliogram.wire.mm7.fault import read_fault
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4
from heliogram.wire.mm7.report import DeliveryReport, ReadReply, write_delivery_report, write_read_reply
from heliogram.wire.mm7.status import read_status

HEAD = Head(transaction_id="t-7", namespace=REL_5_MM7_1_2)
AT = datetime(2026, 11, 23, 10, 53, 48, tzinfo=UTC)


def report_of(mm_status: str, recipient: Address | None = None) -> bytes:
    report = DeliveryReport(
        message_id="m-1",
        mm_status=mm_status,
        recipient=recipient or number("+13125550142"),
        sender=short_code("72345"),
        date=AT,
    )
    return write_delivery_report(HEAD, report)


def reply_of(request: DeliverReq, media: list[Medium], text: str) -> Heard:
    content = write_content(media, text, content_id="c", boundary="inner", transfer_encoding="binary")
    content_type, buffers = pack_message(write_deliver_req(HEAD, request), content, boundary="outer")
    return heard_in(content_type, b"".join(buffers))


@pytest.mark.parametrize(
    ("mm_status", "news"),
    [
        ("Retrieved", News.DELIVERED),
        ("Forwarded", News.EN_ROUTE),
        ("Expired", News.EXPIRED),
        ("Rejected", News.REJECTED),
        ("Unrecognised", News.UNDELIVERED),
        ("Cancelled", News.DELETED),
        ("Indeterminate", News.UNKNOWN),
        ("Whatever", News.UNKNOWN),
    ],
)
def test_a_report_is_a_receipt_for_the_id_the_gateway_gave(mm_status: str, news: News) -> None:
    (event,) = heard_in("text/xml", report_of(mm_status)).events
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.code) == ("m-1", news, mm_status)
    assert event.about_e164 == "+13125550142"


@pytest.mark.parametrize("recipient", [short_code("72345"), Address(kind=AddressKind.RFC2822, text="127.0.0.1")])
def test_a_report_about_no_number_is_about_no_number(recipient: Address) -> None:
    (event,) = heard_in("text/xml", report_of("Retrieved", recipient)).events
    assert isinstance(event, ReceiptHeard)
    assert event.about_e164 == ""


def test_the_gateway_is_thanked_once_stored_and_asked_to_come_again_otherwise() -> None:
    heard = heard_in("text/xml", report_of("Retrieved"))
    thanks, later = read_envelope(heard.stored.body), read_envelope(heard.not_stored.body)
    assert (heard.stored.status, thanks.name, read_status(thanks).code) == (200, "DeliveryReportRsp", 1000)
    assert (heard.not_stored.status, read_fault(later).code) == (500, 4006)
    assert thanks.head.transaction_id == later.head.transaction_id == "t-7"
    assert thanks.head.namespace == later.head.namespace == REL_5_MM7_1_2


def test_a_reply_with_a_picture_brings_text_and_picture() -> None:
    request = DeliverReq(sender=number("+13125550142"), recipients=(short_code("72345"),), linked_id="l-1")
    picture = Medium(content_type="image/jpeg", filename="me.jpg", octets=b"\xff\xd8\xff")
    (event,) = reply_of(request, [picture], "Here I am").events
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.from_e164, event.to_address) == ("l-1", "+13125550142", "72345")
    assert event.text == "Here I am"
    assert [(part.content_type, part.octets) for part in event.media] == [("image/jpeg", b"\xff\xd8\xff")]


def test_a_reply_to_a_long_code_names_it_in_full_and_one_without_an_id_is_known_by_its_transaction() -> None:
    request = DeliverReq(sender=number("+13125550142"), recipients=(number("+13125550100"),))
    (event,) = reply_of(request, [], "STOP").events
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.to_address, event.text) == ("t-7", "+13125550100", "STOP")


def test_a_reply_by_mail_is_thanked_for_and_brings_nothing() -> None:
    heard = reply_of(DeliverReq(sender=Address(kind=AddressKind.RFC2822, text="ann@example.com")), [], "Hi")
    assert heard.events == ()
    assert read_status(read_envelope(heard.stored.body)).is_success


@pytest.mark.parametrize(
    ("mm_status", "news"),
    [("Read", News.READ), ("Deleted", News.DELIVERED), ("Indeterminate", News.UNKNOWN), ("New", News.UNKNOWN)],
)
def test_a_read_report_is_news_of_its_message(mm_status: str, news: News) -> None:
    reply = ReadReply(
        message_id="m-1",
        mm_status=mm_status,
        recipient=number("+13125550142"),
        sender=short_code("72345"),
        time_stamp=datetime(2026, 11, 23, tzinfo=UTC),
    )
    heard = heard_in("text/xml", write_read_reply(HEAD, reply))
    (event,) = heard.events
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.about_e164, event.code) == ("m-1", news, "+13125550142", mm_status)
    assert read_envelope(heard.stored.body).name == "ReadReplyRsp"


def test_anything_else_is_not_offered() -> None:
    unknown = heard_in("text/xml", write_envelope(HEAD, message_element(HEAD, "QueryStatusReq")))
    assert read_fault(read_envelope(unknown.stored.body)).code == 4003


def test_what_is_kept_of_a_call_shows_neither_text_nor_whole_numbers() -> None:
    request = DeliverReq(sender=number("+13125550142"), linked_id="8812345678", subject="a secret", vaspid="key")
    (event,) = reply_of(request, [], "the text").events
    assert isinstance(event, InboundHeard)
    for hidden in ("13125550142", "a secret", "the text", ">key<"):
        assert hidden not in event.raw
    assert "…0142" in event.raw
    assert "8812345678" in event.raw


def test_nothing_is_shown_of_what_is_no_envelope() -> None:
    assert shown_envelope(b"<html>13125550142</html>") == ""
    assert len(shown_envelope(report_of("Retrieved" * 1000))) <= 1200


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=900))
def test_any_octets_are_heard_or_are_their_fault(octets: bytes, at: int) -> None:
    whole = report_of("Retrieved")
    for body in (octets, whole[:at] + octets + whole[at:]):
        try:
            assert heard_in("text/xml", body).stored.body
        except TheirFault as fault:
            assert str(fault)


def test_a_release_6_call_is_answered_in_release_6() -> None:
    head = Head(transaction_id="t", namespace=REL_6_MM7_1_4)
    octets = write_envelope(head, message_element(head, "QueryStatusReq"))
    assert read_envelope(heard_in("text/xml", octets).stored.body).head.namespace == REL_6_MM7_1_4


def test_words_that_stand_in_the_subject_alone_are_the_text() -> None:
    request = DeliverReq(sender=number("+13125550142"), recipients=(short_code("72345"),), subject="STOP")
    heard = [reply_of(request, [], text).events[0] for text in ("", "look")]
    assert [each.text for each in heard if isinstance(each, InboundHeard)] == ["STOP", "look"]


def test_messages_without_any_id_are_known_by_their_octets_and_are_not_one() -> None:
    def said(subject: str) -> str:
        request = DeliverReq(sender=number("+13125550142"), subject=subject)
        (event,) = heard_in(
            "text/xml", write_deliver_req(Head(transaction_id="", namespace=REL_6_MM7_1_4), request)
        ).events
        assert isinstance(event, InboundHeard)
        return event.unique

    assert said("STOP") == said("STOP") != said("Hello")
    assert said("STOP")
