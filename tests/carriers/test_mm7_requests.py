import json
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.http import basic_credentials
from heliogram.carriers.mm7_requests import (
    cancel_request_for,
    outcome_of,
    recall_outcome_of,
    replace_request_for,
    request_for,
    taken_back,
)
from heliogram.model.event import News, ReceiptHeard, Untold
from heliogram.model.parcel import MEDIA_REFUSED, THROTTLED, Accepted, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault
from heliogram.wire.mm7.address import Address, number, short_code
from heliogram.wire.mm7.cancel import CancelReq, read_cancel_req, read_cancel_rsp, write_cancel_rsp
from heliogram.wire.mm7.content import read_content
from heliogram.wire.mm7.envelope import read_message
from heliogram.wire.mm7.fault import write_fault
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4
from heliogram.wire.mm7.replace import read_replace_req, read_replace_rsp
from heliogram.wire.mm7.status import Status
from heliogram.wire.mm7.submit import SubmitRsp, read_submit_req, write_submit_rsp

from .test_mm7 import HEAD, PICTURE, parcel_of, settings_for

ANSWERS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors" / "mm7" / "answers.json").read_text())


# ── the request ──


@pytest.mark.parametrize("transfer_encoding", ["base64", "binary"])
@pytest.mark.parametrize("namespace", [REL_5_MM7_1_2, REL_6_MM7_1_4])
def test_a_request_says_who_sends_what_to_whom(transfer_encoding: str, namespace: str) -> None:
    settings = settings_for(transfer_encoding=transfer_encoding, namespace=namespace, expiry="P3D")
    headers, buffers = request_for(parcel_of(subject="Grüße 🎉"), settings)
    body = b"".join(buffers)
    message = read_message(headers["Content-Type"], body)
    request = read_submit_req(message.envelope)
    assert message.envelope.head.transaction_id == "m1.1"
    assert (request.vaspid, request.vasid, request.sender) == ("key-1", "offers", short_code("72345"))
    assert request.to == (number("+13125550142"),)
    assert (request.subject, request.expiry_date, request.delivery_report) == ("Grue", "P3D", True)
    content = read_content(message.content)
    assert content.text == "Sale today €"
    assert [medium.octets for medium in content.media] == [PICTURE]
    assert headers["Content-Length"] == str(len(body))
    assert headers["Authorization"] == basic_credentials("helio", "secret")


@pytest.mark.parametrize("transfer_encoding", ["base64", "binary"])
def test_all_requests_share_one_picture(transfer_encoding: str) -> None:
    settings = settings_for(transfer_encoding=transfer_encoding)
    pictures = set()
    for n in range(50):
        _, buffers = request_for(parcel_of(key=f"m{n}.1"), settings)
        assert sum(len(buffer) for buffer in buffers if len(buffer) < len(PICTURE)) < 4096
        pictures |= {id(buffer) for buffer in buffers if len(buffer) >= len(PICTURE)}
    assert len(pictures) == 1
    assert transfer_encoding == "base64" or pictures == {id(PICTURE)}


@pytest.mark.parametrize("kind", [SenderKind.LONG_CODE, SenderKind.TOLL_FREE])
def test_a_number_that_sends_is_written_without_its_plus(kind: SenderKind) -> None:
    headers, buffers = request_for(parcel_of(sender_kind=kind, sender="+13125550100"), settings_for())
    request = read_submit_req(read_message(headers["Content-Type"], b"".join(buffers)).envelope)
    assert request.sender == number("+13125550100")


def test_a_name_cannot_send_a_picture() -> None:
    with pytest.raises(OurFault):
        request_for(parcel_of(sender_kind=SenderKind.ALPHANUMERIC, sender="Northgate"), settings_for())


def test_a_text_that_looks_like_a_boundary_stays_a_text() -> None:
    headers, buffers = request_for(parcel_of(media=(), text="--\r\n--b--\r\n<&>"), settings_for())
    message = read_message(headers["Content-Type"], b"".join(buffers))
    assert read_content(message.content).text == "--\r\n--b--\r\n<&>"


# ── the answer ──


@pytest.mark.parametrize("vector", ANSWERS, ids=lambda vector: str(vector["name"]))
@pytest.mark.parametrize("http_status", [200, 500])
def test_the_body_is_believed_before_the_http_status(vector: dict[str, Any], http_status: int) -> None:
    outcome = outcome_of(http_status, {"content-type": vector["content_type"]}, vector["body"].encode())
    if vector["code"] == 1000:
        assert outcome == Accepted(carrier_ids=(vector["message_id"],))
    else:
        assert isinstance(outcome, Refused)
        assert outcome.code == str(vector["code"])


@pytest.mark.parametrize(
    ("code", "expected", "permanent", "retry_after_s"),
    [
        (2003, "2003", True, None),
        (2004, MEDIA_REFUSED, True, None),
        (3000, "3000", False, None),
        (3510, THROTTLED, False, 1.0),
        (4006, "4006", False, None),
        (4007, "4007", True, None),
        (4999, "4999", True, None),
    ],
)
def test_each_status_is_refused_in_its_own_way(
    code: int, expected: str, permanent: bool, retry_after_s: float | None
) -> None:
    for octets in (
        write_submit_rsp(HEAD, SubmitRsp(status=Status(code=code))),
        write_fault(HEAD, Status(code=code), error="RSErrorRsp"),
    ):
        outcome = outcome_of(200, {"content-type": "text/xml"}, octets)
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.permanent, outcome.retry_after_s) == (expected, permanent, retry_after_s)


def test_what_the_gateway_says_is_passed_on_without_the_number() -> None:
    octets = write_fault(HEAD, Status(code=2003, details="13125550142 is not ours"), error="RSErrorRsp")
    outcome = outcome_of(200, {}, octets)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "The gateway does not know the recipient's number. It said: …0142 is not ours"


def test_partial_success_for_one_recipient_is_success_and_one_without_an_id_is_unknown() -> None:
    partly = write_submit_rsp(HEAD, SubmitRsp(status=Status(code=1100), message_id="g-2"))
    assert outcome_of(200, {}, partly) == Accepted(carrier_ids=("g-2",))
    nameless = write_submit_rsp(HEAD, SubmitRsp(status=Status(code=1000)))
    assert isinstance(outcome_of(200, {}, nameless), Unknown)


@pytest.mark.parametrize(
    ("http_status", "code", "permanent", "retry_after_s"),
    [
        (400, "request_refused", True, None),
        (401, "account_refused", False, None),
        (413, MEDIA_REFUSED, True, None),
        (418, "request_refused", True, None),
        (429, THROTTLED, False, 7.0),
        (503, "carrier_trouble", False, 7.0),
    ],
)
def test_without_mm7_in_the_answer_its_http_status_speaks(
    http_status: int, code: str, permanent: bool, retry_after_s: float | None
) -> None:
    headers = {"content-type": "text/html"} | ({"retry-after": "7"} if retry_after_s else {})
    outcome = outcome_of(http_status, headers, b"<html>no</html>")
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent, outcome.retry_after_s) == (code, permanent, retry_after_s)


@pytest.mark.parametrize("http_status", [200, 500, 502, 504])
def test_an_answer_that_does_not_say_leaves_the_outcome_unknown(http_status: int) -> None:
    assert isinstance(outcome_of(http_status, {}, b""), Unknown)


# ── taking back, and replacing ──


@pytest.mark.parametrize("namespace", [REL_5_MM7_1_2, REL_6_MM7_1_4])
@pytest.mark.parametrize(
    ("sender", "address"), [("72345", short_code("72345")), ("+13125550100", number("+13125550100"))]
)
def test_a_request_takes_back_what_its_id_names(namespace: str, sender: str, address: Address) -> None:
    headers, buffers = cancel_request_for("g-1", settings_for(namespace=namespace), sender=sender)
    envelope = read_message(headers["Content-Type"], b"".join(buffers)).envelope
    assert read_cancel_req(envelope) == CancelReq(message_id="g-1", vaspid="key-1", vasid="offers", sender=address)
    assert (envelope.head.transaction_id, envelope.head.namespace) == ("cancel-g-1", namespace)
    assert headers["Content-Length"] == str(sum(map(len, buffers)))
    assert headers["Authorization"] == basic_credentials("helio", "secret")


def test_a_request_replaces_text_and_pictures_and_names_its_message() -> None:
    headers, buffers = replace_request_for("g-1", parcel_of(key="m1.2"), settings_for(read_reply=True))
    message = read_message(headers["Content-Type"], b"".join(buffers))
    request = read_replace_req(message.envelope)
    assert (request.message_id, request.sender, request.read_reply) == ("g-1", short_code("72345"), True)
    content = read_content(message.content)
    assert (content.text, [each.octets for each in content.media]) == ("Sale today €", [PICTURE])
    assert headers["Content-Length"] == str(sum(map(len, buffers)))


@pytest.mark.parametrize(
    ("code", "permanent", "words"),
    [
        (3001, True, "It is too late: the phone has the message, or is getting it."),
        (2005, True, "The gateway does not know the message any more."),
        (4003, True, "The gateway does not offer this operation."),
        (4006, False, "The gateway's service is not available at the moment."),
    ],
)
def test_what_cannot_be_taken_back_is_refused_with_what_that_means_here(code: int, permanent: bool, words: str) -> None:
    status = Status(code=code)
    for octets in (write_cancel_rsp(HEAD, status), write_fault(HEAD, status, error="RSErrorRsp")):
        outcome = recall_outcome_of("g-1", read_cancel_rsp, 200, {}, octets)
        assert outcome == Refused(code=str(code), reason=words, permanent=permanent)


def test_what_was_taken_back_keeps_its_id_and_an_answer_to_another_question_is_none() -> None:
    yes = write_cancel_rsp(HEAD, Status(code=1000))
    assert recall_outcome_of("g-1", read_cancel_rsp, 200, {}, yes) == Accepted(carrier_ids=("g-1",))
    assert isinstance(recall_outcome_of("g-1", read_replace_rsp, 200, {}, yes), Unknown)
    assert isinstance(recall_outcome_of("g-1", read_cancel_rsp, 503, {}, b""), Refused)


@pytest.mark.parametrize(("code", "is_deaf"), [("3001", False), ("4003", True), ("4007", False), ("2005", False)])
def test_what_cannot_be_taken_back_is_told_and_a_gateway_that_knows_no_such_request_is_deaf(
    code: str, is_deaf: bool
) -> None:
    late = Refused(code=code, reason="Too late.", permanent=True, exchange="z")
    assert taken_back("g-1", late) == Untold(code=code, reason="Too late.", raw="z", is_deaf=is_deaf)


def test_what_was_taken_back_is_news_and_a_silent_gateway_is_deaf() -> None:
    told = taken_back("g-1", Accepted(carrier_ids=("g-1",), exchange="x"))
    assert told == ReceiptHeard(carrier_id="g-1", news=News.DELETED, raw="x", is_asked=True)
    silent = taken_back("g-1", Unknown(reason="No answer."))
    assert isinstance(silent, Untold) and silent.is_deaf
