"""The web doors over a real App on a real database, without a port: a client for tests of the API and the pages."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from heliogram.app import App, build
from heliogram.config import Config
from heliogram.model.access import Scope, hash_of
from heliogram.server import bind, create_web
from heliogram.storage import access
from tests.world import WORKSPACE, Clock, World

PREFIX, SECRET = "tests", "a-secret-for-tests-only"


@dataclass(slots=True)
class Doors:
    """`api` speaks with a key that may do everything; `anyone` has neither key nor session."""

    app: App
    clock: Clock
    world: World
    api: httpx.AsyncClient
    anyone: httpx.AsyncClient
    web: FastAPI

    async def key(self, *scopes: Scope, workspace_id: str = WORKSPACE) -> httpx.AsyncClient:
        """A client with a key of its own."""
        prefix = secrets.token_hex(4)
        async with self.app.store.write() as connection:
            await access.add_api_key(connection, key_row(prefix, workspace_id, scopes, self.clock))
        return _client(self.anyone, f"hg_{prefix}.{SECRET}")

    async def session(self, role: str = "owner") -> httpx.AsyncClient:
        """A browser that has signed in: it keeps the cookie, and sends no header by itself."""
        token = secrets.token_hex(16)
        now = self.clock.now()
        member = {"id": token[:8], "workspace_id": WORKSPACE, "name": "Robin", "role": role, "created_at": now}
        row = {"token_hash": hash_of(token), "workspace_id": WORKSPACE, "member_id": member["id"], "created_at": now}
        async with self.app.store.write() as connection:
            await access.add_member(connection, member)
            await access.add_session(connection, row | {"expires_at": self.clock.move(seconds=0).replace(year=2099)})
        client = _client(self.anyone, "")
        client.cookies.set("heliogram_session", token)
        return client


def key_row(prefix: str, workspace_id: str, scopes: tuple[Scope, ...], clock: Clock) -> dict[str, Any]:
    return {
        "id": f"key-{prefix}",
        "workspace_id": workspace_id,
        "name": prefix,
        "prefix": prefix,
        "secret_hash": hash_of(SECRET),
        "scopes": [scope.value for scope in scopes],
        "created_at": clock.now(),
        "revoked_at": None,
    }


_made: list[FastAPI] = []


def _web(app: App) -> FastAPI:
    """One web application for all tests of a process: making the routes takes longer than most tests."""
    if not _made:
        _made.append(create_web(app))
    bind(_made[0], app)
    return _made[0]


def _client(like: httpx.AsyncClient, key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(transport=like._transport, base_url="http://heliogram.test", headers=headers)


@asynccontextmanager
async def open_doors(database_url: str, folder: Path, clock: Clock, world: World) -> AsyncIterator[Doors]:
    """The doors over the world's database."""
    config = Config(data=folder, database=database_url, public_url="http://heliogram.test")
    async with build(config, with_accounts=False) as app:
        app.now = clock.now
        async with app.store.write() as connection:
            await access.add_api_key(connection, key_row(PREFIX, WORKSPACE, tuple(Scope), clock))
        web = _web(app)
        transport = httpx.ASGITransport(app=web, raise_app_exceptions=False)
        anyone = httpx.AsyncClient(transport=transport, base_url="http://heliogram.test")
        async with anyone, _client(anyone, f"hg_{PREFIX}.{SECRET}") as api:
            yield Doors(app=app, clock=clock, world=world, api=api, anyone=anyone, web=web)
        await web.state.simulator.aclose()
