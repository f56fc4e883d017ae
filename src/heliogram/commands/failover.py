"""`heliogram senders failover`: which accounts stand in when a sender's own is down."""

from typing import Annotated

import httpx
import typer

from heliogram.api.schema.senders import AccountShape, FailoverAsk, GroupShape, SenderShape
from heliogram.commands.client import Api, Refused, open_api, place_of
from heliogram.commands.options import Data, Database, config_of, fail, run

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
    url: Annotated[str, typer.Option(envvar="HELIOGRAM_URL", help="Address of a server elsewhere.")] = "",
    key: Annotated[str, typer.Option(envvar="HELIOGRAM_API_KEY", help="Its API key.")] = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Say which accounts stand in when a sender's own is down, in order; none: messages wait for it."""

    async def work() -> list[str]:
        config = config_of(data=data, database=database)
        async with open_api(config, place_of(config, url=url, key=key), delivers=False) as api:
            return await _set(api, address, sms_account or [], mms_account or [])

    try:
        for line in run(work()):
            typer.echo(line)
    except Refused as error:
        fail(str(error))
    except httpx.TransportError as error:
        fail(f"The server does not answer ({error}).")


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
    asked = FailoverAsk(sms=[ids[name] for name in sms], mms=[ids[name] for name in mms])
    told = SenderShape.model_validate(await api.ask("PUT", f"/senders/{sender.id}/failover", asked.model_dump()))
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
