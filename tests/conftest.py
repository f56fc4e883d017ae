"""What every test may ask for: a migrated database on either engine, a clock moved by hand, and a world to act in."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from heliogram.storage.engine import Store, open_store
from heliogram.storage.migrate import migrate
from tests.postgres import Postgres, running_postgres
from tests.world import Clock, Ids, World

if TYPE_CHECKING:
    from tests.doors import Doors
    from tests.storage.s3 import S3

# A law says what holds, not how fast: on a busy machine an example may take any time.
settings.register_profile("heliogram", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("heliogram")

ENGINES = ("sqlite", "postgresql")
_numbers = itertools.count(1)


async def _migrate(url: str) -> None:
    store = open_store(url)
    await migrate(store)
    await store.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test process: with two workers, two of them start faster than one is shared.

    In a folder apart from pytest's own, which the next run that starts closes to the server's user.
    """
    with TemporaryDirectory(prefix="heliogram-pg-") as folder, running_postgres(Path(folder) / "data") as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that tests copy: migrating costs more than most of them."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The name of a migrated database that tests copy."""
    asyncio.run(_migrate(postgres.create("migrated")))
    return "migrated"


@pytest.fixture
def postgresql_url(postgres: Postgres) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    name = f"empty{next(_numbers)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of the test's own, once on each engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test{next(_numbers)}"
    yield server.create(name, template=request.getfixturevalue("migrated_postgres"))
    server.drop(name)


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "test.sqlite"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A migrated database of the test's own, once on each engine."""
    opened = open_store(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    """For flows whose SQL has been tested on both engines already."""
    opened = open_store(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
def s3() -> Iterator["S3"]:
    """An S3 API of the test's own, over a real socket."""
    from tests.storage.s3 import running_s3  # with it come a second of imports

    with running_s3() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ids() -> Ids:
    return Ids()


@pytest.fixture
def world(store: Store, clock: Clock, ids: Ids) -> World:
    """An empty world on either engine; `await world.build()` puts a workspace into it."""
    return World(store=store, clock=clock, ids=ids)


@pytest.fixture
def small_world(sqlite_store: Store, clock: Clock, ids: Ids) -> World:
    return World(store=sqlite_store, clock=clock, ids=ids)


@pytest.fixture
async def doors(sqlite_url: str, tmp_path: Path, small_world: World, clock: Clock) -> AsyncIterator["Doors"]:
    """The API and the pages over a small world: one group “Offers” with one US long code."""
    from tests.doors import open_doors  # the doors take seconds to import, and most tests never open them

    await small_world.build()
    async with open_doors(sqlite_url, tmp_path / "data", clock, small_world) as opened:
        yield opened
