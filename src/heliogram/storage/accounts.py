"""One carrier account: its row, the groups that send through it, and what was said with it last.

Reading all of them, and adding one, is in `storage.senders`.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.tables.delivery import attempts, id_forms, outcomes
from heliogram.storage.tables.senders import accounts, group_senders, groups, sender_failovers, senders

N_LOOKED_THROUGH = 2_000
"""Attempts looked through for those of one account: the newest, whatever their account, so that looking is bounded."""


async def one(connection: AsyncConnection, workspace_id: str, account_id: str) -> RowMapping | None:
    query = select(accounts).where(accounts.c.workspace_id == workspace_id, accounts.c.id == account_id)
    return (await connection.execute(query)).mappings().first()


async def change(connection: AsyncConnection, workspace_id: str, account_id: str, values: Mapping[str, object]) -> None:
    mine = and_(accounts.c.workspace_id == workspace_id, accounts.c.id == account_id)
    await connection.execute(accounts.update().where(mine).values(**values))


async def remove(connection: AsyncConnection, workspace_id: str, account_id: str) -> None:
    """Forget an account. What was sent through it stays; the database refuses where a sender still names it."""
    learnt = and_(id_forms.c.workspace_id == workspace_id, id_forms.c.account_id == account_id)
    await connection.execute(id_forms.delete().where(learnt))
    await connection.execute(
        accounts.delete().where(accounts.c.workspace_id == workspace_id, accounts.c.id == account_id)
    )


async def is_name_taken(connection: AsyncConnection, workspace_id: str, name: str, *, but: str = "") -> bool:
    query = select(accounts.c.id).where(
        accounts.c.workspace_id == workspace_id, accounts.c.name == name, accounts.c.id != but
    )
    return (await connection.execute(query)).first() is not None


async def senders_through(connection: AsyncConnection, workspace_id: str) -> dict[str, list[str]]:
    """Account id → the addresses of the senders that go through it, or may when another is down, in order."""
    query = (
        select(senders.c.address, senders.c.sms_account_id, senders.c.mms_account_id, sender_failovers.c.account_id)
        .outerjoin(sender_failovers, sender_failovers.c.sender_id == senders.c.id)
        .where(senders.c.workspace_id == workspace_id)
        .order_by(senders.c.address)
    )
    found: dict[str, dict[str, None]] = {}
    for address, *ids in await connection.execute(query):
        for account_id in filter(None, ids):
            found.setdefault(account_id, {})[address] = None
    return {account_id: list(addresses) for account_id, addresses in found.items()}


async def groups_through(connection: AsyncConnection, workspace_id: str) -> dict[str, list[str]]:
    """Account id → the names of the groups that have a sender on it, in order."""
    query = (
        select(groups.c.name, senders.c.sms_account_id, senders.c.mms_account_id, sender_failovers.c.account_id)
        .join(group_senders, group_senders.c.group_id == groups.c.id)
        .join(senders, senders.c.id == group_senders.c.sender_id)
        .outerjoin(sender_failovers, sender_failovers.c.sender_id == senders.c.id)
        .where(groups.c.workspace_id == workspace_id)
        .order_by(groups.c.name)
    )
    found: dict[str, dict[str, None]] = {}
    for name, *ids in await connection.execute(query):
        for account_id in ids:
            if account_id:
                found.setdefault(account_id, {})[name] = None
    return {account_id: list(names) for account_id, names in found.items()}


async def exchanges(
    connection: AsyncConnection, workspace_id: str, account_id: str, limit: int
) -> Sequence[RowMapping]:
    """The newest attempts that went through an account, with what was said: redacted when it was stored."""
    newest = (
        select(attempts.c.message_id, attempts.c.n, attempts.c.account_id, attempts.c.at)
        .where(attempts.c.workspace_id == workspace_id)
        .order_by(attempts.c.message_id.desc(), attempts.c.n.desc())
        .limit(N_LOOKED_THROUGH)
        .subquery()
    )
    said = and_(outcomes.c.message_id == newest.c.message_id, outcomes.c.n == newest.c.n)
    query = (
        select(newest, outcomes.c.kind, outcomes.c.code, outcomes.c.reason, outcomes.c.exchange)
        .outerjoin(outcomes, said)
        .where(newest.c.account_id == account_id)
        .order_by(newest.c.at.desc(), newest.c.message_id.desc())
        .limit(limit)
    )
    return (await connection.execute(query)).mappings().all()
