"""A peer for HTTP carriers on a real socket: it answers what a test tells it to and remembers what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True, kw_only=True)
class Asked:
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Gateway:
    url: str = ""
    asked: list[Asked] = field(default_factory=list)


Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def gateway_answering(
    answering: Answering, *, port: int = 0, context: ssl.SSLContext | None = None, path: str = "/mm7"
) -> AsyncIterator[Gateway]:
    """Serve on loopback, on a port that the system chooses unless one is given, until the block ends."""
    gateway = Gateway()

    async def handle(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        gateway.asked.append(Asked(headers=headers, body=await request.read()))
        return await answering(request)

    app = web.Application(client_max_size=16 << 20)
    app.router.add_post(path, handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context)
        await site.start()
        scheme = "https" if context else "http"
        gateway.url = f"{scheme}://127.0.0.1:{runner.addresses[0][1]}{path}"
        yield gateway
    finally:
        await runner.cleanup()


def always(status: int, body: bytes, **headers: str) -> Answering:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers={"Content-Type": "text/xml", **headers})

    return answer


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without a word."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def never(request: web.Request) -> web.StreamResponse:
    """Never answer; the wait ends when the peer goes."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError("unreachable")


async def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
    return port
