from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.message import Content
from heliogram.model.queue import Lane, LaneState
from heliogram.storage import deliveries, lanes
from heliogram.storage.engine import Store
from tests.world import GROUP, NOON, WORKSPACE, World

LANE = "c-campaign"
LATER = NOON + timedelta(seconds=10)


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_campaign()
    async with world.store.write() as connection:
        await _add_lane(connection, LANE, campaign_id="campaign")
    return world


async def _add_lane(connection: AsyncConnection, id: str, *, campaign_id: str | None = None, priority: int = 0) -> None:
    await lanes.add_lane(
        connection, id=id, workspace_id=WORKSPACE, group_id=GROUP, campaign_id=campaign_id, priority=priority
    )


async def _add_messages(world: World, phones: list[str], lane_id: str = LANE, **changes: Any) -> list[str]:
    await world.add_people([phone for phone in phones if phone not in world.people])
    rows = [
        lanes.message_row(
            {"id": world.people[phone], "workspace_id": WORKSPACE, "phone_e164": phone, "country": "US"},
            id=world.ids.new_id(),
            group_id=GROUP,
            purpose="marketing",
            priority=0,
            content="text",
            body="Hello",
            now=world.clock.now(),
            **changes,
        )
        for phone in phones
    ]
    async with world.store.write() as connection:
        await lanes.add_messages(connection, lane_id, rows)
    return [row["id"] for row in rows]


async def _lease(
    connection: AsyncConnection, me: str = "me", now: datetime = NOON, lane_id: str = LANE
) -> tuple[Lane, bool] | None:
    return await lanes.lease(connection, lane_id, me=me, now=now, until=now + timedelta(seconds=10))


async def _leased(connection: AsyncConnection, now: datetime = NOON) -> Lane:
    leased = await _lease(connection, now=now)
    assert leased is not None
    return leased[0]


def _state(message_id: str, state: str = "sending", lane_id: str = LANE) -> dict[str, Any]:
    row = {"message_id": message_id, "workspace_id": WORKSPACE, "lane_id": lane_id, "campaign_id": "campaign"}
    return row | {"state": state, "reason": "", "at": NOON}


def _ready(message_id: str, at: datetime = NOON, *, n_burned: int = 0, why: str | None = None) -> dict[str, Any]:
    row = {"message_id": message_id, "workspace_id": WORKSPACE, "lane_id": LANE, "ready_at": at}
    return row | {"n_burned": n_burned, "forced_reason": why}


async def test_messages_get_the_next_numbers_of_their_lane(store: Store, world: World) -> None:
    first = await _add_messages(world, ["+13125550001", "+13125550002"])
    second = await _add_messages(world, ["+13125550003"])
    async with store.write() as connection:
        lane = await _leased(connection)
        queued = await lanes.read_next(connection, lane, 10)
    assert [(each.number, each.id) for each in queued] == list(enumerate(first + second, start=1))
    assert lane.tail == 3


async def test_a_claimed_message_has_what_the_decision_needs(store: Store, world: World) -> None:
    await world.add_people(["+13125550001"], network="T-Mobile", is_landline=True)
    due = NOON + timedelta(hours=1)
    (message_id,) = await _add_messages(world, ["+13125550001"], due_at=due, expires_at=due)
    async with store.write() as connection:
        (queued,) = await lanes.read_next(connection, await _leased(connection), 10)
    assert (queued.id, queued.network, queued.is_landline) == (message_id, "T-Mobile", True)
    assert (queued.content, queued.due_at, queued.expires_at) == (Content.TEXT, due, due)


async def test_the_cursor_decides_what_is_next_and_the_limit_how_much(store: Store, world: World) -> None:
    await _add_messages(world, [f"+1312555000{n}" for n in range(5)])
    async with store.write() as connection:
        await lanes.move_cursor(connection, LANE, 2)
        queued = await lanes.read_next(connection, await _leased(connection), 2)
        assert await lanes.n_waiting(connection, LANE) == 3
    assert [each.number for each in queued] == [3, 4]


async def test_only_one_owner_at_a_time_has_the_lane(store: Store, world: World) -> None:
    async with store.write() as connection:
        lane, is_new = await _lease(connection) or pytest.fail("the lane is free")
        assert (lane.id, lane.state, is_new) == (LANE, LaneState.OPEN, True)
        assert await _lease(connection, "other") is None
        assert (await _lease(connection) or pytest.fail("ours"))[1] is False


async def test_a_lane_whose_owner_says_nothing_goes_to_the_next(store: Store, world: World) -> None:
    async with store.write() as connection:
        await _lease(connection)
        assert await _lease(connection, "other", LATER) is None
        taken = await _lease(connection, "other", LATER + timedelta(seconds=1))
    assert taken is not None and taken[1] is True


async def test_a_kept_lease_is_written_again_only_in_its_second_half(store: Store, world: World) -> None:
    async with store.write() as connection:
        await _lease(connection)
        await _lease(connection, now=NOON + timedelta(seconds=4))
        assert await _lease(connection, "other", NOON + timedelta(seconds=11)) is not None
    async with store.write() as connection:
        await lanes.release(connection, "other")
        await _lease(connection)
        await _lease(connection, now=NOON + timedelta(seconds=6))
        assert await _lease(connection, "other", NOON + timedelta(seconds=11)) is None


async def test_a_renewed_lease_lasts(store: Store, world: World) -> None:
    async with store.write() as connection:
        await _lease(connection)
        await lanes.renew(connection, [LANE], me="me", until=LATER + timedelta(minutes=1))
        await lanes.renew(connection, [LANE], me="other", until=LATER + timedelta(hours=1))
        assert await _lease(connection, "other", LATER + timedelta(seconds=59)) is None
        assert await _lease(connection, "other", LATER + timedelta(seconds=61)) is not None


async def test_released_lanes_are_free_at_once(store: Store, world: World) -> None:
    async with store.write() as connection:
        await _lease(connection)
        await lanes.release(connection, "me")
        assert await _lease(connection, "other") is not None


async def test_a_lane_has_work_while_something_is_queued_or_due(store: Store, world: World) -> None:
    (message_id,) = await _add_messages(world, ["+13125550001"])
    async with store.write() as connection:
        assert await lanes.with_work(connection, NOON, "me") == [LANE]
        await lanes.move_cursor(connection, LANE, 1)
        assert await lanes.with_work(connection, NOON, "me") == []
        await lanes.put_ready(connection, [_ready(message_id, LATER)])
        assert await lanes.with_work(connection, NOON, "me") == []
        assert await lanes.with_work(connection, LATER, "me") == [LANE]


async def test_urgent_lanes_come_first(store: Store, world: World) -> None:
    async with store.write() as connection:
        await _add_lane(connection, "g-offers", priority=7)
    await _add_messages(world, ["+13125550001"])
    await _add_messages(world, ["+13125550001"], "g-offers")
    async with store.read() as connection:
        assert await lanes.with_work(connection, NOON, "me") == ["g-offers", LANE]


async def test_a_paused_lane_has_no_work_and_a_canceled_one_has_all_of_it(store: Store, world: World) -> None:
    first, second = await _add_messages(world, ["+13125550001", "+13125550002"])
    async with store.write() as connection:
        await lanes.set_state(connection, "campaign", LaneState.PAUSED)
        assert await lanes.with_work(connection, NOON, "me") == []
        await lanes.move_cursor(connection, LANE, 2)
        await lanes.put_ready(connection, [_ready(first, LATER), _ready(second, LATER)])
        await lanes.set_state(connection, "campaign", LaneState.CANCELED)
        assert await lanes.with_work(connection, NOON, "me") == [LANE]
        assert [each.id for each in await lanes.read_ready(connection, LANE, None, 10)] == [first, second]


async def test_a_lane_left_with_open_attempts_has_work_for_everyone_but_its_owner(store: Store, world: World) -> None:
    (message_id,) = await _add_messages(world, ["+13125550001"])
    async with store.write() as connection:
        await _lease(connection)
        await lanes.move_cursor(connection, LANE, 1)
        await lanes.set_state(connection, "campaign", LaneState.PAUSED)
        await deliveries.add_states(connection, [_state(message_id)])
        assert await lanes.with_work(connection, NOON, "me") == []
        assert await lanes.with_work(connection, NOON, "other") == []
        assert await lanes.with_work(connection, LATER + timedelta(seconds=1), "other") == [LANE]
        await lanes.release(connection, "me")
        assert await lanes.with_work(connection, NOON, "other") == [LANE]


async def test_ready_messages_come_back_when_due_with_what_was_learnt(store: Store, world: World) -> None:
    first, second, third = await _add_messages(world, [f"+1312555000{n}" for n in range(3)])
    async with store.write() as connection:
        await lanes.put_ready(connection, [_ready(first, LATER), _ready(second, n_burned=2, why="media_not_taken")])
        await lanes.put_ready(connection, [_ready(third, LATER), _ready(third, NOON, n_burned=1)])
        found = await lanes.read_ready(connection, LANE, NOON, 10)
        assert [(each.id, each.number, each.n_burned, each.forced_reason) for each in found] == [
            (second, None, 2, "media_not_taken"),
            (third, None, 1, None),
        ]
        assert len(await lanes.read_ready(connection, LANE, NOON, 1)) == 1
        await lanes.drop_ready(connection, [second, third])
        await lanes.drop_ready(connection, [])
        assert await lanes.read_ready(connection, LANE, NOON, 10) == []


async def test_a_campaign_is_drained_when_nothing_waits_and_nothing_is_open(store: Store, world: World) -> None:
    (message_id,) = await _add_messages(world, ["+13125550001"])
    async with store.write() as connection:
        assert not await lanes.is_drained(connection, "campaign")
        await lanes.move_cursor(connection, LANE, 1)
        assert await lanes.is_drained(connection, "campaign")
        await lanes.put_ready(connection, [_ready(message_id)])
        assert not await lanes.is_drained(connection, "campaign")
        await lanes.drop_ready(connection, [message_id])
        await deliveries.add_states(connection, [_state(message_id)])
        assert not await lanes.is_drained(connection, "campaign")


async def test_the_queue_is_what_lies_between_cursor_and_tail_of_open_lanes(store: Store, world: World) -> None:
    await _add_messages(world, [f"+1312555000{n}" for n in range(3)])
    async with store.write() as connection:
        await lanes.move_cursor(connection, LANE, 1)
        assert await lanes.queue_depth(connection, WORKSPACE) == 2
        await lanes.set_state(connection, "campaign", LaneState.PAUSED)
        assert await lanes.queue_depth(connection, WORKSPACE) == 0
        assert await lanes.queue_depth(connection, "another") == 0


async def test_a_held_message_says_until_when_and_why(store: Store, world: World) -> None:
    (message_id,) = await _add_messages(world, ["+13125550001"])
    async with store.write() as connection:
        await lanes.set_held(connection, message_id, LATER, "not_due")
        row = (await connection.execute(lanes.messages.select())).one()
    assert (row.held_until, row.held_reason) == (LATER, "not_due")


async def test_adding_a_lane_again_leaves_it_as_it_is(store: Store, world: World) -> None:
    await _add_messages(world, ["+13125550001"])
    async with store.write() as connection:
        await _add_lane(connection, LANE, campaign_id="campaign", priority=9)
        lane = await _leased(connection)
    assert (lane.tail, lane.priority) == (1, 0)


def test_lanes_are_named_after_what_they_carry() -> None:
    assert lanes.campaign_lane_of("x") == "c-x"
    assert lanes.single_lane_of("x") == "g-x"


async def test_messages_that_wait_for_an_account_stand_aside_until_it_has_room(store: Store, world: World) -> None:
    ids = await _add_messages(world, [f"+1312555000{n}" for n in range(4)])
    waits_for = ["smsc", "smsc", "mmsc", None]
    async with store.write() as connection:
        rows = [_ready(each) | {"waits_for": account} for each, account in zip(ids, waits_for, strict=True)]
        await lanes.put_ready(connection, rows)
        assert await lanes.standing_aside(connection, LANE, NOON) == {"smsc": 2, "mmsc": 1, None: 1}
        assert await lanes.standing_aside(connection, LANE, NOON - timedelta(seconds=1)) == {}

        async def let_in(room: dict[str, int] | None) -> list[str]:
            return [each.id for each in await lanes.read_ready(connection, LANE, NOON, 10, room)]

        assert await let_in(None) == ids
        assert await let_in({}) == [ids[3]]
        assert await let_in({"smsc": 1}) == [ids[0], ids[3]]
        assert await let_in({"smsc": 5, "mmsc": 1}) == ids


async def test_a_ready_message_comes_back_with_the_account_that_it_avoids(store: Store, world: World) -> None:
    first, second = await _add_messages(world, ["+13125550001", "+13125550002"])
    async with store.write() as connection:
        await lanes.put_ready(connection, [_ready(first) | {"avoids": "smsc"}, _ready(second) | {"avoids": None}])
        await lanes.put_ready(connection, [_ready(second) | {"avoids": "mmsc"}])
        found = await lanes.read_ready(connection, LANE, NOON, 10)
    assert {each.id: each.avoids for each in found} == {first: "smsc", second: "mmsc"}


@pytest.mark.parametrize("state", LaneState)
async def test_a_lane_says_how_it_stands(store: Store, world: World, state: LaneState) -> None:
    async with store.write() as connection:
        await lanes.set_state(connection, "campaign", state)
        assert await lanes.state_of(connection, LANE) is state
