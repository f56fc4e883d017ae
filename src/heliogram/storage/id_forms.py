"""How each account's receipts write the ids of its answers."""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select
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
    row = (await connection.execute(_ONE, {"account": account_id})).first()
    if row is None:
        return None
    return Learning(account_id=account_id, workspace_id=row.workspace_id, form=IdForm(row.form), votes=dict(row.votes))


async def put(connection: AsyncConnection, workspace_id: str, learning: Learning, at: datetime) -> None:
    row = {"account_id": learning.account_id, "workspace_id": workspace_id, "at": at}
    row |= {"form": learning.form.value, "votes": learning.votes}
    await put_rows(connection, id_forms, [row], change=("form", "votes", "at"))
