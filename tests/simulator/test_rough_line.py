"""Every fault of the line, heard octet by octet by a client that expects it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from heliogram.simulator.conduct import FAULTS
from heliogram.simulator.script import read_script
from heliogram.simulator.several import start_carriers
from heliogram.wire.smpp.names import OK, RESPONSE, Command
from heliogram.wire.smpp.pdu import Pdu
from tests.carriers.smsc_peer import Line
from tests.simulator.clients import AT, submits


class Client(Line):
    """A line that can bind and submit."""

    async def bind(self, password: str = "secret") -> Pdu:
        fields: dict[str, int | str | bytes] = {"system_id": "heliogram", "password": password}
        self.say(Pdu(Command.BIND_TRANSCEIVER, sequence=1, fields=fields))
        return await self.hear()

    def ask(self, sequence: int = 2) -> None:
        (pdu,) = submits("Hi")
        self.say(Pdu(pdu.command, 0, sequence, pdu.fields, pdu.tlvs))

    async def submit(self) -> Pdu:
        self.ask()
        while True:
            pdu = await self.hear()
            if pdu.is_response():
                return pdu
            self.answer(pdu)


@asynccontextmanager
async def bound_to(port: int, password: str = "secret") -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    assert (await client.bind(password)).status == OK
    yield client
    client.hang_up()


@asynccontextmanager
async def rough(folder: Path, name: str, more: str = "") -> AsyncIterator[Client]:
    """A client of a carrier with one fault, not yet bound."""
    text = f'control_port = 0\n[[carrier]]\nname = "n"\nprotocol = "smpp"\n{more}[[carrier.fault]]\nname = "{name}"\n'
    async with AsyncExitStack() as stack:
        ports, _conducts = await start_carriers(read_script(text), folder, lambda: AT, stack)
        client = Client(*await asyncio.open_connection("127.0.0.1", ports["n"]))
        stack.callback(client.hang_up)
        yield client


@pytest.mark.parametrize(("name", "command"), [("outbind", Command.OUTBIND), ("deliver_before_bound", 5)])
async def test_it_speaks_before_it_is_spoken_to(tmp_path: Path, name: str, command: int) -> None:
    async with rough(tmp_path, name) as client:
        assert (await client.hear()).command == command
        assert (await client.bind()).status == OK


async def test_a_black_hole_says_nothing_to_a_bind(tmp_path: Path) -> None:
    async with rough(tmp_path, "black_hole") as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.bind(), 0.3)


@pytest.mark.parametrize(
    ("name", "command", "status"),
    [("bind_error", Command.BIND_TRANSCEIVER_RESP, 0x0D), ("bind_nack", Command.GENERIC_NACK, 0x08)],
)
async def test_a_bind_is_refused(tmp_path: Path, name: str, command: int, status: int) -> None:
    async with rough(tmp_path, name) as client:
        answer = await client.bind()
    assert (answer.command, answer.status, answer.sequence) == (command, status, 1)


async def test_it_delivers_and_says_goodbye_as_soon_as_it_is_bound(tmp_path: Path) -> None:
    async with rough(tmp_path, "deliver_then_unbind") as client:
        assert (await client.bind()).status == OK
        assert (await client.hear()).command == Command.DELIVER_SM
        goodbye = await client.hear()
        assert goodbye.command == Command.UNBIND
        client.answer(goodbye)
        assert await client.is_gone()


@pytest.mark.parametrize(
    ("name", "command", "status", "sequence"),
    [
        ("error", Command.SUBMIT_SM_RESP, 0x08, 2),
        ("throttled", Command.SUBMIT_SM_RESP, 0x58, 2),
        ("nack", Command.GENERIC_NACK, 0x08, 2),
        ("nack_without_sequence", Command.GENERIC_NACK, 0x08, 0),
        ("unbind_on_message", Command.UNBIND, 0, 0x7F000001),
    ],
)
async def test_a_message_is_refused_and_not_journaled(
    tmp_path: Path, name: str, command: int, status: int, sequence: int
) -> None:
    async with rough(tmp_path, name) as client:
        await client.bind()
        client.ask()
        answer = await client.hear()
    assert (answer.command, answer.status, answer.sequence) == (command, status, sequence)
    assert '"submit"' not in (tmp_path / "n" / "journal.jsonl").read_text()


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("length_too_short", "00000008 80000004 00000000 00000002 31 00"),
        ("length_too_long", "01000000 80000004 00000000 00000002 31 00"),
        ("unknown_command", "00000012 80000f00 00000000 00000002 31 00"),
        ("empty_id", "00000011 80000004 00000000 00000002 00"),
        ("unreadable_answer", "00000061 80000004 00000000 00000002 00" + "ff" * 80),
    ],
)
async def test_a_message_is_taken_and_its_answer_is_wrong(tmp_path: Path, name: str, octets: str) -> None:
    async with rough(tmp_path, name, "receipts = {delay_s = 60}\n") as client:
        await client.bind()
        client.ask()
        expected = bytes.fromhex(octets)
        assert await asyncio.wait_for(client.reader.readexactly(len(expected)), 20) == expected
    assert (tmp_path / "n" / "journal.jsonl").read_text().count('"submit"') == 1


async def test_all_messages_get_the_same_id(tmp_path: Path) -> None:
    async with rough(tmp_path, "repeated_id") as client:
        await client.bind()
        assert [(await client.submit()).text("message_id") for _ in range(3)] == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no_answer", [(Command.DELIVER_SM, 4)]),
        ("receipt_lost", [(Command.SUBMIT_SM_RESP, 0)]),
        ("receipt_first", [(Command.DELIVER_SM, 4), (Command.SUBMIT_SM_RESP, 0)]),
        ("receipt_twice", [(Command.SUBMIT_SM_RESP, 0), (Command.DELIVER_SM, 4), (Command.DELIVER_SM, 4)]),
        ("receipt_as_message", [(Command.SUBMIT_SM_RESP, 0), (Command.DELIVER_SM, 0)]),
    ],
)
async def test_receipts_and_answers_come_as_the_fault_says(
    tmp_path: Path, name: str, said: list[tuple[int, int]]
) -> None:
    async with rough(tmp_path, name, "receipts = {delay_s = 0}\n") as client:
        await client.bind()
        client.ask()
        heard = [await client.hear() for _ in said]
        assert [(pdu.command, pdu.number("esm_class")) for pdu in heard] == said
        for pdu in heard:
            if pdu.command == Command.DELIVER_SM:
                client.answer(pdu)
        assert await client.heard_nothing_more()


async def test_the_connection_falls_with_a_message_that_was_taken(tmp_path: Path) -> None:
    async with rough(tmp_path, "drop") as client:
        await client.bind()
        client.ask()
        assert await client.is_gone()
    assert (tmp_path / "n" / "journal.jsonl").read_text().count('"submit"') == 1


async def test_a_goodbye_stays_without_an_answer(tmp_path: Path) -> None:
    async with rough(tmp_path, "no_answer_to_unbind") as client:
        await client.bind()
        client.say(Pdu(Command.UNBIND, sequence=9))
        assert await client.heard_nothing_more()


async def test_answers_take_as_long_as_the_profile_says_and_none_is_lost(tmp_path: Path) -> None:
    more = "latency = {min_s = 0.01, max_s = 0.2}\nreceipts = {delay_s = 60}\n"
    async with rough(tmp_path, "outbind", more) as client:
        await client.hear()
        await client.bind()
        for sequence in range(2, 42):
            client.ask(sequence)
        answers = [await client.hear() for _ in range(40)]
    assert {pdu.command for pdu in answers} == {Command.SUBMIT_SM | RESPONSE}
    assert sorted(pdu.sequence for pdu in answers) == list(range(2, 42))


def test_every_fault_of_smpp_is_heard_in_this_file() -> None:
    here = Path(__file__).read_text()
    smpp = [name for name, kind in FAULTS.items() if "smpp" in kind.protocols]
    assert [name for name in smpp if f'"{name}"' not in here] == []
