"""`heliogram accounts`: the carriers this server is connected to. Secrets are stored encrypted."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from heliogram.app import build
from heliogram.carriers.catalogue import KINDS
from heliogram.carriers.registry import CARRIERS, AccountSettings, UnknownCarrier, carrier_for
from heliogram.clock import new_id, now
from heliogram.commands.options import Data, Database, config_of, fail, run
from heliogram.commands.serving import have_workspace
from heliogram.config import CannotStart
from heliogram.storage import access, id_forms, senders
from heliogram.storage.id_forms import Learning

accounts = typer.Typer(help="Carrier accounts.", no_args_is_help=True)


@accounts.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    carrier: Annotated[str, typer.Option(help=f"One of {', '.join(sorted(CARRIERS))}.")],
    set_: Annotated[list[str], typer.Option("--set", help="A setting, as host=smpp.example.com; repeat for more.")],
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            envvar="HELIOGRAM_ACCOUNT_PASSWORD",
            help="Its password; asked for when it is not given.",
        ),
    ],
    data: Data = None,
    database: Database = None,
) -> None:
    """Connect a carrier. `heliogram accounts settings` lists what each needs; a server that runs picks it up."""
    settings = _settings(set_)
    try:
        # Opened once before anything is stored, so that settings which cannot work leave nothing behind.
        carrier_for(carrier, _tried(settings, password))
    except (UnknownCarrier, ValueError) as error:
        fail(str(error))

    async def work() -> str:
        async with build(config_of(data=data, database=database), with_accounts=False) as app:
            await have_workspace(app)
            async with app.store.write() as connection:
                workspace = (await access.workspaces_all(connection))[0]
                if name in {row["name"] for row in await senders.accounts_of(connection, workspace["id"])}:
                    raise CannotStart(f"There is an account “{name}” already.")
                account_id = app.new_id()
                await senders.add_account(
                    connection,
                    {
                        "id": account_id,
                        "workspace_id": workspace["id"],
                        "name": name,
                        "carrier": carrier,
                        "settings": settings,
                        "secret": app.locked(password),
                        "created_at": app.now(),
                    },
                )
            return app.config.callback_url(account_id)

    callback = run(work())
    typer.echo("Added. A server that runs connects within seconds.")
    typer.echo(f"If this carrier reports by HTTP, as all but smpp do, have it call {callback}")


@accounts.command("list")
def show(data: Data = None, database: Database = None) -> None:
    """List the accounts, without their secrets."""

    async def read() -> list[str]:
        async with (
            build(config_of(data=data, database=database), with_accounts=False) as app,
            app.store.read() as connection,
        ):
            rows = await senders.all_accounts(connection)
            forms = {row["id"]: await id_forms.one(connection, row["id"]) for row in rows}
        return [
            f"{row['id']}  {row['name']}  {row['carrier']}  {json.dumps(row['settings'])}{_ids(forms[row['id']])}"
            for row in rows
        ]

    for line in run(read()) or ["No accounts yet: heliogram accounts add NAME --carrier smpp --set host=…"]:
        typer.echo(line)


@accounts.command("settings")
def settings_of(carrier: Annotated[str, typer.Argument(help="The kind of carrier.")]) -> None:
    """List the settings of a kind of carrier: name, default, meaning."""
    kind = KINDS.get(carrier)
    if kind is None:
        fail(f"There is no carrier {carrier!r}; there are {', '.join(sorted(KINDS))}.")
    typer.echo(f"{kind.title}: {kind.summary}")
    typer.echo(f"--password  {kind.secret_label}. {kind.secret_help}")
    for each in kind.settings:
        default = "needed" if each.is_required else f"default {json.dumps(each.default)}"
        typer.echo(f"{each.name} ({default})  {each.label}. {each.help}")


def _ids(known: Learning | None) -> str:
    """What is known of the way in which an account's receipts write the ids of its answers."""
    return f"  receipt ids: {known.form.value}, votes {json.dumps(known.votes)}" if known else ""


def _tried(settings: Mapping[str, object], password: str) -> AccountSettings:
    """An account to try the settings with: nothing is sent through it, so nobody can call or fetch."""
    return AccountSettings(
        settings=settings, secret=password, callback_url="", media_url=lambda _part: "", new_id=new_id, now=now
    )


def _settings(given: list[str]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            fail(f"“{each}” is not a setting: write name=value.")
        try:
            settings[name] = json.loads(value)
        except ValueError:
            settings[name] = value
    return settings
