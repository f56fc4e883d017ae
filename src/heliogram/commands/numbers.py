"""`heliogram numbers`: what is known of a telephone number, and asking a carrier about it."""

from typing import Annotated

import typer

from heliogram.api.schema.numbers import LookupAsk, NumberShape
from heliogram.commands.asking import asked
from heliogram.commands.client import Api, Refused
from heliogram.commands.options import AsJson, Data, Database, Key, Url

numbers = typer.Typer(help="What is known of telephone numbers.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="The number, as +13125550142.")]


@numbers.command("show")
def show(
    number: Number,
    as_json: AsJson = False,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Show what is known of a number, from whom, since when and until when."""

    async def ask(api: Api) -> NumberShape:
        return NumberShape.model_validate(await api.get(f"/numbers/{number}"))

    _print(asked(ask, url, key, data, database), as_json)


@numbers.command("lookup")
def lookup(
    number: Number,
    account: Annotated[str, typer.Option(help="Name of the account to ask; empty: the first that can be.")] = "",
    as_json: AsJson = False,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Ask a carrier what a number is, and keep the answer. Carriers charge for it."""

    async def ask(api: Api) -> NumberShape:
        wanted = LookupAsk(account_id=await _account_id(api, account) if account else None)
        return NumberShape.model_validate(
            await api.ask("POST", f"/numbers/{number}/lookup", wanted.model_dump(mode="json"))
        )

    _print(asked(ask, url, key, data, database), as_json)


async def _account_id(api: Api, name: str) -> str:
    for each in (await api.get("/accounts"))["items"]:
        if each["name"] == name:
            return str(each["id"])
    raise Refused(f"There is no account “{name}”.")


def _print(told: NumberShape, as_json: bool) -> None:
    typer.echo(told.model_dump_json(indent=1) if as_json else _text(told))


def _text(told: NumberShape) -> str:
    where = f" ({told.country})" if told.country else ""
    lines = [f"{told.phone}{where}: picture messages {told.mms}", f"  {told.mms_note}"]
    lines += [f"  {fact.sentence}" for fact in told.facts if fact.sentence != told.mms_note]
    return "\n".join(lines)
