import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from heliogram.storage import inbound
from heliogram.storage.engine import Store
from tests.world import NOON, SMSC, WORKSPACE, World

ADA = "+13125550001"
DAY = timedelta(days=1)


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    return world


def _row(id: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": id,
        "workspace_id": WORKSPACE,
        "account_id": SMSC,
        "unique_key": id,
        "from_e164": ADA,
        "to_address": "62449",
        "text": "STOP",
        "concat_reference": None,
        "concat_total": None,
        "concat_number": None,
        "octets": None,
        "coding": None,
        "media": [],
        "at": NOON,
        "raw": "",
        "read_as": None,
    }
    return row | changes


def _part(id: str, number: int, **changes: Any) -> dict[str, Any]:
    return _row(id, **{"concat_reference": 9, "concat_total": 3, "concat_number": number} | changes)


async def _add(store: Store, *rows: dict[str, Any]) -> None:
    async with store.write() as connection:
        await inbound.add(connection, rows)


async def _unread(store: Store, limit: int = 100) -> Sequence[Any]:
    async with store.write() as connection:
        return await inbound.unread(connection, limit)


async def _siblings(store: Store, row: dict[str, Any]) -> list[str]:
    async with store.write() as connection:
        return [each["id"] for each in await inbound.siblings(connection, row)]


async def test_a_part_keeps_its_octets_whatever_they_are_and_its_text_can_be_said_anew(
    store: Store, world: World
) -> None:
    octets = bytes(range(256))
    await _add(store, _part("p1", 1, octets=octets, coding="utf-16-be"), _part("p2", 2))
    async with store.write() as connection:
        await inbound.set_text(connection, ["p1"], "🎉")
    told = {row["id"]: (row["octets"], row["coding"], row["text"]) for row in await _unread(store)}
    assert told == {"p1": (octets, "utf-16-be", "🎉"), "p2": (None, None, "STOP")}


async def test_a_message_is_kept_as_it_came(store: Store, world: World) -> None:
    given = _row("i", text="¡Alto! 🛑", media=[{"sha256": "0" * 64, "content_type": "image/jpeg"}], raw="…")
    await _add(store, given)
    assert [dict(row) for row in await _unread(store)] == [given]


async def test_a_message_the_carrier_repeats_is_stored_once(store: Store, world: World) -> None:
    await _add(store, _row("first", unique_key="7", text="STOP"))
    await _add(store, _row("second", unique_key="7", text="STOP"), _row("third", unique_key="8"))
    assert [row["id"] for row in await _unread(store)] == ["first", "third"]


async def test_two_accounts_may_use_the_same_key_for_different_messages(store: Store, world: World) -> None:
    await _add(store, _row("first", unique_key="7"), _row("second", unique_key="7", account_id="mmsc"))
    assert len(await _unread(store)) == 2


async def test_the_oldest_unread_message_comes_first(store: Store, world: World) -> None:
    await _add(store, _row("b", at=NOON + DAY), _row("c", at=NOON), _row("a", at=NOON), _row("read", read_as="stop"))
    assert [row["id"] for row in await _unread(store)] == ["a", "c", "b"]
    assert [row["id"] for row in await _unread(store, limit=1)] == ["a"]


async def test_a_message_that_was_read_is_not_read_again(store: Store, world: World) -> None:
    await _add(store, _row("a"), _row("b"), _row("c"))
    async with store.write() as connection:
        await inbound.set_read(connection, ["a", "b"], "stop")
    assert [row["id"] for row in await _unread(store)] == ["c"]


async def test_of_two_readers_at_once_each_message_goes_to_one(store: Store, world: World) -> None:
    await _add(store, *(_row(f"i{n}") for n in range(6)))

    async def read_three() -> list[str]:
        async with store.write() as connection:
            ids = [row["id"] for row in await inbound.unread(connection, 3)]
            await inbound.set_read(connection, ids, "other")
            return ids

    both = await asyncio.gather(read_three(), read_three())
    assert sorted(both[0] + both[1]) == [f"i{n}" for n in range(6)]


async def test_the_segments_of_a_text_come_in_their_order_whatever_order_they_arrived_in(
    store: Store, world: World
) -> None:
    await _add(store, _part("c", 3), _part("a", 1, read_as="part"), _part("b", 2))
    assert await _siblings(store, _part("b", 2)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "other",
    [
        {"concat_reference": 10},
        {"concat_total": 2},
        {"from_e164": "+13125550002"},
        {"to_address": "62450"},
        {"account_id": "mmsc"},
        {"read_as": "other"},
        {"at": NOON - DAY},
    ],
    ids=["reference", "total", "sender", "recipient", "account", "read already", "another day"],
)
async def test_a_segment_of_another_text_is_not_joined(store: Store, world: World, other: dict[str, Any]) -> None:
    await _add(store, _part("a", 1), _part("b", 2, **other))
    assert await _siblings(store, _part("a", 1)) == ["a"]


async def test_messages_are_listed_newest_first_by_workspace_and_phone(world: World) -> None:
    await world.add_workspace("elsewhere")
    other = _row("4", workspace_id="elsewhere", account_id="other")
    await _add(world.store, _row("1"), _row("2", from_e164="+13125550002"), _row("3"), other)
    async with world.store.read() as connection:
        every = [row["id"] for row in await inbound.page(connection, WORKSPACE, limit=9)]
        older = [row["id"] for row in await inbound.page(connection, WORKSPACE, before="3", limit=1)]
        adas = [row["id"] for row in await inbound.page(connection, WORKSPACE, phone=ADA, limit=9)]
    assert (every, older, adas) == (["3", "2", "1"], ["2"], ["3", "1"])
