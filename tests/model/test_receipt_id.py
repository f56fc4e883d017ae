import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.model.receipt_id import KNOWN, WORDS, IdForm, answers_for, is_a_number, receipts_for

NUMBERS = st.integers(0, 2**63)


@pytest.mark.parametrize(
    ("answer", "receipt", "form"),
    [
        ("4711", "4711", IdForm.SAME),
        ("a1-b2", "a1-b2", IdForm.SAME),
        ("4711", "0000004711", IdForm.PADDED),
        ("0000004711", "4711", IdForm.PADDED),
        ("00ab", "AB", IdForm.PADDED),
        ("10", "16", IdForm.HEX_TO_DECIMAL),
        ("1C", "28", IdForm.HEX_TO_DECIMAL),
        ("0000001c", "0000000028", IdForm.HEX_TO_DECIMAL),
        ("16", "10", IdForm.DECIMAL_TO_HEX),
        ("28", "0000001C", IdForm.DECIMAL_TO_HEX),
    ],
)
def test_an_id_is_read_in_its_form_from_both_sides_and_in_no_other(answer: str, receipt: str, form: IdForm) -> None:
    assert [each for each in KNOWN if answer in answers_for(receipt, each)] == [form]
    assert [each for each in KNOWN if receipt in receipts_for(answer, each)] == [form]


@given(NUMBERS)
def test_every_number_finds_its_way_back(number: int) -> None:
    decimal, hexadecimal = str(number), f"{number:X}"
    assert hexadecimal in answers_for(decimal, IdForm.HEX_TO_DECIMAL)
    assert decimal in receipts_for(hexadecimal, IdForm.HEX_TO_DECIMAL)
    assert decimal in answers_for(hexadecimal, IdForm.DECIMAL_TO_HEX)
    assert decimal in answers_for(decimal.zfill(20), IdForm.PADDED) or decimal == decimal.zfill(20)


@given(st.text(max_size=80), st.sampled_from(KNOWN))
def test_any_id_is_read_or_not_and_breaks_nothing(message_id: str, form: IdForm) -> None:
    spelt = answers_for(message_id, form)
    assert len(spelt) <= 50
    assert spelt <= {message_id} or is_a_number(message_id)


@pytest.mark.parametrize(
    ("message_id", "is_one"),
    [("0", True), ("f" * 20, True), ("1" * 21, False), ("g1", False), ("", False), ("²", False)],
)
def test_a_number_has_digits_and_not_too_many(message_id: str, is_one: bool) -> None:
    assert is_a_number(message_id) is is_one


def test_every_form_has_a_sentence() -> None:
    assert set(WORDS) == set(IdForm)
    assert all(each.endswith(".") for each in WORDS.values())
