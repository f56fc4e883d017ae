"""`heliogram groups`: subscription groups and the senders in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.app import App, build
from heliogram.commands.options import Data, Database, config_of, fail, run
from heliogram.commands.rules import IfTooLong, MaxSegments, Smart, Transliterate, wishes_of
from heliogram.commands.senders import NewSender, sender_of
from heliogram.commands.serving import have_workspace
from heliogram.model.group import Fallbacks, Purpose, UnknownMms
from heliogram.model.link_address import NotALinkAddress, link_address
from heliogram.model.text import TextRules
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
    link_instead: Annotated[
        bool,
        typer.Option(help="Send text + link where the sender for a country cannot send pictures, as a UK number."),
    ] = False,
    unknown_mms: Annotated[
        UnknownMms, typer.Option(help="What a number gets of which nobody knows whether it takes pictures.")
    ] = UnknownMms.PICTURE,
    links_at: Annotated[
        str, typer.Option(help="Domain of its short links, https://go.example.com; empty: the server's own address.")
    ] = "",
    smart: Smart = None,
    transliterate: Transliterate = None,
    max_segments: MaxSegments = None,
    too_long: IfTooLong = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Make a group with new senders."""
    new = _NewGroup(
        name=name,
        senders=[sender_of(each) for each in sender],
        sms_account=sms_account,
        mms_account=mms_account,
        purpose=purpose,
        help_text=help_text or f"{name}: reply STOP to opt out.",
        may_go_abroad=abroad,
        fallbacks=Fallbacks(sender_cannot_mms=link_instead),
        unknown_mms=unknown_mms,
        link_base_url=_link_address(links_at),
        text_rules=TextRules().but(wishes_of(smart, transliterate, max_segments, too_long)),
    )

    async def work() -> str | None:
        async with build(config_of(data=data, database=database), with_accounts=False) as app:
            await have_workspace(app)
            async with app.store.write() as connection:
                workspace_id = (await access.workspaces_all(connection))[0]["id"]
                # Every question before the first row: what is refused leaves nothing behind.
                if problem := await _problem(connection, workspace_id, new):
                    return problem
                await _store(connection, app, workspace_id, new)
        return None

    if problem := run(work()):
        fail(problem)
    typer.echo("Added.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewGroup:
    """A group as the command line describes it."""

    name: str
    senders: Sequence[NewSender]
    sms_account: str
    mms_account: str
    purpose: Purpose
    help_text: str
    may_go_abroad: bool
    fallbacks: Fallbacks
    unknown_mms: UnknownMms
    link_base_url: str | None
    text_rules: TextRules


def _link_address(text: str) -> str | None:
    try:
        return link_address(text) if text else None
    except NotALinkAddress as problem:
        fail(str(problem))


async def _problem(connection: AsyncConnection, workspace_id: str, new: _NewGroup) -> str | None:
    accounts = [row["name"] for row in await senders.accounts_of(connection, workspace_id)]
    for each in filter(None, (new.sms_account, new.mms_account)):
        if each not in accounts:
            return f"There is no carrier account “{each}”. There are: {', '.join(accounts) or 'none yet'}."
    if new.name in (await senders.group_names(connection, workspace_id)).values():
        return f"There is a group “{new.name}” already."
    addresses = [each.address for each in new.senders]
    for address in addresses:
        if addresses.count(address) > 1:
            return f"{address} is named twice."
        if await senders.groups_by_address(connection, workspace_id, address):
            return f"{address} is in a group already."
    return None


async def _store(connection: AsyncConnection, app: App, workspace_id: str, new: _NewGroup) -> None:
    by_name = {row["name"]: row["id"] for row in await senders.accounts_of(connection, workspace_id)}
    ids = [app.new_id() for _ in new.senders]
    for sender_id, sender in zip(ids, new.senders, strict=True):
        row = sender.row(by_name[new.sms_account], by_name.get(new.mms_account), may_go_abroad=new.may_go_abroad)
        await senders.add_sender(
            connection, {**row, "id": sender_id, "workspace_id": workspace_id, "created_at": app.now()}
        )
    group = {
        "id": app.new_id(),
        "workspace_id": workspace_id,
        "name": new.name,
        "purpose": new.purpose.value,
        "fallback_carrier_not_approved": new.fallbacks.carrier_not_approved,
        "fallback_sender_cannot_mms": new.fallbacks.sender_cannot_mms,
        "fallback_media_not_taken": new.fallbacks.media_not_taken,
        "unknown_mms": new.unknown_mms.value,
        "link_base_url": new.link_base_url,
        "help_text": new.help_text,
        "text_rules": new.text_rules,
        "created_at": app.now(),
    }
    await senders.add_group(connection, group, ids)
