import pytest
from sqlalchemy import select

from heliogram.storage import access
from heliogram.storage.among import among
from heliogram.storage.engine import Store
from heliogram.storage.tables.access import workspaces
from tests.world import NOON

NAMES = ["plain", 'a "quote"', "a 'quote'", "back\\slash", "Grüße 日本 👋", "{curly,comma}", "NULL", ""]


@pytest.fixture
async def store(store: Store) -> Store:
    async with store.write() as connection:
        for index, name in enumerate(NAMES):
            await access.add_workspace(connection, {"id": str(index), "name": name, "created_at": NOON})
    return store


async def _found(store: Store, names: list[str]) -> set[str]:
    async with store.read() as connection:
        query = select(workspaces.c.name).where(among(workspaces.c.name, names))
        return set((await connection.execute(query)).scalars())


@pytest.mark.parametrize("name", NAMES)
async def test_a_text_is_found_by_its_letters_whatever_they_are(store: Store, name: str) -> None:
    assert await _found(store, [name, "nobody"]) == {name}


async def test_one_statement_takes_any_number_of_texts(store: Store) -> None:
    assert await _found(store, []) == set()
    assert await _found(store, NAMES * 10_000) == set(NAMES)


async def test_an_update_and_a_delete_know_it_too(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(workspaces.update().where(among(workspaces.c.id, ["0", "1"])).values(name="new"))
        await connection.execute(workspaces.delete().where(among(workspaces.c.id, ["2", "3"])))
    assert await _found(store, [*NAMES, "new"]) == {"new", *NAMES[4:]}


async def test_it_is_looked_up_in_the_index(store: Store) -> None:
    query = select(workspaces.c.name).where(among(workspaces.c.id, ["0"]), workspaces.c.name != "")
    async with store.read() as connection:
        said = str(query.compile(dialect=connection.dialect))
    assert "= 1" not in said
