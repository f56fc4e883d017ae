"""`heliogram senders failover`: which accounts stand in when a sender's own is down."""

from typing import Annotated

import typer

from heliogram.api.schema.senders import AccountShape, FailoverAsk, GroupShape, SenderShape
from heliogram.commands.asking import asked
from heliogram.commands.client import Api, Refused
from heliogram.commands.options import Data, Database, Key, Url

senders = typer.Typer(help="Senders and the accounts behind them.", no_args_is_help=True)


@senders.callback()
def _senders() -> None:
    """Without this, typer makes the group's only command the group."""


@senders.command("failover")
def failover(
    address: Annotated[str, typer.Argument(help="The sender, as +13125550100 or 72975.")],
    sms_account: Annotated[
        list[str] | None, typer.Option(help="Name of an account that stands in for texts; repeat, in order.")
    ] = None,
    mms_account: Annotated[
        list[str] | None, typer.Option(help="The same for picture messages; repeat, in order.")
    ] = None,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Say which accounts stand in when a sender's own is down, in order; none: messages wait for it."""

    async def ask(api: Api) -> list[str]:
        return await _set(api, address, sms_account or [], mms_account or [])

    for line in asked(ask, url, key, data, database):
        typer.echo(line)


async def _set(api: Api, address: str, sms: list[str], mms: list[str]) -> list[str]:
    names = {
        each.id: each.name
        for each in (AccountShape.model_validate(row) for row in (await api.get("/accounts"))["items"])
    }
    ids = {name: account_id for account_id, name in names.items()}
    for name in (*sms, *mms):
        if name not in ids:
            raise Refused(f"There is no carrier account “{name}”. There are: {', '.join(sorted(ids)) or 'none yet'}.")
    sender = await _sender(api, address)
    wanted = FailoverAsk(sms=[ids[name] for name in sms], mms=[ids[name] for name in mms])
    told = SenderShape.model_validate(await api.ask("PUT", f"/senders/{sender.id}/failover", wanted.model_dump()))
    shown = {"Texts": told.failover.sms, "Picture messages": told.failover.mms}
    return [
        f"{what}: {' then '.join(names[each] for each in account_ids) or 'nobody stands in'}"
        for what, account_ids in shown.items()
    ]


async def _sender(api: Api, address: str) -> SenderShape:
    for row in (await api.get("/groups"))["items"]:
        for sender in GroupShape.model_validate(row).senders:
            if sender.address == address:
                return sender
    raise Refused(f"No group has a sender {address}.")
