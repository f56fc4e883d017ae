"""How large a request may be, counted as its octets come in: nobody fills memory or disk by sending more."""

from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heliogram.api.errors import Problem

DEFAULT_OCTETS: Final = 262_144
_ROOM: Final[tuple[tuple[str, int], ...]] = (
    ("/api/v1/imports", 100_000_000),
    ("/api/v1/sends", 106_000_000),
    # A picture of just over the limit must reach the rule that says so with its figures.
    ("/api/v1/media", 12_000_000),
    ("/carriers/", 12_000_000),
)


class TooLarge(Exception):
    """More octets came than this address takes."""


class BodyLimit:
    """ASGI middleware: refuses by Content-Length at once, else when the octets received are too many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = next((octets for start, octets in _ROOM if scope["path"].startswith(start)), DEFAULT_OCTETS)
        if _announced(scope) > limit:
            await _refuse(scope, receive, send, limit)
            return
        began = False
        n = 0

        async def counted() -> Message:
            nonlocal n
            message = await receive()
            n += len(message.get("body", b""))
            if n > limit:
                raise TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except TooLarge:
            if not began:
                await _refuse(scope, receive, send, limit)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    sentence = f"This is larger than the {limit:,} bytes that can be sent here."
    response: Any = Problem("too_large", sentence).response()
    await response(scope, receive, send)
