import pytest

from heliogram.carriers.refusals import PASSING, Why, code_of, outcome_of_http, refused, retry_after
from heliogram.model.parcel import MEDIA_REFUSED, THROTTLED, Refused, Unknown
from heliogram.model.reasons import WHY_FAILED, sentence_for


@pytest.mark.parametrize("why", Why)
def test_every_refusal_is_a_sentence_that_a_person_can_act_on(why: Why) -> None:
    assert why.value in WHY_FAILED
    outcome = refused(why, code="4711", said="Call +1 312 5550142 or 13125550142.")
    assert outcome.reason.startswith(sentence_for(why.value))
    assert outcome.reason.endswith(" It said: 4711 Call +1 312 …0142 or …0142.")
    assert outcome.permanent is (why not in PASSING)


def test_what_has_a_meaning_of_its_own_elsewhere_keeps_its_name() -> None:
    assert (Why.MEDIA.value, Why.TOO_FAST.value) == (MEDIA_REFUSED, THROTTLED)


@pytest.mark.parametrize(("told", "waits"), [(None, 1.0), (7.0, 7.0), (0.0, 1.0)])
def test_too_fast_always_says_when_to_come_back(told: float | None, waits: float) -> None:
    assert refused(Why.TOO_FAST, retry_after_s=told).retry_after_s == waits
    assert refused(Why.REQUEST, retry_after_s=told).retry_after_s == told


def test_a_carrier_that_talks_on_and_on_is_cut() -> None:
    assert len(refused(Why.REQUEST, said="x" * 9_999).reason) < 300


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (301, "request_refused", True),
        (400, "request_refused", True),
        (401, "account_refused", False),
        (403, "account_refused", False),
        (404, "account_refused", False),
        (408, "carrier_trouble", False),
        (413, MEDIA_REFUSED, True),
        (422, "request_refused", True),
        (429, THROTTLED, False),
        (499, "request_refused", True),
        (503, "carrier_trouble", False),
    ],
)
def test_an_http_status_alone_says_this(status: int, code: str, permanent: bool) -> None:
    outcome = outcome_of_http(status, {})
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (code, permanent)


@pytest.mark.parametrize("status", [200, 202, 204, 299, 500, 501, 502, 504, 599])
def test_a_status_that_does_not_say_is_unknown(status: int) -> None:
    assert isinstance(outcome_of_http(status, {}), Unknown)


def test_a_carriers_own_code_goes_before_its_status() -> None:
    outcome = outcome_of_http(500, {}, why=Why.BLOCKED, code="21610", said="No")
    assert isinstance(outcome, Refused)
    assert outcome.code == "blocked_by_carrier" and "21610 No" in outcome.reason


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("99999", 99_999.0), ("999999", None), ("-1", None), ("soon", None), ("٧", None)],
)
def test_a_wait_is_a_number_of_seconds_or_nothing(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}) == seconds


@pytest.mark.parametrize(
    ("code", "why", "kept"),
    [
        ("", Why.BLOCKED, ""),
        ("1", None, "1"),
        ("1", Why.LATE, "1: The message could not be delivered in time"),
    ],
)
def test_a_receipts_code_says_what_it_means(code: str, why: Why | None, kept: str) -> None:
    assert code_of(code, why) == kept
