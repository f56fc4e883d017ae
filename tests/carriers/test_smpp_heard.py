import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.carriers.smpp_heard import NEWS, event_of
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.wire import udh
from heliogram.wire.errors import TheirFault
from heliogram.wire.gsm import Shift
from heliogram.wire.smpp.names import Command, Tag
from heliogram.wire.smpp.pdu import FIELDS, Pdu
from heliogram.wire.smpp.receipt import STATES

from .smsc_peer import phone_text, receipt


def heard(pdu: Pdu) -> ReceiptHeard:
    event = event_of(pdu, connection_id="c1")
    assert isinstance(event, ReceiptHeard)
    return event


def inbound(pdu: Pdu, connection_id: str = "c1") -> InboundHeard:
    event = event_of(pdu, connection_id=connection_id)
    assert isinstance(event, InboundHeard)
    return event


def test_every_state_of_the_standard_is_news() -> None:
    assert set(STATES.values()) == set(NEWS)


@pytest.mark.parametrize(
    ("stat", "news"),
    [
        ("DELIVRD", News.DELIVERED),
        ("delivrd", News.DELIVERED),
        ("UNDELIV", News.UNDELIVERED),
        ("EXPIRED", News.EXPIRED),
        ("REJECTD", News.REJECTED),
        ("DELETED", News.DELETED),
        ("ACCEPTD", News.ACCEPTED),
        ("ENROUTE", News.EN_ROUTE),
        ("UNKNOWN", News.UNKNOWN),
        ("BLOCKED", News.UNKNOWN),
    ],
)
def test_a_receipt_says_what_became_of_the_id_it_names(stat: str, news: News) -> None:
    event = heard(receipt(1, "g-1", stat))
    assert (event.carrier_id, event.news, event.about_e164) == ("g-1", news, "+13125550142")


def test_where_the_tlvs_speak_they_are_believed_over_the_text() -> None:
    told = receipt(1, "in-the-text", "UNDELIV")
    tlvs = ((int(Tag.RECEIPTED_MESSAGE_ID), b"in-the-tlv\0"), (int(Tag.MESSAGE_STATE), b"\x02"))
    event = heard(Pdu(told.command, 0, 1, {**told.fields, "esm_class": 0}, tlvs))
    assert (event.carrier_id, event.news) == ("in-the-tlv", News.DELIVERED)


@pytest.mark.parametrize(("err", "code"), [("000", ""), ("0", ""), ("027", "027"), ("4B", "4B")])
def test_the_networks_code_is_kept_unless_it_says_nothing(err: str, code: str) -> None:
    text = f"id:g-1 stat:UNDELIV err:{err} text:"
    assert heard(receipt(1, "", short_message=text.encode())).code == code


@pytest.mark.parametrize("source", ["72345", "Northgate", ""])
def test_a_receipt_about_no_number_is_about_no_number(source: str) -> None:
    assert heard(receipt(1, "g-1", source_addr=source)).about_e164 == ""


def test_what_is_kept_of_a_receipt_holds_neither_text_nor_number() -> None:
    raw = heard(receipt(1, "g-1", source_addr="13125550142")).raw
    assert raw == "deliver_sm id:g-1 stat:DELIVRD err:000 done date:2611231053"


@pytest.mark.parametrize("source", ["13125550142", "+13125550142"])
def test_a_text_comes_from_a_number_however_the_carrier_writes_it(source: str) -> None:
    event = inbound(phone_text(41, b"STOP", source))
    assert (event.from_e164, event.to_address, event.text) == ("+13125550142", "72345", "STOP")
    assert (event.unique, event.concat) == ("c1:41", None)


def test_two_equal_texts_are_two_and_the_same_place_of_two_sessions_is_two_places() -> None:
    uniques = {inbound(phone_text(n, b"Hi"), connection).unique for n in (1, 2) for connection in ("c1", "c2")}
    assert len(uniques) == 4


def test_a_segment_of_a_longer_text_names_its_place() -> None:
    octets = udh.concat8(reference=9, total=3, number=2) + b"middle"
    event = inbound(phone_text(1, octets, esm_class=0x40))
    assert (event.text, event.concat) == ("middle", (9, 3, 2))


def test_a_segment_keeps_its_octets_and_what_they_are_written_in() -> None:
    half = "🎉".encode("utf-16-be")[:2]
    header = udh.concat8(reference=9, total=3, number=2)
    event = inbound(phone_text(1, header + half, esm_class=0x40, data_coding=8))
    assert (event.text, event.coded) == ("\ufffd", (half, "utf-16-be"))
    event = inbound(phone_text(1, udh.with_shift(header, Shift(locking=1)) + b"a\x1b", esm_class=0x40))
    assert event.coded == (b"a\x1b", "gsm7/1/0")
    # What came whole has no neighbour to be read with.
    assert inbound(phone_text(1, b"whole")).coded is None
    assert inbound(phone_text(1, udh.concat8(reference=9, total=1, number=1) + b"w", esm_class=0x40)).coded is None


def test_a_text_in_ucs_2_keeps_its_characters() -> None:
    event = inbound(phone_text(1, "Grüße 🎉".encode("utf-16-be"), data_coding=8))
    assert event.text == "Grüße 🎉"


def test_what_is_kept_of_a_text_holds_neither_text_nor_number() -> None:
    assert inbound(phone_text(1, b"a secret")).raw == "deliver_sm from …0142, 8 characters"


@pytest.mark.parametrize("source", ["72345", "Northgate", "", "0000000000", "1" * 16])
def test_a_text_from_no_number_is_nobodys(source: str) -> None:
    with pytest.raises(TheirFault, match="no number"):
        event_of(phone_text(1, b"STOP", source), connection_id="c1")


@pytest.mark.parametrize("text", ["", "Hello", "id:g-1 text:", "stat:DELIVRD"])
def test_a_receipt_without_id_or_state_is_their_fault(text: str) -> None:
    with pytest.raises(TheirFault):
        event_of(receipt(1, "", short_message=text.encode()), connection_id="c1")


VALUES = {"i": st.integers(0, 255), "c": st.text(st.characters(max_codepoint=255), max_size=21), "m": st.binary()}


@given(
    st.fixed_dictionaries({name: VALUES[kind] for name, kind, _limit in FIELDS[Command.DELIVER_SM]}),
    st.lists(st.tuples(st.sampled_from(sorted(Tag)), st.binary(max_size=9)), max_size=4),
)
def test_any_deliver_sm_is_news_a_text_or_their_fault(
    fields: dict[str, int | str | bytes], tlvs: list[tuple[int, bytes]]
) -> None:
    try:
        event = event_of(Pdu(Command.DELIVER_SM, 0, 1, fields, tuple(tlvs)), connection_id="c1")
    except TheirFault as fault:
        assert str(fault)
    else:
        assert isinstance(event, ReceiptHeard | InboundHeard)
        assert len(event.raw) <= 2_000
