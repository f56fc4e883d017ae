from typing import Any

import pytest

from heliogram.model.album import Shown
from heliogram.storage import albums, library, media
from heliogram.storage.engine import Store
from tests.world import WORKSPACE, World

OTHER = "another workspace"
NONE = {"media_id": None, "album_id": None}


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_workspace(OTHER)
    for media_id in ("a", "b", "c"):
        await world.add_picture(media_id)
    return world


async def _keep(store: Store, *media_ids: str, workspace_id: str = WORKSPACE) -> dict[str, Any] | None:
    async with store.write() as connection:
        return await albums.keep(connection, workspace_id, media_ids)


async def _shown(store: Store, kept: dict[str, Any], workspace_id: str = WORKSPACE) -> list[str]:
    shown = albums.shown_of({"workspace_id": workspace_id, **kept})
    assert shown is not None
    async with store.read() as connection:
        return [row["id"] for row in await albums.media_of(connection, shown)]


async def test_several_media_come_back_in_their_order(store: Store, world: World) -> None:
    for ids in (["c", "a", "b"], ["a", "c"]):
        kept = await _keep(store, *ids)
        assert kept is not None and kept["media_id"] == ids[0]
        assert await _shown(store, kept) == ids


async def test_one_medium_is_no_album_and_none_is_nothing(store: Store, world: World) -> None:
    assert await _keep(store, "b") == {"media_id": "b", "album_id": None}
    assert await _shown(store, {"media_id": "b", "album_id": None}) == ["b"]
    assert await _keep(store) == NONE
    assert albums.shown_of({"workspace_id": WORKSPACE, **NONE}) is None


async def test_the_same_media_again_are_the_same_album(store: Store, world: World) -> None:
    first, again = await _keep(store, "a", "b"), await _keep(store, "a", "b")
    assert first == again and first is not None
    assert await _shown(store, first) == ["a", "b"]


@pytest.mark.parametrize("ids", [("a", "gone"), ("gone",), ("gone", "a", "b")])
async def test_a_medium_that_is_not_there_is_kept_in_nothing(store: Store, world: World, ids: tuple[str, ...]) -> None:
    assert await _keep(store, *ids) is None


async def test_another_workspaces_media_are_never_kept_or_shown(store: Store, world: World) -> None:
    assert await _keep(store, "a", "b", workspace_id=OTHER) is None
    kept = await _keep(store, "a", "b")
    assert kept is not None
    assert await _shown(store, kept, OTHER) == await _shown(store, {"media_id": "a", "album_id": None}, OTHER) == []
    async with store.read() as connection:
        assert await albums.media_of_rows(connection, OTHER, [kept]) == {}


async def test_the_media_of_many_rows_are_read_at_once(store: Store, world: World) -> None:
    album, single = await _keep(store, "c", "b"), await _keep(store, "a")
    assert album is not None and single is not None
    async with store.read() as connection:
        found = await albums.media_of_rows(connection, WORKSPACE, [album, single, NONE])
        assert await albums.media_of_rows(connection, WORKSPACE, [NONE]) == {}
    assert {key: [row["id"] for row in rows] for key, rows in found.items()} == {
        album["album_id"]: ["c", "b"],
        "a": ["a"],
    }
    assert Shown(WORKSPACE, "c", album["album_id"]).key in found


@pytest.mark.parametrize("media_id", ["a", "b"])
async def test_each_medium_of_an_album_is_used_where_the_album_is(store: Store, world: World, media_id: str) -> None:
    kept = await _keep(store, "a", "b")
    assert kept is not None
    await world.add_campaign("campaign", name="Sale", **kept)
    async with store.write() as connection:
        uses = await library.remove(connection, WORKSPACE, media_id)
        assert await media.one(connection, WORKSPACE, media_id) is not None
        free = await library.uses(connection, WORKSPACE, "c")
    assert uses is not None and [row["name"] for row in uses.campaigns] == ["Sale"] and not free.is_used


async def test_an_album_that_nothing_uses_keeps_no_medium_in_the_library(store: Store, world: World) -> None:
    kept = await _keep(store, "a", "b")
    assert kept is not None
    async with store.write() as connection:
        uses = await library.remove(connection, WORKSPACE, "b")
        assert uses is not None and not uses.is_used and await media.one(connection, WORKSPACE, "b") is None
    assert await _shown(store, kept) == []
    assert (await _keep(store, "a", "c")) is not None
