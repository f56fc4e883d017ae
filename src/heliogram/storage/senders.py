"""Groups with their senders, and carrier accounts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.group import Fallbacks, Group, Purpose, UnknownMms
from heliogram.model.sender import Approval, Sender, SenderKind, Standby
from heliogram.model.text import TextRules
from heliogram.storage.bulk import Row, put_rows
from heliogram.storage.tables.senders import (
    accounts,
    group_senders,
    groups,
    sender_approvals,
    sender_failovers,
    senders,
)


async def load_groups(connection: AsyncConnection, workspace_id: str) -> dict[str, Group]:
    """Every group of the workspace with its senders in their order, by id."""
    by_sender: dict[str, dict[str, Approval]] = defaultdict(dict)
    query = select(sender_approvals).where(sender_approvals.c.workspace_id == workspace_id)
    for row in await connection.execute(query.order_by(sender_approvals.c.network)):
        by_sender[row.sender_id][row.network] = Approval(row.status)
    standing_by = await _standing_by(connection, workspace_id)
    in_group: dict[str, list[Sender]] = defaultdict(list)
    query = (
        select(group_senders.c.group_id, senders, accounts.c.carrier.label("mms_carrier"))
        .join(senders, senders.c.id == group_senders.c.sender_id)
        .outerjoin(accounts, accounts.c.id == senders.c.mms_account_id)
        .where(group_senders.c.workspace_id == workspace_id)
        .order_by(group_senders.c.group_id, group_senders.c.position)
    )
    for row in await connection.execute(query):
        in_group[row.group_id].append(_sender(row, by_sender[row.id], standing_by))
    query = select(groups).where(groups.c.workspace_id == workspace_id).order_by(groups.c.id)
    return {row.id: _group(row, tuple(in_group[row.id])) for row in await connection.execute(query)}


async def _standing_by(connection: AsyncConnection, workspace_id: str) -> dict[tuple[str, str], list[Standby]]:
    """(sender id, channel) → the accounts that stand in, in their order."""
    table = sender_failovers.c
    query = (
        select(table.sender_id, table.channel, table.account_id, accounts.c.carrier)
        .join(accounts, accounts.c.id == table.account_id)
        .where(table.workspace_id == workspace_id)
        .order_by(table.sender_id, table.channel, table.position)
    )
    found: dict[tuple[str, str], list[Standby]] = defaultdict(list)
    for sender_id, channel, account_id, carrier in await connection.execute(query):
        found[sender_id, channel].append(Standby(account_id=account_id, carrier=carrier))
    return found


def _sender(
    row: Any, approvals: dict[str, Approval], standing_by: Mapping[tuple[str, str], Sequence[Standby]]
) -> Sender:
    return Sender(
        id=row.id,
        kind=SenderKind(row.kind),
        address=row.address,
        countries=tuple(row.countries),
        mms_enabled=row.mms_enabled,
        may_go_abroad=row.may_go_abroad,
        sms_account_id=row.sms_account_id,
        mms_account_id=row.mms_account_id,
        mms_carrier=row.mms_carrier or "",
        approvals=approvals,
        sms_failover=tuple(standing_by.get((row.id, "sms"), ())),
        mms_failover=tuple(standing_by.get((row.id, "mms"), ())),
    )


def _group(row: Any, in_order: tuple[Sender, ...]) -> Group:
    return Group(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        purpose=Purpose(row.purpose),
        senders=in_order,
        fallbacks=Fallbacks(
            carrier_not_approved=row.fallback_carrier_not_approved,
            sender_cannot_mms=row.fallback_sender_cannot_mms,
            media_not_taken=row.fallback_media_not_taken,
        ),
        unknown_mms=UnknownMms(row.unknown_mms),
        link_base_url=row.link_base_url,
        text_rules=TextRules().but(row.text_rules),
    )


async def group_names(connection: AsyncConnection, workspace_id: str) -> dict[str, str]:
    query = select(groups.c.id, groups.c.name).where(groups.c.workspace_id == workspace_id)
    return {group_id: name for group_id, name in await connection.execute(query)}


async def add_group(connection: AsyncConnection, row: Row, sender_ids: Sequence[str]) -> None:
    await connection.execute(groups.insert(), row)
    if sender_ids:
        rows = [
            {"group_id": row["id"], "sender_id": each, "workspace_id": row["workspace_id"], "position": position}
            for position, each in enumerate(sender_ids)
        ]
        await connection.execute(group_senders.insert(), rows)


async def set_fallbacks(connection: AsyncConnection, workspace_id: str, group_id: str, new: Fallbacks) -> bool:
    """False when there is no such group."""
    done = await connection.execute(
        groups.update()
        .where(groups.c.workspace_id == workspace_id, groups.c.id == group_id)
        .values(
            fallback_carrier_not_approved=new.carrier_not_approved,
            fallback_sender_cannot_mms=new.sender_cannot_mms,
            fallback_media_not_taken=new.media_not_taken,
        )
    )
    return done.rowcount == 1


async def set_unknown_mms(connection: AsyncConnection, workspace_id: str, group_id: str, new: UnknownMms) -> None:
    table = groups.c
    await connection.execute(
        groups.update().where(table.workspace_id == workspace_id, table.id == group_id).values(unknown_mms=new.value)
    )


async def set_link_base_url(connection: AsyncConnection, workspace_id: str, group_id: str, new: str | None) -> None:
    """None is the server's own address."""
    table = groups.c
    await connection.execute(
        groups.update().where(table.workspace_id == workspace_id, table.id == group_id).values(link_base_url=new)
    )


async def text_rules(connection: AsyncConnection, workspace_id: str, group_id: str) -> TextRules | None:
    """The group's own; None when there is no such group."""
    query = select(groups.c.text_rules).where(groups.c.workspace_id == workspace_id, groups.c.id == group_id)
    found = (await connection.execute(query)).first()
    return TextRules().but(found.text_rules) if found is not None else None


async def set_text_rules(connection: AsyncConnection, workspace_id: str, group_id: str, new: TextRules) -> None:
    table = groups.c
    await connection.execute(
        groups.update().where(table.workspace_id == workspace_id, table.id == group_id).values(text_rules=new)
    )


async def help_text(connection: AsyncConnection, workspace_id: str, group_id: str) -> str:
    query = select(groups.c.help_text).where(groups.c.workspace_id == workspace_id, groups.c.id == group_id)
    return str((await connection.execute(query)).scalar_one())


async def add_sender(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(senders.insert(), row)


async def put_approval(connection: AsyncConnection, row: Row) -> None:
    """Record what a network said of a short code; the newest word counts."""
    await put_rows(connection, sender_approvals, [row], change=("status", "at"))


async def set_failover(
    connection: AsyncConnection, workspace_id: str, sender_id: str, accounts_by_channel: Mapping[str, Sequence[str]]
) -> None:
    """Say which accounts stand in for a sender's first one: "sms" and "mms" → account ids in their order."""
    table = sender_failovers.c
    mine = and_(table.workspace_id == workspace_id, table.sender_id == sender_id)
    await connection.execute(sender_failovers.delete().where(mine))
    rows = [
        {
            "sender_id": sender_id,
            "channel": channel,
            "position": position,
            "workspace_id": workspace_id,
            "account_id": account_id,
        }
        for channel, account_ids in accounts_by_channel.items()
        for position, account_id in enumerate(account_ids)
    ]
    if rows:
        await connection.execute(sender_failovers.insert(), rows)


async def has_sender(connection: AsyncConnection, workspace_id: str, sender_id: str) -> bool:
    query = select(senders.c.id).where(senders.c.workspace_id == workspace_id, senders.c.id == sender_id)
    return (await connection.execute(query)).first() is not None


async def groups_by_address(connection: AsyncConnection, workspace_id: str, address: str) -> list[str]:
    """The ids of the groups that a sender address belongs to: where a reply to it goes."""
    query = (
        select(group_senders.c.group_id)
        .join(senders, senders.c.id == group_senders.c.sender_id)
        .where(senders.c.workspace_id == workspace_id, senders.c.address == address)
        .order_by(group_senders.c.group_id)
    )
    return list((await connection.execute(query)).scalars())


async def add_account(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(accounts.insert(), row)


async def accounts_of(connection: AsyncConnection, workspace_id: str) -> Sequence[Any]:
    query = select(accounts).where(accounts.c.workspace_id == workspace_id).order_by(accounts.c.id)
    return (await connection.execute(query)).mappings().all()


async def set_account_settings(connection: AsyncConnection, account_id: str, settings: dict[str, Any]) -> None:
    await connection.execute(accounts.update().where(accounts.c.id == account_id).values(settings=settings))


async def all_accounts(connection: AsyncConnection) -> Sequence[Any]:
    """The carrier accounts of every workspace: what a process connects to at its start."""
    return (await connection.execute(select(accounts).order_by(accounts.c.id))).mappings().all()
