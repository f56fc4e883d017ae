"""Both carriers, connected over real sockets to a simulator in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heliogram.carriers.http import basic_credentials
from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.carriers.protocol import Carrier, Link
from heliogram.carriers.smpp import SmppCarrier
from heliogram.delivery.parcels import parcel_of
from heliogram.model.event import Callback, Event, ReceiptHeard
from heliogram.model.parcel import Outcome
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.mmsc import start_mmsc
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import SimulatorSettings
from heliogram.simulator.smsc import Smsc, start_smsc
from heliogram.wire.mm7.address import number
from heliogram.wire.mm7.envelope import XML_TYPE, Head
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.mm7.report import DeliveryReport, write_delivery_report
from tests.delivery.scene import Scene, until
from tests.world import MMSC, SMSC

USER, PASSWORD = "northgate", "hush-123"
CREDENTIALS = basic_credentials(USER, PASSWORD)


@dataclass(slots=True)
class Network:
    scene: Scene
    carriers: dict[str, Carrier]
    faults: FaultBoard
    heard: asyncio.Queue[Event]

    async def deliver(self, lane_id: str | None = None) -> None:
        """One turn: claim, hand over for real, and store what the carriers answered."""
        taken = await (self.scene.take(lane_id) if lane_id else self.scene.take())
        self.scene.world.clock.move(seconds=1)
        answers: dict[str, Outcome] = {}
        for attempt in taken.attempts:
            carrier = self.carriers[attempt.draft.the_route().account_id]
            answers[attempt.draft.message.id] = await carrier.send(parcel_of(attempt))
        await self.scene.answer(taken, lambda attempt: answers[attempt.draft.message.id])

    async def hear_receipt(self) -> None:
        """Wait for the SMSC's receipt and store it."""
        event = await asyncio.wait_for(self.heard.get(), 20)
        assert isinstance(event, ReceiptHeard)
        self.scene.world.clock.move(seconds=1)
        await self.scene.hear(event)

    async def hear_report(self, message_id: str, to: str, mm_status: str = "Retrieved") -> None:
        """The MMSC calls with a delivery report."""
        report = DeliveryReport(
            message_id=message_id,
            mm_status=mm_status,
            recipient=number(to),
            sender=number("+13125550100"),
            date=self.scene.world.clock.now(),
        )
        body = write_delivery_report(Head(transaction_id="r1", namespace=REL_6_MM7_1_4), report)
        headers = {"content-type": XML_TYPE, "authorization": CREDENTIALS}
        heard = self.carriers[MMSC].read_callback(Callback(method="POST", path="/", headers=headers, body=body))
        self.scene.world.clock.move(seconds=1)
        await self.scene.hear(*[each for each in heard.events if isinstance(each, ReceiptHeard)], account_id=MMSC)


@asynccontextmanager
async def open_network(scene: Scene, folder: Path, **changes: Any) -> AsyncIterator[Network]:
    own: dict[str, Any] = {"system_id": USER, "password": PASSWORD, "receipt_delay_s": 0.01}
    settings = SimulatorSettings(folder=folder, **(own | changes))
    journal, phones, faults = Journal(folder / "journal.jsonl"), Phones(), FaultBoard()
    smsc = Smsc(settings, journal, phones, faults, lambda: 0.0)
    server = await start_smsc(smsc)
    mmsc = await start_mmsc(settings, journal, phones, faults, lambda: 0.0)
    mm7_url = f"http://127.0.0.1:{mmsc.addresses[0][1]}/mm7"
    smpp_port = server.sockets[0].getsockname()[1]
    smpp = SmppCarrier.configured(
        {"host": "127.0.0.1", "port": smpp_port, "system_id": USER}, PASSWORD, scene.world.ids.new_id
    )
    mm7 = Mm7Carrier(Mm7Settings(url=mm7_url, username=USER, password=PASSWORD, vaspid=USER, vasid=USER))
    heard: asyncio.Queue[Event] = asyncio.Queue()

    async def sink(events: Any) -> None:
        for event in events:
            heard.put_nowait(event)

    listening = asyncio.create_task(smpp.listen(sink))

    async def is_up() -> bool:
        return smpp.health().link is Link.UP

    try:
        await until(is_up)
        yield Network(scene, {SMSC: smpp, MMSC: mm7}, faults, heard)
    finally:
        await smpp.close()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await mm7.close()
        smsc.close_sessions()
        server.close()
        await mmsc.cleanup()
        journal.close()
