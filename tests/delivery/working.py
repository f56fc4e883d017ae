"""A worker at work in a scene, with carriers behind counters: started and stopped as a process would."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from heliogram.delivery.accounts import Account
from heliogram.delivery.pictures import Pictures
from heliogram.delivery.slots import Slots
from heliogram.delivery.worker import Worker
from heliogram.model.message import State
from heliogram.storage.engine import Store
from tests.delivery.carrier import CounterCarrier
from tests.delivery.scene import SERVER_URL, Scene, until
from tests.world import MMSC, SMSC, WORKSPACE


@asynccontextmanager
async def working(
    scene: Scene, sms: CounterCarrier, mms: CounterCarrier | None = None, *, me: str = "one", store: Store | None = None
) -> AsyncIterator[Worker]:
    """Work until the block ends, then stop: the worker gives back its lanes, and a failure of it is the test's."""
    carriers: Mapping[str, CounterCarrier] = {SMSC: sms, MMSC: mms or CounterCarrier()}
    used = store or scene.store
    accounts = {
        name: Account(name, WORKSPACE, name.upper(), "counter", carrier, Slots(carrier.window))
        for name, carrier in carriers.items()
    }
    now = scene.world.clock.now
    worker = Worker(
        store=used,
        accounts=accounts,
        pictures=Pictures(store=used, blobs=scene.blobs, workshop=scene.workshop, now=now),
        now=now,
        new_token=scene.world.ids.new_token,
        link_base_url=SERVER_URL,
        me=me,
    )
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def until_all(scene: Scene, *states: State, n: int) -> dict[str, State]:
    """Wait until `n` messages have left the line and each is in one of `states`."""

    async def all_there() -> dict[str, State]:
        found = await scene.states()
        return found if len(found) == n and set(found.values()) <= set(states) else {}

    return await until(all_there)


async def until_n(scene: Scene, state: State, n: int) -> None:
    """Wait until `n` messages are in this state."""

    async def are_there() -> bool:
        return list((await scene.states()).values()).count(state) == n

    await until(are_there)


async def until_handed(carrier: CounterCarrier, n: int) -> None:
    async def handed() -> bool:
        return len(carrier.handed) >= n

    await until(handed)
