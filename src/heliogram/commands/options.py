"""The options that several commands share, and how they become a Config."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from heliogram.config import CannotStart, Config
from heliogram.storage.engine import StorageError

Result = TypeVar("Result")

Data = Annotated[Path | None, typer.Option(help="Folder for the database, the pictures and the key. [default: data]")]
Database = Annotated[str | None, typer.Option(help="Database address; default: SQLite in the data folder.")]
Url = Annotated[str, typer.Option(envvar="HELIOGRAM_URL", help="Address of a server elsewhere.")]
Key = Annotated[str, typer.Option(envvar="HELIOGRAM_API_KEY", help="Its API key.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]

BAD_INPUT: Final = 2
"""Exit code: what was asked cannot be done as it stands; nothing was sent."""
INTERRUPTED: Final = 130
NO_WORKSPACE: Final = (
    "Nothing is set up here yet. “heliogram demo” makes a sample business; for your own, start with “heliogram "
    "accounts add”, or with “heliogram serve”."
)


def config_of(**given: Any) -> Config:
    """The configuration, with the options that were given on top."""
    try:
        return Config(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        fail("; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors()))


def fail(sentence: str, code: int = BAD_INPUT) -> NoReturn:
    """Say what is wrong and end."""
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(code)


def run(
    work: Coroutine[Any, Any, Result],
    *,
    when_interrupted: str = "Stopped.",
    refuse: Callable[[str], NoReturn] = fail,
) -> Result:
    """Run a command's coroutine. Ctrl-C ends it without a traceback, with a sentence."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        fail(when_interrupted, INTERRUPTED)
    except (StorageError, CannotStart) as error:
        refuse(str(error))
