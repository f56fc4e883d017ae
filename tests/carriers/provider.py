"""The other side of the carriers that are web services: one server, and for each provider a book of what it takes.

The server has the faults, the journal and the receipts; a book has the recorded request, and refuses any other.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import aiohttp
from aiohttp import web

from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal

AT = 1_790_000_000.0
RETRY_S, N_TRIES = 0.05, 400


class Departs(Exception):
    """The request is not the recorded one. The text says where it departs from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a request asks for. `key` is its idempotency key, "" where the provider has none."""

    to: str
    sender: str
    text: str
    media: tuple[str, ...] = ()
    callback_url: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of the provider's, to the callback address with `query` behind it."""

    headers: Mapping[str, str]
    body: bytes
    query: str = ""


class Book(Protocol):
    """What one provider takes and says."""

    callback_url: str
    at: Callable[[], float]
    """The time that its calls are signed at, seconds since 1970."""

    def read(self, request: Received) -> Taken:
        """What the request asks for. Raises Departs for any that the provider's own SDK would not send."""
        ...

    def new_id(self, n: int, taken: Taken) -> str: ...

    def accepted(self, given: str, taken: Taken) -> Reply: ...

    def refused(self, code: int) -> Reply: ...

    def throttled(self) -> Reply: ...

    def said(self, words: str) -> Reply:
        """A lasting refusal in these words."""
        ...

    def receipt(self, given: str, taken: Taken, status: str = "") -> Call:
        """The signed call that tells of a delivery, or of `status` in the provider's words."""
        ...

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        """The signed call that brings a message from a phone."""
        ...


@runtime_checkable
class TellsNumbers(Protocol):
    """A provider that is asked what a number is."""

    def looked_up(self, request: Received) -> Reply:
        """Its answer. Raises Departs for any request that the provider's own SDK would not send."""
        ...


@dataclass(slots=True)
class Provider:
    """A provider that runs."""

    book: Book
    journal: Journal
    faults: FaultBoard
    answer_delay_s: float = 0.0
    fetches: bool = False
    """Whether it fetches the pictures whose addresses it is given, by HEAD and GET, as providers do."""
    rude: Reply | None = None
    """What it answers everything with instead of its own words."""
    url: str = ""
    _n: int = 0
    _runner: web.AppRunner | None = None
    _client: aiohttp.ClientSession | None = None
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _known: dict[str, str] = field(default_factory=dict)

    async def start(self) -> None:
        app = web.Application(client_max_size=16 << 20)
        app.router.add_route("*", "/{rest:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._client = aiohttp.ClientSession()
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._client is not None:
            await self._client.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def call(self, call: Call) -> int:
        """Call the account's callback address. The HTTP status of its answer, 0 for none."""
        assert self._client is not None
        url = self.book.callback_url + (f"?{call.query}" if call.query else "")
        try:
            async with self._client.post(url, data=call.body, headers=call.headers) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(method=request.method, path=request.path_qs, headers=headers, body=await request.read())
        try:
            if isinstance(self.book, TellsNumbers) and received.method == "GET":
                self._write("lookup", path=received.path)
                return _sent(self.book.looked_up(received))
            taken = self.book.read(received)
        except Departs as how:
            self._write("departed", why=str(how))
            return web.Response(status=400, text=f"not as recorded: {how}")
        if self.rude is not None:
            self._write("rude")
            return _sent(self.rude)
        if self.faults.is_throttled(AT):
            return _sent(self.book.throttled())
        if code := self.faults.refusal("http"):
            return _sent(self.book.refused(code))
        given = self._known.get(taken.key, "") if taken.key else ""
        if not given:
            given = await self._take(taken)
        if self.answer_delay_s:
            await asyncio.sleep(self.answer_delay_s)
        if self.faults.drops_connection():
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return _sent(self.book.accepted(given, taken))

    async def _take(self, taken: Taken) -> str:
        self._n += 1
        given = self._known[taken.key] = self.book.new_id(self._n, taken)
        media = [await self._fetched(url) for url in taken.media] if self.fetches else list(taken.media)
        self._write("submit", id=given, to=taken.to, text=taken.text, media=media, **{"from": taken.sender})
        if taken.callback_url and not self.faults.loses_receipt():
            task = asyncio.create_task(self._tell(given, taken))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return given

    async def _fetched(self, url: str) -> dict[str, Any]:
        """A picture as a provider fetches it: what HEAD says must be what GET gives."""
        assert self._client is not None
        async with self._client.head(url) as head, self._client.get(url) as got:
            octets = await got.read()
            told = [(each.status, each.headers["Content-Type"], each.headers["Content-Length"]) for each in (head, got)]
        is_honest = told[0] == told[1] == (200, told[0][1], str(len(octets)))
        return {"content_type": told[1][1], "n_octets": len(octets), "is_honest": is_honest}

    async def _tell(self, given: str, taken: Taken) -> None:
        for _ in range(N_TRIES):
            if 200 <= await self.call(self.book.receipt(given, taken)) < 300:
                self._write("acknowledged", id=given)
                return
            await asyncio.sleep(RETRY_S)

    def _write(self, kind: str, **facts: Any) -> None:
        self.journal.write([{"at": AT, "kind": kind, "protocol": "http", **facts}])


def _sent(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, body=reply.body, headers=dict(reply.headers))


@asynccontextmanager
async def providing(provider: Provider) -> AsyncIterator[Provider]:
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()


def standing() -> float:
    """The time of a book whose clock stands still."""
    return AT


def json_fields(request: Received, needed: Mapping[str, type], allowed: Mapping[str, type]) -> dict[str, Any]:
    """A JSON body with all the needed fields and at most the allowed ones beside, each of its type."""
    must(request.headers.get("content-type") == "application/json", "Content-Type")
    must(request.headers.get("accept") == "application/json", "Accept")
    body: dict[str, Any] = json.loads(request.body)
    must(set(needed) <= set(body) <= {*needed, *allowed}, f"fields {sorted(body)}")
    for name, value in body.items():
        must(type(value) is {**needed, **allowed}[name], f"{name} is a {type(value).__name__}")
    return body


def must(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise Departs(otherwise)
