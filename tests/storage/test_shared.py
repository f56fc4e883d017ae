"""SQLite's shared commit: who waits together is committed together, and each write still stands or falls alone."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url
from sqlalchemy.exc import IntegrityError

from heliogram.storage import access
from heliogram.storage.engine import Store
from tests.world import NOON


async def _add(store: Store, id: str, *, fails: bool = False) -> None:
    async with store.write() as connection:
        await access.add_workspace(connection, {"id": id, "name": id, "created_at": NOON})
        if fails:
            raise ZeroDivisionError


async def _names(store: Store) -> Sequence[str]:
    async with store.read() as connection:
        return sorted(row["id"] for row in await access.workspaces_all(connection))


def _count_commits(store: Store) -> list[Any]:
    commits: list[Any] = []
    event.listen(store.writer.sync_engine, "commit", commits.append)
    return commits


async def test_writes_that_wait_for_each_other_share_one_commit(sqlite_store: Store) -> None:
    commits = _count_commits(sqlite_store)
    await asyncio.gather(*(_add(sqlite_store, f"w{n}") for n in range(10)))
    assert await _names(sqlite_store) == sorted(f"w{n}" for n in range(10))
    assert len(commits) == 1


async def test_a_write_alone_is_committed_at_once(sqlite_store: Store) -> None:
    commits = _count_commits(sqlite_store)
    for n in range(3):
        await _add(sqlite_store, f"w{n}")
    assert len(commits) == 3


@pytest.mark.parametrize("failing", [0, 1, 4], ids=["the first", "one between", "the last"])
async def test_one_that_fails_undoes_itself_alone(sqlite_store: Store, failing: int) -> None:
    done = await asyncio.gather(
        *(_add(sqlite_store, f"w{n}", fails=n == failing) for n in range(5)), return_exceptions=True
    )
    assert [type(each) for each in done if each is not None] == [ZeroDivisionError]
    assert await _names(sqlite_store) == sorted(f"w{n}" for n in range(5) if n != failing)


async def test_a_statement_the_database_refuses_spoils_nobody_elses_write(sqlite_store: Store) -> None:
    done = await asyncio.gather(*(_add(sqlite_store, id) for id in ("a", "b", "a", "c")), return_exceptions=True)
    assert [type(each) for each in done if each is not None] == [IntegrityError]
    assert await _names(sqlite_store) == ["a", "b", "c"]


async def test_nobody_is_told_before_it_is_durable(sqlite_store: Store, sqlite_url: str) -> None:
    """What a second connection sees at the moment the write returns is what a crash would leave."""
    seen: dict[str, bool] = {}
    # Not ours: to wait for it would give the commit its time.
    with sqlite3.connect(make_url(sqlite_url).database or "") as other:

        async def add_and_look(id: str) -> None:
            await _add(sqlite_store, id)
            seen[id] = other.execute("SELECT 1 FROM workspaces WHERE id = ?", (id,)).fetchone() is not None

        await asyncio.gather(*(add_and_look(f"w{n}") for n in range(8)))
    assert seen == {f"w{n}": True for n in range(8)}


@pytest.mark.parametrize("cancelled", [0, 2, 4], ids=["the first", "one between", "the last"])
async def test_one_that_is_cancelled_keeps_nobody_from_their_commit(sqlite_store: Store, cancelled: int) -> None:
    started = asyncio.Event()

    async def stay(id: str) -> None:
        async with sqlite_store.write() as connection:
            await access.add_workspace(connection, {"id": id, "name": id, "created_at": NOON})
            started.set()
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(stay(f"w{n}") if n == cancelled else _add(sqlite_store, f"w{n}")) for n in range(5)]
    await started.wait()
    tasks[cancelled].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await _names(sqlite_store) == [f"w{n}" for n in range(5) if n != cancelled]


async def test_a_commit_that_fails_is_everybodys_failure(tmp_path: Path, sqlite_store: Store) -> None:
    def refuse(_connection: Any) -> None:
        raise OSError("the disk is full")

    event.listen(sqlite_store.writer.sync_engine, "commit", refuse)
    done = await asyncio.gather(*(_add(sqlite_store, f"w{n}") for n in range(3)), return_exceptions=True)
    event.remove(sqlite_store.writer.sync_engine, "commit", refuse)
    assert [str(each) for each in done] == ["the disk is full"] * 3
    assert await _names(sqlite_store) == []
    await _add(sqlite_store, "later")
    assert await _names(sqlite_store) == ["later"]
