"""A database that fails when it is told to: at a commit, or right after one, when only the word of it is lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.engine import Store


class DatabaseGone(Exception):
    """The connection broke."""


@dataclass(slots=True)
class Trap:
    """Springs once, at the first transaction that leaves rows in `table`."""

    table: Table
    is_committed: bool
    """Whether the transaction is durable when the connection breaks."""


@dataclass(slots=True)
class FaultyStore(Store):
    """The store it was made of, with a trap."""

    trap: Trap | None = None
    n_sprung: int = 0

    @classmethod
    def of(cls, store: Store) -> "FaultyStore":
        return cls(store.writer, store.reader, store.is_postgresql)

    async def has_failed(self) -> bool:
        return self.n_sprung > 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        sprung: Trap | None = None
        async with Store.write(self) as connection:
            yield connection
            if self.trap is not None and await _has_rows(connection, self.trap.table):
                sprung, self.trap = self.trap, None
                self.n_sprung += 1
                if not sprung.is_committed:
                    raise DatabaseGone("before the commit")
        if sprung is not None:
            raise DatabaseGone("after the commit")


async def _has_rows(connection: AsyncConnection, table: Table) -> bool:
    return bool((await connection.execute(select(func.count()).select_from(table))).scalar_one())
