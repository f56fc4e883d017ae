"""A character that a phone cut between two segments is read whole: over a real socket, into both databases."""

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from heliogram.carriers.smpp import SmppCarrier
from heliogram.carriers.smpp_settings import SmppSettings
from heliogram.delivery.accounts import Account
from heliogram.delivery.hear import sink_of
from heliogram.delivery.slots import Slots
from heliogram.inbox.read import Reader
from heliogram.storage.blobs import open_blobs
from heliogram.storage.tables.inbound import inbound as table
from heliogram.wire import gsm
from heliogram.wire.smpp.message import LongForm, place
from heliogram.wire.smpp.names import OK, Command, Tag
from heliogram.wire.smpp.pdu import Pdu
from tests.carriers.smsc_peer import peer
from tests.world import SMSC, WORKSPACE, World

Part = tuple[int, bytes]
"""data_coding and octets."""
_UCS_2, _GSM = "Ja 🎉 gern".encode("utf-16-be"), gsm.encode("9€ or 8€")
EMOJI: Sequence[Part] = [(8, _UCS_2[:8]), (8, _UCS_2[8:12]), (8, _UCS_2[12:])]
EURO: Sequence[Part] = [(0, _GSM[:2]), (0, _GSM[2:9]), (0, _GSM[9:])]
WHOLE = {"emoji": (EMOJI, "Ja 🎉 gern"), "euro": (EURO, "9€ or 8€")}


def _pdu(sequence: int, number: int, parts: Sequence[Part], form: LongForm) -> Pdu:
    data_coding, octets = parts[number - 1]
    # By payload: a header as in UDH, in the TLV for texts that are longer than short_message takes.
    header, tlvs = place(LongForm.UDH_8 if form is LongForm.PAYLOAD else form, 0x1234, len(parts), number)
    fields: dict[str, Any] = {"source_addr": "13125550001", "destination_addr": "13125550100"}
    fields |= {"data_coding": data_coding, "esm_class": 0x40 if header else 0}
    if form is LongForm.PAYLOAD:
        return Pdu(Command.DELIVER_SM, 0, sequence, fields, ((Tag.MESSAGE_PAYLOAD, header + octets),))
    return Pdu(Command.DELIVER_SM, 0, sequence, {**fields, "short_message": header + octets}, tlvs)


async def _deliver(world: World, folder: Path, *pdus: Pdu) -> None:
    """Hand these to an account one by one, each acknowledged before the next, and read after each."""
    async with peer() as smsc:
        carrier = SmppCarrier(SmppSettings(host="127.0.0.1", port=smsc.port, system_id="us"), world.ids.new_id)
        account = Account(SMSC, WORKSPACE, "SMSC", "smpp", carrier, Slots(1))

        async def settled() -> None: ...

        new_id, now = world.ids.new_id, world.clock.now
        sink = sink_of(
            account, world.store, open_blobs(folder), now=now, new_id=new_id, told=lambda: None, settled=settled
        )
        listening = asyncio.create_task(carrier.listen(sink))
        try:
            line = await smsc.line()
            await line.bind()
            reader = Reader(world.store, new_id=new_id, now=now, country_of=lambda _e164: "US")
            for pdu in pdus:
                line.say(pdu)
                assert (await line.hear()).status == OK
                await reader.step()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await carrier.close()


async def _texts(world: World) -> dict[int, str]:
    """The text of each part, by its number."""
    async with world.store.read() as connection:
        rows = (await connection.execute(select(table))).mappings().all()
    return {row["concat_number"]: row["text"] for row in sorted(rows, key=lambda row: row["concat_number"])}


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    return world


@pytest.fixture
async def small_world(small_world: World) -> World:
    await small_world.build()
    return small_world


@pytest.mark.parametrize("form", list(LongForm))
@pytest.mark.parametrize("name", WHOLE)
async def test_it_is_whole_however_the_segments_travel(world: World, tmp_path: Path, name: str, form: LongForm) -> None:
    parts, text = WHOLE[name]
    await _deliver(world, tmp_path, *(_pdu(n, n, parts, form) for n in (1, 2, 3)))
    assert "".join((await _texts(world)).values()) == text


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
@pytest.mark.parametrize("name", WHOLE)
async def test_it_is_whole_in_whatever_order_they_come(
    small_world: World, tmp_path: Path, name: str, order: tuple[int, ...]
) -> None:
    parts, text = WHOLE[name]
    pdus = [_pdu(sequence, number, parts, LongForm.SAR) for sequence, number in enumerate(order, 1)]
    # The second comes once more, under another key.
    await _deliver(small_world, tmp_path, *pdus[:2], _pdu(9, order[1], parts, LongForm.SAR), pdus[2])
    assert "".join((await _texts(small_world)).values()) == text


async def test_what_came_is_shown_where_one_never_does(small_world: World, tmp_path: Path) -> None:
    await _deliver(small_world, tmp_path, _pdu(1, 1, EMOJI, LongForm.UDH_8), _pdu(2, 3, EMOJI, LongForm.UDH_8))
    assert await _texts(small_world) == {1: "Ja \ufffd", 3: "gern"}


async def test_two_neighbours_are_whole_while_the_third_is_missing(small_world: World, tmp_path: Path) -> None:
    await _deliver(small_world, tmp_path, _pdu(1, 2, EMOJI, LongForm.UDH_8), _pdu(2, 1, EMOJI, LongForm.UDH_8))
    assert await _texts(small_world) == {1: "Ja ", 2: "🎉 "}
