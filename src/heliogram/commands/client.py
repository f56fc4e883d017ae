"""One way to talk to the API: over HTTP to the running server, or in this process when there is none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from heliogram.app import build
from heliogram.commands.local import local_key, running_server
from heliogram.config import Config
from heliogram.server import create_web


class Refused(Exception):
    """The server said no; the text is its sentence."""


class Api:
    """JSON over an httpx client. Raises Refused with the problem's sentence."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, **query: str) -> Any:
        return _read(await self._client.get(f"/api/v1{path}", params=query))

    async def post(self, path: str, *, data: dict[str, str], files: dict[str, tuple[str, bytes]]) -> Any:
        return _read(await self._client.post(f"/api/v1{path}", data=data, files=files))


def _read(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    try:
        told = answer.json()
        raise Refused(str(told.get("detail") or told.get("title")))
    except ValueError:
        raise Refused(f"The server answered {answer.status_code}.") from None


@asynccontextmanager
async def open_api(config: Config, *, url: str = "", key: str = "") -> AsyncIterator[Api]:
    """The API: of `url` with `key`, else of the server running on this data folder, else inside this process.

    Inside this process everything runs that a server runs, until the block ends. Raises NoWorkspace.
    """
    if url:
        async with _http(url, key) as api:
            yield api
        return
    address = running_server(config)
    if address is not None:
        async with _http(address.url, address.key) as api:
            yield api
        return
    async with build(config) as app, local_key(app) as own_key:
        web = create_web(app)
        transport = httpx.ASGITransport(app=web)
        client = httpx.AsyncClient(
            transport=transport, base_url="http://heliogram", headers=_bearer(own_key), timeout=600
        )
        running = [asyncio.create_task(app.run()), asyncio.create_task(web.state.watch.run())]
        try:
            async with client:
                yield Api(client)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await web.state.simulator.aclose()


@asynccontextmanager
async def _http(url: str, key: str) -> AsyncIterator[Api]:
    client = httpx.AsyncClient(base_url=url, headers=_bearer(key), timeout=600, trust_env=False)
    async with client:
        yield Api(client)


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
