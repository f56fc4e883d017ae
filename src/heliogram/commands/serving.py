"""Runs a server until it is told to stop: the pipeline, the watch and the web door, in one event loop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from heliogram.app import App, build
from heliogram.commands.local import announced
from heliogram.config import CannotStart, Config
from heliogram.server import create_web
from heliogram.storage import access
from heliogram.storage.blobs import BlobsAway, BlobsRefused

log = structlog.get_logger()

GRACE_S = 2
"""How long requests may go on after a stop."""

Ready = Callable[[App], Awaitable[None]]


class Server(uvicorn.Server):
    """uvicorn without its signal handling, which raises the signal again after the end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def web_server(web: FastAPI) -> Server:
    """uvicorn over the web application, silent and quick to stop."""
    return Server(
        uvicorn.Config(
            web, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE_S, ws="none"
        )
    )


async def run_server(config: Config, listening: socket.socket, ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is called once everything is open."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    with listening:
        async with build(config, with_accounts=config.is_worker) as app:
            await _have_pictures(app)
            await have_workspace(app)
            await _serve(app, listening, ready, stop)


async def _have_pictures(app: App) -> None:
    """Find a wrong key or bucket at the start. A store that is only away keeps no text from leaving."""
    try:
        await app.blobs.check()
    except BlobsRefused as error:
        raise CannotStart(str(error)) from error
    except BlobsAway as error:
        log.warning("picture store", why=str(error))


async def _serve(app: App, listening: socket.socket, ready: Ready, stop: asyncio.Event) -> None:
    web = create_web(app)
    server = web_server(web)
    async with announced(app, app.config.data), asyncio.TaskGroup() as tasks:
        working = [tasks.create_task(web.state.watch.run(), name="watch")]
        if app.config.is_worker:
            working.append(tasks.create_task(app.run(), name="pipeline"))
        serving = tasks.create_task(server.serve(sockets=[listening]), name="web")
        await ready(app)
        await _first(stop.wait(), *working, serving)
        web.state.watch.close()
        for task in working:
            task.cancel()
        server.should_exit = True
    await web.state.simulator.aclose()


async def _first(stop: Awaitable[object], *tasks: asyncio.Task[None]) -> None:
    """Wait for the stop, or for a task that should not have ended."""
    waiting = asyncio.ensure_future(stop)
    await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting


async def have_workspace(app: App) -> None:
    """A server has at least one workspace, with an owner who can sign in."""
    now = app.now()
    async with app.store.write() as connection:
        if await access.workspaces_all(connection):
            return
        workspace_id = app.new_id()
        await access.add_workspace(connection, {"id": workspace_id, "name": "My business", "created_at": now})
        await access.add_member(
            connection,
            {"id": app.new_id(), "workspace_id": workspace_id, "name": "Owner", "role": "owner", "created_at": now},
        )
