import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mime import PartOut
from heliogram.wire.mm7.envelope import (
    MAX_MESSAGE_OCTETS,
    Head,
    element,
    message_element,
    pack_message,
    read_envelope,
    read_message,
    write_envelope,
)
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4, SCHEMA_ROOT

HEAD = Head(transaction_id="t-1", namespace=REL_6_MM7_1_4)
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def envelope_of(name: str = "CancelRsp", head: Head = HEAD) -> bytes:
    return write_envelope(head, message_element(head, name))


def test_an_envelope_is_read_as_it_was_written() -> None:
    read = read_envelope(envelope_of())
    assert (read.name, read.head.transaction_id, read.head.namespace) == ("CancelRsp", "t-1", REL_6_MM7_1_4)
    assert read.text("MM7Version") == "6.8.0"


def test_an_answer_echoes_namespace_and_version_of_the_request_even_made_up_ones() -> None:
    head = Head(transaction_id="t", namespace=SCHEMA_ROOT + "REL-6-MM7-6-7", version="6.7.0")
    read = read_envelope(envelope_of(head=head))
    assert read.head == head
    assert read_envelope(envelope_of(head=read.head)).head == head


def test_a_message_without_namespace_takes_that_of_its_transaction() -> None:
    octets = (
        f'<e:Envelope xmlns:e="{SOAP}"><e:Header><TransactionID xmlns="{REL_5_MM7_1_2}"> 7 </TransactionID></e:Header>'
        "<e:Body><SubmitReq/></e:Body></e:Envelope>"
    )
    read = read_envelope(octets.encode())
    assert (read.name, read.head) == ("SubmitReq", Head(transaction_id="7", namespace=REL_5_MM7_1_2))


@pytest.mark.parametrize(
    "octets",
    [
        b"<a/>",
        f'<e:Envelope xmlns:e="{SOAP}"/>'.encode(),
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body/></e:Envelope>'.encode(),
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body><SubmitReq/></e:Body></e:Envelope>'.encode(),
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body><SubmitReq xmlns="urn:x"/></e:Body></e:Envelope>'.encode(),
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body><!-- nothing --></e:Body></e:Envelope>'.encode(),
    ],
)
def test_what_is_no_mm7_envelope_is_their_fault(octets: bytes) -> None:
    with pytest.raises(TheirFault):
        read_envelope(octets)


def test_a_character_xml_cannot_carry_is_our_fault() -> None:
    with pytest.raises(OurFault):
        element(HEAD, "Subject", "a\x00b")
    with pytest.raises(OurFault):
        envelope_of(head=Head(transaction_id="\x01", namespace=REL_6_MM7_1_4))


def test_a_message_without_content_is_bare_xml() -> None:
    content_type, buffers = pack_message(envelope_of(), None, boundary="b")
    assert content_type.startswith("text/xml")
    assert read_message(content_type, b"".join(buffers)).content == ()


def test_content_comes_back_with_its_envelope() -> None:
    message = message_element(HEAD, "SubmitReq", element(HEAD, "Content", href="cid:c"))
    part = PartOut(content_type="text/plain", content_id="c", buffers=(b"hello",))
    content_type, buffers = pack_message(write_envelope(HEAD, message), part, boundary="b")
    read = read_message(content_type, b"".join(buffers))
    assert read.envelope.name == "SubmitReq"
    assert [leaf.octets for leaf in read.content] == [b"hello"]


WILD_BODY = (
    b"--b \nContent-Type:text/xml\nContent-ID: root\n\n%b\n"
    b"--b\nContent-Type: text/plain\nContent-ID: <%b>\n\nhello\n--b--\n"
)


@pytest.mark.parametrize("start", ["", 'start="root"', 'start="<root>"', 'start="<lost>"'])
@pytest.mark.parametrize("content_id", [b"c", b"another"])
def test_root_and_content_are_found_however_they_are_named(start: str, content_id: bytes) -> None:
    message = message_element(HEAD, "DeliverReq", element(HEAD, "Content", **{f"{{{REL_6_MM7_1_4}}}href": "cid:c"}))
    body = WILD_BODY % (write_envelope(HEAD, message), content_id)
    read = read_message(f"multipart/related; boundary=b; {start}", body)
    assert read.envelope.name == "DeliverReq"
    assert [leaf.octets for leaf in read.content] == [b"hello"]


def test_a_bare_envelope_under_a_multipart_header_is_read_as_one() -> None:
    assert read_message('multipart/related; type="text/xml";', envelope_of()).envelope.name == "CancelRsp"


def test_a_message_over_the_size_limit_is_refused() -> None:
    with pytest.raises(TheirFault, match="octets"):
        read_message("text/xml", b" " * (MAX_MESSAGE_OCTETS + 1))


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=400))
def test_any_octets_are_read_or_are_their_fault(octets: bytes, at: int) -> None:
    whole = envelope_of()
    for body in (octets, whole[:at] + octets + whole[at:]):
        try:
            assert read_message('multipart/related; boundary="b"', body).envelope.name is not None
        except TheirFault as fault:
            assert str(fault)
