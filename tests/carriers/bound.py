"""An SMPP carrier that is connected to a peer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier
from tests.world import Ids

from .sides import Shelf, until
from .smsc_peer import Line, Peer

OWN: dict[str, Any] = {"host": "127.0.0.1", "port": 2775, "system_id": "helio"}


@asynccontextmanager
async def carrying(port: int, shelf: Shelf | None = None, **changes: Any) -> AsyncIterator[SmppCarrier]:
    """A carrier that listens at a port of loopback. It leaves without a goodbye, which no test here waits for."""
    carrier = SmppCarrier.configured({**OWN, "port": port, "reconnect_s": 0.01} | changes, "secret", Ids().new_id)
    listening = asyncio.create_task(carrier.listen(shelf or Shelf()))
    try:
        yield carrier
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        for bind in carrier._binds:
            if bind._transport is not None:
                bind._transport.abort()
        await carrier.close()


async def bound(smsc: Peer, carrier: SmppCarrier) -> Line:
    line = await smsc.line()
    await line.bind()
    await until(lambda: carrier.health().link is Link.UP)
    return line
