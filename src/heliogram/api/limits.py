"""What a request may be before anyone reads it: how large, counted as its octets come in, and no NUL in its address.

Nobody fills memory or disk by sending more, and no database is asked for a name that it cannot hold.
"""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heliogram.api.errors import Problem

DEFAULT_OCTETS: Final = 262_144
_ROOM: Final[tuple[tuple[str, int], ...]] = (
    ("/api/v1/imports", 100_000_000),
    ("/api/v1/sends", 106_000_000),
    # A picture of just over the limit must reach the rule that says so with its figures.
    ("/api/v1/media", 12_000_000),
    ("/api/v1/simulator/phones", 12_000_000),
    ("/carriers/", 12_000_000),
)


class TooLarge(HTTPException):
    """More octets came than this address takes. The one kind of error that a framework reading a body lets through."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, _sentence(limit))


class BodyLimit:
    """ASGI middleware: refuses by Content-Length at once, else when the octets received are too many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            sentence = "This address holds a NUL character, which is in no name here. Take it out."
            await Problem("bad_request", sentence).response()(scope, receive, send)
            return
        limit = next((octets for start, octets in _ROOM if scope["path"].startswith(start)), DEFAULT_OCTETS)
        if _announced(scope) > limit:
            await Problem("too_large", _sentence(limit)).response()(scope, receive, send)
            return
        n = 0

        async def counted() -> Message:
            nonlocal n
            message = await receive()
            n += len(message.get("body", b""))
            if n > limit:
                raise TooLarge(limit)
            return message

        await self._app(scope, counted, send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        # More digits than any length has are too many, and more than Python turns into a number.
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def _sentence(limit: int) -> str:
    return f"This is larger than the {limit:,} bytes that can be sent here."
