"""Keeps the demo's simulator running: a process of its own, started again when it ends."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

START_S = 15.0
AGAIN_S = 2.0
READY = "ports.json"


class SimulatorFailed(Exception):
    """The simulator did not start; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    smpp: int
    mm7: int
    control: int


Starting = Awaitable[Ports]
"""Waits until the simulator listens. Raises SimulatorFailed."""


@asynccontextmanager
async def simulator(folder: Path, callback_url: str, say: Callable[[str], None]) -> AsyncIterator[Starting]:
    """A simulator for as long as the block runs, which may do something else while it starts."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    process = await _spawn(folder, callback_url, None)
    starting = asyncio.create_task(_ports_of(process, folder))
    keeper = asyncio.create_task(_keep(process, folder, callback_url, starting, say))
    try:
        yield starting
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, starting, return_exceptions=True)


async def _keep(
    process: asyncio.subprocess.Process, folder: Path, callback_url: str, starting: Starting, say: Callable[[str], None]
) -> None:
    try:
        ports = await starting
        while True:
            await process.wait()
            say("The simulator has ended; it is started again. Nothing is lost.")
            await asyncio.sleep(AGAIN_S)
            process = await _spawn(folder, callback_url, ports)
            try:
                await _ports_of(process, folder)
            except SimulatorFailed as error:
                say(str(error))
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 3)
            except TimeoutError:
                process.kill()


async def _spawn(folder: Path, callback_url: str, ports: Ports | None) -> asyncio.subprocess.Process:
    """Start the process; `ports` are those it had before, None at the first start."""
    ready = folder / READY
    ready.unlink(missing_ok=True)
    wanted = ports or Ports(smpp=0, mm7=0, control=0)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "heliogram",
        "simulator",
        f"--folder={folder}",
        f"--smpp-port={wanted.smpp}",
        f"--mm7-port={wanted.mm7}",
        f"--control-port={wanted.control}",
        f"--mm7-callback={callback_url}",
        "--receipt-delay=1.2",
        f"--ready-file={ready}",
        "--end-with-stdin",
        stdin=asyncio.subprocess.PIPE,  # closed by the system when this process ends, however it ends
        start_new_session=True,  # Ctrl-C is for the server, which then ends the simulator last
    )


async def _ports_of(process: asyncio.subprocess.Process, folder: Path) -> Ports:
    ready = folder / READY
    try:
        async with asyncio.timeout(START_S):
            while not (ready.exists() and ready.stat().st_size):
                if process.returncode is not None:
                    raise SimulatorFailed(f"The simulator ended at once (exit code {process.returncode}).")
                await asyncio.sleep(0.03)
    except TimeoutError:
        process.kill()
        raise SimulatorFailed(f"The simulator did not start within {START_S:.0f} s.") from None
    return Ports(**json.loads(ready.read_text()))
