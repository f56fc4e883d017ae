import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from heliogram.storage import sqlite
from heliogram.storage.engine import open_store
from heliogram.storage.sqlite import N_IN_THREAD, Connection


@pytest.fixture(params=[True, False], ids=["in the loop", "in a thread"])
async def connection(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Connection]:
    """Wherever its statements run, a connection answers alike."""
    opened = await sqlite.connect(str(tmp_path / "test.sqlite"), is_quick=request.param)
    await opened.execute_all("CREATE TABLE t (n INTEGER PRIMARY KEY, name TEXT)", ())
    yield opened
    await opened.close()


async def test_a_statement_gives_its_rows_and_the_names_of_its_columns(connection: Connection) -> None:
    cursor = connection.cursor()
    await cursor.execute("INSERT INTO t VALUES (?, ?)", (7, "Ada"))
    assert (cursor.rowcount, cursor.lastrowid, await cursor.fetchall()) == (1, 7, [])
    await cursor.execute("SELECT n, name FROM t WHERE n = ?", (7,))
    assert [column[0] for column in cursor.description] == ["n", "name"]
    assert await cursor.fetchall() == [(7, "Ada")]


async def test_a_cursor_that_has_asked_nothing_has_no_answer(connection: Connection) -> None:
    cursor = await connection.cursor().__aenter__()  # SQLAlchemy enters it and never leaves
    assert (cursor.description, cursor.rowcount, cursor.lastrowid) == (None, -1, None)
    assert await cursor.fetchall() == []
    await cursor.close()


@pytest.mark.parametrize("n_rows", [N_IN_THREAD - 1, N_IN_THREAD])
async def test_many_rows_are_added_by_one_statement(connection: Connection, n_rows: int) -> None:
    cursor = connection.cursor()
    await cursor.executemany("INSERT INTO t VALUES (?, ?)", [(n, str(n)) for n in range(n_rows)])
    assert cursor.rowcount == n_rows
    await cursor.execute("SELECT count(*), max(n) FROM t")
    assert await cursor.fetchall() == [(n_rows, n_rows - 1)]


async def test_a_statement_that_fails_raises_what_the_driver_raises_and_the_connection_goes_on(
    connection: Connection,
) -> None:
    cursor = connection.cursor()
    await cursor.execute("INSERT INTO t VALUES (1, 'Ada')")
    with pytest.raises(sqlite3.IntegrityError):
        await cursor.execute("INSERT INTO t VALUES (1, 'Bo')")
    with pytest.raises(sqlite3.IntegrityError):
        await cursor.executemany("INSERT INTO t VALUES (?, ?)", [(2, "Cy"), (1, "Bo")])
    await cursor.execute("SELECT name FROM t WHERE n = 1")
    assert await cursor.fetchall() == [("Ada",)]


async def test_a_transaction_begins_where_it_is_told_to_and_nowhere_else(connection: Connection) -> None:
    await connection.execute_all("INSERT INTO t VALUES (1, 'Ada')", ())
    assert not connection.in_transaction
    await connection.execute_all("BEGIN IMMEDIATE", ())
    await connection.execute_all("INSERT INTO t VALUES (2, 'Bo')", ())
    assert connection.in_transaction
    await connection.rollback()
    assert not connection.in_transaction
    assert (await connection.execute_all("SELECT count(*) FROM t", ())).rows == [(1,)]


async def test_undoing_nothing_is_no_trouble(connection: Connection) -> None:
    await connection.rollback()
    assert (await connection.execute_all("SELECT count(*) FROM t", ())).rows == [(0,)]


async def test_writers_of_two_processes_wait_for_each_other(sqlite_url: str) -> None:
    """A deferred BEGIN would let both read, and then refuse one of them its write: “database is locked”."""
    stores = [open_store(sqlite_url) for _process in range(2)]

    async def add(store_index: int, times: int) -> None:
        for _time in range(times):
            async with stores[store_index].write() as connection:
                said = text("SELECT count(*) FROM workspaces")
                n = int((await connection.execute(said)).scalar_one())
                row = {"id": f"{n:04d}", "at": 0}
                await connection.execute(
                    text("INSERT INTO workspaces (id, name, created_at) VALUES (:id, 'W', :at)"), row
                )

    async with asyncio.TaskGroup() as group:
        for index in range(2):
            group.create_task(add(index, 25))
    async with stores[0].read() as connection:
        n = (await connection.execute(text("SELECT count(*) FROM workspaces"))).scalar_one()
    for store in stores:
        await store.close()
    assert n == 50
