"""A running SMSC, and clients of it that say exactly what a test tells them to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import SimulatorSettings
from heliogram.simulator.smsc import Smsc, start_smsc
from heliogram.wire.smpp.message import address_of, submit_parts
from heliogram.wire.smpp.names import OK, Command
from heliogram.wire.smpp.pdu import Pdu
from tests.carriers.smsc_peer import Line

AT = 1_790_000_000.0
NUMBER = "+13125550142"


def submits(*parts: str, to: str = NUMBER, sender: str = "72345", encoding: str = "GSM-7") -> list[Pdu]:
    is_name = sender.isalpha()
    source = address_of(sender, is_name=is_name)
    return submit_parts(source, address_of(to), parts or ("Hi",), encoding, reference=7)


@dataclass(slots=True)
class Scene:
    """A running SMSC and clients of it that say exactly what a test tells them to."""

    smsc: Smsc
    port: int
    lines: list[Line] = field(default_factory=list)
    _sequence: int = 0

    async def connect(self) -> Line:
        self.lines.append(Line(*await asyncio.open_connection("127.0.0.1", self.port)))
        return self.lines[-1]

    async def bind(self, command: int = Command.BIND_TRANSCEIVER, **fields: str) -> tuple[Line, Pdu]:
        line = await self.connect()
        own: dict[str, int | str | bytes] = {"system_id": "heliogram", "password": "secret", "interface_version": 0x34}
        line.say(Pdu(command, sequence=900, fields={**own, **fields}))
        return line, await line.hear()

    async def bound(self, command: int = Command.BIND_TRANSCEIVER) -> Line:
        line, answer = await self.bind(command)
        assert (answer.status, answer.text("system_id")) == (OK, "SIMULATOR")
        return line

    async def send(self, line: Line, *pdus: Pdu) -> list[Pdu]:
        """Say these in one write and hear as many answers; what comes between is answered with OK."""
        numbered = []
        for pdu in pdus:
            self._sequence += 1
            numbered.append(Pdu(pdu.command, pdu.status, self._sequence, pdu.fields, pdu.tlvs))
        line.say(*numbered)
        return [await self.answer_on(line) for _ in numbered]

    async def answer_on(self, line: Line) -> Pdu:
        while True:
            pdu = await line.hear()
            if pdu.is_response():
                return pdu
            line.answer(pdu)

    def journaled(self, kind: str) -> list[dict[str, Any]]:
        """What anybody who opens the journal's file finds in it now."""
        path = self.smsc.settings.folder / "journal.jsonl"
        return [line for line in map(json.loads, path.read_text().splitlines()) if line["kind"] == kind]


@asynccontextmanager
async def scene_in(folder: Path, **changes: Any) -> AsyncIterator[Scene]:
    settings = SimulatorSettings(folder=folder, **({"receipt_delay_s": 0.0} | changes))
    journal = Journal(folder / "journal.jsonl")
    smsc = Smsc(settings, journal, Phones(), FaultBoard(), lambda: AT)
    server = await start_smsc(smsc)
    made = Scene(smsc, server.sockets[0].getsockname()[1])
    try:
        yield made
    finally:
        for line in made.lines:
            line.hang_up()
        server.close()
        smsc.close_sessions()
        journal.close()
