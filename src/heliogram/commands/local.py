"""How commands on the server's own machine talk to it: the running server's address and a key, in the data folder.

Whoever can read that folder can read the database as well, so the file gives nothing away. Without a running
server the same requests go to a server inside the command, so there is one way of doing things.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from heliogram.app import App
from heliogram.commands.listening import ANNOUNCEMENT
from heliogram.commands.options import NO_WORKSPACE
from heliogram.config import CannotStart, Config
from heliogram.model.access import Scope, hash_of
from heliogram.storage import access


class NoWorkspace(CannotStart):
    """The database has no workspace yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    url: str
    key: str


def running_server(config: Config) -> Address | None:
    """The server that runs on this data folder, or None when there is none that answers."""
    path = config.data / ANNOUNCEMENT
    try:
        told = json.loads(path.read_text())
        address = Address(url=told["url"], key=told["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        answer = httpx.get(f"{address.url}/healthz", timeout=3, trust_env=False)
    except httpx.HTTPError:
        return None
    return address if answer.status_code == 200 else None


@asynccontextmanager
async def local_key(app: App) -> AsyncIterator[str]:
    """An API key of the first workspace for as long as the block runs. Raises NoWorkspace."""
    async with app.store.write() as connection:
        found = await access.workspaces_all(connection)
        if not found:
            raise NoWorkspace(NO_WORKSPACE)
        prefix, secret = f"local-{app.new_id()}", app.new_secret()
        await access.add_api_key(
            connection,
            {
                "id": app.new_id(),
                "workspace_id": found[0]["id"],
                "name": "The command line",
                "prefix": prefix,
                "secret_hash": hash_of(secret),
                "scopes": [scope.value for scope in Scope],
                "created_at": app.now(),
                "revoked_at": None,
            },
        )
    try:
        yield f"hg_{prefix}.{secret}"
    finally:
        async with app.store.write() as connection:
            await access.revoke_key(connection, prefix, app.now())


@asynccontextmanager
async def announced(app: App, folder: Path) -> AsyncIterator[None]:
    """Tell the commands of this machine where the server is, until it ends."""
    path = folder / ANNOUNCEMENT
    async with local_key(app) as key:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"url": f"http://{app.config.host}:{app.config.port}", "key": key}, file)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
