"""SQLite connections for the event loop: `aiosqlite`'s, with as few trips to the connection's thread as can be.

SQLAlchemy asks a cursor to open, execute, fetch and close, and `aiosqlite` makes a trip of each; a trip costs more
than most statements do, and in a busy process waits for the interpreter at both its ends. So a statement is one
trip, and in a transaction that writes only what may wait for a disk or another process makes it: BEGIN, COMMIT and
large inserts. No SQL and no settings here: those are `storage.engine`'s.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiosqlite

Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave. All its rows: SQLAlchemy takes them all before it gives out the first."""

    description: Any
    rowcount: int
    lastrowid: int | None
    rows: list[Any]


NOTHING = Answer(None, -1, None, [])


N_IN_THREAD = 2_000
"""From this many rows on an insert would hold up the event loop noticeably (some 10 ms)."""


class Connection(aiosqlite.Connection):
    """One connection, used by one task at a time. `is_quick` lets its statements run in the event loop."""

    is_quick = False

    def cursor(self) -> "Cursor":  # type: ignore[override]  # the base class's takes a trip to open
        return Cursor(self)

    async def rollback(self) -> None:
        """Undo what is open. SQLAlchemy asks for it after each commit, too: there is nothing to do then."""
        if self.in_transaction:
            await super().rollback()

    async def execute_all(self, sql: str, values: Values) -> Answer:
        if self.is_quick and not sql.startswith("BEGIN"):
            return self._execute_all(sql, values)
        return await self._run(self._execute_all, sql, values)

    async def execute_many(self, sql: str, values: Sequence[Values]) -> Answer:
        if self.is_quick and len(values) < N_IN_THREAD:
            return self._execute_many(sql, values)
        return await self._run(self._execute_many, sql, values)

    async def _run(self, statement: Callable[..., Answer], *arguments: Any) -> Answer:
        answer: Answer = await self._execute(statement, *arguments)  # type: ignore[no-untyped-call]
        return answer

    # In the connection's thread or the loop's, one after the other: no cursor leaves them

    def _execute_all(self, sql: str, values: Values) -> Answer:
        cursor = self._conn.execute(sql, values)
        rows = cursor.fetchall()
        return Answer(cursor.description, cursor.rowcount, cursor.lastrowid, rows)

    def _execute_many(self, sql: str, values: Sequence[Values]) -> Answer:
        cursor = self._conn.executemany(sql, values)
        return Answer(cursor.description, cursor.rowcount, cursor.lastrowid, [])


class Cursor:
    """What SQLAlchemy's adapter for asyncio drivers asks of one."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._answer = NOTHING

    async def __aenter__(self) -> "Cursor":
        return self

    @property
    def description(self) -> Any:
        return self._answer.description

    @property
    def rowcount(self) -> int:
        return self._answer.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._answer.lastrowid

    async def execute(self, sql: str, values: Values = ()) -> None:
        self._answer = await self._connection.execute_all(sql, values)

    async def executemany(self, sql: str, values: Sequence[Values]) -> None:
        self._answer = await self._connection.execute_many(sql, values)

    async def fetchall(self) -> list[Any]:
        return self._answer.rows

    async def close(self) -> None:
        """Nothing is open: the rows were taken when the statement ran."""


async def connect(path: str, *, is_quick: bool) -> Connection:
    """Open the file at `path`. Transactions begin where a BEGIN says so."""
    connection = Connection(
        lambda: sqlite3.connect(path, isolation_level=None, check_same_thread=False), iter_chunk_size=64
    )
    connection.is_quick = is_quick
    # A process that ends must not wait for a thread that waits for work.
    connection._thread.daemon = True
    await connection
    return connection
