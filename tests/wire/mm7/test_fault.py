import json
from typing import Any

import pytest

from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7.envelope import Head, read_envelope
from heliogram.wire.mm7.fault import is_fault, read_fault, write_fault
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4
from heliogram.wire.mm7.status import Status
from heliogram.wire.mm7.submit import SubmitRsp, write_submit_rsp

from .order import VECTORS

HEAD = Head(transaction_id="t", namespace=REL_6_MM7_1_4)
ANSWERS = json.loads((VECTORS / "answers.json").read_text())


@pytest.mark.parametrize("error", ["RSErrorRsp", "VASPErrorRsp"])
def test_a_fault_is_read_as_it_was_written_and_keeps_its_head(error: str) -> None:
    head = Head(transaction_id="t-9", namespace=REL_5_MM7_1_2, version="5.3.0")
    read = read_envelope(write_fault(head, Status(code=4006, details="later"), error=error))
    assert is_fault(read)
    assert read.head == head
    assert read_fault(read) == Status(code=4006, text="Service unavailable", details="later")


def test_the_faultcode_says_whose_fault_it_is() -> None:
    assert b"<faultcode>env:Client</faultcode>" in write_fault(HEAD, Status(code=2007), error="RSErrorRsp")
    assert b"<faultcode>env:Server</faultcode>" in write_fault(HEAD, Status(code=3000), error="RSErrorRsp")


@pytest.mark.parametrize("vector", [v for v in ANSWERS if v["code"] != 1000], ids=lambda v: str(v["name"]))
def test_the_faults_of_the_wild_are_read(vector: dict[str, Any]) -> None:
    envelope = read_envelope(vector["body"].encode())
    assert is_fault(envelope)
    assert (read_fault(envelope).code, envelope.head.transaction_id) == (vector["code"], vector["transaction_id"])


def test_an_answer_is_no_fault() -> None:
    envelope = read_envelope(write_submit_rsp(HEAD, SubmitRsp(status=Status(code=1000))))
    assert not is_fault(envelope)
    with pytest.raises(TheirFault):
        read_fault(envelope)
