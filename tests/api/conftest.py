"""The doors on either engine, a second workspace, and a real port: for what a client in memory cannot show."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
import structlog
import uvicorn

from heliogram.model.access import Scope
from tests.doors import Doors, open_doors
from tests.world import Clock, World

OTHER = "another"

# As the command line sets it up. What structlog does by itself shows every variable, which takes a minute here.
structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
)


@pytest.fixture
async def either_doors(database_url: str, tmp_path: Path, world: World, clock: Clock) -> AsyncIterator[Doors]:
    """The doors once on SQLite and once on PostgreSQL."""
    await world.build()
    async with open_doors(database_url, tmp_path / "data", clock, world) as opened:
        yield opened


@pytest.fixture
async def stranger(doors: Doors) -> httpx.AsyncClient:
    """A client of another workspace, which may do everything there."""
    await doors.world.add_workspace(OTHER)
    return await doors.key(*Scope, workspace_id=OTHER)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(doors: Doors) -> AsyncIterator[str]:
    """The doors on a port of loopback that the system chooses; the watch runs meanwhile. Yields the address."""
    web = doors.web
    listening = socket.create_server(("127.0.0.1", 0))
    server = _Server(uvicorn.Config(web, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=2))
    watching = asyncio.create_task(web.state.watch.run())
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        web.state.watch.close()
        watching.cancel()
        server.should_exit = True
        await asyncio.gather(watching, serving, return_exceptions=True)
