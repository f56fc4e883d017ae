"""Gathers the media of inbound messages: fetched where the carrier only names an address, scanned, and kept.

The webhook was stored and acknowledged before; what is due stands in the database, so that a restart forgets none.
Scanned like an upload: by its octets, in a bounded child. What cannot be shown is refused with the reason.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from heliogram.carriers.fetch import Fetched, Fetcher, MediaAccess, NotFetched
from heliogram.media.probe import MediaRefused
from heliogram.media.workshop import Workshop
from heliogram.storage import inbound_media
from heliogram.storage.blobs import Blobs, BlobsError
from heliogram.storage.bulk import Row
from heliogram.storage.engine import Store
from heliogram.storage.types import storable

log = structlog.get_logger()

N_AT_ONCE: Final = 4
WAITS_S: Final = (90, 300, 1_800, 7_200, 21_600, 43_200)
"""Between tries, the first longer than a try takes; carriers keep media for a day at least, Bandwidth for two."""
MAX_WORDS: Final = 20_000
_TEXT: Final = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatherer:
    """`access` says how the media of an account are fetched, by its id."""

    store: Store
    blobs: Blobs
    workshop: Workshop
    fetcher: Fetcher
    access: Callable[[str], MediaAccess]
    now: Callable[[], datetime]

    async def step(self) -> int:
        """Try what is due. Returns how many media that were."""
        now = self.now()
        again = [now + timedelta(seconds=wait_s) for wait_s in WAITS_S]
        async with self.store.write() as connection:
            rows = await inbound_media.claim(connection, now, again=again, limit=N_AT_ONCE)
        await asyncio.gather(*map(self._try, rows))
        return len(rows)

    async def _try(self, row: Row) -> None:
        match await self._octets(row):
            case Fetched(octets=octets, content_type=said):
                # The carrier knows better than the server it keeps the file on.
                await self._take(row, octets, row["content_type"] or said)
            case NotFetched(reason=reason, is_final=is_final):
                await self._miss(row, reason, is_last=is_final or row["n_tries"] >= len(WAITS_S))

    async def _octets(self, row: Row) -> Fetched | NotFetched:
        if row["url"]:
            return await self.fetcher.fetch(row["url"], self.access(row["account_id"]))
        try:
            return Fetched(octets=await self.blobs.get(row["sha256"]), content_type="")
        except FileNotFoundError:
            return NotFetched(reason="The file is gone from the store.", is_final=False)
        except BlobsError as error:
            return NotFetched(reason=str(error), is_final=False)

    async def _miss(self, row: Row, reason: str, *, is_last: bool) -> None:
        log.warning("inbound medium not fetched", media=row["id"], last=is_last, why=reason)
        async with self.store.write() as connection:
            if is_last:
                await inbound_media.settle(connection, row["id"], state="lost", reason=reason)
            else:
                await inbound_media.remember(connection, row["id"], reason)

    async def _take(self, row: Row, octets: bytes, said: str) -> None:
        try:
            picture = await self.workshop.inspect(octets)
        except MediaRefused as refused:
            # By its octets first: some servers call everything text.
            if said == _TEXT:
                await self._read(row, octets)
                return
            async with self.store.write() as connection:
                found = {"state": "refused", "reason": refused.sentence, "n_octets": len(octets)}
                await inbound_media.settle(connection, row["id"], **found)
            return
        try:
            sha256 = await self.blobs.put(octets)
        except BlobsError as error:
            await self._miss(row, str(error), is_last=row["n_tries"] >= len(WAITS_S))
            return
        async with self.store.write() as connection:
            await inbound_media.settle(
                connection,
                row["id"],
                state="kept",
                reason="",
                sha256=sha256,
                content_type=picture.content_type,
                n_octets=len(octets),
                width=picture.width,
                height=picture.height,
            )

    async def _read(self, row: Row, octets: bytes) -> None:
        """Words that were a file: where the message had none, they are its text, and STOP in them is a STOP."""
        text = storable(octets.decode("utf-8", "replace")).strip()[:MAX_WORDS]
        async with self.store.write() as connection:
            if text:
                await inbound_media.put_words(connection, row["inbound_id"], text)
            await inbound_media.settle(connection, row["id"], state="words", reason="", n_octets=len(octets))
