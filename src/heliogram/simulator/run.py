"""Runs the simulator: SMSC, MMSC and control socket in one process, until it is told to stop."""

import asyncio
import json
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import web

from heliogram.simulator.control import Control
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.mmsc import start_mmsc
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import SimulatorSettings
from heliogram.simulator.smsc import Smsc, start_smsc


async def run(settings: SimulatorSettings, now: Callable[[], float]) -> None:
    """Serve until SIGTERM or SIGINT, then stop.

    `now` is the wall clock in seconds since 1970. The ready file gets the ports once everything listens.
    """
    stop = told_to_stop()
    async with AsyncExitStack() as stack:
        tell_ports(await _start(settings, stack, now), settings.ready_file)
        await stop.wait()


def told_to_stop() -> asyncio.Event:
    """What is set at SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


def tell_ports(ports: Mapping[str, int], ready_file: Path | None) -> None:
    """Write the ports as JSON, whole or not at all: whoever waits for the file reads it as soon as it is there."""
    if ready_file is not None:
        written = ready_file.with_suffix(".part")
        written.write_text(json.dumps(ports))
        written.replace(ready_file)


async def _start(settings: SimulatorSettings, stack: AsyncExitStack, now: Callable[[], float]) -> dict[str, int]:
    (settings.folder / "media").mkdir(parents=True, exist_ok=True)
    journal = Journal(settings.folder / "journal.jsonl")
    stack.callback(journal.close)
    phones, faults = Phones(), FaultBoard()
    smsc = Smsc(settings, journal, phones, faults, now)
    server = await start_smsc(smsc)
    stack.callback(server.close)
    mmsc = await start_mmsc(settings, journal, phones, faults, now)
    stack.push_async_callback(mmsc.cleanup)
    control = web.AppRunner(Control(settings.folder, journal, phones, faults).app(), access_log=None)
    await control.setup()
    stack.push_async_callback(control.cleanup)
    await web.TCPSite(control, "127.0.0.1", settings.control_port, shutdown_timeout=1).start()
    stack.callback(smsc.close_sessions)
    return {"smpp": _port(server.sockets[0]), "mm7": mmsc.addresses[0][1], "control": control.addresses[0][1]}


def _port(listening: Any) -> int:
    return int(listening.getsockname()[1])
