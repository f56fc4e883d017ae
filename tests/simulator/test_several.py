"""A script played over real sockets: what a client hears of each fault, and what the journal has of it."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.model.event import Piece, ReceiptHeard
from heliogram.model.parcel import Accepted
from heliogram.model.sender import SenderKind
from heliogram.simulator.script import read_script
from heliogram.simulator.several import start_carriers, summary_of
from heliogram.wire.smpp.message import address_of, cancel_of
from heliogram.wire.smpp.names import OK, RCANCELFAIL, Command
from heliogram.wire.smpp.pdu import Pdu
from tests.carriers.sides import NUMBER, mms_parcel
from tests.simulator.test_rough_line import AT, bound_to

SCRIPT = """
control_port = 0
[[carrier]]
name = "north"
protocol = "smpp"
ids = "hex"
[[carrier]]
name = "south"
protocol = "smpp"
password = "other"
ids = "uuid"
[[carrier.fault]]
name = "error"
status = 0x14
nth = 1
[[carrier]]
name = "pictures"
protocol = "mm7"
mms = {countries = {"+1" = true, "+49" = true}, phones = {"+13125550142" = false}}
"""


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[tuple[dict[str, int], Any]]:
    async with AsyncExitStack() as stack:
        yield await start_carriers(read_script(SCRIPT), folder, lambda: AT, stack)


async def test_several_carriers_are_there_at_once_each_with_its_own_journal(tmp_path: Path) -> None:
    async with played(tmp_path) as (ports, conducts):
        assert set(ports) == {"north", "south", "pictures", "control"}
        async with bound_to(ports["north"]) as north, bound_to(ports["south"], password="other") as south:
            assert (await north.submit()).text("message_id") == "1"
            assert (await south.submit()).status == 0x14
            assert len((await south.submit()).text("message_id")) == 36
        summary = summary_of(conducts)
    assert summary["north"]["submit"] == summary["south"]["submit"] == 1
    assert (summary["north"]["faults"], summary["south"]["faults"]) == ({}, {"error": 1})
    assert summary["pictures"] == {"faults": {}}
    lines = map(json.loads, (tmp_path / "south" / "journal.jsonl").read_text().splitlines())
    assert [line["kind"] for line in lines][:2] == ["fault", "submit"]


async def test_a_picture_message_waits_for_as_long_as_the_script_says(tmp_path: Path) -> None:
    text = 'control_port = 0\n[[carrier]]\nname = "p"\nprotocol = "mm7"\ndelivery_s = 3600\n'
    async with AsyncExitStack() as stack:
        ports, conducts = await start_carriers(read_script(text), tmp_path, lambda: AT, stack)
        carrier = Mm7Carrier(
            Mm7Settings(url=f"http://127.0.0.1:{ports['p']}/mm7", username="heliogram", password="secret")
        )
        stack.push_async_callback(carrier.close)
        given = await carrier.send(mms_parcel())
        assert isinstance(given, Accepted)
        (carrier_id,) = given.carrier_ids
        piece = Piece(carrier_id=carrier_id, sender_kind=SenderKind.SHORT_CODE, sender="72345", to_e164=NUMBER)
        assert isinstance(await carrier.cancel(piece), ReceiptHeard)
        assert summary_of(conducts)["p"] == {"submit": 1, "canceled": 1, "receipt": 1, "faults": {}}


async def test_the_control_socket_has_a_part_for_each_and_a_summary_of_all(tmp_path: Path) -> None:
    def get(url: str) -> Any:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.loads(answer.read())

    async with played(tmp_path) as (ports, _conducts):
        root = f"http://127.0.0.1:{ports['control']}"
        assert await asyncio.to_thread(get, f"{root}/healthz") == {"ok": True}
        assert set(await asyncio.to_thread(get, f"{root}/summary")) == {"north", "south", "pictures"}
        assert await asyncio.to_thread(get, f"{root}/carriers/north/phones") == {"items": []}


async def test_a_carrier_whose_texts_are_on_their_way_for_a_while_takes_them_back(tmp_path: Path) -> None:
    script = SCRIPT.replace('ids = "hex"', 'ids = "hex"\ndelivery_s = 60')
    async with AsyncExitStack() as stack:
        ports, conducts = await start_carriers(read_script(script), tmp_path, lambda: AT, stack)
        for name, password, status in (("north", "secret", OK), ("south", "other", RCANCELFAIL)):
            async with bound_to(ports[name], password=password) as line:
                if name == "south":
                    await line.submit()  # the fault of the script strikes the first
                message_id = (await line.submit()).text("message_id")
                cancel = cancel_of(message_id, address_of("72345"), address_of(NUMBER))
                line.say(Pdu(cancel.command, 0, 7, cancel.fields))
                while (said := await line.hear()).command != Command.CANCEL_SM_RESP:
                    line.answer(said)  # a receipt, of a text that is there already
                assert said.status == status
        kinds = summary_of(conducts)
    assert (kinds["north"]["canceled"], "canceled" in kinds["south"]) == (1, False)
