"""What the tests of one HTTP carrier need: accounts, answers and calls, and facts with a source."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from heliogram.carriers.aggregator import Ours
from heliogram.carriers.http import Answered
from heliogram.carriers.registry import AccountSettings
from heliogram.model.event import Callback
from heliogram.model.parcel import MediaPart
from tests.world import NOON, Clock, Ids

CALLBACK = "https://sms.example.com/carriers/a1"


def facts(name: str) -> Any:
    """tests/vectors/providers/{name}.json"""
    return json.loads((Path(__file__).parents[1] / "vectors" / "providers" / f"{name}.json").read_text())


def media_url(part: MediaPart) -> str:
    return f"https://cdn.example.com/{part.filename}"


def account(secret: str, settings: dict[str, Any], callback_url: str = CALLBACK) -> AccountSettings:
    return AccountSettings(
        settings=settings,
        secret=secret,
        callback_url=callback_url,
        media_url=media_url,
        new_id=Ids().new_id,
        now=Clock().now,
    )


def ours(
    callback_url: str = CALLBACK,
    *,
    media_url: Callable[[MediaPart], str] = media_url,
    at: datetime = NOON,
) -> Ours:
    return Ours(callback_url=callback_url, media_url=media_url, now=lambda: at)


def pictures(*names: str) -> tuple[MediaPart, ...]:
    return tuple(
        MediaPart(content_type="image/jpeg", octets=b"\xff\xd8", sha256="00" * 32, filename=name) for name in names
    )


def answered(status: int, body: Any = None, **headers: str) -> Answered:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answered(
        status=status, headers={name.replace("_", "-"): each for name, each in headers.items()}, body=octets
    )


def call(body: bytes, headers: dict[str, str], *, query: str = "", method: str = "POST") -> Callback:
    named = {name.lower(): value for name, value in headers.items()}
    return Callback(method=method, path="/carriers/a1", query=query, headers=named, body=body)
