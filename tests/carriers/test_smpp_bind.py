import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from heliogram.carriers.smpp import SmppSettings
from heliogram.carriers.smpp_bind import JITTER, MAX_UNREAD, Bind, Delivered, Inbox, _chance
from heliogram.wire.errors import OurFault
from heliogram.wire.smpp.names import OK, RINVPASWD, Command
from heliogram.wire.smpp.pdu import Pdu

from .gateway import closed_port
from .sides import until
from .smsc_peer import Line, Peer, peer, phone_text, receipt


def submit(text: bytes) -> Pdu:
    return Pdu(Command.SUBMIT_SM, fields={"destination_addr": "13125550142", "short_message": text})


@asynccontextmanager
async def binding(port: int, *, is_polite: bool = False, **changes: Any) -> AsyncIterator[tuple[Bind, Inbox]]:
    """A bind that keeps itself up at a port of loopback, and what it heard. Unless polite, it leaves without a word."""
    own = {"host": "127.0.0.1", "port": port, "system_id": "helio", "password": "secret", "reconnect_s": 0.01}
    inbox: Inbox = asyncio.Queue()
    connections = itertools.count(1)
    bind = Bind(SmppSettings(**(own | changes)), None, inbox, 0)
    staying = asyncio.create_task(bind.stay_up(lambda: f"c{next(connections)}"))
    try:
        yield bind, inbox
    finally:
        staying.cancel()
        await asyncio.wait([staying])
        if bind._transport is not None and not is_polite:
            bind._transport.abort()
        await bind.close()


async def next_in(inbox: Inbox) -> Delivered:
    async with asyncio.timeout(10):
        return await inbox.get()


@pytest.fixture
async def smsc() -> AsyncIterator[Peer]:
    async with peer() as opened:
        yield opened


async def bound(smsc: Peer, bind: Bind) -> Line:
    line = await smsc.line()
    await line.bind()
    await until(bind.is_bound)
    return line


async def test_it_introduces_itself_as_a_transceiver_of_version_3_4(smsc: Peer) -> None:
    async with binding(smsc.port, system_type="OTP") as (bind, _inbox):
        assert not bind.is_bound()
        line = await smsc.line()
        pdu = await line.bind()
        await until(bind.is_bound)
        assert pdu.command == Command.BIND_TRANSCEIVER
        assert (pdu.text("system_id"), pdu.text("password"), pdu.text("system_type")) == ("helio", "secret", "OTP")
        assert pdu.number("interface_version") == 0x34
        assert bind.trouble == ""


async def test_small_writes_leave_at_once(smsc: Peer) -> None:
    async with binding(smsc.port) as (bind, _inbox):
        await bound(smsc, bind)
        assert bind._transport is not None
        opened = bind._transport.get_extra_info("socket")
        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_answers_find_their_submits_in_any_order(smsc: Peer) -> None:
    async with binding(smsc.port) as (bind, _inbox):
        line = await bound(smsc, bind)
        replies = [await bind.submit(submit(text)) for text in (b"one", b"two")]
        first, second = await line.hear(), await line.hear()
        line.answer(second, message_id="id-two")
        line.answer(first, message_id="id-one")
        answers = [await reply for reply in replies if reply is not None]
        assert [answer.text("message_id") for answer in answers if answer is not None] == ["id-one", "id-two"]


async def test_no_more_submits_are_without_an_answer_than_the_window_holds(smsc: Peer) -> None:
    async with binding(smsc.port, window=2) as (bind, _inbox):
        line = await bound(smsc, bind)
        submits = [asyncio.create_task(bind.submit(submit(text))) for text in (b"one", b"two", b"three")]
        first, second = await line.hear(), await line.hear()
        assert (first.octets("short_message"), second.octets("short_message")) == (b"one", b"two")
        assert bind.free() == 0
        assert await line.heard_nothing_more()
        line.answer(second)
        third = await line.hear()
        assert third.octets("short_message") == b"three"
        line.answer(first)
        line.answer(third)
        for task in submits:
            reply = await task
            assert reply is not None
            assert await reply is not None


async def test_a_lost_connection_leaves_submits_without_an_answer_and_the_rest_unsent(smsc: Peer) -> None:
    async with binding(smsc.port, window=1) as (bind, _inbox):
        line = await bound(smsc, bind)
        left = await bind.submit(submit(b"left"))
        waiting = asyncio.create_task(bind.submit(submit(b"never left")))
        await line.hear()
        line.hang_up()
        assert left is not None
        assert await left is None
        assert await waiting is None
        assert await bind.submit(submit(b"not even bound")) is None
        again = await bound(smsc, bind)
        assert await again.heard_nothing_more()
        async with asyncio.timeout(5):
            assert await bind.submit(submit(b"of the next session")) is not None
        assert (await again.hear()).octets("short_message") == b"of the next session"


async def test_a_request_that_cannot_be_written_and_one_nobody_waits_for_take_no_room(smsc: Peer) -> None:
    async with binding(smsc.port, window=1) as (bind, _inbox):
        line = await bound(smsc, bind)
        with pytest.raises(OurFault):
            await bind.submit(submit(b"x" * 255))
        async with asyncio.timeout(5):
            assert await bind.submit(submit(b"first")) is not None
        given_up, patient = [asyncio.create_task(bind.submit(submit(text))) for text in (b"given up", b"patient")]
        first = await line.hear()
        given_up.cancel()
        line.answer(first)
        assert (await line.hear()).octets("short_message") == b"patient"
        assert await patient is not None
        assert await line.heard_nothing_more()


async def test_a_refused_bind_says_why_and_is_tried_again_with_growing_pauses(smsc: Peer) -> None:
    times: list[float] = []
    async with binding(smsc.port, reconnect_s=0.02) as (bind, _inbox):
        for _ in range(4):
            line = await smsc.line()
            times.append(asyncio.get_running_loop().time())
            line.answer(await line.hear(), RINVPASWD)
        await until(lambda: bind.trouble)
        assert bind.trouble == "The session ended: the bind was refused: The carrier says the password is wrong."
        assert not bind.is_bound()
    assert 0 < JITTER * _chance("c1") < JITTER < 1
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(pause >= wanted for pause, wanted in zip(pauses, (0.04, 0.08, 0.16), strict=True))


def test_clients_that_lost_the_same_carrier_come_back_at_different_times() -> None:
    chances = [_chance(f"c{number}") for number in range(1_000)]
    assert all(0 <= chance < 1 for chance in chances)
    assert len({int(chance * 10) for chance in chances}) == 10
    assert len(set(chances)) > 990


@pytest.mark.parametrize(
    ("host", "words"), [("127.0.0.1", "nothing listens there"), ("a..b", "its address is no name of a host")]
)
async def test_a_carrier_that_cannot_be_reached_is_explained(host: str, words: str) -> None:
    async with binding(await closed_port(), host=host) as (bind, _inbox):
        await until(lambda: bind.trouble)
        assert bind.trouble == f"The carrier cannot be reached ({words})."
        assert bind.free() == 0


async def test_a_carrier_that_unbinds_is_answered_and_connected_to_again(smsc: Peer) -> None:
    async with binding(smsc.port) as (bind, _inbox):
        line = await bound(smsc, bind)
        line.say(Pdu(Command.UNBIND, sequence=5))
        assert (await line.hear()).command == Command.UNBIND_RESP
        assert await line.is_gone()
        await bound(smsc, bind)
        assert bind.connection_id == "c2"


async def test_octets_that_are_no_smpp_end_the_session_and_nothing_more(smsc: Peer) -> None:
    async with binding(smsc.port) as (bind, _inbox):
        line = await bound(smsc, bind)
        line.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        assert (await line.hear()).command == Command.GENERIC_NACK
        assert await line.is_gone()
        await bound(smsc, bind)


async def test_what_the_carrier_says_waits_for_its_answer(smsc: Peer) -> None:
    async with binding(smsc.port) as (bind, inbox):
        line = await bound(smsc, bind)
        line.say(receipt(41, "g-1"))
        delivered = await next_in(inbox)
        assert (delivered.connection_id, delivered.pdu.sequence) == ("c1", 41)
        assert await line.heard_nothing_more()
        bind.answer(delivered, OK)
        told = await line.hear()
        assert (told.command, told.status, told.sequence) == (Command.DELIVER_SM_RESP, OK, 41)


async def test_an_answer_never_goes_to_a_later_session_where_its_number_means_something_else(smsc: Peer) -> None:
    async with binding(smsc.port) as (bind, inbox):
        line = await bound(smsc, bind)
        line.say(receipt(1, "g-1"))
        old = await next_in(inbox)
        line.hang_up()
        line = await bound(smsc, bind)
        line.say(phone_text(1, b"STOP"))
        new = await next_in(inbox)
        assert (old.connection_id, new.connection_id) == ("c1", "c2")
        bind.answer(old, OK)
        assert await line.heard_nothing_more()
        bind.answer(new, OK)
        assert (await line.hear()).command == Command.DELIVER_SM_RESP


@pytest.mark.parametrize("command", [Command.ALERT_NOTIFICATION, Command.OUTBIND])
async def test_what_takes_no_answer_gets_none_and_is_no_message(smsc: Peer, command: Command) -> None:
    async with binding(smsc.port) as (bind, inbox):
        line = await smsc.line()
        if command == Command.OUTBIND:
            line.say(Pdu(command, sequence=1, fields={"system_id": "PEER"}))
        await line.bind()
        await until(bind.is_bound)
        if command == Command.ALERT_NOTIFICATION:
            line.say(Pdu(command, sequence=1, fields={"source_addr": "13125550142"}))
        assert await line.heard_nothing_more()
        assert inbox.empty()


async def test_reading_stops_while_too_much_is_unread_and_goes_on_when_it_is_not(smsc: Peer) -> None:
    n = MAX_UNREAD + 10_000
    async with binding(smsc.port) as (bind, inbox):
        line = await bound(smsc, bind)
        line.say(*(phone_text(number, b"Hi") for number in range(1, n + 1)))
        await until(lambda: inbox.qsize() > MAX_UNREAD)
        assert bind._transport is not None
        assert not bind._transport.is_reading()
        assert inbox.qsize() < n
        async with asyncio.timeout(30):
            sequences = [(await inbox.get()).pdu.sequence for _ in range(n)]
        assert sequences == list(range(1, n + 1))
        await until(bind._transport.is_reading)


async def test_closing_unbinds_and_leaves_no_connection(smsc: Peer) -> None:
    async with binding(smsc.port) as (bind, _inbox):
        line = await bound(smsc, bind)
        closing = asyncio.create_task(bind.close())
        pdu = await line.hear()
        assert pdu.command == Command.UNBIND
        assert not closing.done()
        line.answer(pdu)
        assert await line.is_gone()
        await closing
        assert not bind.is_bound()


async def test_stopping_alone_says_no_goodbye_so_that_closing_can(smsc: Peer) -> None:
    async with binding(smsc.port, is_polite=True) as (bind, _inbox):
        line = await bound(smsc, bind)
    # `binding` stopped it, then closed it: the goodbye was said, and its answer not waited for long.
    assert (await line.hear()).command == Command.UNBIND
    assert await line.is_gone()
    assert not bind.is_bound()
