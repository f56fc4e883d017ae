import json
from typing import Any

import pytest

from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7.envelope import Head, message_element, read_envelope, write_envelope
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.mm7.status import STATUS, Status, meaning_of, read_status, status_element

from .order import VECTORS

HEAD = Head(transaction_id="t", namespace=REL_6_MM7_1_4)
WITH_A_CODE = [v for v in json.loads((VECTORS / "answers.json").read_text()) if "<StatusCode" in v["body"]]


def test_only_the_temporary_codes_are_worth_repeating() -> None:
    assert sorted(code for code, meaning in STATUS.items() if meaning.may_retry) == [3000, 3500, 3510, 4000, 4006]


@pytest.mark.parametrize(
    ("code", "name"), [(1234, "Success"), (2560, "Client error"), (3999, "Server error"), (4441, "Service error")]
)
def test_an_unknown_code_is_read_by_its_thousand_and_not_repeated(code: int, name: str) -> None:
    assert meaning_of(code).name == name
    assert not meaning_of(code).may_retry


def test_a_code_of_no_known_thousand_has_a_sentence_too() -> None:
    assert meaning_of(6102).sentence
    assert not Status(code=6102).is_success


def test_a_status_is_read_as_it_was_written_and_its_name_fills_in() -> None:
    message = message_element(HEAD, "SubmitRsp", status_element(HEAD, Status(code=2004, details="too wide")))
    read = read_status(read_envelope(write_envelope(HEAD, message)))
    assert read == Status(code=2004, text="Multimedia content refused", details="too wide")


@pytest.mark.parametrize(
    "vector", [v for v in json.loads((VECTORS / "answers.json").read_text()) if "<StatusCode" in v["body"]]
)
def test_the_code_is_found_wherever_the_gateway_put_it(vector: dict[str, Any]) -> None:
    assert read_status(read_envelope(vector["body"].encode())).code == vector["code"]


@pytest.mark.parametrize("code", ["", "ok", "-1", "1000000", "²"])
def test_an_unreadable_code_is_their_fault(code: str) -> None:
    message = message_element(HEAD, "SubmitRsp")
    holder = status_element(HEAD, Status(code=1000))
    holder[0].text = code
    message.append(holder)
    with pytest.raises(TheirFault):
        read_status(read_envelope(write_envelope(HEAD, message)))
