"""`heliogram groups`: subscription groups and the senders in them."""

from typing import Annotated

import typer

from heliogram.app import build
from heliogram.commands.options import Data, Database, config_of, fail, run
from heliogram.commands.serving import have_workspace
from heliogram.model.group import Purpose
from heliogram.model.sender import SenderKind
from heliogram.storage import access, senders

groups = typer.Typer(help="Subscription groups and their senders.", no_args_is_help=True)


@groups.command("list")
def show(data: Data = None, database: Database = None) -> None:
    """List the groups with their senders."""

    async def read() -> list[str]:
        lines: list[str] = []
        async with (
            build(config_of(data=data, database=database), with_accounts=False) as app,
            app.store.read() as connection,
        ):
            for workspace in await access.workspaces_all(connection):
                for group in (await senders.load_groups(connection, workspace["id"])).values():
                    tag = "MMS" if group.has_mms() else "SMS only"
                    lines.append(f"{group.name}  [{group.purpose.value}, {tag}]")
                    lines += [
                        f"    {sender.kind.value}  {sender.address}  {', '.join(sender.countries)}"
                        for sender in group.senders
                    ]
        return lines

    for line in run(read()) or ["No groups yet: heliogram groups add NAME --sender …"]:
        typer.echo(line)


@groups.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the group is for, in your words.")],
    sender: Annotated[list[str], typer.Option(help="kind:address:countries, as long_code:+13125550100:US,CA; repeat.")],
    sms_account: Annotated[str, typer.Option(help="Name of the carrier account for texts.")],
    mms_account: Annotated[str, typer.Option(help="Name of the account for picture messages; empty: none.")] = "",
    purpose: Annotated[Purpose, typer.Option(help="What its messages are.")] = Purpose.MARKETING,
    help_text: Annotated[str, typer.Option(help="The answer to HELP.")] = "",
    abroad: Annotated[
        bool, typer.Option(help="Whether its US and Canadian long codes may text other countries.")
    ] = True,
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a group with new senders."""
    wanted = [_sender(each) for each in sender]

    async def work() -> str | None:
        async with build(config_of(data=data, database=database), with_accounts=False) as app:
            await have_workspace(app)
            now = app.now()
            async with app.store.write() as connection:
                workspace_id = (await access.workspaces_all(connection))[0]["id"]
                by_name = {row["name"]: row["id"] for row in await senders.accounts_of(connection, workspace_id)}
                for each in filter(None, (sms_account, mms_account)):
                    if each not in by_name:
                        return f"There is no carrier account “{each}”. There are: {', '.join(by_name) or 'none yet'}."
                if name in (await senders.group_names(connection, workspace_id)).values():
                    return f"There is a group “{name}” already."
                ids = []
                for kind, address, countries in wanted:
                    if await senders.groups_by_address(connection, workspace_id, address):
                        return f"{address} is in a group already."
                    ids.append(app.new_id())
                    row = {
                        "id": ids[-1],
                        "workspace_id": workspace_id,
                        "kind": kind.value,
                        "address": address,
                        "countries": countries,
                        "mms_enabled": bool(mms_account) and kind is not SenderKind.ALPHANUMERIC,
                        "may_go_abroad": abroad,
                        "sms_account_id": by_name[sms_account],
                        "mms_account_id": by_name.get(mms_account),
                        "created_at": now,
                    }
                    await senders.add_sender(connection, row)
                row = {
                    "id": app.new_id(),
                    "workspace_id": workspace_id,
                    "name": name,
                    "purpose": purpose.value,
                    "fallback_carrier_not_approved": True,
                    "fallback_sender_cannot_mms": False,
                    "fallback_media_not_taken": True,
                    "link_base_url": None,
                    "help_text": help_text or f"{name}: reply STOP to opt out.",
                    "created_at": now,
                }
                await senders.add_group(connection, row, ids)
        return None

    if problem := run(work()):
        fail(problem)
    typer.echo("Added.")


def _sender(text: str) -> tuple[SenderKind, str, list[str]]:
    kind, _, rest = text.partition(":")
    address, _, countries = rest.rpartition(":")
    if kind not in list(SenderKind) or not address or not countries:
        fail(f"“{text}” is no sender: write kind:address:countries, the kind one of {', '.join(SenderKind)}.")
    return SenderKind(kind), address, [each.strip().upper() for each in countries.split(",")]
