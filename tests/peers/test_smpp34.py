"""Our SMPP carrier as the client of PyPI's `smpp34`: an SMSC in Rust that shares no code with us or with npm's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.event import News, ReceiptHeard
from heliogram.model.parcel import Accepted, Refused, SmsParcel
from heliogram.model.sender import SenderKind
from heliogram.wire.segment import split_text
from tests.carriers.sides import Shelf, until
from tests.peers.conftest import not_here
from tests.whole.stage import free_port
from tests.world import Ids

pytestmark = pytest.mark.peer

PHONE = "+13125550142"
PLAIN = "The quick brown fox jumps over the lazy dog, 0123456789 times at the till. " * 4
ODD = "Распродажа сегодня в Нортгейте, приходите все! 🎉 " * 4
WITHIN_S = 20.0


@asynccontextmanager
async def met(shelf: Shelf) -> AsyncIterator[tuple[SmppCarrier, Any, Any]]:
    """A carrier of ours, bound to a server of theirs: the carrier, the server, and the server's end of the session."""
    try:
        import smpp34
    except ImportError:
        not_here("PyPI's smpp34 is not installed: it is in the group dev.")
    port = free_port()
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="rust")
    await server.start()
    settings = {"host": "127.0.0.1", "port": port, "system_id": "helio", "reconnect_s": 0.05}
    carrier = SmppCarrier.configured(settings, "secret", Ids().new_id)
    listening = asyncio.create_task(carrier.listen(shelf))
    try:
        esme = await asyncio.wait_for(server.next(), WITHIN_S)
        await until(lambda: carrier.health().link is Link.UP)
        yield carrier, server, esme
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await carrier.close()
        await server.stop()


def parcel_of(text: str) -> SmsParcel:
    split = split_text(text)
    return SmsParcel(
        key="m1.1",
        sender_kind=SenderKind.SHORT_CODE,
        sender="72345",
        to_e164=PHONE,
        parts=split.parts,
        encoding=split.encoding.value,
        reference=0xA2,
    )


@pytest.mark.parametrize(("text", "coding"), [("Hello", 0), (PLAIN, 0), (ODD, 8)], ids=["one", "gsm-7", "ucs-2"])
async def test_it_reads_our_texts_and_its_answers_in_any_order_are_understood(text: str, coding: int) -> None:
    parcel = parcel_of(text)
    n = len(parcel.parts)
    async with met(Shelf()) as (carrier, server, esme):
        assert esme.system_id == "helio"
        sending = asyncio.create_task(carrier.send(parcel))
        heard = [await asyncio.wait_for(server.next(), WITHIN_S) for _ in range(n)]
        # It takes several at once, and may tell of the second before the first: by the number in the header, then.
        heard.sort(key=lambda each: each.short_message[5] if n > 1 else 0)
        for number, each in reversed(list(enumerate(heard, 1))):
            each.accept(message_id=f"rust-{number}")
        outcome = await sending
    headers = [bytes((5, 0, 3, 0xA2, n, number)) if n > 1 else b"" for number in range(1, n + 1)]
    octets = [part.encode("utf-16-be" if coding else "ascii") for part in parcel.parts]
    assert [each.short_message for each in heard] == [a + b for a, b in zip(headers, octets, strict=True)]
    assert {(each.data_coding, each.source_addr, each.destination_addr) for each in heard} == {
        (coding, "72345", PHONE[1:])
    }
    assert isinstance(outcome, Accepted)
    assert outcome.carrier_ids == tuple(f"rust-{number}" for number in range(1, n + 1))


async def test_its_refusal_is_understood() -> None:
    async with met(Shelf()) as (carrier, server, _esme):
        sending = asyncio.create_task(carrier.send(parcel_of("Hello")))
        (await asyncio.wait_for(server.next(), WITHIN_S)).reject(0x0B)
        outcome = await sending
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == ("ESME_RINVDSTADR", True)


async def test_its_receipt_is_stored_and_then_acknowledged() -> None:
    shelf = Shelf()
    said = b"id:rust-1 sub:001 dlvrd:000 submit date:2611231053 done date:2611231054 stat:UNDELIV err:027 text:Hi"
    async with met(shelf) as (_carrier, _server, esme):
        told = esme.deliver_sm("72345", said, source_addr=PHONE[1:], esm_class=4)
        answer = await asyncio.wait_for(told, WITHIN_S)
        assert answer.is_success
    (event,) = shelf.stored
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.code) == ("rust-1", News.UNDELIVERED, "027")
