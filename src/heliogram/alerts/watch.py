"""Looks at carriers, queues and receipts, decides by the rules, and tells. One process at a time has this duty."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.alerts.rules import N_UNREPORTED, AlertKind, Key, Standing, Trouble, judge
from heliogram.alerts.telling import Channel, Word
from heliogram.carriers.protocol import Health, Link
from heliogram.storage import access, alerts, lanes
from heliogram.storage.engine import Store

LOOK_S: Final = 15.0
DUTY: Final = "alerts"
DUTY_LASTS: Final = timedelta(seconds=60)


class Watched(Protocol):
    """What is looked at of a carrier account."""

    @property
    def id(self) -> str: ...
    @property
    def workspace_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def is_paused(self) -> bool: ...
    @property
    def n_unreported(self) -> int: ...
    @property
    def unreported_since(self) -> datetime | None: ...

    def health(self) -> Health: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long each may last before somebody is told; zero: never tell of it."""

    carrier_down: timedelta
    queue_age: timedelta
    no_receipts: timedelta


@dataclass(slots=True, kw_only=True)
class Alerts:
    store: Store
    accounts: Mapping[str, Watched]
    channels: Sequence[Channel]
    limits: Limits
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    me: str

    async def step(self) -> int:
        """Look once, and tell what there is to tell. Returns how much was told."""
        now = self.now()
        async with self.store.write() as connection:
            if not await alerts.take_duty(connection, DUTY, me=self.me, now=now, until=now + DUTY_LASTS):
                return 0
            known = {each.key: each for each in map(_standing, await alerts.every(connection))}
            judged = judge(known, await self._found(connection, now), now)
            await alerts.put(connection, [_row(each) for each in judged.standing])
            told = {_id(each.key) for each in judged.standing} | {_id(each.key) for each in judged.over}
            await alerts.forget(connection, [_id(key) for key in known if _id(key) not in told])
        n_told = 0
        for standing, is_over in (*((each, False) for each in judged.begun), *((each, True) for each in judged.over)):
            n_told += await self._tell(standing, is_over, now)
        return n_told

    async def _tell(self, standing: Standing, is_over: bool, now: datetime) -> int:
        """Tell by every channel. What no channel took is tried again at the next look."""
        word = Word(id=self.new_id(), at=now, is_over=is_over, standing=standing)
        answers = [await channel.tell(word) for channel in self.channels]
        if answers and not any(answers):
            return 0
        async with self.store.write() as connection:
            if is_over:
                await alerts.forget(connection, [_id(standing.key)])
            else:
                await alerts.put(connection, [_row(replace(standing, told_at=now))])
        return 1

    async def _found(self, connection: AsyncConnection, now: datetime) -> list[Trouble]:
        found: list[Trouble] = []
        for account in self.accounts.values():
            found += self._down(account)
            found += await self._silent(connection, account, now)
        if self.limits.queue_age:
            for row in await access.workspaces_all(connection):
                found += await self._late(connection, row["id"], now)
        return found

    def _down(self, account: Watched) -> list[Trouble]:
        health = account.health()
        if not self.limits.carrier_down or account.is_paused or health.link is Link.UP:
            return []
        return [
            Trouble(
                key=Key(workspace_id=account.workspace_id, kind=AlertKind.CARRIER_DOWN, subject=account.id),
                title=f"“{account.name}” cannot be reached",
                sentence=f"{health.detail} Messages wait and go out by themselves when it is back.",
                after=self.limits.carrier_down,
            )
        ]

    async def _silent(self, connection: AsyncConnection, account: Watched, now: datetime) -> list[Trouble]:
        since, limit = account.unreported_since, self.limits.no_receipts
        if not limit or since is None or account.n_unreported < N_UNREPORTED or now - since < limit:
            return []
        # Another process may have heard what this one has not.
        if await alerts.has_receipt_since(connection, account.id, since):
            return []
        return [
            Trouble(
                key=Key(workspace_id=account.workspace_id, kind=AlertKind.NO_RECEIPTS, subject=account.id),
                title=f"“{account.name}” reports nothing",
                sentence=(
                    f"{account.n_unreported:,} messages were handed over since {since:%H:%M} UTC and no receipt came. "
                    "They may have arrived: check the address that the carrier calls, and ask the carrier."
                ),
                after=timedelta(0),
            )
        ]

    async def _late(self, connection: AsyncConnection, workspace_id: str, now: datetime) -> list[Trouble]:
        oldest = await lanes.oldest_waiting(connection, workspace_id)
        if oldest is None or now - oldest < self.limits.queue_age:
            return []
        n = await lanes.queue_depth(connection, workspace_id)
        return [
            Trouble(
                key=Key(workspace_id=workspace_id, kind=AlertKind.QUEUE_AGE, subject=workspace_id),
                title="Messages wait too long",
                sentence=(
                    f"{n:,} messages wait, the oldest since {oldest:%Y-%m-%d %H:%M} UTC. A carrier is away or slower "
                    "than what it is given."
                ),
                after=timedelta(0),
            )
        ]


def _id(key: Key) -> tuple[str, str, str]:
    return key.workspace_id, key.kind.value, key.subject


def _standing(row: alerts.Found) -> Standing:
    return Standing(
        key=Key(workspace_id=row.workspace_id, kind=AlertKind(row.kind), subject=row.subject),
        title=row.title,
        sentence=row.sentence,
        since=row.since,
        told_at=row.told_at,
        clear_since=row.clear_since,
    )


def _row(each: Standing) -> dict[str, object]:
    return {
        "workspace_id": each.key.workspace_id,
        "kind": each.key.kind.value,
        "subject": each.key.subject,
        "title": each.title,
        "sentence": each.sentence,
        "since": each.since,
        "told_at": each.told_at,
        "clear_since": each.clear_since,
    }
