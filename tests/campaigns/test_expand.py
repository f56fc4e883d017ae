import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from heliogram.campaigns import expand
from heliogram.campaigns.expand import BULK_PRIORITY, N_AHEAD, N_PAGE, Expander, Texts, audience_of, expand_page
from heliogram.campaigns.lifecycle import CANCEL, LAUNCH, PAUSE, RESUME, Step, take
from heliogram.compose.liquid import compile_text
from heliogram.model.campaign import Audience, AudienceKind
from heliogram.model.consent import Subscription
from heliogram.model.queue import LaneState
from heliogram.storage import campaigns, lanes
from heliogram.storage.tables.delivery import messages
from tests.world import GROUP, NOON, WORKSPACE, World, phones_of

from .crash import AT_COMMIT, NEVER, Crash, crashing


async def _take(world: World, step: Step, campaign_id: str = "campaign") -> None:
    async with world.store.write() as connection:
        await take(
            connection, step, WORKSPACE, campaign_id, actor="Robin", new_id=world.ids.new_id, now=world.clock.now()
        )


async def _launched(world: World, **changes: Any) -> Expander:
    await world.add_campaign(**changes)
    await _take(world, LAUNCH)
    return _expander(world)


def _expander(world: World) -> Expander:
    return Expander(world.store, new_id=world.ids.new_id, now=world.clock.now)


async def _messages(world: World) -> Sequence[Any]:
    async with world.store.read() as connection:
        return (await connection.execute(select(messages).order_by(messages.c.number))).mappings().all()


async def _campaign(world: World, campaign_id: str = "campaign") -> Any:
    async with world.store.read() as connection:
        return await campaigns.one(connection, WORKSPACE, campaign_id)


async def _queued_count(world: World) -> int:
    async with world.store.read() as connection:
        return (await campaigns.counts(connection, ["campaign"]))["campaign"].get(("state", "queued"), 0)


# ── no crash repeats or skips anyone ──


async def test_a_crash_at_any_statement_of_any_page_repeats_nobody_and_skips_nobody(world: World) -> None:
    await world.build()
    people = sorted(await world.add_people(phones_of(2 * N_PAGE + 30)))
    await _launched(world)
    n_crashes, n_pages, at = 0, 0, 0
    while not (await _campaign(world))["is_expanded"]:
        n = 0
        with capture_logs(), crashing(world.store, at) as seen, contextlib.suppress(Crash):
            n = await _expander(world).step()  # a new process each time: nothing is remembered
        await _check(world, people)
        if n:
            n_pages, at = n_pages + 1, 0
            continue
        n_crashes += 1
        # After the last statement comes the commit; when that has failed too, the page is let through.
        assert at != NEVER
        at = NEVER if at == AT_COMMIT else at + 1 if len(seen) == at + 1 else AT_COMMIT
    assert (n_pages, n_crashes >= 3 * 7) == (3, True)
    rows = await _messages(world)
    assert [row["contact_id"] for row in rows] == people
    assert [row["number"] for row in rows] == list(range(1, len(people) + 1))


async def _check(world: World, people: list[str]) -> None:
    """The checkpoint, the messages, the lane's end and the counter agree at every moment."""
    campaign = await _campaign(world)
    done = [each for each in people if each <= campaign["expanded_to"]]
    async with world.store.read() as connection:
        waiting = await lanes.n_waiting(connection, lanes.campaign_lane_of("campaign"))
        found = (await connection.execute(select(messages.c.contact_id).order_by(messages.c.number))).scalars().all()
    assert list(found) == done
    assert waiting == len(done) == await _queued_count(world)


async def test_two_processes_that_expand_at_once_expand_each_page_once(world: World) -> None:
    await world.build()
    people = sorted(await world.add_people(phones_of(2 * N_PAGE + 1)))
    await _launched(world)
    await asyncio.gather(*(_expander(world).step() for _ in range(4)))
    while not (await _campaign(world))["is_expanded"]:
        await asyncio.gather(_expander(world).step(), _expander(world).step())
    assert [row["contact_id"] for row in await _messages(world)] == people


@pytest.mark.parametrize(("n", "pages"), [(N_PAGE - 1, [N_PAGE - 1]), (N_PAGE, [N_PAGE, 0]), (N_PAGE + 1, [N_PAGE, 1])])
async def test_the_last_page_is_known_by_not_being_full(small_world: World, n: int, pages: list[int]) -> None:
    await small_world.build()
    await small_world.add_people(phones_of(n))
    expander = await _launched(small_world)
    assert [await expander.step() for _ in pages] == pages
    assert (await _campaign(small_world))["is_expanded"]
    assert len(await _messages(small_world)) == n


async def test_expansion_stays_a_bounded_way_ahead_of_delivery(small_world: World) -> None:
    await small_world.build()
    await small_world.add_people(phones_of(3))
    expander = await _launched(small_world)
    lane_id = lanes.campaign_lane_of("campaign")
    async with small_world.store.write() as connection:
        await lanes.move_cursor(connection, lane_id, -N_AHEAD)  # as if that many waited
    assert await expander.step() == 0
    async with small_world.store.write() as connection:
        await lanes.move_cursor(connection, lane_id, 1 - N_AHEAD)
    assert await expander.step() == 3


# ── who is in it, and what they are queued ──


async def test_only_people_of_the_audience_are_queued_and_each_once(world: World) -> None:
    await world.build()
    await world.add_group("visits", ["us"])
    subscribed = await world.add_people(phones_of(3))
    stranger, elsewhere = await world.add_people(["+13125559001", "+13125559002"], subscribed=False)
    await world.say(Subscription.SUBSCRIBED, ["+13125559002"], "visits")
    await world.say(Subscription.UNSUBSCRIBED, [phones_of(3)[1]])
    await world.add_list("list", [subscribed[0], stranger])
    expected = {
        "group": sorted(subscribed),  # who opted out is queued too, so that the report names them
        "list": sorted([subscribed[0], stranger]),
        "all": sorted([*subscribed, stranger, elsewhere]),
    }
    for kind, ids in expected.items():
        await world.add_campaign(kind, audience_kind=kind, list_id="list" if kind == "list" else None)
        await _take(world, LAUNCH, kind)
        while await _expander(world).step():
            pass
        rows = [row for row in await _messages(world) if row["campaign_id"] == kind]
        assert sorted(row["contact_id"] for row in rows) == ids
        assert (await _campaign(world, kind))["n_audience"] == len(ids)


async def test_a_message_carries_its_own_text_and_everything_delivery_decides_by(small_world: World) -> None:
    await small_world.build(group={"purpose": "reminder"})
    await small_world.add_picture("picture")
    (ada,) = await small_world.add_people(["+13125550001"], first_name="Ada", attributes={"dish": "soup"})
    (bob,) = await small_world.add_people(["+447700900001"], first_name="", country="GB", attributes={})
    expander = await _launched(
        small_world,
        body="Hi {{ first_name | default: 'you' }}, {{ dish | default: 'cake' }}?",
        content="mms",
        media_id="picture",
    )
    assert await expander.step() == 2
    by_person = {row["contact_id"]: row for row in await _messages(small_world)}
    assert {each: row["body"] for each, row in by_person.items()} == {ada: "Hi Ada, soup?", bob: "Hi you, cake?"}
    row = by_person[bob]
    assert (row["phone_e164"], row["country"], row["workspace_id"]) == ("+447700900001", "GB", WORKSPACE)
    assert (row["lane_id"], row["campaign_id"], row["group_id"]) == ("c-campaign", "campaign", GROUP)
    assert (row["purpose"], row["priority"], row["content"], row["media_id"]) == (
        "reminder",
        BULK_PRIORITY,
        "mms",
        "picture",
    )
    assert (row["created_at"], row["due_at"], row["expires_at"], row["held_until"]) == (NOON, None, None, None)


async def test_who_the_text_cannot_be_written_for_is_queued_with_none_and_so_skipped_not_lost(
    small_world: World,
) -> None:
    await small_world.build()
    await small_world.add_people(["+13125550001"], attributes={"visits": "12"})
    await small_world.add_people(["+13125550002"], attributes={"visits": "9" * 5_000})
    expander = await _launched(small_world, body="You were here {{ visits | plus: 1 }} times")
    assert await expander.step() == 2
    assert [row["body"] for row in await _messages(small_world)] == ["You were here 13 times", ""]


async def test_people_who_join_behind_the_checkpoint_are_reached_and_those_before_it_are_not_asked_again(
    small_world: World,
) -> None:
    await small_world.build()
    first = await small_world.add_people(phones_of(N_PAGE))
    expander = await _launched(small_world)
    await expander.step()
    (late,) = await small_world.add_people(["+13125559999"])
    assert await expander.step() == 1
    assert [row["contact_id"] for row in await _messages(small_world)] == [*sorted(first), late]


# ── when ──


@pytest.mark.parametrize("step", [PAUSE, CANCEL])
async def test_nothing_is_expanded_of_a_campaign_that_is_not_being_sent(small_world: World, step: Step) -> None:
    await small_world.build()
    await small_world.add_people(phones_of(2))
    await small_world.add_campaign()
    expander = _expander(small_world)
    assert await expander.step() == 0
    await _take(small_world, LAUNCH)
    await _take(small_world, step)
    assert (await expander.step(), await _messages(small_world)) == (0, [])
    if step is PAUSE:
        await _take(small_world, RESUME)
        assert await expander.step() == 2


@pytest.mark.parametrize("step", [PAUSE, CANCEL])
async def test_a_pause_that_comes_between_the_look_and_the_page_is_obeyed(small_world: World, step: Step) -> None:
    await small_world.build()
    await small_world.add_people(phones_of(2))
    await _launched(small_world)
    await _take(small_world, step)
    async with small_world.store.write() as connection:
        n = await expand_page(
            connection,
            "campaign",
            WORKSPACE,
            purpose="marketing",
            templates={"campaign": Texts(body=compile_text("Hi"))},
            new_id=small_world.ids.new_id,
            now=NOON,
        )
    assert (n, await _messages(small_world)) == (0, [])


async def test_a_campaign_is_done_when_its_lane_is_empty_and_not_before(small_world: World) -> None:
    await small_world.build()
    await small_world.add_people(phones_of(2))
    expander = await _launched(small_world)
    for _ in range(3):
        await expander.step()
    assert (await _campaign(small_world))["state"] == "sending"
    async with small_world.store.write() as connection:
        await lanes.move_cursor(connection, lanes.campaign_lane_of("campaign"), 2)
    small_world.clock.move(seconds=60)
    await expander.step()
    campaign = await _campaign(small_world)
    assert (campaign["state"], campaign["finished_at"]) == ("done", small_world.clock.now())


async def test_a_campaign_that_cannot_be_expanded_holds_up_no_other(small_world: World) -> None:
    await small_world.build()
    await small_world.add_people(phones_of(2))
    await small_world.add_campaign("a broken one", body="{% if %}")
    await small_world.add_campaign("fine")
    for campaign_id in ("a broken one", "fine"):
        await _take(small_world, LAUNCH, campaign_id)
    with capture_logs() as logged:
        assert await _expander(small_world).step() == 2
    assert [(each["campaign"], each["log_level"]) for each in logged] == [("a broken one", "error")]
    assert {row["campaign_id"] for row in await _messages(small_world)} == {"fine"}


def test_the_audience_of_a_campaign_is_what_its_row_says() -> None:
    assert audience_of({"audience_kind": "list", "list_id": "l"}) == Audience(kind=AudienceKind.LIST, list_id="l")
    assert audience_of({"audience_kind": "all", "list_id": None}) == Audience(kind=AudienceKind.ALL)


def test_a_page_is_small_beside_what_may_wait() -> None:
    assert expand.N_AHEAD >= 10 * expand.N_PAGE
    assert LaneState.OPEN == "open"
