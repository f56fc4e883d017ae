import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from heliogram.storage.engine import Store, open_store
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
    assert partial == {"ix_inbound_unread", "ix_message_states_sending", "ix_receipts_unmatched"}


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
