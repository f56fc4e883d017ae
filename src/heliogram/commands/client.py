"""One way to talk to the API: over HTTP to the running server, or in this process when there is none."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx
from fastapi import FastAPI

from heliogram.app import App, build
from heliogram.commands.listening import bound
from heliogram.commands.local import local_key, running_server
from heliogram.commands.serving import web_server
from heliogram.config import CannotStart, Config
from heliogram.server import create_web

TIMEOUT_S = 600
Json: TypeAlias = Any  # what an answer holds is the caller's to know
Fields = Mapping[str, str | Sequence[str]]
"""A form's texts by name; several of one name in their order."""
Files = Sequence[tuple[str, tuple[str, bytes]]]
"""A form's files, each with its field, name and octets."""


class Refused(Exception):
    """The server said no; the text is its sentence, `code` the problem's."""

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(sentence)
        self.code = code


class Api:
    """JSON over an httpx client. Raises Refused with the problem's sentence, httpx.TransportError without an answer.

    `is_here`: the server is inside this process, and stops with it.
    """

    def __init__(self, client: httpx.AsyncClient, here: "tuple[asyncio.Task[None], ...] | None" = None) -> None:
        self._client = client
        self._tasks = here or ()
        self.is_here = here is not None

    async def get(self, path: str, **query: str) -> Json:
        await self._check()
        return _read(await self._client.get(f"/api/v1{path}", params=query))

    async def post(self, path: str, *, data: Fields, files: Files, once: str = "") -> Json:
        """`once` makes a repetition harmless: it gets the first one's answer."""
        await self._check()
        headers = {"Idempotency-Key": once} if once else {}
        return _read(await self._client.post(f"/api/v1{path}", data=data, files=files, headers=headers))

    async def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Json:
        """PATCH, PUT, DELETE, or a POST of JSON."""
        await self._check()
        return _read(await self._client.request(method, f"/api/v1{path}", json=body))

    async def _check(self) -> None:
        """A part of the server in this process that ended by a mistake must not be waited for."""
        for task in self._tasks:
            if task.done():
                await task


def _read(answer: httpx.Response) -> Json:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        told = answer.json()
        raise Refused(str(told.get("detail") or told.get("title")), str(told.get("code")))
    except (ValueError, AttributeError):
        raise Refused(f"The server answered {answer.status_code}.") from None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server is: at `url`, or in this process when it is empty."""

    url: str
    key: str


def place_of(config: Config, *, url: str = "", key: str = "") -> Place:
    """`url` with `key` when they are given, else the server running on this data folder, else this process."""
    if url:
        return Place(url.rstrip("/"), key)
    found = running_server(config)
    return Place(found.url, found.key) if found else Place("", "")


@asynccontextmanager
async def open_api(config: Config, place: Place, *, delivers: bool = True) -> AsyncIterator[Api]:
    """The API of the server at `place`. Raises NoWorkspace and CannotStart.

    In this process everything runs that a server runs until the block ends; without `delivers` nothing does, so that
    a question sends nothing that still waits from before.
    """
    if place.url:
        client = httpx.AsyncClient(base_url=place.url, headers=_bearer(place.key), timeout=TIMEOUT_S, trust_env=False)
        async with client:
            yield Api(client)
    elif delivers:
        async with _delivering(config) as api:
            yield api
    else:
        async with build(config, with_accounts=False) as app, local_key(app) as key, _here(create_web(app), key) as own:
            yield Api(own, ())


@asynccontextmanager
async def _delivering(config: Config) -> AsyncIterator[Api]:
    """A server in this process, with its port: carriers post receipts to it, and links lead to it."""
    try:
        listening, config = bound(config)
    except OSError as error:
        raise CannotStart(
            f"Port {config.port} of {config.host} cannot be used ({error.strerror}), and receipts and links need it. "
            "If a Heliogram runs there, name its folder with --data, or its address with --url; otherwise choose "
            "another port with HELIOGRAM_PORT."
        ) from error
    with listening:
        async with build(config) as app, local_key(app) as key:
            web = create_web(app)
            async with _here(web, key) as client, _running(app, web, listening) as tasks:
                yield Api(client, tasks)


@asynccontextmanager
async def _running(app: App, web: FastAPI, listening: socket.socket) -> AsyncIterator[tuple[asyncio.Task[None], ...]]:
    server = web_server(web)
    working = [asyncio.create_task(app.run()), asyncio.create_task(web.state.watch.run())]
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield (*working, serving)
    finally:
        server.should_exit = True
        for task in working:
            task.cancel()
        await asyncio.gather(*working, serving, return_exceptions=True)


@asynccontextmanager
async def _here(web: FastAPI, key: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=web)
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://heliogram", headers=_bearer(key), timeout=TIMEOUT_S
        ) as client:
            yield client
    finally:
        await web.state.simulator.aclose()


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}
