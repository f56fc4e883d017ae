"""The limits of length, each from both sides."""

import pytest

from heliogram.compose.check import MAX_MMS_CHARS, check_text
from heliogram.model.reasons import WHY_SKIPPED

URL = "https://pics.example.com/p/7hQ2mZx9Ka"
LINK = len(URL) + 1
GSM_7 = 10 * 153
UCS_2 = 10 * 67


def codes_of(body: str, link_url: str | None = None, *, as_mms: bool = False) -> list[str]:
    return [problem.code for problem in check_text(body, link_url, as_mms)]


@pytest.mark.parametrize(("n_chars", "codes"), [(1_600, []), (1_601, ["mms_text_too_long"])])
def test_a_picture_message_takes_1600_characters(n_chars: int, codes: list[str]) -> None:
    assert codes_of("x" * n_chars, as_mms=True) == codes
    assert codes_of("🙂" * n_chars, as_mms=True) == codes


@pytest.mark.parametrize(("n_chars", "codes"), [(GSM_7, []), (GSM_7 + 1, ["too_long"])])
def test_a_text_takes_ten_segments_of_gsm_7(n_chars: int, codes: list[str]) -> None:
    assert codes_of("x" * n_chars) == codes


@pytest.mark.parametrize(("n_chars", "codes"), [(UCS_2, []), (UCS_2 + 1, ["too_long"])])
def test_a_text_takes_ten_segments_of_ucs_2(n_chars: int, codes: list[str]) -> None:
    assert codes_of("я" * n_chars) == codes


@pytest.mark.parametrize("as_mms", [False, True])
@pytest.mark.parametrize(("n_chars", "codes"), [(GSM_7 - LINK, []), (GSM_7 - LINK + 1, ["too_long"])])
def test_the_link_counts(n_chars: int, codes: list[str], as_mms: bool) -> None:
    assert codes_of("x" * n_chars, URL, as_mms=as_mms) == codes


def test_a_picture_message_with_a_fallback_can_fail_both_limits() -> None:
    assert codes_of("x" * (MAX_MMS_CHARS + 1), URL, as_mms=True) == ["mms_text_too_long", "too_long"]


def test_a_picture_message_without_a_fallback_has_no_segments() -> None:
    assert codes_of("я" * MAX_MMS_CHARS, as_mms=True) == []


def test_a_problem_says_how_far_and_its_code_is_a_reason() -> None:
    (too_long,) = check_text("x" * (GSM_7 + 1), None, False)
    assert too_long.sentence == "As a text message it needs 11 segments; at most 10 can be sent."
    (with_its_link,) = check_text("x" * GSM_7, URL, False)
    assert "with its link it needs 11 segments" in with_its_link.sentence
    assert {too_long.code, "mms_text_too_long"} <= set(WHY_SKIPPED)
