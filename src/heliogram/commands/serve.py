"""`heliogram serve`, and what its operator needs beside it: a sign-in link, a migration."""

import asyncio
from typing import Annotated

import typer
import uvloop

from heliogram.app import App, build
from heliogram.commands.listening import bound
from heliogram.commands.options import NO_WORKSPACE, Data, Database, config_of, fail, run
from heliogram.commands.serving import run_server
from heliogram.config import CannotStart, Config
from heliogram.pages.sign_in import new_sign_in_link
from heliogram.storage import access
from heliogram.storage.engine import StorageError


def serve(
    data: Data = None,
    database: Database = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0: any. [default: 8025]")] = None,
    public_url: Annotated[str | None, typer.Option(help="Address under which phones and carriers reach us.")] = None,
    simulator_url: Annotated[str | None, typer.Option(help="Control address of the simulator.")] = None,
    worker: Annotated[bool | None, typer.Option(help="Whether this process also delivers. [default: worker]")] = None,
) -> None:
    """Run the server: dashboard, API, and the pipeline that delivers."""
    config = config_of(
        data=data,
        database=database,
        host=host,
        port=port,
        public_url=public_url,
        simulator_url=simulator_url,
        is_worker=worker,
    )
    serve_until_stopped(config)


def serve_until_stopped(config: Config) -> None:
    """Serve, having printed where; end without a traceback."""

    async def ready(app: App) -> None:
        typer.echo(f"Heliogram runs at {app.config.own_url()}/ (Ctrl-C stops it).")
        if found := await new_link(app):
            typer.echo(f"Sign in once with {found}")

    try:
        listening, config = bound(config)
    except OSError as error:
        fail(f"Port {config.port} of {config.host} cannot be used: {error.strerror}. Choose another with --port.", 1)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run_server(config, listening, ready))
    except (StorageError, CannotStart) as error:
        fail(str(error), 1)
    typer.echo("Stopped.")


def link(
    data: Data = None,
    database: Database = None,
    port: Annotated[int | None, typer.Option(help="Port the server listens on. [default: 8025]")] = None,
) -> None:
    """Print a new link that signs the owner in, once."""
    config = config_of(data=data, database=database, port=port)

    async def make() -> str | None:
        async with build(config, with_accounts=False) as app:
            return await new_link(app)

    found = run(make())
    if found is None:
        fail(NO_WORKSPACE)
    typer.echo(found)


def migrate(data: Data = None, database: Database = None) -> None:
    """Bring the database to the shape this version needs. `serve` does it by itself."""
    config = config_of(data=data, database=database)

    async def work() -> None:
        async with build(config, with_accounts=False):
            pass

    run(work())
    typer.echo(f"The database is up to date: {config.database_url().rpartition('@')[2]}")


async def new_link(app: App) -> str | None:
    """A one-time link that signs the first owner in; None without a workspace."""
    async with app.store.read() as connection:
        found = await access.workspaces_all(connection)
        owners = await access.members_of(connection, found[0]["id"]) if found else []
    return await new_sign_in_link(app, found[0]["id"], owners[0]["id"]) if owners else None
