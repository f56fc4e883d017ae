import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from heliogram.model.message import State
from heliogram.storage import cancellations, deliveries, lanes
from heliogram.storage.cancellations import Pending
from heliogram.storage.tables.delivery import messages, ready
from tests.storage.test_questions import LANE, message
from tests.world import GROUP, NOON, SMSC, WORKSPACE, World


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    async with world.store.write() as connection:
        await lanes.add_lane(connection, id=LANE, workspace_id=WORKSPACE, group_id=GROUP, campaign_id=None, priority=0)
    return world


def wanted(message_id: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"message_id": message_id, "workspace_id": WORKSPACE, "at": NOON, "done_at": None}
    return row | {"code": "", "reason": "", "raw": ""} | changes


async def test_only_the_workspaces_own_message_is_held(world: World) -> None:
    await message(world, "m1")
    async with world.store.write() as connection:
        assert await cancellations.hold(connection, WORKSPACE, "m1")
        assert not await cancellations.hold(connection, "elsewhere", "m1")
        assert not await cancellations.hold(connection, WORKSPACE, "m2")


async def test_while_a_message_is_held_its_lane_takes_no_turn(world: World) -> None:
    await message(world, "m1")
    order = []

    async def turn() -> None:
        async with world.store.write() as connection:
            now = world.clock.now()
            assert await lanes.lease(connection, LANE, me="one", now=now, until=now) is not None
            order.append("turn")

    async with world.store.write() as connection:
        await cancellations.hold(connection, WORKSPACE, "m1")
        taking = asyncio.create_task(turn())
        for _ in range(20):
            await asyncio.sleep(0.005)
        order.append("held")
    await taking
    assert order == ["held", "turn"]


async def test_a_message_that_waits_for_anything_is_due_at_once(world: World) -> None:
    await message(world, "m1", State.HELD)
    later = world.clock.move(seconds=9)
    row = {"message_id": "m1", "workspace_id": WORKSPACE, "lane_id": LANE, "ready_at": later, "n_burned": 0}
    async with world.store.write() as connection:
        await lanes.put_ready(connection, [row | {"forced_reason": None, "waits_for": SMSC}])
        await cancellations.stop(connection, "m1", NOON)
        await cancellations.stop(connection, "m1", later)
        (found,) = (await connection.execute(select(ready))).all()
        (at,) = (await connection.execute(select(messages.c.canceled_at))).scalars()
        (claimed,) = await lanes.read_ready(connection, LANE, later, 9, {})
    assert (found.ready_at, found.waits_for, at) == (later, None, NOON)
    assert claimed.is_canceled


async def test_what_a_carrier_is_still_to_be_asked_for_comes_by_its_age(world: World) -> None:
    for id in ("m1", "m2", "m3"):
        await message(world, id)
    async with world.store.write() as connection:
        rows = [wanted("m1", at=world.clock.move(seconds=1)), wanted("m2"), wanted("m3", done_at=NOON)]
        await cancellations.put(connection, rows)
        found = await cancellations.pending(connection, 9)
        assert [each.message_id for each in found] == ["m2", "m1"]
        assert found[0] == Pending("m2", WORKSPACE, NOON, State.SENT)
        assert await cancellations.pending(connection, 1) == found[:1]
        await cancellations.put(connection, [wanted("m2", done_at=NOON, code="over")])
        (row,) = await cancellations.of_message(connection, "m2")
        assert [each.message_id for each in await cancellations.pending(connection, 9)] == ["m1"]
        await deliveries.set_states(connection, ["m1"], State.DELIVERED, "", NOON)
        assert [each.state for each in await cancellations.pending(connection, 9)] == [State.DELIVERED]
    assert (row["done_at"], row["code"]) == (NOON, "over")
