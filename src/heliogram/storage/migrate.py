"""Brings a database to the shape this version needs. Safe to run at every start and from several processes."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from heliogram.storage.engine import StorageError, Store

_LOCK_KEY = 0x48454C49  # "HELI": PostgreSQL's advisory lock that keeps two starting processes apart


async def migrate(store: Store) -> None:
    """Run every step the database has not had. SQLite's immediate transaction keeps other processes out.

    Raises StorageError when the database cannot be opened.
    """
    try:
        async with store.write() as connection:
            if store.is_postgresql:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            await connection.run_sync(_upgrade)
    except DBAPIError as problem:
        raise StorageError(f"The database cannot be opened: {problem.orig}") from problem


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")
