"""Which accounts stand in for which: as it is now, and as it may be chosen."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.schema.accounts import StandInShape
from heliogram.api.schema.senders import AccountName, AwayShape, FailoverShape
from heliogram.carriers.registry import carries
from heliogram.delivery.accounts import Account
from heliogram.delivery.shift import back_at
from heliogram.model.group import Group
from heliogram.model.reasons import WHY_ELSEWHERE
from heliogram.model.sender import Sender
from heliogram.routing.standby import account_for
from heliogram.storage import senders

_Kind = Literal["sms", "mms"]


async def away_of(
    connection: AsyncConnection, accounts: Mapping[str, Account], workspace_id: str, now: datetime
) -> dict[str, AwayShape]:
    """The workspace's accounts that traffic of this process has left, by their ids."""
    gone = {
        account.id: account
        for account in accounts.values()
        if account.workspace_id == workspace_id and account.shift.why and not account.is_paused
    }
    if not gone:
        return {}
    groups = await senders.load_groups(connection, workspace_id)
    away = {account.id: account.shift.why for account in accounts.values() if account.shift.why}
    return {
        account_id: _away(account, _standing_in(account_id, groups, away), accounts, now)
        for account_id, account in gone.items()
    }


def _standing_in(account_id: str, groups: Mapping[str, Group], away: Mapping[str, str]) -> list[str]:
    """The accounts that its messages go by instead, each once."""
    chosen = (account_for(order, away)[0] for _channel, order, _sender in _orders(groups) if order[0] == account_id)
    return list(dict.fromkeys(each for each in chosen if each != account_id))


def _away(account: Account, to: Iterable[str], accounts: Mapping[str, Account], now: datetime) -> AwayShape:
    assert account.shift.since is not None  # it is away
    until = back_at(account.shift)
    return AwayShape(
        since=account.shift.since,
        until=until if until > now else None,
        why=WHY_ELSEWHERE[account.shift.why],
        to=[accounts[each].name for each in to if each in accounts],
    )


async def stand_ins(connection: AsyncConnection, workspace_id: str, account_id: str) -> list[StandInShape]:
    """The senders whose texts or picture messages go by this account first, and what may be chosen for each."""
    groups = await senders.load_groups(connection, workspace_id)
    others = [row for row in await senders.accounts_of(connection, workspace_id) if row["id"] != account_id]
    others.sort(key=lambda row: row["name"])
    return [
        StandInShape(
            sender_id=sender.id,
            address=sender.address,
            channel=channel,
            failover=failover_shape(sender),
            choices=[AccountName(id=row["id"], name=row["name"]) for row in others if carries(row["carrier"], channel)],
        )
        for channel, order, sender in _orders(groups)
        if order[0] == account_id
    ]


def failover_shape(sender: Sender) -> FailoverShape:
    return FailoverShape(
        sms=[each.account_id for each in sender.sms_failover],
        mms=[each.account_id for each in sender.mms_failover],
    )


def _orders(groups: Mapping[str, Group]) -> Iterator[tuple[_Kind, tuple[str, ...], Sender]]:
    """Each sender once for each kind of message that it has accounts for, with those in their order."""
    every = {sender.id: sender for group in groups.values() for sender in group.senders}
    for sender in sorted(every.values(), key=lambda each: each.address):
        if order := sender.sms_accounts():
            yield "sms", order, sender
        if order := sender.mms_accounts():
            yield "mms", order, sender
