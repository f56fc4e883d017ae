import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.model.phone import NotE164, Phone, masked

numbers = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)


@pytest.mark.parametrize("e164", ["+13125550142", "+447911123456", "+6831234", "+123456789012345"])
def test_a_number_in_e164_form_is_kept_as_it_is(e164: str) -> None:
    assert Phone(e164=e164, country="US").e164 == e164


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "13125550142",  # no plus
        "+03125550142",  # a country code never begins with 0
        "+123456",  # too short
        "+1234567890123456",  # 16 digits: E.164 allows 15
        "+1 312 555 0142",
        "+13125550142\n",
        " +13125550142",
        "+1312555014a",
        "+1٣١٢٥٥٥٠١٤٢",  # Arabic-Indic digits
    ],
)
def test_any_other_text_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NotE164, match=r"such as \+13125550142"):
        Phone(e164=text, country="")


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        phone = Phone(e164=text, country="")
    except NotE164:
        return
    assert phone.e164 == text and phone.e164.isascii() and 8 <= len(text) <= 16


@given(numbers)
def test_a_masked_number_shows_its_last_four_digits_and_nothing_else(e164: str) -> None:
    assert masked(e164) == "…" + e164[-4:]


@pytest.mark.parametrize("text", ["", "1", "6245", "+1"])
def test_what_has_four_signs_or_fewer_is_masked_whole(text: str) -> None:
    assert masked(text) == "…"
