"""Idempotency keys: a POST that is repeated with the same key does nothing again and gets the same answer.

The answer is kept in the transaction of what it answers for, so a crash leaves both or neither.
Source: draft-ietf-httpapi-idempotency-key-header; the behaviour is Stripe's.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.errors import Problem
from heliogram.app import App
from heliogram.storage import access


class Once:
    """One request's key; without one, every method does nothing."""

    def __init__(self, app: App, key: str | None, path: str) -> None:
        self._app = app
        self._key = key
        self._path = path

    async def earlier(self, connection: AsyncConnection, workspace_id: str, *said: str | bytes) -> Response | None:
        """The answer given before, or None when this is the first time. `said` is what the request asked for.

        The key is taken until the transaction ends, so that of two at once the second waits for the first.
        Raises Problem when the key belongs to another request.
        """
        if self._key is None:
            return None
        asked = self._asked(said)
        row = {"workspace_id": workspace_id, "key": self._key, "request_hash": asked, "status": 0, "response": ""}
        if await access.take_key(connection, {**row, "created_at": self._app.now()}):
            return None
        return await self._remembered(connection, workspace_id, asked)

    async def answered(self, connection: AsyncConnection, workspace_id: str, *said: str | bytes) -> Response | None:
        """As `earlier`, but the key is not taken: asked before somebody else is bothered for the answer."""
        return await self._remembered(connection, workspace_id, self._asked(said))

    def _asked(self, said: Sequence[str | bytes]) -> str:
        digest = sha256(self._path.encode())
        for each in said:
            digest.update(b"\0")
            digest.update(each.encode() if isinstance(each, str) else each)
        return digest.hexdigest()

    async def _remembered(self, connection: AsyncConnection, workspace_id: str, asked: str) -> Response | None:
        found = await access.remembered(connection, workspace_id, self._key) if self._key else None
        if found is None:
            return None  # of a key that was taken: it was as old as keys get, and was forgotten a moment ago
        if found["request_hash"] != asked:
            raise Problem("key_reused", "Use a new Idempotency-Key for a new request.")
        return Response(
            found["response"],
            found["status"],
            {"Idempotent-Replayed": "true"},
            media_type="application/json",
        )

    async def keep(self, connection: AsyncConnection, workspace_id: str, status: int, answer: BaseModel) -> Response:
        """Keep the answer for a repetition, and give it."""
        text = answer.model_dump_json(by_alias=True)
        if self._key is not None:
            await access.remember(connection, workspace_id, self._key, status=status, response=text)
        return Response(text, status, media_type="application/json")


def _once(
    request: Request,
    key: Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)] = None,
) -> Once:
    return Once(request.app.state.app, key, f"{request.method} {request.url.path}")


OnceOnly = Annotated[Once, Depends(_once)]
