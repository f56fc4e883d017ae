from datetime import timedelta
from typing import Any

import pytest

from heliogram.storage import inbound, inbound_media
from tests.world import NOON, SMSC, WORKSPACE, World

AGAIN = [NOON + timedelta(minutes=1), NOON + timedelta(minutes=9)]


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    said: dict[str, Any] = {"workspace_id": WORKSPACE, "account_id": SMSC, "from_e164": "+13125550001", "text": ""}
    said |= {"to_address": "62449", "concat_reference": None, "concat_total": None, "concat_number": None}
    said |= {"media": [], "at": NOON, "raw": "", "read_as": "other"}
    async with world.store.write() as connection:
        await inbound.add(connection, [said | {"id": each, "unique_key": each} for each in ("i1", "i2")])
    return world


def _row(id: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"id": id, "workspace_id": WORKSPACE, "inbound_id": "i1", "account_id": SMSC, "position": 0}
    row |= {"url": "https://a.test/1", "sha256": "", "filename": "", "content_type": "", "state": "waiting"}
    row |= {"reason": "", "n_octets": 0, "width": 0, "height": 0, "n_tries": 0, "due_at": NOON}
    return row | changes


async def _add(world: World, *rows: dict[str, Any]) -> None:
    async with world.store.write() as connection:
        await inbound_media.add(connection, rows)


async def _claim(world: World, minutes: float = 0, limit: int = 9) -> list[tuple[str, int]]:
    async with world.store.write() as connection:
        rows = await inbound_media.claim(connection, NOON + timedelta(minutes=minutes), again=AGAIN, limit=limit)
    return [(row["id"], row["n_tries"]) for row in rows]


async def _shown(world: World, workspace_id: str = WORKSPACE) -> dict[str, list[str]]:
    async with world.store.read() as connection:
        found = await inbound_media.of_messages(connection, workspace_id, ["i1", "i2"])
    return {inbound_id: [row["id"] for row in rows] for inbound_id, rows in found.items()}


async def test_what_is_due_is_claimed_once_and_again_when_its_time_comes(world: World) -> None:
    await _add(
        world,
        _row("m1"),
        _row("m2", position=1, due_at=NOON + timedelta(seconds=1)),
        _row("m3", position=2, due_at=None),
    )
    assert await _claim(world) == [("m1", 0)]
    assert await _claim(world, 0.5) == [("m2", 0)]
    assert await _claim(world, 1) == [("m1", 1), ("m2", 1)]
    assert await _claim(world, 8.9) == []
    assert await _claim(world, 9) == [("m1", 2), ("m2", 2)]
    assert await _claim(world, 9, limit=1) == [("m1", 3)]


async def test_a_medium_is_added_once_and_settled_for_good(world: World) -> None:
    await _add(world, _row("m1"))
    await _add(world, _row("m9"))
    async with world.store.write() as connection:
        await inbound_media.remember(connection, "m1", "Not yet.")
        row = await inbound_media.one(connection, WORKSPACE, "m1")
        assert row is not None and (row["reason"], row["state"], row["due_at"]) == ("Not yet.", "waiting", NOON)
        await inbound_media.settle(connection, "m1", state="kept", sha256="ab", reason="")
    assert await _claim(world, 99) == []
    assert await _shown(world) == {"i1": ["m1"]}


async def test_media_are_shown_in_order_without_words_and_to_their_workspace_alone(world: World) -> None:
    await world.add_workspace("elsewhere")
    states = ("kept", "words", "refused", "lost", "waiting")
    await _add(world, *(_row(f"m{n}", position=9 - n, state=state) for n, state in enumerate(states)))
    assert await _shown(world) == {"i1": ["m4", "m3", "m2", "m0"]}
    assert await _shown(world, "elsewhere") == {}
    async with world.store.read() as connection:
        assert await inbound_media.one(connection, "elsewhere", "m0") is None


async def test_fetched_words_join_what_was_said(world: World) -> None:
    async with world.store.write() as connection:
        await inbound_media.put_words(connection, "i1", "STOP")
        (row,) = await inbound.unread(connection, 9)
        assert (row["id"], row["text"]) == ("i1", "STOP")
        await inbound.set_read(connection, ["i1"], "stop")
        await inbound_media.put_words(connection, "i1", "please")
        assert await inbound.unread(connection, 9) == []
        (row, _other) = sorted(await inbound.page(connection, WORKSPACE, limit=9), key=lambda row: str(row["id"]))
        assert (row["text"], row["read_as"]) == ("STOP\nplease", "stop")
