"""Adds many rows at once: the driver's `executemany` on SQLite, `COPY` in the same transaction on PostgreSQL.

Both are worth a sibling: `COPY` is several times faster than any INSERT, and SQLAlchemy's own `executemany` costs
more for each row on SQLite than storing it does.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, RowMapping, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Mapping[str, Any]
Make = Callable[[Table], Any]
"""`Any`: the INSERTs of the two dialects share no type that has ON CONFLICT."""


def plain(row: RowMapping) -> Row:
    """A row that was read, by the names of its columns."""
    return {str(name): value for name, value in row.items()}


N_BULK = 8
"""From this many rows on, the quicker way is worth its set-up."""


async def add_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Add `rows`, all with the same columns. A clash with a key fails the transaction."""
    if not rows:
        return
    if len(rows) < N_BULK:
        await connection.execute(table.insert(), rows)
    elif connection.dialect.name == "postgresql":
        await _copy(connection, table, rows)
    else:
        await _execute_many(connection, table, rows)


async def add_new_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Add those of `rows` whose key is not taken; leave the others as they are."""
    if rows:
        await connection.execute(_insert_new(insert_for(connection), table), rows)


async def put_rows(connection: AsyncConnection, table: Table, rows: Sequence[Row], *, change: Sequence[str]) -> None:
    """Add `rows`, or where the primary key is taken set the columns `change`."""
    if rows:
        await connection.execute(_put(insert_for(connection), table, tuple(change)), rows)


async def count_rows_up(connection: AsyncConnection, table: Table, rows: Sequence[Row], *, count: str) -> None:
    """Add `rows`, or where the primary key is taken add their `count` to the one that is there."""
    if rows:
        await connection.execute(_count_up(insert_for(connection), table, count), rows)


def insert_for(connection: AsyncConnection) -> Make:
    """What writes an INSERT in the dialect that knows ON CONFLICT."""
    return postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert


# Written once: SQLAlchemy takes longer to write one of these than the database to run it.


@cache
def _insert_new(make: Make, table: Table) -> Insert:
    statement: Insert = make(table).on_conflict_do_nothing()
    return statement


@cache
def _put(make: Make, table: Table, change: tuple[str, ...]) -> Insert:
    insert = make(table)
    values = {name: insert.excluded[name] for name in change}
    statement: Insert = insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=values)
    return statement


@cache
def _count_up(make: Make, table: Table, count: str) -> Insert:
    insert = make(table)
    values = {count: table.c[count] + insert.excluded[count]}
    statement: Insert = insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=values)
    return statement


async def _execute_many(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" * len(names))
    await connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', _encoded(connection, table, rows)
    )


async def _copy(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    columns = ", ".join(f'"{name}"' for name in rows[0])
    async with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in _encoded(connection, table, rows):
            await copy.write_row(row)


def _encoded(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them, a column at a time."""
    dialect = connection.dialect
    columns: list[list[Any]] = []
    for name in rows[0]:
        encode = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        values = [row[name] for row in rows]
        columns.append(values if encode is None else [encode(value) for value in values])
    return list(zip(*columns, strict=True))
