"""The command line: each command is a file in `commands/`. The settings are `config.Config`; options win over them.

A command is imported when it is asked for: a server takes two seconds to import, and most commands need none of it.
"""

import sys
from collections.abc import Callable
from typing import Any, Final

import structlog
import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from heliogram import __version__

Found = typer.Typer | Callable[..., Any]


def _demo() -> Found:
    from heliogram.commands.demo import demo

    return demo


def _serve() -> Found:
    from heliogram.commands.serve import serve

    return serve


def _send() -> Found:
    from heliogram.commands.send import send

    return send


def _message() -> Found:
    from heliogram.commands.message import message

    return message


def _segments() -> Found:
    from heliogram.commands.segments import segments

    return segments


def _link() -> Found:
    from heliogram.commands.serve import link

    return link


def _simulator() -> Found:
    from heliogram.commands.simulator import simulator

    return simulator


def _migrate() -> Found:
    from heliogram.commands.serve import migrate

    return migrate


def _openapi() -> Found:
    from heliogram.commands.openapi import openapi

    return openapi


def _keys() -> Found:
    from heliogram.commands.keys import keys

    return keys


def _accounts() -> Found:
    from heliogram.commands.accounts import accounts

    return accounts


def _groups() -> Found:
    from heliogram.commands.groups import groups

    return groups


def _senders() -> Found:
    from heliogram.commands.failover import senders

    return senders


def _numbers() -> Found:
    from heliogram.commands.numbers import numbers

    return numbers


def _media() -> Found:
    from heliogram.commands.media import media

    return media


COMMANDS: Final[dict[str, Callable[[], Found]]] = {
    "demo": _demo,
    "serve": _serve,
    "send": _send,
    "message": _message,
    "segments": _segments,
    "link": _link,
    "simulator": _simulator,
    "migrate": _migrate,
    "openapi": _openapi,
    "keys": _keys,
    "accounts": _accounts,
    "groups": _groups,
    "senders": _senders,
    "numbers": _numbers,
    "media": _media,
}
"""The commands in the order in which the help shows them. `docs/cli.md` describes each; a test keeps it so."""


class _Late(TyperGroup):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: object) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        if cmd_name not in COMMANDS:
            return None
        found = COMMANDS[cmd_name]()
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False)
            alone.command(cmd_name)(found)
            found = alone
        command = get_command(found)
        assert isinstance(command, TyperCommand | TyperGroup)  # what typer makes of its own
        command.name = cmd_name
        return command


cli = typer.Typer(
    cls=_Late,
    help="Heliogram: picture messages with texts as the safety net, on your own server.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@cli.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Show the version and end."),
) -> None:
    if version:
        typer.echo(f"heliogram {__version__}")
        raise typer.Exit
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            # Not the prettier one, which shows every variable: secrets among them, and for minutes.
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    """What the `heliogram` command runs."""
    cli()
