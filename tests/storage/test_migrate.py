import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from heliogram.storage.engine import StorageError, Store, open_store
from heliogram.storage.migrate import migrate
from heliogram.storage.tables import metadata


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": False})
    return list(compare_metadata(context, metadata))


def _partial_indexes(connection: Connection) -> set[str]:
    found = inspect(connection)
    return {
        str(index["name"])
        for table in metadata.tables
        for index in found.get_indexes(table)
        if any(key.endswith("_where") for key in index.get("dialect_options", {}))
    }


async def test_the_steps_lead_to_the_tables_the_code_means(store: Store) -> None:
    async with store.write() as connection:
        differences = await connection.run_sync(_differences)
        partial = await connection.run_sync(_partial_indexes)
    assert differences == []
    whole = {"ix_inbound_unread", "ix_message_states_sending", "ix_messages_media_id", "ix_receipts_unmatched"}
    whole |= {"ix_message_states_waiting"}
    assert partial == whole


async def test_migrating_again_changes_nothing(store: Store) -> None:
    await migrate(store)
    async with store.write() as connection:
        assert await connection.run_sync(_differences) == []


async def test_two_processes_may_start_at_once_on_postgresql(postgresql_url: str) -> None:
    first, second = open_store(postgresql_url), open_store(postgresql_url)
    await asyncio.gather(migrate(first), migrate(second))
    async with first.write() as connection:
        assert await connection.run_sync(_differences) == []
    await first.close()
    await second.close()


async def test_a_database_that_is_not_there_is_a_sentence_not_a_traceback() -> None:
    away = open_store("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StorageError, match="The database cannot be opened: connection failed"):
        await migrate(away)
    await away.close()


async def test_a_file_that_is_no_database_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("This is not a database. " * 100)
    other = open_store(f"sqlite:///{path}")
    with pytest.raises(StorageError, match="The database cannot be opened: file is not a database"):
        await migrate(other)
    await other.close()
