"""Whether a carrier that is a web service can be reached, and finding out when it is back.

Here: what was seen last, and the probe. Not here: what a carrier answers, what becomes of messages (`delivery`).
"""

import asyncio

from heliogram.carriers.http import HttpClient
from heliogram.carriers.protocol import Health, Link

PROBE_S = 1.0
"""How often a carrier that is away is tried again: a probe only opens a connection."""


class Presence:
    """One account's. `where` is how the carrier is called in the words of its health: host and port."""

    def __init__(self, client: HttpClient, url: str, where: str) -> None:
        self._client = client
        self._url = url
        self._where = where
        self._is_away = asyncio.Event()
        self._is_away.set()
        self.health = Health(link=Link.CONNECTING, detail=f"Trying {where}.")

    def saw(self, link: Link) -> None:
        """What a request has shown: UP for any answer, DOWN where no connection opened."""
        if link is Link.UP:
            self.health = Health(link=link, detail=f"Connected to {self._where}.")
            self._is_away.clear()
        else:
            self.health = Health(link=link, detail=f"{self._where} cannot be reached.")
            self._is_away.set()

    async def watch(self) -> None:
        """Look for the carrier at the start and whenever it went away. Ends only when cancelled."""
        while True:
            await self._is_away.wait()
            await self.wait_until_back()

    async def wait_until_back(self) -> None:
        """Try every PROBE_S until a connection opens; nothing is sent over it."""
        while not await self._client.can_connect(self._url):
            self.saw(Link.DOWN)
            await asyncio.sleep(PROBE_S)
        self.saw(Link.UP)
