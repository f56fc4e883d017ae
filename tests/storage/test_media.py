from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from heliogram.storage import media
from heliogram.storage.engine import Store
from heliogram.storage.tables.media import link_opens
from tests.world import NOON, WORKSPACE, World

OTHER = "another workspace"
SHA = "ab" * 32


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_workspace(OTHER)
    await world.add_picture("picture", SHA)
    return world


def _variant(budget_octets: int, sha256: str = "1" * 64) -> dict[str, Any]:
    row = {"media_id": "picture", "budget_octets": budget_octets, "workspace_id": WORKSPACE, "sha256": sha256}
    row |= {"content_type": "image/jpeg", "n_octets": 9_000, "width": 320, "height": 320, "quality": 80}
    return row | {"created_at": NOON}


def _link(token: str, message_id: str = "m") -> dict[str, Any]:
    row: dict[str, Any] = {"token": token, "workspace_id": WORKSPACE, "media_id": "picture", "message_id": message_id}
    return row | {"campaign_id": None, "expires_at": NOON + timedelta(days=30)}


async def test_another_workspaces_pictures_are_never_returned(store: Store, world: World) -> None:
    async with store.read() as connection:
        assert await media.one(connection, OTHER, "picture") is None
        assert await media.some(connection, OTHER, ["picture"]) == {}


async def test_pictures_are_found_by_id(store: Store, world: World) -> None:
    async with store.read() as connection:
        row = await media.one(connection, WORKSPACE, "picture")
        some = await media.some(connection, WORKSPACE, ["picture", "gone"])
    assert row is not None and (row["sha256"], row["alt_text"], row["width"]) == (SHA, "A menu", 640)
    assert some == {"picture": row}


async def test_a_variant_is_kept_for_the_octets_it_had_to_fit_and_never_replaced(store: Store, world: World) -> None:
    async with store.write() as connection:
        await media.add_variant(connection, _variant(300_000, "1" * 64))
        await media.add_variant(connection, _variant(300_000, "2" * 64))
        await media.add_variant(connection, _variant(600_000, "3" * 64))
        found = await media.variants_of(connection, "picture")
    assert {budget: row["sha256"][0] for budget, row in found.items()} == {300_000: "1", 600_000: "3"}


async def test_a_link_leads_to_its_picture(store: Store, world: World) -> None:
    async with store.write() as connection:
        await media.add_links(connection, [_link("T1", "m1"), _link("T2", "m2")])
        row = await media.resolve_link(connection, "T2")
    assert row is not None
    assert (row["message_id"], row["media_id"], row["album_id"]) == ("m2", "picture", None)
    assert row["expires_at"] == NOON + timedelta(days=30)


@pytest.mark.parametrize("token", ["", "t1", "T1 ", "T%", "T2"])
async def test_a_token_nobody_was_given_leads_nowhere(store: Store, world: World, token: str) -> None:
    async with store.write() as connection:
        await media.add_links(connection, [_link("T1")])
        assert await media.resolve_link(connection, token) is None


async def test_every_opening_of_a_link_is_kept(store: Store, world: World) -> None:
    row = {"workspace_id": WORKSPACE, "token": "T1", "campaign_id": None, "at": NOON, "user_agent": "Safari"}
    async with store.write() as connection:
        await media.add_open(connection, row | {"id": "o1", "is_preview": True})
        await media.add_open(connection, row | {"id": "o2", "is_preview": False})
        found = (await connection.execute(select(link_opens).order_by(link_opens.c.id))).all()
    assert [(each.id, each.is_preview) for each in found] == [("o1", True), ("o2", False)]
