"""`heliogram demo`: the sample business with simulated phones, and one link to it."""

import asyncio
import shutil
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from heliogram.app import App, build
from heliogram.commands.options import config_of, fail
from heliogram.commands.serve import new_link
from heliogram.commands.serving import bound, run_server
from heliogram.demo.business import MMSC
from heliogram.demo.seed import point_at_simulator, seed
from heliogram.demo.simulator import SimulatorFailed, simulator


def demo(
    data: Annotated[Path, typer.Option(help="Folder for the demo's data.")] = Path("demo-data"),
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any.")] = 8025,
    fresh: Annotated[bool, typer.Option(help="Throw the demo's data away first.")] = False,
) -> None:
    """Run a sample business with simulated phones. No carrier, no account, nothing leaves this machine."""
    if fresh and data.exists():
        _throw_away(data)
    config = config_of(data=data, port=port, host="127.0.0.1")
    try:
        listening, config = bound(config)
    except OSError:
        try:
            listening, config = bound(config.model_copy(update={"port": 0}))
        except OSError as error:
            fail(f"No port can be used: {error.strerror}.", 1)
        typer.echo(f"Port {port} is taken, so the demo uses {config.port}.")

    async def run() -> None:
        callback = f"http://127.0.0.1:{config.port}/carriers/{MMSC}"
        async with simulator(config.data / "simulator", callback, typer.echo) as ports:
            own = config.model_copy(update={"simulator_url": f"http://127.0.0.1:{ports.control}"})
            async with build(own, with_accounts=False) as app:
                if await seed(app):
                    typer.echo("Made the sample business “Northgate” with 505 people.")
                await point_at_simulator(app, smpp_port=ports.smpp, mm7_port=ports.mm7)
            await run_server(own, listening, _ready)

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run())
    except (SimulatorFailed, KeyboardInterrupt) as error:
        fail(str(error) or "Stopped.", 1)
    typer.echo("Stopped. Your data stays; “make demo” goes on with it.")


async def _ready(app: App) -> None:
    typer.echo(f"\n  Open {await new_link(app)}\n\n  It signs you in once. Ctrl-C stops the demo.\n")


def _throw_away(data: Path) -> None:
    """Only a folder that a demo made, so that a mistyped --data costs nothing."""
    if not (data / "heliogram.sqlite").exists():
        fail(f"{data} is not a demo's folder, so it is left alone.")
    shutil.rmtree(data)
