import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from heliogram.carriers.http import basic_credentials
from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.carriers.protocol import CallbackRefused, Link
from heliogram.model.event import Callback, News, Piece, ReceiptHeard, Untold
from heliogram.model.parcel import (
    UNREACHABLE,
    Accepted,
    MediaPart,
    MmsParcel,
    Refused,
    SmsParcel,
    Unknown,
)
from heliogram.model.sender import SenderKind
from heliogram.wire.mm7.address import number, short_code
from heliogram.wire.mm7.envelope import Head, read_message
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4
from heliogram.wire.mm7.report import DeliveryReport, write_delivery_report
from heliogram.wire.mm7.status import Status
from heliogram.wire.mm7.submit import SubmitRsp, write_submit_rsp

from ..wire.mm7.order import misplaced
from .gateway import always, closed_port, gateway_answering, hang_up, never

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
        assert refused.value.headers == (("WWW-Authenticate", 'Basic realm="heliogram"'),)
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


# ── taking back ──


async def test_what_it_cannot_hear_of_a_request_to_take_back_leaves_it_unknown(opened: Opened) -> None:
    for answering in (never, hang_up):
        async with gateway_answering(answering) as gateway:
            told = await opened(gateway.url, timeout_s=0.2).cancel(_piece("g-1"))
            assert isinstance(told, Untold) and told.is_deaf


async def test_an_id_that_xml_cannot_carry_takes_nothing_back(opened: Opened) -> None:
    told = await opened("http://127.0.0.1:9/mm7").cancel(_piece("\x00"))
    assert isinstance(told, Untold)
    assert (told.code, told.is_deaf) == ("not_encodable", False)


def _piece(carrier_id: str) -> Piece:
    return Piece(carrier_id=carrier_id, sender_kind=SenderKind.SHORT_CODE, sender="72345", to_e164="+13125550142")
