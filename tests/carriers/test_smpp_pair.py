"""An account that binds as a pair: one session sends, the other hears."""

import asyncio
from pathlib import Path

import pytest

from heliogram.carriers.protocol import Link, Misconfigured
from heliogram.carriers.smpp import SmppCarrier
from heliogram.carriers.smpp_settings import settings_of
from heliogram.model.event import InboundHeard, ReceiptHeard
from heliogram.model.parcel import UNREACHABLE, Accepted, Refused
from heliogram.wire.smpp.names import OK, RINVPASWD, Command
from tests.simulator.clients import scene_in
from tests.world import Ids

from .bound import OWN, carrying
from .sides import Shelf, sms_parcel, until
from .smsc_peer import Line, Peer, peer, phone_text


async def _pair(smsc: Peer) -> dict[int, Line]:
    """The two sessions of the client, let in, by the bind they asked for."""
    lines = [await smsc.line(), await smsc.line()]
    return {(await line.bind()).command: line for line in lines}


async def test_what_is_sent_goes_through_the_transmitter_and_what_comes_through_the_receiver() -> None:
    shelf = Shelf()
    async with peer() as smsc, carrying(smsc.port, shelf, bind_mode="pair") as carrier:
        lines = await _pair(smsc)
        assert set(lines) == {Command.BIND_TRANSMITTER, Command.BIND_RECEIVER}
        sender, receiver = lines[Command.BIND_TRANSMITTER], lines[Command.BIND_RECEIVER]
        await until(lambda: carrier.health().link is Link.UP)
        sending = asyncio.create_task(carrier.send(sms_parcel()))
        sender.answer(await sender.hear(), message_id="g-1")
        assert isinstance(await sending, Accepted)
        receiver.say(phone_text(1, b"STOP"))
        assert ((await receiver.hear()).status, len(shelf.stored)) == (OK, 1)
        assert await sender.heard_nothing_more()


async def test_the_simulator_takes_texts_from_the_one_and_gives_receipts_and_replies_to_the_other(
    tmp_path: Path,
) -> None:
    shelf = Shelf()
    own = {"bind_mode": "pair", "binds": 2, "system_id": "heliogram"}
    async with scene_in(tmp_path) as scene, carrying(scene.port, shelf, **own) as carrier:
        await until(lambda: "2 of 2 sessions send, 2 of 2 receive" in carrier.health().detail)
        outcomes = await asyncio.gather(*(carrier.send(sms_parcel(f"m{n}.1")) for n in range(6)))
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        scene.smsc.phone_writes("+13125550142", "+13125550100", "Thanks")
        await until(lambda: len(scene.journaled("acknowledged")) == 7)
        assert sum(isinstance(event, ReceiptHeard) for event in shelf.stored) == 6
        assert [event.text for event in shelf.stored if isinstance(event, InboundHeard)] == ["Thanks"]


async def test_while_only_the_receiver_is_up_nothing_is_sent() -> None:
    async with peer() as smsc, carrying(smsc.port, bind_mode="pair") as carrier:
        lines = await _pair(smsc)
        await until(lambda: carrier.health().link is Link.UP)
        lines[Command.BIND_TRANSMITTER].hang_up()
        await until(lambda: carrier.health().link is not Link.UP)
        outcome = await carrier.send(sms_parcel())
        assert isinstance(outcome, Refused)
        assert outcome.code == UNREACHABLE
        assert await lines[Command.BIND_RECEIVER].heard_nothing_more()


async def test_while_only_the_transmitter_is_up_an_operator_reads_that_nothing_is_heard() -> None:
    async with peer() as smsc, carrying(smsc.port, bind_mode="pair") as carrier:
        lines = await _pair(smsc)
        await until(lambda: "1 of 1 receive" in carrier.health().detail)
        lines[Command.BIND_RECEIVER].hang_up()
        await until(lambda: "Receipts and replies do not come in: The session ended" in carrier.health().detail)
        assert carrier.health().link is Link.UP
        assert "1 of 1 sessions send, 0 of 1 receive" in carrier.health().detail


async def test_trying_an_account_out_tries_both() -> None:
    async with peer() as smsc:
        carrier = SmppCarrier.configured(OWN | {"port": smsc.port, "bind_mode": "pair"}, "secret", Ids().new_id)
        trying = asyncio.create_task(carrier.try_once(10))
        line = await smsc.line()
        assert (await line.bind()).command == Command.BIND_TRANSMITTER
        goodbye = await line.hear()
        line.answer(goodbye)
        line = await smsc.line()
        line.answer(await line.hear(), RINVPASWD)
        assert "the password is wrong" in await trying


def test_there_are_two_ways_to_bind() -> None:
    with pytest.raises(Misconfigured, match="bind_mode"):
        settings_of(OWN | {"bind_mode": "both"}, "secret")
