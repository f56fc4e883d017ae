"""PDUs against octets laid out by hand, whole and broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.smpp.names import RESPONSE, Command, Tag
from heliogram.wire.smpp.pdu import FIELDS, MAX_SHORT_OCTETS, Pdu, Value, encode, parse
from tests.wire.vectors import Vector, each, facts, pdu_of

FACTS = facts("pdus")
EXACT: list[Vector] = FACTS["exact"]
COMMANDS = sorted(FIELDS)


@each(EXACT)
def test_octets_read_as_what_they_say_and_are_written_the_same(vector: Vector) -> None:
    octets = bytes.fromhex(vector["hex"])
    assert parse(octets) == pdu_of(vector)
    assert encode(pdu_of(vector)) == octets


def test_every_command_with_a_table_of_fields_has_a_vector() -> None:
    assert {Command[vector["command"]] for vector in EXACT} == set(FIELDS)


@each(EXACT)
def test_a_pdu_cut_anywhere_is_their_fault(vector: Vector) -> None:
    octets = bytes.fromhex(vector["hex"])
    for n in range(len(octets)):
        with pytest.raises(TheirFault):
            parse(octets[:n])


@each(EXACT)
def test_octets_behind_the_end_are_their_fault(vector: Vector) -> None:
    with pytest.raises(TheirFault, match="command_length says"):
        parse(bytes.fromhex(vector["hex"]) + b"\0")


@each(FACTS["tolerated"])
def test_what_carriers_send_against_the_specification_is_read(vector: Vector) -> None:
    assert parse(bytes.fromhex(vector["hex"])) == pdu_of(vector)


@each(FACTS["refused"])
def test_a_pdu_that_contradicts_itself_is_their_fault(vector: Vector) -> None:
    with pytest.raises(TheirFault):
        parse(bytes.fromhex(vector["hex"]))


def test_a_command_nobody_knows_is_read_as_its_header() -> None:
    octets = bytes.fromhex("00000014000001110000000000000007cafecafe")
    assert parse(octets) == Pdu(0x0111, 0, 7)


def test_unknown_tlvs_are_kept_in_order_and_octet_for_octet() -> None:
    tlvs = ((0x1501, b"\x01\x02"), (Tag.MESSAGE_PAYLOAD, b"x"), (0x3FFF, b""), (0x1501, b"\xff"))
    pdu = parse(encode(Pdu(Command.DELIVER_SM, 0, 1, {"short_message": b""}, tlvs)))
    assert pdu.tlvs == tlvs
    assert pdu.tlv(0x1501) == b"\x01\x02"
    assert pdu.tlv(0x1502) is None


LIMITS = [(command, *field) for command, table in FIELDS.items() for field in table]


@pytest.mark.parametrize(("command", "name", "kind", "limit"), LIMITS, ids=lambda part: str(part))
def test_every_field_takes_what_its_table_says_and_not_one_more(command: int, name: str, kind: str, limit: int) -> None:
    fits: dict[str, tuple[Value, ...]] = {"i": (0, 255), "c": ("", "x" * (limit - 1)), "m": (b"", b"x" * limit)}
    too_much: dict[str, tuple[Value, ...]] = {
        "i": (-1, 256, "1"),
        "c": ("x" * limit, "a\0b", b"x"),
        "m": (b"x" * (limit + 1), "x"),
    }
    for value in fits[kind]:
        assert parse(encode(Pdu(command, fields={name: value}))).fields[name] == value
    for value in too_much[kind]:
        with pytest.raises(OurFault, match=name):
            encode(Pdu(command, fields={name: value}))


def test_a_short_message_has_254_octets_at_most_but_255_are_read() -> None:
    assert MAX_SHORT_OCTETS == 254
    octets = encode(Pdu(Command.DELIVER_SM, fields={"short_message": b"x" * 254}))
    longer = (len(octets) + 1).to_bytes(4, "big") + octets[4:-255] + b"\xff" + b"x" * 255
    assert parse(longer).octets("short_message") == b"x" * 255


def test_a_tlv_holds_65535_octets_at_most() -> None:
    pdu = Pdu(Command.SUBMIT_SM, tlvs=((Tag.MESSAGE_PAYLOAD, b"x" * 65_535),))
    assert parse(encode(pdu)).tlvs == pdu.tlvs
    with pytest.raises(OurFault, match="TLV 0x0424 takes at most 65535 octets"):
        encode(replace(pdu, tlvs=((Tag.MESSAGE_PAYLOAD, b"x" * 65_536),)))


def test_an_error_is_answered_without_a_body() -> None:
    assert (
        encode(Pdu(Command.SUBMIT_SM_RESP, 0x58, 2, {"message_id": "42"})).hex() == "00000010800000040000005800000002"
    )


def test_a_command_without_a_table_is_not_written() -> None:
    with pytest.raises(OurFault, match="0x00000021 has no table"):
        encode(Pdu(Command.SUBMIT_MULTI))


def test_a_field_asked_for_by_the_wrong_kind_reads_as_nothing() -> None:
    pdu = Pdu(Command.SUBMIT_SM, fields={"source_addr": "1", "esm_class": 64, "short_message": b"x"})
    assert (pdu.text("source_addr"), pdu.number("esm_class"), pdu.octets("short_message")) == ("1", 64, b"x")
    assert (pdu.text("esm_class"), pdu.number("short_message"), pdu.octets("source_addr")) == ("", 0, b"")
    assert (pdu.text("x"), pdu.number("x"), pdu.octets("x")) == ("", 0, b"")


@st.composite
def pdus(draw: st.DrawFn) -> Pdu:
    """PDUs of every command with every field filled as far as it goes."""
    command = draw(st.sampled_from(COMMANDS))
    is_error = bool(command & RESPONSE) and draw(st.booleans())
    values: dict[str, Value] = {}
    for name, kind, limit in () if is_error else FIELDS[command]:
        characters = st.characters(min_codepoint=1, max_codepoint=255)
        values[name] = draw(
            {
                "i": st.integers(0, 255),
                "c": st.text(characters, max_size=limit - 1),
                "m": st.binary(max_size=limit),
            }[kind]
        )
    tlvs = draw(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=20)), max_size=3))
    has_body = bool(values) or not FIELDS[command]
    status = draw(st.integers(1, 0xFFFF)) if is_error else 0
    return Pdu(command, status, draw(st.integers(0, 0xFFFFFFFF)), values, tuple(tlvs) if has_body else ())


@given(pdus())
def test_what_is_written_is_read_again(pdu: Pdu) -> None:
    assert parse(encode(pdu)) == pdu


@given(st.sampled_from(COMMANDS), st.binary(max_size=120))
def test_any_body_under_a_sound_header_is_read_or_their_fault(command: int, body: bytes) -> None:
    octets = (16 + len(body)).to_bytes(4, "big") + command.to_bytes(4, "big") + bytes(8) + body
    try:
        pdu = parse(octets)
    except TheirFault:
        assert not command & RESPONSE, "what became of a request stands in the header of its response"
        return
    assert pdu.command == command
    assert set(pdu.fields) <= {name for name, _kind, _limit in FIELDS[command]}


@given(st.binary(max_size=80))
def test_any_octets_are_a_pdu_or_their_fault(octets: bytes) -> None:
    try:
        pdu = parse(octets)
    except TheirFault:
        return
    assert int.from_bytes(octets[:4], "big") == len(octets)
    assert pdu.sequence == int.from_bytes(octets[12:16], "big")


@given(st.sampled_from(EXACT), st.data())
def test_one_changed_octet_is_read_or_their_fault(vector: Vector, data: st.DataObject) -> None:
    octets = bytearray.fromhex(vector["hex"])
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] = data.draw(st.integers(0, 255))
    try:
        pdu = parse(bytes(octets))
    except TheirFault:
        return
    assert pdu.status == int.from_bytes(octets[8:12], "big")
