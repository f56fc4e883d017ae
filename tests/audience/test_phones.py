"""Numbers as people write them, against our vectors and against libphonenumber itself."""

import json
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.audience.phones import PhoneRefused, parse_phone
from heliogram.model.phone import Phone

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "audience" / "phones.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["readable"], ids=lambda vector: vector["text"])
def test_a_number_is_read_however_it_is_written(vector: dict[str, str]) -> None:
    assert parse_phone(vector["text"], "US") == Phone(e164=vector["e164"], country=vector["country"])


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["text"] or "nothing")
def test_what_is_no_number_is_refused_with_the_reason(vector: dict[str, str]) -> None:
    with pytest.raises(PhoneRefused) as refused:
        parse_phone(vector["text"], "US")
    assert refused.value.code == vector["code"]
    assert refused.value.sentence.endswith(".")


def test_a_number_without_a_plus_belongs_to_the_default_country() -> None:
    assert parse_phone("020 7946 0958", "GB").e164 == "+442079460958"
    assert parse_phone("4165550123", "CA").country == "CA"


def test_without_a_default_country_the_plus_is_required() -> None:
    with pytest.raises(PhoneRefused) as refused:
        parse_phone("3125550142", None)
    assert refused.value.code == "no_country"
    assert parse_phone("+13125550142", None).country == "US"
    assert parse_phone("00442079460958", None).country == "GB"


def test_a_foreign_number_without_a_plus_is_told_how_to_begin() -> None:
    with pytest.raises(PhoneRefused) as refused:
        parse_phone("447700900123", "US")
    assert "begins with “+”" in refused.value.sentence


def _by_the_library(national: str) -> tuple[bool, str]:
    number = phonenumbers.parse("+1" + national, None)
    if not phonenumbers.is_valid_number(number):
        return False, ""
    return True, phonenumbers.region_code_for_number(number) or ""


def _by_us(national: str) -> tuple[bool, str]:
    try:
        return True, parse_phone("+1" + national, None).country
    except PhoneRefused:
        return False, ""


def test_every_area_code_is_judged_as_the_library_judges_it() -> None:
    differing = [
        national
        for area in range(200, 1000)
        for exchange in ("200", "305", "555", "999")
        if _by_us(national := f"{area}{exchange}0142") != _by_the_library(national)
    ]
    assert differing == []


@given(st.from_regex(r"[0-9]{10}", fullmatch=True).filter(str.isascii))
def test_any_ten_digits_are_judged_as_the_library_judges_them(national: str) -> None:
    assert _by_us(national) == _by_the_library(national)


@given(st.text(max_size=50) | st.text(alphabet="+0123456789 ()-.x", max_size=20))
def test_any_text_is_a_number_or_refused_and_nothing_else_happens(text: str) -> None:
    try:
        phone = parse_phone(text, "US")
    except PhoneRefused as refused:
        assert refused.code and refused.sentence
    else:
        assert parse_phone(phone.e164, None) == phone
