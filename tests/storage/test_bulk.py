from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.bulk import add_new_rows, add_rows, put_rows
from heliogram.storage.engine import Store
from heliogram.storage.tables.people import contacts
from tests.world import World


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    return world


async def _all(connection: AsyncConnection) -> list[Any]:
    return list((await connection.execute(select(contacts).order_by(contacts.c.phone_e164))).mappings())


def _rows(world: World, n: int) -> list[dict[str, Any]]:
    odd = {"first_name": 'Tab\t"quote"\\ \n', "attributes": {"ü": [1, None, "\\N"]}, "is_landline": True}
    return [world.person(f"+1312555{index:04d}", **odd) for index in range(n)]


@pytest.mark.parametrize("n", [0, 1, 8, 9, 1_000], ids="{} rows".format)
async def test_rows_come_back_as_they_were_given(store: Store, world: World, n: int) -> None:
    rows = _rows(world, n)
    async with store.write() as connection:
        await add_rows(connection, contacts, rows)
        assert [dict(row) for row in await _all(connection)] == rows


@pytest.mark.parametrize("n", [2, 20], ids="{} rows".format)
async def test_a_clash_fails_the_whole_batch(store: Store, world: World, n: int) -> None:
    rows = _rows(world, n)
    with pytest.raises((IntegrityError, Exception)) as caught:
        async with store.write() as connection:
            await add_rows(connection, contacts, [*rows, rows[0]])
    assert "unique" in str(caught.value).lower()
    async with store.read() as connection:
        assert await _all(connection) == []


async def test_only_new_rows_are_added(store: Store, world: World) -> None:
    first, second = _rows(world, 2)
    async with store.write() as connection:
        await add_new_rows(connection, contacts, [first])
        await add_new_rows(connection, contacts, [{**first, "first_name": "Other"}, second])
        await add_new_rows(connection, contacts, [])
        assert [row["first_name"] for row in await _all(connection)] == [first["first_name"], second["first_name"]]


async def test_rows_whose_key_is_taken_change_only_what_is_named(store: Store, world: World) -> None:
    (row,) = _rows(world, 1)
    async with store.write() as connection:
        await put_rows(connection, contacts, [row], change=("first_name",))
        await put_rows(
            connection, contacts, [{**row, "first_name": "New", "last_name": "Not taken"}], change=("first_name",)
        )
        (kept,) = await _all(connection)
    assert (kept["first_name"], kept["last_name"]) == ("New", "")
