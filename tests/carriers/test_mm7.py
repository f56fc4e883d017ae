import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.http import basic_credentials
from heliogram.carriers.mm7 import Mm7Carrier, Mm7Settings, outcome_of, request_for
from heliogram.carriers.protocol import CallbackRefused, Link, Misconfigured
from heliogram.model.event import Callback, News, ReceiptHeard
from heliogram.model.parcel import (
    MEDIA_REFUSED,
    THROTTLED,
    UNREACHABLE,
    Accepted,
    MediaPart,
    MmsParcel,
    Refused,
    SmsParcel,
    Unknown,
)
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault
from heliogram.wire.mm7.address import number, short_code
from heliogram.wire.mm7.content import read_content
from heliogram.wire.mm7.envelope import Head, read_message
from heliogram.wire.mm7.fault import write_fault
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4
from heliogram.wire.mm7.report import DeliveryReport, write_delivery_report
from heliogram.wire.mm7.status import Status
from heliogram.wire.mm7.submit import SubmitRsp, read_submit_req, write_submit_rsp

from ..wire.mm7.order import misplaced
from .gateway import always, closed_port, gateway_answering, hang_up, never

ANSWERS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors" / "mm7" / "answers.json").read_text())
HEAD = Head(transaction_id="m1.1", namespace=REL_6_MM7_1_4)
PICTURE = b"\xff\xd8" + bytes(range(256)) * 400
MEDIA = (MediaPart(content_type="image/jpeg", octets=PICTURE, sha256="00", filename="sale.jpg"),)
TOOK_IT = write_submit_rsp(HEAD, SubmitRsp(status=Status(code=1000), message_id="g-1"))


def settings_for(url: str = "http://127.0.0.1:9/mm7", **changed: Any) -> Mm7Settings:
    return Mm7Settings(url=url, username="helio", password="secret", vaspid="key-1", vasid="offers", **changed)


def parcel_of(**changed: Any) -> MmsParcel:
    values: dict[str, Any] = {
        "key": "m1.1",
        "sender_kind": SenderKind.SHORT_CODE,
        "sender": "72345",
        "to_e164": "+13125550142",
        "text": "Sale today €",
        "media": MEDIA,
    }
    return MmsParcel(**{**values, **changed})


Opened = Callable[..., Mm7Carrier]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    carriers: list[Mm7Carrier] = []

    def open_carrier(url: str, **changed: Any) -> Mm7Carrier:
        carriers.append(Mm7Carrier(settings_for(url, **changed)))
        return carriers[-1]

    yield open_carrier
    for carrier in carriers:
        await carrier.close()


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


# ── the carrier, over a real socket ──


async def test_a_message_taken_carries_the_gateways_id_and_a_redacted_record(opened: Opened) -> None:
    async with gateway_answering(always(200, TOOK_IT)) as gateway:
        carrier = opened(gateway.url)
        outcome = await carrier.send(parcel_of(subject="Private matter"))
    assert isinstance(outcome, Accepted)
    assert outcome.carrier_ids == ("g-1",)
    assert carrier.health().link is Link.UP
    assert len(outcome.exchange) <= 2000
    for shown in ("POST /mm7", "SubmitReq", "…0142", "HTTP 200", "g-1"):
        assert shown in outcome.exchange
    for hidden in ("Authorization", "13125550142", "Sale today", "Private", "key-1"):
        assert hidden not in outcome.exchange


@pytest.mark.parametrize("namespace", [REL_5_MM7_1_2, REL_6_MM7_1_4])
@pytest.mark.parametrize("kind", [SenderKind.LONG_CODE, SenderKind.TOLL_FREE, SenderKind.SHORT_CODE])
async def test_what_is_really_posted_is_in_the_order_of_the_standard(
    opened: Opened, namespace: str, kind: SenderKind
) -> None:
    sender = "72345" if kind is SenderKind.SHORT_CODE else "+13125550100"
    async with gateway_answering(always(200, TOOK_IT)) as gateway:
        for expiry, subject, media in (
            ("P3D", "Sale", MEDIA),
            ("", "", MEDIA),
            ("PT1H", "", ()),
            ("", "Sale", MEDIA * 3),
        ):
            carrier = opened(gateway.url, namespace=namespace, expiry=expiry)
            parcel = parcel_of(sender_kind=kind, sender=sender, subject=subject, media=media)
            assert isinstance(await carrier.send(parcel), Accepted)
    assert len(gateway.asked) == 4
    for asked in gateway.asked:
        start, end = asked.body.index(b"<?xml"), asked.body.index(b"Envelope>") + len(b"Envelope>")
        envelope = asked.body[start:end]
        assert b"SubmitReq" in envelope
        assert misplaced(envelope) == []
        assert read_message(asked.headers["content-type"], asked.body).envelope.head.namespace == namespace


async def test_a_gateway_that_hangs_up_leaves_the_outcome_unknown(opened: Opened) -> None:
    async with gateway_answering(hang_up) as gateway:
        outcome = await opened(gateway.url).send(parcel_of())
    assert isinstance(outcome, Unknown)


async def test_a_gateway_that_never_answers_leaves_the_outcome_unknown(opened: Opened) -> None:
    async with gateway_answering(never) as gateway:
        outcome = await opened(gateway.url, timeout_s=0.2).send(parcel_of())
    assert isinstance(outcome, Unknown)
    assert "in time" in outcome.reason


async def hears_nothing(events: object) -> None:
    raise AssertionError("nothing is heard this way")


async def test_a_gateway_that_is_away_refuses_nothing_for_good_and_is_seen_when_it_is_back(opened: Opened) -> None:
    port = await closed_port()
    carrier = opened(f"http://127.0.0.1:{port}/mm7")
    outcome = await carrier.send(parcel_of())
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (UNREACHABLE, False)
    assert carrier.health().link is Link.DOWN

    async with gateway_answering(always(200, TOOK_IT), port=port):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await carrier.listen(hears_nothing)
        assert carrier.health().link is Link.UP
        assert isinstance(await carrier.send(parcel_of()), Accepted)


async def test_listening_finds_the_gateway_and_hears_nothing(opened: Opened) -> None:
    async with gateway_answering(always(200, TOOK_IT)) as gateway:
        carrier = opened(gateway.url)
        assert carrier.health().link is Link.CONNECTING
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await carrier.listen(hears_nothing)
        assert (carrier.health().link, gateway.asked) == (Link.UP, [])


async def test_what_mm7_cannot_carry_is_refused_for_good(opened: Opened) -> None:
    carrier = opened("http://127.0.0.1:9/mm7")
    text = SmsParcel(
        key="k",
        sender_kind=SenderKind.SHORT_CODE,
        sender="72345",
        to_e164="+13125550142",
        parts=("Hi",),
        encoding="GSM-7",
        reference=0,
    )
    for parcel in (text, parcel_of(sender_kind=SenderKind.ALPHANUMERIC, sender="Northgate")):
        outcome = await carrier.send(parcel)
        assert isinstance(outcome, Refused)
        assert outcome.permanent


# ── the call ──


def call_of(body: bytes, authorization: str, method: str = "POST") -> Callback:
    headers = {"content-type": "text/xml", "authorization": authorization}
    return Callback(method=method, path="/carriers/mmsc", headers=headers, body=body)


async def test_a_call_needs_the_accounts_own_credentials(opened: Opened) -> None:
    carrier = opened("http://127.0.0.1:9/mm7")
    for authorization in ("", basic_credentials("helio", "guess"), "Basic ü"):
        with pytest.raises(CallbackRefused) as refused:
            carrier.read_callback(call_of(b"", authorization))
        assert refused.value.status == 401
        assert "secret" not in str(refused.value)


async def test_a_call_that_is_no_mm7_or_no_post_is_refused(opened: Opened) -> None:
    carrier = opened("http://127.0.0.1:9/mm7")
    mine = basic_credentials("helio", "secret")
    for call, status in ((call_of(b"<a/>", mine), 400), (call_of(b"", mine, "GET"), 405)):
        with pytest.raises(CallbackRefused) as refused:
            carrier.read_callback(call)
        assert refused.value.status == status
        assert str(refused.value)


async def test_a_receipt_is_heard_from_a_call_with_the_right_credentials(opened: Opened) -> None:
    report = DeliveryReport(
        message_id="g-1",
        mm_status="Retrieved",
        recipient=number("+13125550142"),
        sender=short_code("72345"),
        date=datetime(2026, 11, 23, tzinfo=UTC),
    )
    call = call_of(write_delivery_report(HEAD, report), basic_credentials("helio", "secret"))
    (event,) = opened("http://127.0.0.1:9/mm7").read_callback(call).events
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news) == ("g-1", News.DELIVERED)


# ── the settings ──


def test_settings_that_cannot_work_are_complained_about_in_a_sentence() -> None:
    for settings in (
        {},
        {"url": "ftp://gateway"},
        {"url": "http://gateway", "color": "red"},
        {"url": "http://me:secret@gateway"},
        {"url": "http://gateway", "transfer_encoding": "quoted-printable"},
        {"url": "http://gateway", "namespace": "urn:mm7"},
        {"url": "http://gateway", "auth": "ntlm"},
        {"url": "http://gateway", "tls_ca": "/ca.pem"},
        {"url": "https://gateway", "tls_ca": "/nowhere/ca.pem"},
        {"url": "https://gateway", "tls_key": "/nowhere/key.pem"},
        {"url": "http://gateway", "window": "8"},
        {"url": "http://gateway", "window": 0},
        {"url": "http://gateway", "window": 1_001},
        {"url": "http://gateway", "timeout_s": 0},
        {"url": "http://gateway", "connect_timeout_s": 0},
        {"url": "http://gateway", "password": "in the wrong place"},
    ):
        with pytest.raises(Misconfigured) as complaint:
            Mm7Carrier.configured(settings, "secret")
        assert str(complaint.value).endswith(".")


async def test_an_account_is_made_from_its_stored_settings() -> None:
    stored = {
        "url": "http://gateway.example:8080/mm7",
        "username": "helio",
        "vaspid": "v",
        "vasid": "a",
        "window": 8,
    }
    carrier = Mm7Carrier.configured(stored, "secret")
    assert carrier.capabilities.window == 8
    assert (carrier.capabilities.sms, carrier.capabilities.mms, carrier.capabilities.idempotent) == (False, True, False)
    assert carrier.health().detail == "Trying gateway.example:8080."
    assert "secret" not in repr(settings_for())
