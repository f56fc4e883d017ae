from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from heliogram.storage import access
from heliogram.storage.engine import BadDatabaseUrl, Store, open_store
from heliogram.storage.tables.access import workspaces
from tests.world import NOON


def _row(id: str) -> dict[str, object]:
    return {"id": id, "name": id, "created_at": NOON}


async def _n(store: Store) -> int:
    async with store.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(workspaces))).scalar_one())


async def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.write() as connection:
            await access.add_workspace(connection, _row("w"))
            raise ZeroDivisionError
    assert await _n(store) == 0


async def test_a_read_sees_a_steady_picture_while_others_write(store: Store) -> None:
    async with store.read() as reading:
        before = await access.workspaces_all(reading)
        async with store.write() as connection:
            await access.add_workspace(connection, _row("w"))
        assert await access.workspaces_all(reading) == before == []
    assert await _n(store) == 1


async def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError):
        async with store.read() as connection:
            await access.add_workspace(connection, _row("w"))
    assert await _n(store) == 0


async def test_sqlite_commits_survive_a_power_loss_and_keys_are_checked(sqlite_store: Store) -> None:
    async with sqlite_store.write() as connection:
        said = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("synchronous", "journal_mode", "foreign_keys")
        }
    assert said == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}


@pytest.mark.parametrize("url", ["", "no address", "mysql://host/name", "sqlite:///:memory:", "sqlite://"])
def test_an_address_we_cannot_use_is_refused(url: str) -> None:
    with pytest.raises(BadDatabaseUrl):
        open_store(url)


async def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/deep/new.sqlite")
    async with store.write() as connection:
        await connection.execute(text("CREATE TABLE t (n INTEGER)"))
    await store.close()
    assert (tmp_path / "deep" / "new.sqlite").exists()


async def test_a_database_that_is_away_is_known_by_asking(store: Store) -> None:
    away = open_store("postgresql://nobody@127.0.0.1:1/nothing")
    assert (await store.answers(), await away.answers()) == (True, False)
    await away.close()
