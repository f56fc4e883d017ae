"""Keeps the accounts of this process as the database says: new ones are opened, changed ones opened anew.

So an account that is added, changed, paused or removed, on any machine, needs no restart. What is on its way through
an account is waited for before its line is closed: a line that is cut leaves messages in doubt.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from heliogram.carriers.protocol import Carrier, Sink
from heliogram.delivery.accounts import Account
from heliogram.delivery.slots import Slots
from heliogram.model.cut import Cut
from heliogram.storage import senders
from heliogram.storage.bulk import Row
from heliogram.storage.engine import Store

log = structlog.get_logger()

LOOK_S = 5.0
"""How soon a process learns of what was changed through another."""
DRAIN_S = 5.0
"""How long answers are waited for before a line is closed. A slow carrier keeps its old line for another look."""

Opening = Callable[[Row], Carrier]
"""Makes the carrier of a row. Raises AccountUnusable."""

Cutting = Callable[[Row], Cut]


class AccountUnusable(Exception):
    """An account that is stored cannot be opened. The text says why, fit for a person."""


@dataclass(slots=True, kw_only=True)
class Connections:
    """`accounts` and `cuts` are the dictionaries that the worker and the doors read; only this one changes them."""

    store: Store
    opening: Opening
    cutting: Cutting
    accounts: dict[str, Account]
    cuts: dict[str, Cut]
    """How texts are cut for each account, by its id."""
    is_followed: bool = True
    """False in a process that does not deliver: it has and gets no connections, and counts segments all the same."""
    drain_s: float = DRAIN_S
    _rows: dict[str, Row] = field(default_factory=dict)
    _listening: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _links: asyncio.TaskGroup | None = None
    _sink_for: Callable[[Account], Sink] | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open_all(self) -> None:
        """Open every account there is. Raises AccountUnusable: a start that cannot use one is no start."""
        for row in await self._read():
            if self.is_followed:
                self._open(row, self.opening(row))
            else:
                self.cuts[row["id"]] = self.cutting(row)

    def listen_in(self, links: asyncio.TaskGroup, sink_for: Callable[[Account], Sink]) -> None:
        """Listen to every account there is, and to those that come, as tasks of `links`."""
        self._links, self._sink_for = links, sink_for
        for account in self.accounts.values():
            self._listen(account)

    async def follow(self) -> int:
        """Bring the accounts in line with the rows now. Returns how many there are."""
        if not self.is_followed:
            return await self._follow_cuts()
        async with self._one_at_a_time:
            rows = {row["id"]: row for row in await self._read()}
            for account_id in [each for each in self._rows if each not in rows]:
                await self._remove(account_id)
            for row in rows.values():
                await self._bring_in_line(row)
            return len(rows)

    async def _follow_cuts(self) -> int:
        rows = await self._read()
        self.cuts.clear()
        self.cuts.update({row["id"]: self.cutting(row) for row in rows})
        return len(rows)

    async def close(self) -> None:
        for account in self.accounts.values():
            await account.carrier.close()

    async def _read(self) -> list[Row]:
        async with self.store.read() as connection:
            return [dict(row) for row in await senders.all_accounts(connection)]

    async def _bring_in_line(self, row: Row) -> None:
        known, account = self._rows.get(row["id"]), self.accounts.get(row["id"])
        if known is None or any(known[each] != row[each] for each in _LINE):
            await self._open_anew(row, account)
        elif account is not None:
            account.name, account.is_paused = row["name"], row["is_paused"]
            self._rows[row["id"]] = row

    async def _open_anew(self, row: Row, account: Account | None) -> None:
        try:
            carrier = self.opening(row)
        except AccountUnusable as refused:
            # Stored by another version, or with another key: what was open goes on as it was.
            log.warning("account not opened", account=row["name"], why=str(refused))
            self._rows[row["id"]] = row
            return
        if account is None:
            self._listen(self._open(row, carrier))
        elif await self._hang_up(account):
            account.carrier, account.kind, account.name = carrier, row["carrier"], row["name"]
            account.slots.capacity = carrier.capabilities.window
            account.is_paused, account.is_closing = row["is_paused"], False
            self._rows[row["id"]], self.cuts[row["id"]] = row, self.cutting(row)
            self._listen(account)

    async def _remove(self, account_id: str) -> None:
        account = self.accounts.get(account_id)
        if account is not None and not await self._hang_up(account):
            return
        self.accounts.pop(account_id, None)
        self.cuts.pop(account_id, None)
        del self._rows[account_id]

    def _open(self, row: Row, carrier: Carrier) -> Account:
        account = Account(
            id=row["id"],
            workspace_id=row["workspace_id"],
            name=row["name"],
            kind=row["carrier"],
            carrier=carrier,
            slots=Slots(carrier.capabilities.window),
            is_paused=row["is_paused"],
        )
        self.accounts[account.id], self._rows[account.id] = account, row
        self.cuts[account.id] = self.cutting(row)
        return account

    def _listen(self, account: Account) -> None:
        if self._links is None or self._sink_for is None:
            return
        listening = account.carrier.listen(self._sink_for(account))
        self._listening[account.id] = self._links.create_task(listening, name=f"listen {account.name}")

    async def _hang_up(self, account: Account) -> bool:
        """Close an account's line once nothing is on its way through it. False when that takes too long."""
        account.is_closing = True
        try:
            async with asyncio.timeout(self.drain_s):
                while account.slots.taken:
                    account.slots.changed.clear()
                    await account.slots.changed.wait()
        except TimeoutError:
            # Without this line the answers that are still to come would be lost: the next look tries again.
            account.is_closing = False
            return False
        if (listening := self._listening.pop(account.id, None)) is not None:
            listening.cancel()
            await asyncio.wait([listening])
        await account.carrier.close()
        return True


_LINE = ("carrier", "settings", "secret")
"""What a line to a carrier is made of: where one of these differs, it is another line."""
