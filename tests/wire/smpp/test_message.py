import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.gsm import DEFAULT, Shift
from heliogram.wire.segment import Encoding, split_text
from heliogram.wire.smpp.message import (
    UDHI,
    Address,
    LongForm,
    address_of,
    cancel_of,
    is_receipt,
    place,
    query_of,
    read_text,
    submit_parts,
)
from heliogram.wire.smpp.names import Command, Tag
from heliogram.wire.smpp.pdu import Pdu, encode, parse
from heliogram.wire.udh import Concat
from tests.wire.vectors import Vector, each, facts, tlvs_of

FACTS = facts("texts")
SHOP = address_of("72345")
PERSON = address_of("+13125550142")


def deliver(vector: Vector) -> Pdu:
    """The deliver_sm a vector stands for, as it comes off the wire."""
    fields = {
        "esm_class": vector.get("esm_class", 0),
        "data_coding": vector.get("data_coding", 0),
        "short_message": bytes.fromhex(vector.get("hex", "")),
    }
    return parse(encode(Pdu(Command.DELIVER_SM, 0, 1, fields, tlvs_of(vector))))


def submit(text: str, *, reference: int = 7) -> list[Pdu]:
    split = split_text(text)
    return submit_parts(SHOP, PERSON, split.parts, split.encoding, reference=reference)


@each(FACTS["read"])
def test_a_text_is_read_in_its_alphabet_and_its_place(vector: Vector) -> None:
    concat = vector.get("concat")
    place = Concat(reference=concat[0], total=concat[1], number=concat[2]) if concat else None
    assert read_text(deliver(vector)) == (vector["text"], place)


@each(FACTS["refused"])
def test_a_text_that_contradicts_itself_is_their_fault(vector: Vector) -> None:
    with pytest.raises(TheirFault):
        read_text(deliver(vector))


@each(FACTS["receipts"])
def test_a_receipt_is_told_from_a_text(vector: Vector) -> None:
    assert is_receipt(deliver(vector)) == vector["is"]


@pytest.mark.parametrize(
    ("text", "is_name", "address"),
    [
        ("+13125550142", False, Address(1, 1, "13125550142")),
        ("72345", False, Address(3, 0, "72345")),
        ("Northgate", True, Address(5, 0, "Northgate")),
        ("72345", True, Address(5, 0, "72345")),
    ],
)
def test_an_address_says_what_kind_it_is(text: str, is_name: bool, address: Address) -> None:
    assert address_of(text, is_name=is_name) == address


def test_a_text_of_one_segment_goes_without_a_header() -> None:
    (pdu,) = submit("5€ off")
    assert pdu == Pdu(
        Command.SUBMIT_SM,
        fields={
            "source_addr_ton": 3,
            "source_addr_npi": 0,
            "source_addr": "72345",
            "dest_addr_ton": 1,
            "dest_addr_npi": 1,
            "destination_addr": "13125550142",
            "registered_delivery": 1,
            "data_coding": 0,
            "short_message": bytes.fromhex("351b65206f6666"),
        },
    )


def test_a_receipt_is_asked_for_unless_it_is_not_wanted() -> None:
    asked, not_asked = (
        submit_parts(SHOP, PERSON, ("a",), Encoding.GSM_7, reference=0, receipt=receipt)[0] for receipt in (True, False)
    )
    assert (asked.number("registered_delivery"), not_asked.number("registered_delivery")) == (1, 0)


@pytest.mark.parametrize(
    ("text", "data_coding", "first_octets", "n_last"),
    [("a" * 161, 0, b"a" * 153, 6 + 8), ("ж" * 71, 8, "ж".encode("utf-16-be") * 67, 6 + 8)],
)
def test_a_longer_text_is_several_pdus_of_one_reference(
    text: str, data_coding: int, first_octets: bytes, n_last: int
) -> None:
    first, last = submit(text, reference=7)
    assert first.octets("short_message") == bytes([5, 0, 3, 7, 2, 1]) + first_octets
    assert last.octets("short_message")[:6] == bytes([5, 0, 3, 7, 2, 2])
    assert len(last.octets("short_message")) == n_last
    assert {pdu.number("esm_class") for pdu in (first, last)} == {UDHI} == {0x40}
    assert {pdu.number("data_coding") for pdu in (first, last)} == {data_coding}


@pytest.mark.parametrize(("reference", "octet"), [(0, 0), (255, 255), (256, 0), (0x1234, 0x34)])
def test_the_reference_is_that_of_the_message(reference: int, octet: int) -> None:
    assert {pdu.octets("short_message")[3] for pdu in submit("a" * 400, reference=reference)} == {octet}


def test_a_text_that_is_not_in_the_encoding_asked_for_is_our_fault() -> None:
    with pytest.raises(OurFault):
        submit_parts(SHOP, PERSON, ("ж",), Encoding.GSM_7, reference=0)


@given(st.text(st.one_of(st.sampled_from("a€🙂é"), st.characters(exclude_categories=["Cs"])), max_size=300))
def test_what_is_submitted_reads_as_the_text_segment_by_segment(text: str) -> None:
    pdus = [parse(encode(pdu)) for pdu in submit(text, reference=300)]
    read = [read_text(pdu) for pdu in pdus]
    assert "".join(part for part, _concat in read) == unicodedata.normalize("NFC", text)
    if len(pdus) == 1:
        assert read[0][1] is None
    else:
        numbers = range(1, len(pdus) + 1)
        assert [place for _part, place in read] == [Concat(reference=44, total=len(pdus), number=n) for n in numbers]


@given(
    st.integers(0, 255),
    st.integers(0, 255),
    st.binary(max_size=254),
    st.lists(st.tuples(st.sampled_from(sorted(Tag)), st.binary(max_size=8)), max_size=4),
)
def test_any_octets_are_a_text_or_their_fault(
    esm_class: int, data_coding: int, octets: bytes, tlvs: list[tuple[int, bytes]]
) -> None:
    fields: dict[str, int | str | bytes] = {
        "esm_class": esm_class,
        "data_coding": data_coding,
        "short_message": octets,
    }
    try:
        text, concat = read_text(Pdu(Command.DELIVER_SM, 0, 1, fields, tuple(tlvs)))
    except TheirFault:
        return
    assert len(text) <= max(len(octets), 8)
    assert concat is None or 1 <= concat.number <= concat.total


@pytest.mark.parametrize(
    ("text", "languages", "headers"),
    [
        ("ığdır", ["tr"], ["03250101"]),
        ("María", ["es"], ["03240102"]),
        ("ığ María", ["tr", "es"], ["06240102250101"]),
        ("ğ" * 150 + "a" * 100, ["tr"], ["080003070201250101", "080003070202250101"]),
    ],
)
def test_a_text_in_national_tables_names_them_in_each_segment_and_reads_as_it_was(
    text: str, languages: list[str], headers: list[str]
) -> None:
    split = split_text(text, national=languages)
    source, destination = address_of("72345"), address_of("+13125550142")
    pdus = submit_parts(source, destination, split.parts, split.encoding, reference=7, shift=split.shift)
    for pdu, header in zip(pdus, headers, strict=True):
        assert pdu.number("esm_class") == UDHI and pdu.number("data_coding") == 0
        assert pdu.octets("short_message").startswith(bytes.fromhex(header))
    received = [Pdu(Command.DELIVER_SM, fields=pdu.fields) for pdu in pdus]
    assert "".join(read_text(pdu)[0] for pdu in received) == text


def test_a_table_that_is_named_beside_ucs_2_changes_nothing() -> None:
    fields = {"esm_class": UDHI, "data_coding": 8, "short_message": bytes.fromhex("03250101 041f")}
    assert read_text(Pdu(Command.DELIVER_SM, fields=fields))[0] == "П"


# ── how long texts travel ──

TEXTS = st.text(st.one_of(st.sampled_from("aé ğ{🙂"), st.characters(exclude_categories=["Cs"])), max_size=400)


@given(TEXTS, st.sampled_from(LongForm), st.sampled_from(["", "latin-1", "ascii"]), st.integers(0, 0xFFFF))
def test_a_text_reads_as_it_was_in_every_form_it_travels_in(
    text: str, form: LongForm, charset: str, reference: int
) -> None:
    split = split_text(text, is_wide=form is not LongForm.UDH_8, charset=charset)
    pdus = submit_parts(SHOP, PERSON, split.parts, split.encoding, reference=reference, form=form, charset=charset)
    read = [read_text(parse(encode(pdu)), charset) for pdu in pdus]
    assert "".join(part for part, _concat in read) == unicodedata.normalize("NFC", text)
    if split.n_segments > 1 and form is not LongForm.PAYLOAD:
        own = reference & 0xFF if form is LongForm.UDH_8 else reference
        places = [Concat(reference=own, total=split.n_segments, number=n + 1) for n in range(split.n_segments)]
        assert [concat for _part, concat in read] == places
    else:
        assert [concat for _part, concat in read] == [None]


@pytest.mark.parametrize(
    ("form", "esm_class", "start", "tags"),
    [
        (LongForm.UDH_8, UDHI, "050003340201", []),
        (LongForm.UDH_16, UDHI, "06080412340201", []),
        (LongForm.SAR, 0, "61", [0x020C, 0x020E, 0x020F]),
    ],
)
def test_each_form_says_the_place_of_a_segment_once(
    form: LongForm, esm_class: int, start: str, tags: list[int]
) -> None:
    first, second = submit_parts(SHOP, PERSON, ("a", "b"), Encoding.GSM_7, reference=0x1234, form=form)
    assert (first.number("esm_class"), first.octets("short_message").hex()[: len(start)]) == (esm_class, start)
    assert [tag for tag, _value in second.tlvs] == tags
    if tags:
        assert [value.hex() for _tag, value in second.tlvs] == ["1234", "02", "02"]


def test_by_payload_a_long_text_is_one_submit_and_a_short_one_is_as_ever() -> None:
    (long,) = submit_parts(SHOP, PERSON, ("a" * 152, "b"), Encoding.GSM_7, reference=7, form=LongForm.PAYLOAD)
    assert (long.octets("short_message"), long.tlv(Tag.MESSAGE_PAYLOAD)) == (b"", b"a" * 152 + b"b")
    assert long.number("esm_class") == 0
    (short,) = submit_parts(SHOP, PERSON, ("a",), Encoding.GSM_7, reference=7, form=LongForm.PAYLOAD)
    assert (short.octets("short_message"), short.tlvs) == (b"a", ())


@pytest.mark.parametrize("parts", [("ığ",), ("ığ", "ş")])
@pytest.mark.parametrize("form", [LongForm.UDH_8, LongForm.UDH_16])
def test_a_national_table_is_named_in_every_segment(form: LongForm, parts: tuple[str, ...]) -> None:
    turkish = Shift(locking=1, single=1)
    pdus = submit_parts(SHOP, PERSON, parts, Encoding.GSM_7, reference=7, form=form, shift=turkish)
    assert [read_text(pdu)[0] for pdu in pdus] == list(parts)
    assert {pdu.number("esm_class") for pdu in pdus} == {UDHI}
    assert all(bytes.fromhex("240101250101") in pdu.octets("short_message") for pdu in pdus)


@pytest.mark.parametrize(("form", "charset"), [(LongForm.SAR, ""), (LongForm.PAYLOAD, ""), (LongForm.UDH_8, "latin-1")])
def test_a_national_table_that_nothing_would_name_is_our_fault(form: LongForm, charset: str) -> None:
    with pytest.raises(OurFault, match="national"):
        submit_parts(
            SHOP, PERSON, ("a", "b"), Encoding.GSM_7, reference=7, form=form, charset=charset, shift=Shift(locking=1)
        )
    assert submit_parts(
        SHOP, PERSON, ("a", "b"), Encoding.GSM_7, reference=7, form=form, charset=charset, shift=DEFAULT
    )


@pytest.mark.parametrize(("total", "number"), [(256, 1), (2, 0), (2, 3)])
@pytest.mark.parametrize("form", [LongForm.UDH_8, LongForm.UDH_16, LongForm.SAR])
def test_there_is_no_place_outside_the_text(form: LongForm, total: int, number: int) -> None:
    assert place(form, 7, 255, 255) and place(form, 7, 1, 1)
    with pytest.raises(OurFault):
        place(form, 7, total, number)


def test_what_data_coding_0_stands_for_is_the_routes_own() -> None:
    pdu = Pdu(Command.DELIVER_SM, fields={"short_message": b"Gr\xfc\xdfe @"})
    assert read_text(pdu, "latin-1") == ("Grüße @", None)
    assert read_text(pdu)[0] != "Grüße @"


def test_a_question_and_a_cancellation_name_the_message_and_the_addresses_it_was_submitted_with() -> None:
    asked = query_of("g-17", Address(5, 0, "Northgate"))
    assert encode(asked)[16:] == b"g-17\0" + bytes([5, 0]) + b"Northgate\0"
    canceled = cancel_of("g-17", SHOP, PERSON)
    assert (asked.command, canceled.command) == (Command.QUERY_SM, Command.CANCEL_SM)
    ends = [bytes([each.ton, each.npi]) + each.digits.encode() + b"\0" for each in (SHOP, PERSON)]
    assert encode(canceled)[16:] == b"\0g-17\0" + b"".join(ends)
