"""Plays a script: every carrier with a folder, a journal, phones and a part of the control socket of its own."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from heliogram.simulator.conduct import Conduct, ScriptedBoard
from heliogram.simulator.control import Control
from heliogram.simulator.faults import Faults
from heliogram.simulator.gateway import start_gateway
from heliogram.simulator.journal import Journal
from heliogram.simulator.mmsc import start_mmsc
from heliogram.simulator.phones import Phones
from heliogram.simulator.rough_line import RoughLine
from heliogram.simulator.run import tell_ports, told_to_stop
from heliogram.simulator.script import Carrier, Script
from heliogram.simulator.settings import SimulatorSettings
from heliogram.simulator.smsc import Smsc, start_smsc

Summary = dict[str, dict[str, object]]


async def play(script: Script, folder: Path, now: Callable[[], float], ready_file: Path | None = None) -> Summary:
    """Serve until SIGTERM or SIGINT. Returns, by carrier, the lines of each kind in its journal, and its faults."""
    stop = told_to_stop()
    async with AsyncExitStack() as stack:
        ports, played = await start_carriers(script, folder, now, stack)
        tell_ports(ports, ready_file)
        await stop.wait()
        summary = summary_of(played)
        (folder / "summary.json").write_text(json.dumps(summary, indent=2))
        return summary


async def start_carriers(
    script: Script, folder: Path, now: Callable[[], float], stack: AsyncExitStack
) -> tuple[dict[str, int], list[Conduct]]:
    """Start all of them; `stack` ends them. Returns the port of each by its name, and `control`."""
    ports: dict[str, int] = {}
    played: list[Conduct] = []
    control = web.Application()
    for carrier in script.carrier:
        ports[carrier.name], conduct, own = await _start(carrier, script.seed, folder / carrier.name, now, stack)
        played.append(conduct)
        control.add_subapp(f"/carriers/{carrier.name}", own)

    async def summary(_request: web.Request) -> web.Response:
        return web.json_response(summary_of(played))

    control.router.add_get("/summary", summary)
    control.router.add_get("/healthz", _healthz)
    runner = web.AppRunner(control, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", script.control_port).start()
    return {**ports, "control": runner.addresses[0][1]}, played


def summary_of(played: list[Conduct]) -> Summary:
    return {
        conduct.carrier: {
            **Counter(line["kind"] for line in conduct.journal.lines() if line["kind"] != "fault"),
            "faults": dict(conduct.struck),
        }
        for conduct in played
    }


async def _start(
    carrier: Carrier, seed: int, folder: Path, now: Callable[[], float], stack: AsyncExitStack
) -> tuple[int, Conduct, web.Application]:
    (folder / "media").mkdir(parents=True, exist_ok=True)
    journal = Journal(folder / "journal.jsonl")
    stack.callback(journal.close)
    conduct = Conduct(carrier.name, seed, carrier.faults(), carrier.span(), journal, now)
    board = ScriptedBoard(faults=Faults(throttle_per_s=carrier.throttle_per_s), conduct=conduct)
    settings = SimulatorSettings(
        folder=folder,
        smpp_port=carrier.port,
        mm7_port=carrier.port,
        system_id=carrier.system_id,
        password=carrier.secret if carrier.protocol == "http" else carrier.password,
        mm7_callback_url=carrier.callback_url,
        answer_ids=carrier.ids,
        receipt_ids=carrier.receipts.ids,
        receipt_delay_s=carrier.receipts.delay_s,
        delivery_delay_s=carrier.delivery_s,
        mms=carrier.mms,
    )
    phones = Phones()
    own = Control(folder, journal, phones, board).app()
    if carrier.protocol != "smpp":
        start = start_mmsc if carrier.protocol == "mm7" else start_gateway
        runner = await start(settings, journal, phones, board, now, conduct)
        stack.push_async_callback(runner.cleanup)
        return runner.addresses[0][1], conduct, own
    smsc = Smsc(settings, journal, phones, board, now)
    esm_class = carrier.receipts.esm_class
    server = await start_smsc(smsc, lambda each: RoughLine(each, conduct, esm_class=esm_class))
    stack.callback(server.close)
    stack.callback(smsc.close_sessions)
    return server.sockets[0].getsockname()[1], conduct, own


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})
