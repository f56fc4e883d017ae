import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from heliogram.carriers.protocol import Sink
from heliogram.delivery.accounts import Account
from heliogram.delivery.connections import AccountUnusable, Connections
from heliogram.model.cut import Cut
from heliogram.model.event import Event
from heliogram.storage import accounts
from heliogram.storage.bulk import Row
from heliogram.storage.engine import Store
from tests.carriers.sides import until
from tests.delivery.carrier import CounterCarrier
from tests.world import MMSC, SMSC, WORKSPACE, World


class Line(CounterCarrier):
    """A carrier that shows whether it is listened to and whether it was closed."""

    is_heard = is_closed = False
    left_behind = -1
    account: Account | None = None

    async def listen(self, sink: Sink) -> None:
        self.is_heard = True
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.is_heard = False

    async def close(self) -> None:
        self.is_closed = True
        self.left_behind = self.account.slots.taken if self.account else 0


@dataclass(slots=True)
class Desk:
    """The connections of a process, and the lines it opened in their order."""

    store: Store
    lines: list[Line] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    cuts: dict[str, Cut] = field(default_factory=dict)

    def made(self, *, is_followed: bool = True) -> Connections:
        return Connections(
            store=self.store,
            opening=self.open,
            cutting=lambda row: Cut(is_wide=row["settings"].get("is_wide", False)),
            accounts=self.accounts,
            cuts=self.cuts,
            is_followed=is_followed,
        )

    def open(self, row: Row) -> Line:
        if row["settings"].get("port") == 0:
            raise AccountUnusable("no port")
        self.lines.append(Line())
        return self.lines[-1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Connections]:
        made = self.made()
        await made.open_all()
        async with asyncio.TaskGroup() as links:
            made.listen_in(links, lambda _account: _sink)
            await asyncio.sleep(0)
            yield made
            for task in made._listening.values():
                task.cancel()
        await made.close()

    async def change(self, account_id: str, **values: Any) -> None:
        async with self.store.write() as connection:
            await accounts.change(connection, WORKSPACE, account_id, values)


async def _sink(_events: Sequence[Event]) -> None: ...


@pytest.fixture
async def desk(store: Store, world: World) -> Desk:
    await world.build()
    return Desk(store)


async def test_accounts_that_are_there_are_opened_and_listened_to(desk: Desk) -> None:
    async with desk.running() as made:
        assert set(desk.accounts) == {SMSC, MMSC}
        assert [line.is_heard for line in desk.lines] == [True, True]
        assert await made.follow() == 2
        assert len(desk.lines) == 2
    assert [line.is_closed for line in desk.lines] == [True, True]


async def test_a_new_account_is_connected_without_a_restart(desk: Desk, world: World) -> None:
    async with desk.running() as made:
        await world.add_account("spare", "smpp")
        await made.follow()
        await asyncio.sleep(0)
        assert (desk.accounts["spare"].name, desk.lines[2].is_heard) == ("SPARE", True)


async def test_pausing_keeps_the_line_and_only_stops_the_sending(desk: Desk) -> None:
    async with desk.running() as made:
        account = desk.accounts[SMSC]
        assert account.is_usable()
        await desk.change(SMSC, is_paused=True, name="Main")
        await made.follow()
        assert (account.is_usable(), account.name, account.carrier) == (False, "Main", desk.lines[1])
        assert desk.lines[1].is_heard
        await desk.change(SMSC, is_paused=False)
        await made.follow()
        assert account.is_usable()
        assert len(desk.lines) == 2


async def test_changed_settings_open_another_line_for_the_same_account(desk: Desk) -> None:
    async with desk.running() as made:
        account, old = desk.accounts[SMSC], desk.accounts[SMSC].carrier
        await desk.change(SMSC, settings={"port": 2776, "is_wide": True})
        await made.follow()
        await asyncio.sleep(0)
        assert desk.accounts[SMSC] is account
        assert desk.cuts[SMSC] == Cut(is_wide=True)
        assert account.carrier is desk.lines[2]
        assert (account.is_usable(), desk.lines[2].is_heard) == (True, True)
        assert isinstance(old, Line) and (old.is_closed, old.is_heard) == (True, False)


async def test_what_is_on_its_way_is_answered_before_its_line_is_closed(desk: Desk) -> None:
    async with desk.running() as made:
        account, old = desk.accounts[SMSC], desk.accounts[SMSC].carrier
        assert isinstance(old, Line)
        old.account = account
        account.slots.take(1)
        await desk.change(SMSC, settings={"port": 2776})
        following = asyncio.create_task(made.follow())
        await until(lambda: not account.is_usable())
        account.slots.give_back(1)
        await following
        assert (old.is_closed, old.left_behind) == (True, 0)
        assert account.carrier is desk.lines[2]


async def test_a_line_with_something_on_its_way_for_long_is_kept(desk: Desk) -> None:
    async with desk.running() as made:
        account, old = desk.accounts[SMSC], desk.accounts[SMSC].carrier
        account.slots.take(1)
        async with desk.store.write() as connection:
            await accounts.change(connection, WORKSPACE, SMSC, {"settings": {"port": 2776}})
        made.drain_s = 0.01
        await made.follow()
        assert (account.carrier, account.is_usable()) == (old, True)
        account.slots.give_back(1)
        await made.follow()
        assert account.carrier is not old


async def test_settings_that_cannot_be_used_leave_what_was_open_as_it_was(desk: Desk) -> None:
    async with desk.running() as made:
        account, old = desk.accounts[SMSC], desk.accounts[SMSC].carrier
        await desk.change(SMSC, settings={"port": 0})
        await made.follow()
        assert (account.carrier, account.is_usable(), len(desk.lines)) == (old, True, 2)


async def test_an_account_that_was_removed_is_hung_up(desk: Desk, world: World) -> None:
    await world.add_account("spare", "smpp")
    async with desk.running() as made:
        line = desk.accounts["spare"].carrier
        async with desk.store.write() as connection:
            await accounts.remove(connection, WORKSPACE, "spare")
        assert await made.follow() == 2
        assert "spare" not in desk.accounts and "spare" not in desk.cuts
        assert isinstance(line, Line) and line.is_closed


async def test_a_process_that_does_not_deliver_gets_no_connections(desk: Desk) -> None:
    made = desk.made(is_followed=False)
    await made.open_all()
    assert desk.cuts == {SMSC: Cut(), MMSC: Cut()}
    await desk.change(SMSC, settings={"is_wide": True})
    assert await made.follow() == 2
    assert (desk.accounts, desk.cuts) == ({}, {SMSC: Cut(is_wide=True), MMSC: Cut()})


async def test_a_start_that_cannot_use_an_account_says_so(desk: Desk) -> None:
    await desk.change(SMSC, settings={"port": 0})
    with pytest.raises(AccountUnusable, match="no port"):
        await desk.made().open_all()
