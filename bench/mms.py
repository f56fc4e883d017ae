"""Picture messages of 300 kB handed over by MM7 a second; beside it, a bare aiohttp client posting the same octets.

Both post to the same simulator, a process of its own that writes its journal before each answer.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_requests import request_for
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.model.parcel import Accepted, MediaPart, MmsParcel
from heliogram.model.sender import SenderKind

N_MESSAGES = 200
N_ROUNDS = 3
WINDOW = 10
N_OCTETS = 300_000
READY_S = 30
POLL_S = 0.01


class Refused(Exception):
    """A message was not taken: no rate is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Messages a second, the medians of interleaved rounds."""

    ours: float
    bare: float


async def run(folder: Path) -> Rates:
    picture = MediaPart(content_type="image/jpeg", octets=os.urandom(N_OCTETS), sha256="", filename="picture.jpg")
    async with _simulator(folder) as url:
        settings = Mm7Settings(url=url, username="heliogram", password="secret", window=WINDOW)
        ours: list[float] = []
        bare: list[float] = []
        carrier = Mm7Carrier(settings)
        headers, buffers = request_for(_parcel(0, picture), settings)
        body = b"".join(buffers)

        async def hand_over(n: int) -> None:
            if not isinstance(outcome := await carrier.send(_parcel(n, picture)), Accepted):
                raise Refused(str(outcome))

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=WINDOW)) as session:

            async def post(_n: int) -> None:
                async with session.post(url, data=body, headers=headers) as answer:
                    if answer.status != 200 or b">1000<" not in await answer.read():
                        raise Refused(f"HTTP {answer.status}")

            for _round in range(N_ROUNDS):
                bare.append(await _rate(post))
                ours.append(await _rate(hand_over))
        await carrier.close()
    return Rates(ours=statistics.median(ours), bare=statistics.median(bare))


def _parcel(n: int, picture: MediaPart) -> MmsParcel:
    return MmsParcel(
        key=f"m{n}.1",
        sender_kind=SenderKind.SHORT_CODE,
        sender="72345",
        to_e164=f"+1312555{n % 9_000:04}",
        text="Soup of the day",
        media=(picture,),
    )


async def _rate(send: Callable[[int], Awaitable[None]]) -> float:
    """Messages a second with WINDOW of them under way."""
    numbers = iter(range(N_MESSAGES))

    async def work() -> None:
        for n in numbers:
            await send(n)

    began = time.perf_counter()
    await asyncio.gather(*(work() for _each in range(WINDOW)))
    return N_MESSAGES / (time.perf_counter() - began)


@asynccontextmanager
async def _simulator(folder: Path) -> AsyncIterator[str]:
    """The MM7 address of a simulator that ends with this process."""
    ready = folder / "ready.json"
    ports = ["--smpp-port", "0", "--mm7-port", "0", "--control-port", "0", "--receipt-delay", "3600"]
    command = ["simulator", "--folder", str(folder), "--ready-file", str(ready), "--end-with-stdin", *ports]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "heliogram", *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await asyncio.to_thread(_wait_for, ready)
        yield f"http://127.0.0.1:{json.loads(ready.read_text())['mm7']}/mm7"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.communicate(b"")


def _wait_for(path: Path) -> None:
    until = time.monotonic() + READY_S
    while not path.exists():
        if time.monotonic() > until:
            raise Refused("the simulator did not start")
        time.sleep(POLL_S)
