"""What a client over HTTP is owed: receipts and what phones write, told of until it has them.

Each is in the journal before it is told of, and what nobody acknowledged is told of again at the next start.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from aiohttp import web

from heliogram.carriers.http import HttpClient
from heliogram.simulator.conduct import Conduct, Fault, On
from heliogram.simulator.journal import Journal, Line
from heliogram.simulator.rough_post import OF_ANOTHER

N_POSTERS: Final = 8
"""On their way to the client at once."""
RETRY_WAITS_S: Final = (0.2, 0.5, 1, 2, 4, 8, 16, 30, 60)
"""Waits between tries of one; after the last it waits for the next start."""

Tell = Callable[[HttpClient, Line], Awaitable[bool | None]]
"""Tells the client of a line: whether it acknowledged it, None where nobody is to be told."""


class Owed:
    """`protocol` is that of the lines in the journal that are its own: others may stand there too."""

    def __init__(
        self, protocol: str, journal: Journal, now: Callable[[], float], conduct: Conduct | None, tell: Tell
    ) -> None:
        self._protocol = protocol
        self._journal = journal
        self._now = now
        self._conduct = conduct
        self._tell = tell
        self._waiting: asyncio.Queue[tuple[Line, int]] = asyncio.Queue()
        self._heard: dict[str, asyncio.Event] = {}
        self._remember()

    def add(self, line: Line) -> None:
        """Owe a line that is in the journal already."""
        self._waiting.put_nowait((line, 0))

    def heard(self, message_id: str) -> asyncio.Event:
        """What wakes whoever waits until the client has acknowledged the receipt of a message."""
        return self._heard.setdefault(message_id, asyncio.Event())

    async def posting(self, _app: web.Application) -> AsyncIterator[None]:
        """Tell of what is owed for as long as the server runs."""
        client = HttpClient(connections=N_POSTERS, timeout_s=10, connect_timeout_s=5)
        posters = [asyncio.create_task(self._post(client)) for _ in range(N_POSTERS)]
        yield
        for poster in posters:
            poster.cancel()
        await asyncio.gather(*posters, return_exceptions=True)
        await client.close()

    def _remember(self) -> None:
        owed: dict[str, Line] = {}
        for line in self._journal.lines():
            match line:
                case {"kind": "receipt" | "inbound", "protocol": self._protocol, "id": str(given)}:
                    owed[given] = line
                case {"kind": "acknowledged", "id": str(given)}:
                    owed.pop(given, None)
        for line in owed.values():
            self.add(line)

    async def _post(self, client: HttpClient) -> None:
        loop = asyncio.get_running_loop()
        while True:
            line, n_tried = await self._waiting.get()
            is_acknowledged = await self._told(client, line)
            if is_acknowledged:
                self._journal.write([{"at": self._now(), "kind": "acknowledged", "id": line["id"]}])
                if heard := self._heard.pop(line["id"], None):
                    heard.set()
            elif is_acknowledged is not None and n_tried < len(RETRY_WAITS_S):
                loop.call_later(RETRY_WAITS_S[n_tried], self._waiting.put_nowait, (line, n_tried + 1))

    async def _told(self, client: HttpClient, line: Line) -> bool | None:
        """Tell of it as the script wants it told."""
        about = line["to"] if line["kind"] == "receipt" else ""
        match self._conduct.first(On.TELLING, about) if self._conduct and about else None:
            case Fault(name="receipt_twice"):
                return await self._tell(client, line) and await self._tell(client, line)
            case Fault(name="receipt_of_another"):
                return await self._tell(client, line | {"id": OF_ANOTHER})
            case _:
                return await self._tell(client, line)
