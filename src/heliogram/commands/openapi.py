"""`heliogram openapi`: the API's description, for whoever generates a client."""

import asyncio
import json
import tempfile
from pathlib import Path

import typer

from heliogram.app import build
from heliogram.config import Config
from heliogram.server import create_web


def openapi() -> None:
    """Print the OpenAPI description of the HTTP API."""

    async def describe() -> str:
        with tempfile.TemporaryDirectory() as folder:
            async with build(Config(data=Path(folder), database=""), with_accounts=False) as app:
                return json.dumps(create_web(app).openapi(), indent=1)

    typer.echo(asyncio.run(describe()))
