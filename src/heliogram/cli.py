"""The command line: each command is a file in `commands/`. The settings are `config.Config`; options win over them."""

import sys

import structlog
import typer

from heliogram import __version__
from heliogram.commands import accounts, demo, groups, keys, message, openapi, send, serve, simulator

cli = typer.Typer(
    help="Heliogram: picture messages with texts as the safety net, on your own server.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
cli.command("demo")(demo.demo)
cli.command("serve")(serve.serve)
cli.command("send")(send.send)
cli.command("message")(message.message)
cli.command("link")(serve.link)
cli.command("simulator")(simulator.simulator)
cli.command("migrate")(serve.migrate)
cli.command("openapi")(openapi.openapi)
cli.add_typer(keys.keys, name="keys")
cli.add_typer(accounts.accounts, name="accounts")
cli.add_typer(groups.groups, name="groups")


@cli.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
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
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    """What the `heliogram` command runs."""
    cli()
