"""Our SMPP carrier as the client of npm's `smpp`: what leaves is judged by how that library reads it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import THROTTLED, Accepted, Partly, Refused, SmsParcel, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.segment import split_text
from tests.carriers.sides import Shelf, until
from tests.peers.node_smsc import NodeSmsc, node_smsc
from tests.world import Ids

pytestmark = pytest.mark.peer

PHONE = "+13125550142"
PLAIN = "Sale [today] at {Northgate}: 20 % off everything under €50 ~ just say ^ÄÖÜ^ at the till | " * 4
ODD = "Распродажа 🎉 сегодня в Нортгейте, 👨‍👩‍👧 приходите все! " * 5


@pytest.fixture
async def smsc() -> AsyncIterator[NodeSmsc]:
    async with node_smsc() as running:
        yield running


@asynccontextmanager
async def connected(smsc: NodeSmsc, shelf: Shelf | None = None, password: str = "secret") -> AsyncIterator[SmppCarrier]:
    settings = {"host": "127.0.0.1", "port": smsc.port, "system_id": "helio", "reconnect_s": 0.05}
    carrier = SmppCarrier.configured(settings, password, Ids().new_id)
    listening = asyncio.create_task(carrier.listen(shelf or Shelf()))
    try:
        await until(lambda: carrier.health().link is not Link.CONNECTING)
        yield carrier
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await carrier.close()


def parcel_of(text: str, **changes: Any) -> SmsParcel:
    split = split_text(text)
    values: dict[str, Any] = {"key": "m1.1", "sender_kind": SenderKind.LONG_CODE, "sender": "+13125550100"}
    values |= {"to_e164": PHONE, "parts": split.parts, "encoding": split.encoding.value, "reference": 0x1A2}
    return SmsParcel(**(values | changes))


async def submits(smsc: NodeSmsc, n: int) -> list[dict[str, Any]]:
    return [await smsc.hear("submit_sm") for _ in range(n)]


async def test_it_lets_us_in_and_reads_who_we_are(smsc: NodeSmsc) -> None:
    async with connected(smsc) as carrier:
        bind = await smsc.hear("bind_transceiver")
        assert (bind["system_id"], bind["password"], bind["interface_version"]) == ("helio", "secret", 0x34)
        assert carrier.health().link is Link.UP


async def test_when_it_does_not_let_us_in_we_say_why(smsc: NodeSmsc) -> None:
    async with connected(smsc, password="guess") as carrier:
        assert carrier.health().link is Link.DOWN
        assert carrier.health().detail.endswith("The carrier says the password is wrong.")


@pytest.mark.parametrize(
    ("text", "coding"), [("Hi [Ada] €5", 0), ("Grüße 🎉", 8), (PLAIN, 0), (ODD, 8)], ids=["gsm", "ucs", "gsm+", "ucs+"]
)
async def test_it_reads_our_text_and_how_to_join_its_segments(smsc: NodeSmsc, text: str, coding: int) -> None:
    parcel = parcel_of(text)
    n = len(parcel.parts)
    async with connected(smsc) as carrier:
        outcome, heard = await asyncio.gather(carrier.send(parcel), submits(smsc, n))
    assert (n > 1) == (text in (PLAIN, ODD))
    assert "".join(each["text"] for each in heard) == text
    assert [each["text"] for each in heard] == list(parcel.parts)
    assert {each["data_coding"] for each in heard} == {coding}
    udh = [[f"0003a2{n:02x}{number:02x}"] if n > 1 else [] for number in range(1, n + 1)]
    assert [each["udh"] for each in heard] == udh
    assert {each["esm_class"] for each in heard} == {0x40 if n > 1 else 0}
    assert isinstance(outcome, Accepted)
    assert outcome.carrier_ids == tuple(f"node-{number}" for number in range(1, n + 1))


@pytest.mark.parametrize(
    ("kind", "sender", "address"),
    [
        (SenderKind.LONG_CODE, "+13125550100", (1, 1, "13125550100")),
        (SenderKind.SHORT_CODE, "72345", (3, 0, "72345")),
        (SenderKind.ALPHANUMERIC, "Northgate", (5, 0, "Northgate")),
    ],
)
async def test_it_reads_who_sends_to_whom_and_that_a_receipt_is_wanted(
    smsc: NodeSmsc, kind: SenderKind, sender: str, address: tuple[int, int, str]
) -> None:
    async with connected(smsc) as carrier:
        _outcome, (pdu,) = await asyncio.gather(
            carrier.send(parcel_of("Hi", sender_kind=kind, sender=sender)), submits(smsc, 1)
        )
    assert (pdu["source_addr_ton"], pdu["source_addr_npi"], pdu["source_addr"]) == address
    assert (pdu["dest_addr_ton"], pdu["dest_addr_npi"], pdu["destination_addr"]) == (1, 1, PHONE[1:])
    assert pdu["registered_delivery"] == 1


RECEIPT = "id:node-1 sub:001 dlvrd:000 submit date:2611231053 done date:2611231054 stat:UNDELIV err:027 text:Hi"


@pytest.mark.parametrize("tlvs", [{}, {"receipted_message_id": "node-1", "message_state": 5}], ids=["text", "tlv"])
async def test_its_receipts_are_stored_and_then_acknowledged(smsc: NodeSmsc, tlvs: dict[str, Any]) -> None:
    shelf = Shelf()
    shelf.n_failures = 1
    told = {"source_addr": PHONE[1:], "destination_addr": "13125550100", "esm_class": 4, "short_message": RECEIPT}
    async with connected(smsc, shelf):
        await smsc.hear("bind_transceiver")
        # Tags that we have no use for come along, and are no reason to stumble.
        await smsc.tell("deliver", **told, **tlvs, user_message_reference=7, dest_network_type=1)
        assert (await smsc.hear("deliver_sm_resp"))["command_status"] == 0x64
        assert shelf.stored == []
        await smsc.tell("deliver", **told, **tlvs, user_message_reference=7, dest_network_type=1)
        assert (await smsc.hear("deliver_sm_resp"))["command_status"] == 0
    (event,) = shelf.stored
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.code) == ("node-1", News.UNDELIVERED, "027")
    assert event.about_e164 == PHONE


@pytest.mark.parametrize(
    ("fields", "text", "concat"),
    [
        ({"short_message": "STOP"}, "STOP", None),  # it writes data_coding 1
        ({"short_message": "[€] {Ä}", "data_coding": 0}, "[€] {Ä}", None),
        ({"short_message": "Да 🎉", "data_coding": 8}, "Да 🎉", None),
        ({"short_message": "Olé", "data_coding": 3}, "Olé", None),
        ({"short_message": "und mehr", "udh": "050003a20302"}, "und mehr", (0xA2, 3, 2)),
        ({"short_message": "und mehr", "udh": "0608041a2b0302"}, "und mehr", (0x1A2B, 3, 2)),
        ({"message_payload": {"message": "ж" * 400}, "data_coding": 8}, "ж" * 400, None),
        (
            {"short_message": "b", "sar_msg_ref_num": 9, "sar_total_segments": 2, "sar_segment_seqnum": 2},
            "b",
            (9, 2, 2),
        ),
    ],
    ids=["ascii", "gsm", "ucs-2", "latin-1", "udh-8", "udh-16", "payload", "sar"],
)
async def test_what_phones_write_is_read_as_it_was_meant(
    smsc: NodeSmsc, fields: dict[str, Any], text: str, concat: tuple[int, int, int] | None
) -> None:
    shelf = Shelf()
    async with connected(smsc, shelf):
        await smsc.hear("bind_transceiver")
        await smsc.tell("deliver", source_addr=PHONE[1:], destination_addr="72345", **fields)
        assert (await smsc.hear("deliver_sm_resp"))["command_status"] == 0
    (event,) = shelf.stored
    assert isinstance(event, InboundHeard)
    assert (event.from_e164, event.to_address, event.text, event.concat) == (PHONE, "72345", text, concat)


async def test_its_refusals_are_understood(smsc: NodeSmsc) -> None:
    async with connected(smsc) as carrier:
        for status in (0x0B, 0x58):
            await smsc.tell("refuse", status=status)
        refused, slower, taken = [await carrier.send(parcel_of("Hi")) for _ in range(3)]
        await smsc.tell("refuse", status=0)
        await smsc.tell("refuse", status=0x45)
        partly = await carrier.send(parcel_of("Hi " * 60))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.permanent) == ("ESME_RINVDSTADR", True)
    assert isinstance(slower, Refused)
    assert (slower.code, slower.permanent, slower.retry_after_s) == (THROTTLED, False, 1.0)
    assert isinstance(taken, Accepted)
    assert isinstance(partly, Partly)
    assert (partly.carrier_ids, partly.code) == (("node-2", ""), "ESME_RSUBMITFAIL")


async def test_its_questions_about_the_link_are_answered(smsc: NodeSmsc) -> None:
    async with connected(smsc):
        await smsc.hear("bind_transceiver")
        await smsc.tell("enquire")
        assert (await smsc.hear("enquire_link_resp"))["command_status"] == 0


async def test_we_say_goodbye_and_it_hears_it(smsc: NodeSmsc) -> None:
    async with connected(smsc) as carrier:
        await carrier.send(parcel_of("Hi"))
    await smsc.hear("closed")
    assert [each["event"] for each in smsc.heard] == ["listening", "bind_transceiver", "submit_sm", "unbind", "closed"]


async def test_when_it_says_goodbye_we_answer_and_come_back(smsc: NodeSmsc) -> None:
    async with connected(smsc) as carrier:
        await smsc.hear("bind_transceiver")
        await smsc.tell("unbind")
        assert (await smsc.hear("unbind_resp"))["command_status"] == 0
        await smsc.hear("bind_transceiver")
        await until(lambda: carrier.health().link is Link.UP)
        outcome = await carrier.send(parcel_of("Hi"))
    assert isinstance(outcome, Accepted)


async def test_when_it_dies_with_our_text_we_do_not_know(smsc: NodeSmsc) -> None:
    async with connected(smsc) as carrier:
        await smsc.hear("bind_transceiver")
        await smsc.tell("refuse", status=-1)  # there is no such status: its encoder throws, and it goes down
        outcome = await carrier.send(parcel_of("Hi"))
    assert isinstance(outcome, Unknown)
