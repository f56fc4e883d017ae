from pathlib import Path

import pytest

from heliogram.carriers import twilio
from heliogram.carriers.signed import mac

from .check_signatures import check_signatures
from .samples import Sample, write

URL = "https://sms.example.com/cb?x=1"
TWILIO = {"auth_token": "12345", "url": URL, "params": {"To": "+1", "Body": "héllo"}}
TWILIO_SIGNATURE = twilio.signature_of("12345", URL, [("To", "+1"), ("Body", "héllo")])
SINCH_SIGNATURE = mac("secret", b"{}.n.1")


def found(tmp_path: Path, provider: str, case: Sample) -> tuple[int, int, list[str]]:
    checked = check_signatures(write(tmp_path, "providers/webhook_signatures.json", {provider: [case]}))
    return checked.read, checked.passed, checked.failures


def _sinch(signature: str) -> Sample:
    head = "x-sinch-webhook-signature"
    shown = {head: signature, f"{head}-nonce": "n", f"{head}-timestamp": "1", f"{head}-algorithm": "HmacSHA256"}
    return {"secret": "secret", "body": "{}", "headers": shown}


def test_a_signature_passes_as_it_is_and_not_for_anything_else(tmp_path: Path) -> None:
    assert found(tmp_path, "twilio", {**TWILIO, "signature": TWILIO_SIGNATURE}) == (2, 2, [])
    assert found(tmp_path, "sinch", _sinch(SINCH_SIGNATURE)) == (2, 2, [])


@pytest.mark.parametrize("wrong", ["", TWILIO_SIGNATURE.swapcase(), SINCH_SIGNATURE])
def test_a_signature_that_the_product_does_not_accept_fails(tmp_path: Path, wrong: str) -> None:
    read, passed, failures = found(tmp_path, "twilio", {**TWILIO, "signature": wrong})
    assert (read, passed, len(failures)) == (2, 1, 1)
    assert "is not accepted" in failures[0]


def test_a_signature_of_something_else_fails_though_it_is_accepted_then(tmp_path: Path) -> None:
    other = twilio.signature_of("12345", f"{URL}x", [("To", "+1"), ("Body", "héllo")])
    assert len(found(tmp_path, "twilio", {**TWILIO, "signature": other})[2]) == 2
