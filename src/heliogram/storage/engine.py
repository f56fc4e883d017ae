"""Opens the database: SQLite or PostgreSQL behind one `Store`, with a transaction to write in and one to read in.

SQLite: WAL, `synchronous=FULL` (a commit survives a power loss), one writer connection a process, and
`BEGIN IMMEDIATE` for it, because a deferred transaction that turns into a writer fails with "database is locked".
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from heliogram.storage import sqlite
from heliogram.storage.shared import SharedWrites

BUSY_TIMEOUT_MS = 10_000
N_READERS = 4


class StorageError(Exception):
    """Something is wrong with the database itself.

    StorageError
    └── BadDatabaseUrl
    """


class BadDatabaseUrl(StorageError):
    """The address names no database we can use."""


@dataclass(slots=True)
class Store:
    """The database. `write()` is a transaction that is durable at its end; `read()` sees a steady picture."""

    writer: AsyncEngine
    reader: AsyncEngine
    is_postgresql: bool
    _shared: SharedWrites = field(init=False)

    def __post_init__(self) -> None:
        self._shared = SharedWrites(self.writer)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of it is durable at the end, or nothing of it when the block raises."""
        async with self.writer.begin() if self.is_postgresql else self._shared.write() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self.reader.connect() as connection:
            yield connection

    async def answers(self) -> bool:
        """Whether a query gets its answer now."""
        try:
            async with self.read() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def close(self) -> None:
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()


def open_store(url: str) -> Store:
    """Open the database at `url`: `sqlite:///path` or `postgresql://user:password@host/name`. Raises BadDatabaseUrl."""
    try:
        parsed = make_url(url)
    except Exception as problem:
        raise BadDatabaseUrl(f"{url!r} is not a database address, such as sqlite:///heliogram.sqlite") from problem
    # Parameters are hidden: an error that is logged must not carry numbers and texts along.
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        engine = create_async_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_size=8, max_overflow=8, hide_parameters=True
        )
        # The same connections; what differs goes with each BEGIN and costs no round trip.
        steady = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return Store(writer=engine, reader=steady, is_postgresql=True)
    if backend != "sqlite":
        raise BadDatabaseUrl(f"{backend} is not supported: use sqlite or postgresql")
    if parsed.database in (None, "", ":memory:"):
        raise BadDatabaseUrl(
            "a database in memory is gone with the process: name a file, such as sqlite:///data.sqlite"
        )
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    async_url = parsed.set(drivername="sqlite+aiosqlite")
    opens = partial(sqlite.connect, parsed.database)
    writer = create_async_engine(
        async_url, async_creator=partial(opens, is_quick=True), pool_size=1, max_overflow=0, hide_parameters=True
    )
    event.listen(writer.sync_engine, "connect", _prepare_sqlite)
    event.listen(writer.sync_engine, "begin", _begin_immediate)
    reader = create_async_engine(
        async_url,
        async_creator=partial(opens, is_quick=False),
        pool_size=N_READERS,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(reader.sync_engine, "connect", _prepare_sqlite_reader)
    event.listen(reader.sync_engine, "begin", _begin_deferred)
    return Store(writer=writer, reader=reader, is_postgresql=False)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_sqlite_reader(connection: Any, record: Any) -> None:
    _prepare_sqlite(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
