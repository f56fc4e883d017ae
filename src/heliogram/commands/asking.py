"""A command that asks the server one question: its options, and how a refusal ends it. Nothing is sent meanwhile."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import httpx

from heliogram.commands.client import Api, Refused, open_api, place_of
from heliogram.commands.options import config_of, fail, run

Told = TypeVar("Told")


def asked(
    question: Callable[[Api], Awaitable[Told]], url: str, key: str, data: Path | None, database: str | None
) -> Told:
    """The answer. A refusal ends the command with its sentence."""

    async def work() -> Told:
        config = config_of(data=data, database=database)
        async with open_api(config, place_of(config, url=url, key=key), delivers=False) as api:
            return await question(api)

    try:
        return run(work())
    except Refused as error:
        fail(str(error))
    except httpx.TransportError as error:
        fail(f"The server does not answer ({error}).")
