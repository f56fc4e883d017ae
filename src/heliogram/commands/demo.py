"""`heliogram demo`: the sample business with simulated phones, and one link to it."""

import asyncio
import shutil
import socket
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from heliogram.commands.listening import ANNOUNCEMENT, bound
from heliogram.commands.options import config_of, fail
from heliogram.config import CannotStart, Config
from heliogram.demo.business import MMSC
from heliogram.demo.simulator import SimulatorFailed, simulator
from heliogram.storage.engine import StorageError


def demo(
    data: Annotated[Path, typer.Option(help="Folder for the demo's data.")] = Path("demo-data"),
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any.")] = 8025,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the demo's data away first.")] = False,
) -> None:
    """Run a sample business with simulated phones. No carrier, no account, nothing leaves this machine."""
    _refuse_a_second(data)
    if fresh and data.exists():
        _throw_away(data)
    listening, config = _bound(data, port)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(config, listening))
    except (SimulatorFailed, StorageError, CannotStart) as error:
        fail(str(error), 1)
    except KeyboardInterrupt:
        # Before the server took the signal over: nothing of the user's is at stake yet.
        pass
    typer.echo("Stopped. Your data stays; “make demo” goes on with it.")


def _bound(data: Path, port: int) -> tuple[socket.socket, Config]:
    """Loopback only, and nothing from the environment: the demo never touches a real database or address."""
    config = config_of(
        data=data,
        port=port,
        host="127.0.0.1",
        database="",
        public_url="",
        secret_key="",
        is_worker=True,
    )
    try:
        return bound(config)
    except OSError:
        try:
            listening, config = bound(config.model_copy(update={"port": 0}))
        except OSError as error:
            fail(f"No port can be used: {error.strerror}.", 1)
    typer.echo(f"Port {port} is taken, so the demo uses {config.port}.")
    return listening, config


async def _run(config: Config, listening: socket.socket) -> None:
    callback = f"http://127.0.0.1:{config.port}/carriers/{MMSC}"
    async with simulator(config.data / "simulator", callback, typer.echo) as starting:
        # Imported while the simulator starts: it takes two seconds, and so does that.
        from heliogram.commands.business import run_business

        await run_business(config, listening, starting)


def _refuse_a_second(data: Path) -> None:
    """Two on one folder would share a database and point it at two simulators."""
    if not (data / ANNOUNCEMENT).exists():
        return
    from heliogram.commands.local import running_server

    if found := running_server(config_of(data=data)):
        port = found.url.rpartition(":")[2]
        fail(
            f"A demo runs on this folder already, at {found.url}/. Sign in to it with the link that “heliogram link "
            f"--data {data} --port {port}” prints, or stop it first with Ctrl-C.",
            1,
        )


def _throw_away(data: Path) -> None:
    """Only a folder that a demo made, so that a mistyped --data costs nothing."""
    if not (data / "heliogram.sqlite").exists() or not (data / "simulator").is_dir():
        fail(f"{data} is not a demo's folder, so it is left alone.")
    shutil.rmtree(data)
