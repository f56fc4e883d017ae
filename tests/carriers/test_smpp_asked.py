"""What became of a message, asked by query_sm: what the answers mean, and who is asked on the wire."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from heliogram.carriers.protocol import Asks
from heliogram.carriers.smpp import SmppCarrier
from heliogram.carriers.smpp_asked import MAX_ID, news_of, taken_back
from heliogram.model.event import News, Piece, ReceiptHeard, Untold
from heliogram.model.parcel import UNREACHABLE
from heliogram.model.sender import SenderKind
from heliogram.wire.smpp.names import OK, RCANCELFAIL, RINVCMDID, RINVMSGID, RQUERYFAIL, RTHROTTLED, Command
from heliogram.wire.smpp.pdu import Pdu, Value
from tests.world import Ids

from .bound import OWN, bound, carrying
from .sides import NUMBER
from .smsc_peer import Peer, peer


@pytest.fixture
async def smsc() -> AsyncIterator[Peer]:
    async with peer() as opened:
        yield opened


def piece(carrier_id: str = "g-17", sender: str = "72345", kind: SenderKind = SenderKind.SHORT_CODE) -> Piece:
    return Piece(carrier_id=carrier_id, sender_kind=kind, sender=sender, to_e164=NUMBER)


def told(state: int, error: int = 0, date: str = "", status: int = OK, sequence: int = 0) -> Pdu:
    fields: dict[str, Value] = {"message_id": "g-17", "final_date": date, "message_state": state, "error_code": error}
    return Pdu(Command.QUERY_SM_RESP, status, sequence, {} if status else fields)


# ── the answer, without a socket ──


@pytest.mark.parametrize(
    ("state", "news"),
    [
        (0, News.EN_ROUTE),
        (1, News.EN_ROUTE),
        (2, News.DELIVERED),
        (3, News.EXPIRED),
        (4, News.DELETED),
        (5, News.UNDELIVERED),
        (6, News.ACCEPTED),
        (7, News.UNKNOWN),
        (8, News.REJECTED),
        (9, News.UNDELIVERED),
        (10, News.UNKNOWN),
        (255, News.UNKNOWN),
    ],
)
def test_each_state_of_a_message_is_the_news_of_a_receipt(state: int, news: News) -> None:
    heard = news_of("g-17", told(state))
    assert isinstance(heard, ReceiptHeard)
    assert (heard.carrier_id, heard.news, heard.is_asked, heard.code) == ("g-17", news, True, "")


def test_the_error_is_written_as_receipts_write_it_and_the_date_is_kept_as_it_came() -> None:
    heard = news_of("g-17", told(5, error=1, date="261128210000000+"))
    assert isinstance(heard, ReceiptHeard)
    assert heard.code == "001"
    assert heard.raw == "query_sm id:g-17\nquery_sm_resp state:UNDELIV error:1 final date:261128210000000+"


@pytest.mark.parametrize(
    ("answer", "code", "is_deaf"),
    [
        (None, "no_answer", True),
        (Pdu(Command.GENERIC_NACK, RINVCMDID), "ESME_RINVCMDID", True),
        (told(0, status=RINVMSGID), "ESME_RINVMSGID", False),
        (told(0, status=RQUERYFAIL), "ESME_RQUERYFAIL", False),
        (Pdu(Command.QUERY_SM_RESP), "no_state", False),
    ],
)
def test_an_answer_without_news_says_why_and_whether_the_carrier_can_be_asked_at_all(
    answer: Pdu | None, code: str, is_deaf: bool
) -> None:
    untold = news_of("g-17", answer)
    assert isinstance(untold, Untold)
    assert (untold.code, untold.is_deaf) == (code, is_deaf)
    assert untold.reason.endswith(".") and "g-17" in untold.raw


# ── on the wire ──


async def test_the_question_has_the_id_and_the_sender_of_the_message(smsc: Peer) -> None:
    async with carrying(smsc.port) as carrier:
        line = await bound(smsc, carrier)
        for sender, kind, source in (
            ("72345", SenderKind.SHORT_CODE, (3, 0, "72345")),
            ("+13125550100", SenderKind.LONG_CODE, (1, 1, "13125550100")),
            ("Northgate", SenderKind.ALPHANUMERIC, (5, 0, "Northgate")),
        ):
            asking = asyncio.create_task(carrier.ask(piece(sender=sender, kind=kind)))
            pdu = await line.hear()
            assert (pdu.command, pdu.text("message_id")) == (Command.QUERY_SM, "g-17")
            assert (pdu.number("source_addr_ton"), pdu.number("source_addr_npi"), pdu.text("source_addr")) == source
            line.say(told(2, sequence=pdu.sequence))
            heard = await asking
            assert isinstance(heard, ReceiptHeard) and heard.news is News.DELIVERED


async def test_of_a_pair_the_transmitter_asks(smsc: Peer) -> None:
    async with carrying(smsc.port, bind_mode="pair") as carrier:
        lines = [await smsc.line() for _ in range(2)]
        kinds = {(await line.bind()).command: line for line in lines}
        sender = kinds[Command.BIND_TRANSMITTER]
        asking: asyncio.Task[ReceiptHeard | Untold] | None = None
        while asking is None or asking.done():
            # Until the session is bound there is nobody to ask.
            asking = asyncio.create_task(carrier.ask(piece()))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        pdu = await sender.hear()
        sender.say(told(2, sequence=pdu.sequence))
        assert isinstance(await asking, ReceiptHeard)


async def test_who_is_not_connected_cannot_be_asked_and_nothing_is_known_of_the_message() -> None:
    carrier = SmppCarrier.configured(OWN | {"port": 1}, "secret", Ids().new_id)
    untold = await carrier.ask(piece())
    assert isinstance(untold, Untold)
    assert (untold.code, untold.is_deaf) == (UNREACHABLE, False)


@pytest.mark.parametrize("n", [MAX_ID, MAX_ID + 1])
async def test_an_id_that_the_question_has_no_room_for_is_not_asked_about(smsc: Peer, n: int) -> None:
    async with carrying(smsc.port) as carrier:
        line = await bound(smsc, carrier)
        asking = asyncio.create_task(carrier.ask(piece("9" * n)))
        if n <= MAX_ID:
            pdu = await line.hear()
            line.say(told(2, sequence=pdu.sequence))
            assert isinstance(await asking, ReceiptHeard)
        else:
            untold = await asking
            assert isinstance(untold, Untold) and untold.code == "not_encodable"
            assert await line.heard_nothing_more()


async def test_a_carrier_that_throttles_questions_slows_the_account_down(smsc: Peer) -> None:
    async with carrying(smsc.port, per_s=100) as carrier:
        line = await bound(smsc, carrier)
        asking = asyncio.create_task(carrier.ask(piece()))
        pdu = await line.hear()
        line.say(told(0, status=RTHROTTLED, sequence=pdu.sequence))
        untold = await asking
        assert isinstance(untold, Untold) and untold.code == "ESME_RTHROTTLED"
        assert carrier.health().detail.endswith("Slowed to 50 a second: it throttles.")


async def test_an_account_that_shall_not_be_asked_says_so() -> None:
    for queries in (True, False):
        carrier = SmppCarrier.configured(OWN | {"queries": queries}, "secret", Ids().new_id)
        assert isinstance(carrier, Asks)
        assert carrier.capabilities.queries is queries


# ── taking back ──


async def test_what_is_taken_back_is_named_with_both_addresses(smsc: Peer) -> None:
    async with carrying(smsc.port) as carrier:
        line = await bound(smsc, carrier)
        asking = asyncio.create_task(carrier.cancel(piece()))
        pdu = await line.hear()
        assert (pdu.command, pdu.text("message_id")) == (Command.CANCEL_SM, "g-17")
        assert (pdu.text("source_addr"), pdu.text("destination_addr")) == ("72345", NUMBER[1:])
        assert (pdu.number("source_addr_ton"), pdu.number("dest_addr_ton"), pdu.number("dest_addr_npi")) == (3, 1, 1)
        line.say(Pdu(Command.CANCEL_SM_RESP, OK, pdu.sequence))
        heard = await asking
        assert isinstance(heard, ReceiptHeard)
        assert (heard.news, heard.is_asked, NUMBER[1:] in heard.raw) == (News.DELETED, True, False)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "no_answer"),
        (Pdu(Command.CANCEL_SM_RESP, RCANCELFAIL), "ESME_RCANCELFAIL"),
        (Pdu(Command.GENERIC_NACK, RINVCMDID), "ESME_RINVCMDID"),
    ],
)
def test_what_was_not_taken_back_says_why(answer: Pdu | None, code: str) -> None:
    untold = taken_back("g-17", answer)
    assert isinstance(untold, Untold)
    assert untold.code == code and untold.raw.startswith("cancel_sm id:g-17")
