"""What `heliogram demo` runs once its simulator is on the way: the sample business, seeded once, and its server."""

import socket

import typer

from heliogram.app import App, build
from heliogram.commands.serve import new_link
from heliogram.commands.serving import run_server
from heliogram.config import Config
from heliogram.demo.seed import point_at_simulator, seed
from heliogram.demo.simulator import Starting


async def run_business(config: Config, listening: socket.socket, starting: Starting) -> None:
    """Serve the business until Ctrl-C. Raises SimulatorFailed."""
    async with build(config, with_accounts=False) as app:
        if await seed(app):
            typer.echo("Made the sample business “Northgate” with 505 people.")
        ports = await starting
        await point_at_simulator(app, smpp_port=ports.smpp, mm7_port=ports.mm7)
    own = config.model_copy(update={"simulator_url": f"http://127.0.0.1:{ports.control}"})
    await run_server(own, listening, _ready)


async def _ready(app: App) -> None:
    typer.echo(f"\n  Open {await new_link(app)}\n\n  It signs you in once. Ctrl-C stops the demo.\n")
