from datetime import timedelta
from typing import Any

import pytest

from heliogram.storage import alerts
from heliogram.storage.engine import Store
from heliogram.storage.tables.delivery import receipts
from tests.world import NOON, SMSC, WORKSPACE, World

SECOND = timedelta(seconds=1)


def trouble(kind: str = "queue_age", **changes: Any) -> dict[str, Any]:
    row = {"workspace_id": WORKSPACE, "kind": kind, "subject": "s", "title": "t", "sentence": "Words.", "since": NOON}
    return row | {"told_at": NOON, "clear_since": None} | changes


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    return world


async def test_only_what_was_told_and_is_still_there_is_shown(store: Store, world: World) -> None:
    rows = [trouble(), trouble("carrier_down", told_at=None), trouble("no_receipts", clear_since=NOON)]
    async with store.write() as connection:
        await alerts.put(connection, rows)
        await alerts.put(connection, [])
    async with store.read() as connection:
        assert [each.kind for each in await alerts.told(connection, WORKSPACE)] == ["queue_age"]
        assert await alerts.told(connection, "another") == []
        assert {each.kind for each in await alerts.every(connection)} == {"queue_age", "carrier_down", "no_receipts"}


async def test_a_trouble_is_one_row_until_it_is_forgotten(store: Store, world: World) -> None:
    async with store.write() as connection:
        await alerts.put(connection, [trouble()])
        await alerts.put(connection, [trouble(sentence="Other words.")])
        assert [each.sentence for each in await alerts.every(connection)] == ["Other words."]
        await alerts.forget(connection, [(WORKSPACE, "queue_age", "other")])
        assert len(await alerts.every(connection)) == 1
        await alerts.forget(connection, [(WORKSPACE, "queue_age", "s")])
        assert await alerts.every(connection) == []


async def test_a_duty_is_one_processs_until_its_lease_has_run_out(store: Store) -> None:
    async def take(me: str, after_s: int) -> bool:
        now = NOON + after_s * SECOND
        async with store.write() as connection:
            return await alerts.take_duty(connection, "look", me=me, now=now, until=now + 60 * SECOND)

    assert [await take("a", 0), await take("b", 1), await take("a", 2)] == [True, False, True]
    assert [await take("b", 62), await take("b", 63), await take("a", 64)] == [False, True, False]


@pytest.mark.parametrize(("after_s", "is_there"), [(0, True), (1, False)])
async def test_a_receipt_counts_from_the_moment_on(store: Store, world: World, after_s: int, is_there: bool) -> None:
    row = {"account_id": SMSC, "carrier_id": "1", "news": "delivered", "about_e164": "", "workspace_id": WORKSPACE}
    async with store.write() as connection:
        await connection.execute(receipts.insert(), row | {"at": NOON, "code": "", "raw": "", "message_id": None})
    async with store.read() as connection:
        assert await alerts.has_receipt_since(connection, SMSC, NOON + after_s * SECOND) is is_there
        assert not await alerts.has_receipt_since(connection, "mmsc", NOON)
