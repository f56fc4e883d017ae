"""The simulated MMSC at a door that asks who it is: our own, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.protocol import CallbackRefused
from heliogram.model.event import Callback, Event
from heliogram.model.parcel import Accepted
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.mmsc import start_mmsc
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import SimulatorSettings
from tests.carriers.sides import NUMBER, mms_parcel, until
from tests.world import Clock, Ids

AT = 1_790_000_000.0


class Door:
    """Where the MMSC calls: it answers as the product's does, and keeps what came and how it was shown."""

    def __init__(self) -> None:
        self.carrier: Mm7Carrier
        self.events: list[Event] = []
        self.shown: list[str] = []
        self.statuses: list[int] = []

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.shown.append(headers.get("authorization", "").split(" ")[0])
        call = Callback(method=request.method, path=request.path, headers=headers, body=await request.read())
        try:
            heard = self.carrier.read_callback(call)
        except CallbackRefused as refused:
            self.statuses.append(refused.status)
            answer = web.Response(status=refused.status)
            for name, value in refused.headers:
                answer.headers.add(name, value)
            return answer
        self.events += heard.events
        self.statuses.append(heard.stored.status)
        return web.Response(status=heard.stored.status, body=heard.stored.body)


@asynccontextmanager
async def opened(folder: Path, clock: Clock, *, theirs: str = "secret") -> AsyncIterator[tuple[Door, Mm7Carrier]]:
    door = Door()
    app = web.Application()
    app.router.add_post("/carriers/mmsc", door.handle)
    ours = web.AppRunner(app, shutdown_timeout=0.1)
    await ours.setup()
    await web.TCPSite(ours, "127.0.0.1", 0).start()
    callback_url = f"http://127.0.0.1:{ours.addresses[0][1]}/carriers/mmsc"
    settings = SimulatorSettings(
        folder=folder, system_id="helio", password=theirs, mm7_callback_url=callback_url, receipt_delay_s=0.0
    )
    journal = Journal(folder / "journal.jsonl")
    mmsc = await start_mmsc(settings, journal, Phones(), FaultBoard(), lambda: AT)
    own = {"url": f"http://127.0.0.1:{mmsc.addresses[0][1]}/mm7", "username": "helio"}

    def carrier(secret: str) -> Mm7Carrier:
        return Mm7Carrier.configured(
            own | {"callback_auth": "digest"},
            secret,
            callback_url=callback_url,
            new_id=Ids().new_id,
            now=clock.now,
        )

    door.carrier, sender = carrier("secret"), carrier(theirs)
    try:
        yield door, sender
    finally:
        await sender.close()
        await door.carrier.close()
        await mmsc.cleanup()
        await ours.cleanup()
        journal.close()


async def test_it_answers_the_challenge_and_keeps_to_it(tmp_path: Path) -> None:
    async with opened(tmp_path, Clock()) as (door, sender):
        for n in range(1, 4):
            assert isinstance(await sender.send(mms_parcel(f"m{n}.1")), Accepted)
            await until(lambda n=n: len(door.events) == n)
    assert door.shown == ["Basic", "Digest", "Digest", "Digest"]
    assert door.statuses == [401, 200, 200, 200]


async def test_a_challenge_that_has_had_its_time_is_answered_by_the_next(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as (door, sender):
        await sender.send(mms_parcel("m1.1"))
        await until(lambda: len(door.events) == 1)
        clock.move(seconds=3_600)
        await sender.send(mms_parcel("m2.1"))
        await until(lambda: len(door.events) == 2)
    assert door.statuses == [401, 200, 401, 200]


async def test_with_another_password_it_is_let_in_by_no_challenge(tmp_path: Path) -> None:
    async with opened(tmp_path, Clock(), theirs="guess") as (door, sender):
        await sender.send(mms_parcel("m1.1"))
        await until(lambda: len(door.statuses) >= 2)
    assert set(door.statuses) == {401}
    assert door.events == []


@pytest.mark.parametrize("n", [20])
async def test_calls_at_the_same_moment_are_all_heard_once(tmp_path: Path, n: int) -> None:
    async with opened(tmp_path, Clock()) as (door, sender):
        await asyncio.gather(*[sender.send(mms_parcel(f"m{each}.1")) for each in range(n)])
        await until(lambda: len(door.events) == n)
    assert len({getattr(each, "carrier_id", "") for each in door.events}) == n
    assert {getattr(each, "about_e164", "") for each in door.events} == {NUMBER}
