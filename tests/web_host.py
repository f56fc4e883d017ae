"""A web server of loopback that hands out files, and remembers what it was asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True)
class WebHost:
    """`files` by their path; `leads` are redirects. `asked` has the paths in order."""

    files: dict[str, bytes]
    url: str = ""
    leads: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path in self.leads:
            return web.Response(status=302, headers={"Location": self.leads[request.path]})
        if request.path not in self.files:
            return web.Response(status=404)
        return web.Response(body=self.files[request.path], content_type="application/octet-stream")


@asynccontextmanager
async def web_host(files: dict[str, bytes]) -> AsyncIterator[WebHost]:
    host = WebHost(files=dict(files))
    app = web.Application()
    app.router.add_get("/{rest:.*}", host.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield host
    finally:
        await runner.cleanup()
