import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heliogram.wire.errors import TheirFault
from heliogram.wire.smpp.names import Command, Tag
from heliogram.wire.smpp.pdu import Pdu
from heliogram.wire.smpp.receipt import STATES, Receipt, read, read_text, tlvs, write
from tests.wire.vectors import Vector, each, facts

FACTS = facts("receipts")
WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=":"), max_size=20)
RECEIPTS = st.builds(
    Receipt,
    id=st.text("0123456789abcdef-_", min_size=1, max_size=64),
    stat=st.sampled_from(sorted(STATES.values())),
    err=WORDS,
    sub=st.sampled_from(["001", "002"]),
    dlvrd=st.sampled_from(["000", "001"]),
    submit_date=st.from_regex(r"\d{10}", fullmatch=True),
    done_date=st.from_regex(r"\d{12}", fullmatch=True),
    text=WORDS,
)


def carrying(id_hex: str | None, state_hex: str | None) -> Pdu:
    """A deliver_sm with these TLVs."""
    given_tlvs = ((Tag.RECEIPTED_MESSAGE_ID, id_hex), (Tag.MESSAGE_STATE, state_hex))
    present = tuple((int(tag), bytes.fromhex(value)) for tag, value in given_tlvs if value is not None)
    return Pdu(Command.DELIVER_SM, tlvs=present)


@each(FACTS["texts"])
def test_a_receipt_is_read_in_the_form_a_carrier_writes(vector: Vector) -> None:
    assert read_text(vector["body"]) == Receipt(**vector["is"])


@each(FACTS["texts"])
def test_a_receipt_without_tlvs_says_what_its_text_says(vector: Vector) -> None:
    assert read(carrying(None, None), vector["body"]) == Receipt(**vector["is"])


@each(FACTS["refused"])
def test_what_names_no_message_or_no_state_is_their_fault(vector: Vector) -> None:
    with pytest.raises(TheirFault) as refused:
        read_text(vector["body"])
    assert "sale" not in str(refused.value), "a fault goes into the log: it quotes no text of a person"


@each(FACTS["tlvs"])
def test_where_tlv_and_text_differ_the_tlv_wins(vector: Vector) -> None:
    assert read(carrying(vector["id_hex"], vector["state_hex"]), vector["body"]) == Receipt(**vector["is"])


@pytest.mark.parametrize(("number", "stat"), FACTS["states"].items())
def test_every_message_state_has_its_word(number: str, stat: str) -> None:
    assert STATES[int(number)] == stat
    assert read(carrying("3100", f"{int(number):02x}"), "").stat == stat


def test_the_states_are_those_of_the_specification_and_no_more() -> None:
    assert {str(number): stat for number, stat in STATES.items()} == FACTS["states"]


def test_a_receipt_is_written_in_the_order_of_the_appendix() -> None:
    receipt = Receipt(id="42", stat="DELIVRD", submit_date="2611231053", done_date="2611231054", text="Sale today")
    assert write(receipt) == (
        "id:42 sub:001 dlvrd:001 submit date:2611231053 done date:2611231054 stat:DELIVRD err:000 text:Sale today"
    )


@pytest.mark.parametrize(("text", "kept"), [("x" * 20, "x" * 20), ("x" * 21, "x" * 20)])
def test_a_receipt_quotes_twenty_characters_at_most(text: str, kept: str) -> None:
    receipt = Receipt(id="1", stat="DELIVRD", text=text)
    assert write(receipt).endswith(f"text:{kept}")


def test_a_state_without_a_number_is_unknown_in_the_tlv() -> None:
    assert tlvs(Receipt(id="42", stat="ODDSTAT")) == ((0x001E, b"42\0"), (0x0427, b"\x07"))


@given(RECEIPTS)
def test_what_is_written_is_read_again(receipt: Receipt) -> None:
    written = Receipt(**{**fields_of(receipt), "err": receipt.err or "000"})
    assert read_text(write(receipt)) == written
    assert read(Pdu(Command.DELIVER_SM, tlvs=tlvs(receipt)), write(receipt)) == written
    assert read(Pdu(Command.DELIVER_SM, tlvs=tlvs(receipt)), "") == Receipt(id=receipt.id, stat=receipt.stat)


WRITTEN = st.one_of(st.text("a1-f_", max_size=12), st.text("a1 :\t\xa0\0-iderstubv", max_size=6))


@given(st.lists(WRITTEN, min_size=8, max_size=8))
@example(["1", "001", "001", "2611231053", "2611231053", "DELIVRD", "text:000", "Hi"])
def test_the_usual_form_says_what_the_same_words_say_in_any_other(values: list[str]) -> None:
    tags = ("id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text")
    body = " ".join(f"{tag}:{value}" for tag, value in zip(tags, values, strict=True))
    assert said_by(body) == said_by(f" {body}")


def said_by(body: str) -> Receipt | None:
    try:
        return read_text(body)
    except TheirFault:
        return None


@pytest.mark.parametrize("odd", ["ſub:001", "ſtat:EXPIRED", "İd:2"])
def test_a_letter_that_only_looks_like_one_of_a_tag_is_none(odd: str) -> None:
    assert read_text(f"{odd} id:1 stat:DELIVRD") == Receipt(id="1", stat="DELIVRD")


@given(st.one_of(st.text(), st.text("id:statexrd ſubİ\0019").map(lambda text: f"id:{text}")))
def test_any_text_is_a_receipt_or_their_fault(body: str) -> None:
    try:
        receipt = read_text(body)
    except TheirFault:
        return
    assert receipt.id and receipt.stat
    assert not set(receipt.id) & set(" \n\t")


@given(st.binary(max_size=70), st.binary(max_size=4), st.text(max_size=20))
def test_any_tlvs_are_a_receipt_or_their_fault(message_id: bytes, state: bytes, body: str) -> None:
    try:
        receipt = read(carrying(message_id.hex(), state.hex()), body)
    except TheirFault:
        return
    assert receipt.id and receipt.stat


def fields_of(receipt: Receipt) -> dict[str, str]:
    return {name: getattr(receipt, name) for name in receipt.__struct_fields__}
