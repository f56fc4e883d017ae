"""SQLite's one writer, shared: those who wait for it are committed together.

A commit waits for the disk (some ms), and there is one writer connection: were each write a transaction of its own,
the disk would set the pace. So a transaction that is open when others wait takes them in, each behind a savepoint
of its own, and one commit makes them all durable (speed notes: group commit is worth 7 ×).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """The writes that one commit will make durable. `durable` is done after it, with its error where it failed."""

    connection: AsyncConnection
    transaction: AsyncTransaction
    durable: asyncio.Future[None]
    commit: asyncio.Task[None]


class SharedWrites:
    """Writes of one engine, one at a time, committed in groups."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._group: _Group | None = None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A write of its own: durable at the end of the block, undone when the block raises."""
        async with self._turn:
            if self._group is None:
                group = await self._begin()
                try:
                    yield group.connection
                except BaseException:
                    # It is alone in the group as yet.
                    await asyncio.shield(self._undo(group))
                    raise
            else:
                group = self._group
                async with group.connection.begin_nested():
                    yield group.connection
        # Shielded: one write that is cancelled here must not cancel what the others wait for.
        await asyncio.shield(group.durable)

    async def _begin(self) -> _Group:
        """Open a group. Its commit takes its turn behind those who wait already: they are the ones it takes in."""
        connection = await self._engine.connect()
        try:
            transaction = await connection.begin()
        except BaseException:
            await asyncio.shield(connection.close())
            raise
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._group = _Group(connection, transaction, durable, asyncio.create_task(self._commit(), name="commit"))
        return self._group

    async def _commit(self) -> None:
        async with self._turn:
            group, self._group = self._group, None
            if group is None:
                return  # the write that opened it was undone
            try:
                await group.transaction.commit()
            except Exception as problem:
                # A new connection next time: what is left of the transaction goes with this one.
                await group.connection.invalidate()
                group.durable.set_exception(problem)
            else:
                group.durable.set_result(None)
            finally:
                # Where even this was cancelled, nobody is left waiting for a word that never comes.
                group.durable.cancel()
                await group.connection.close()

    async def _undo(self, group: _Group) -> None:
        self._group = None
        group.commit.cancel()
        await group.transaction.rollback()
        await group.connection.close()
