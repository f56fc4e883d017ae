"""How each account's receipts write the ids of its answers."""

from datetime import datetime

import msgspec
from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.receipt_id import IdForm
from heliogram.storage.bulk import put_rows
from heliogram.storage.tables.delivery import id_forms


class Learning(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an account. `votes` has how many receipts could only be read in each form."""

    account_id: str
    workspace_id: str
    form: IdForm
    votes: dict[str, int]


_ONE = select(id_forms).where(id_forms.c.account_id == bindparam("account"))


async def one(connection: AsyncConnection, account_id: str) -> Learning | None:
    """None: its receipts write ids as its answers do, or none has come yet."""
    row = (await connection.execute(_ONE, {"account": account_id})).mappings().first()
    return None if row is None else _learning(row)


async def put(connection: AsyncConnection, workspace_id: str, learning: Learning, at: datetime) -> None:
    row = {"account_id": learning.account_id, "workspace_id": workspace_id, "at": at}
    row |= {"form": learning.form.value, "votes": learning.votes}
    await put_rows(connection, id_forms, [row], change=("form", "votes", "at"))


async def since(connection: AsyncConnection, workspace_id: str) -> dict[str, tuple[Learning, datetime]]:
    """Account id → what is known of it, and since when it is so."""
    rows = await connection.execute(select(id_forms).where(id_forms.c.workspace_id == workspace_id))
    return {row["account_id"]: (_learning(row), row["at"]) for row in rows.mappings()}


def _learning(row: RowMapping) -> Learning:
    return Learning(
        account_id=row["account_id"],
        workspace_id=row["workspace_id"],
        form=IdForm(row["form"]),
        votes=dict(row["votes"]),
    )
