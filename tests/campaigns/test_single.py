from datetime import timedelta
from typing import Any

from sqlalchemy import select

from heliogram.campaigns.single import SINGLE_PRIORITY, Single, queue_single
from heliogram.model.message import Content
from heliogram.model.phone import Phone
from heliogram.storage import lanes, people
from heliogram.storage.tables.delivery import lanes as lane_rows
from heliogram.storage.tables.delivery import messages
from tests.world import GROUP, NOON, WORKSPACE, World

ADA = Phone(e164="+13125550001", country="US")


async def _queue(world: World, **changes: Any) -> str:
    asked: dict[str, Any] = {"group_id": GROUP, "to": ADA, "body": "Your table is ready", "content": Content.TEXT}
    async with world.store.write() as connection:
        return await queue_single(
            connection, WORKSPACE, Single(**asked | changes), new_id=world.ids.new_id, now=world.clock.now()
        )


async def _row(world: World, message_id: str) -> Any:
    async with world.store.read() as connection:
        return (await connection.execute(select(messages).where(messages.c.id == message_id))).mappings().one()


async def test_a_single_message_waits_in_its_groups_own_lane_before_campaigns(world: World) -> None:
    await world.build(group={"purpose": "transactional"})
    row = await _row(world, await _queue(world))
    assert (row["lane_id"], row["campaign_id"], row["priority"]) == (lanes.single_lane_of(GROUP), None, SINGLE_PRIORITY)
    assert (row["purpose"], row["content"], row["body"]) == ("transactional", "text", "Your table is ready")
    assert (row["phone_e164"], row["country"], row["created_at"]) == (ADA.e164, "US", NOON)
    async with world.store.read() as connection:
        lane = (await connection.execute(select(lane_rows))).mappings().one()
    assert (lane["priority"], lane["group_id"], lane["campaign_id"], lane["tail"]) == (SINGLE_PRIORITY, GROUP, None, 1)


async def test_a_number_nobody_knows_becomes_a_contact_and_a_known_one_stays_as_it_is(world: World) -> None:
    await world.build()
    (known,) = await world.add_people([ADA.e164], first_name="Ada")
    new = Phone(e164="+447700900001", country="GB")
    rows = [await _row(world, await _queue(world, to=to)) for to in (ADA, new, new)]
    assert rows[0]["contact_id"] == known
    assert rows[1]["contact_id"] == rows[2]["contact_id"] != known
    async with world.store.read() as connection:
        found = await people.by_phones(connection, WORKSPACE, [ADA.e164, new.e164])
    assert (found[ADA.e164]["first_name"], found[new.e164]["country"]) == ("Ada", "GB")


async def test_when_it_is_due_and_until_when_it_makes_sense_go_with_it(small_world: World) -> None:
    await small_world.build()
    await small_world.add_picture("picture")
    due, end = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    message_id = await _queue(small_world, due_at=due, expires_at=end, media_ids=("picture",), content=Content.MMS)
    row = await _row(small_world, message_id)
    assert (row["due_at"], row["expires_at"], row["media_id"], row["content"]) == (due, end, "picture", "mms")


async def test_messages_to_one_person_are_each_their_own_and_keep_their_order(small_world: World) -> None:
    await small_world.build()
    ids = [await _queue(small_world, body=str(n)) for n in range(3)]
    rows = [await _row(small_world, message_id) for message_id in ids]
    assert [(row["number"], row["body"]) for row in rows] == [(1, "0"), (2, "1"), (3, "2")]
