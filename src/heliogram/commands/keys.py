"""`heliogram keys`: API keys, shown once, stored as hashes, each with its scopes."""

from typing import Annotated

import typer

from heliogram.app import build
from heliogram.commands.options import NO_WORKSPACE, Data, Database, config_of, fail, run
from heliogram.model.access import Scope, hash_of
from heliogram.storage import access

keys = typer.Typer(help="API keys.", no_args_is_help=True)


@keys.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; repeat for more. [default: all]")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a key and print it. It cannot be shown again."""
    scopes = [each.value for each in (scope or list(Scope))]

    async def make() -> str | None:
        async with build(config_of(data=data, database=database), with_accounts=False) as app:
            async with app.store.write() as connection:
                found = await access.workspaces_all(connection)
                if not found:
                    return None
                prefix, secret = app.new_token(), app.new_secret()
                await access.add_api_key(
                    connection,
                    {
                        "id": app.new_id(),
                        "workspace_id": found[0]["id"],
                        "name": name,
                        "prefix": prefix,
                        "secret_hash": hash_of(secret),
                        "scopes": scopes,
                        "created_at": app.now(),
                        "revoked_at": None,
                    },
                )
            return f"hg_{prefix}.{secret}"

    key = run(make())
    if key is None:
        fail(NO_WORKSPACE)
    typer.echo(key)


@keys.command("list")
def show(data: Data = None, database: Database = None) -> None:
    """List the keys by their prefix."""

    async def read() -> list[str]:
        async with (
            build(config_of(data=data, database=database), with_accounts=False) as app,
            app.store.read() as connection,
        ):
            rows = [
                row
                for each in await access.workspaces_all(connection)
                for row in await access.keys_of(connection, each["id"])
            ]
        return [
            f"hg_{row['prefix']}…  {row['name']}  {', '.join(row['scopes'])}"
            for row in rows
            if row["revoked_at"] is None and not row["prefix"].startswith("local-")
        ]

    for line in run(read()) or ["No keys yet: heliogram keys add NAME"]:
        typer.echo(line)


@keys.command("revoke")
def revoke(
    prefix: Annotated[str, typer.Argument(help="What stands between hg_ and the dot.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Take a key out of use, at once."""

    async def work() -> bool:
        async with (
            build(config_of(data=data, database=database), with_accounts=False) as app,
            app.store.write() as connection,
        ):
            return await access.revoke_key(connection, prefix.removeprefix("hg_").partition(".")[0], app.now())

    if not run(work()):
        fail(f"There is no key {prefix} in use.")
    typer.echo("Revoked.")
