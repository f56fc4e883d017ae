import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from heliogram.model.campaign import CampaignState
from heliogram.storage import campaigns
from heliogram.storage.campaigns import Count
from heliogram.storage.engine import Store
from tests.world import GROUP, NOON, WORKSPACE, World

OTHER = "another workspace"


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_workspace(OTHER)
    return world


async def _one(store: Store, campaign_id: str = "campaign", workspace_id: str = WORKSPACE) -> Any:
    async with store.read() as connection:
        return await campaigns.one(connection, workspace_id, campaign_id)


async def _count(store: Store, deltas: Mapping[Count, int]) -> None:
    async with store.write() as connection:
        await campaigns.add_counts(connection, deltas)


async def test_a_campaign_is_kept_as_given(store: Store, world: World) -> None:
    await world.add_picture("picture")
    await world.add_campaign(body="Hi ✨", media_id="picture", content="mms", n_audience=7)
    row = await _one(store)
    assert (row["body"], row["media_id"], row["n_audience"], row["created_at"]) == ("Hi ✨", "picture", 7, NOON)
    assert (row["expanded_to"], row["is_expanded"], row["launched_at"]) == ("", False, None)


async def test_another_workspaces_campaigns_are_never_returned_or_changed(store: Store, world: World) -> None:
    await world.add_campaign()
    before = dict(await _one(store))
    async with store.write() as connection:
        assert await campaigns.one(connection, OTHER, "campaign", lock=True) is None
        assert await campaigns.page(connection, OTHER, before="", limit=9) == []
        assert await campaigns.followed(connection, OTHER, finished_since=NOON) == []
        assert not await campaigns.change_draft(connection, OTHER, "campaign", {"name": "Taken"}, version=1)
        assert not await campaigns.delete_draft(connection, OTHER, "campaign")
    assert dict(await _one(store)) == before


async def test_campaigns_are_shown_newest_first_and_page_by_page(store: Store, world: World) -> None:
    for number in range(5):
        await world.add_campaign(f"c{number}")
    seen, before = [], ""
    async with store.read() as connection:
        while page := await campaigns.page(connection, WORKSPACE, before=before, limit=2):
            seen += [row["id"] for row in page]
            before = seen[-1]
    assert seen == ["c4", "c3", "c2", "c1", "c0"]


async def test_a_draft_is_changed_only_by_who_saw_its_last_version(store: Store, world: World) -> None:
    await world.add_campaign()
    async with store.write() as connection:
        assert await campaigns.change_draft(connection, WORKSPACE, "campaign", {"name": "First"}, version=1)
        assert not await campaigns.change_draft(connection, WORKSPACE, "campaign", {"name": "Second"}, version=1)
    row = await _one(store)
    assert (row["name"], row["version"]) == ("First", 2)


@pytest.mark.parametrize("state", [each for each in CampaignState if each is not CampaignState.DRAFT])
async def test_a_launched_campaign_is_neither_changed_as_a_draft_nor_deleted(
    store: Store, world: World, state: CampaignState
) -> None:
    await world.add_campaign(state=state.value)
    async with store.write() as connection:
        assert not await campaigns.change_draft(connection, WORKSPACE, "campaign", {"body": "Other"}, version=1)
        assert not await campaigns.delete_draft(connection, WORKSPACE, "campaign")
    assert (await _one(store))["body"] == "Hi {{ first_name }}"


async def test_a_draft_can_be_deleted(store: Store, world: World) -> None:
    await world.add_campaign()
    async with store.write() as connection:
        assert await campaigns.delete_draft(connection, WORKSPACE, "campaign")
    assert await _one(store) is None


async def test_the_numbers_of_running_paused_and_just_finished_campaigns_may_still_move(
    store: Store, world: World
) -> None:
    for state in CampaignState:
        await world.add_campaign(state.value, state=state.value)
    await world.add_campaign("just", state="done", finished_at=NOON)
    await world.add_campaign("long ago", state="done", finished_at=NOON - timedelta(seconds=1))
    async with store.read() as connection:
        rows = await campaigns.followed(connection, WORKSPACE, finished_since=NOON)
    assert [row["id"] for row in rows] == ["sending", "paused", "just"]


async def test_the_expander_sees_the_campaigns_of_every_workspace_in_a_state(store: Store, world: World) -> None:
    await world.add_group("theirs", [], workspace_id=OTHER)
    await world.add_campaign("a", state="sending")
    await world.add_campaign("b", state="paused")
    await world.add_campaign("c", state="sending", workspace_id=OTHER, group_id="theirs")
    async with store.read() as connection:
        assert [row["id"] for row in await campaigns.with_state(connection, CampaignState.SENDING)] == ["a", "c"]


async def test_the_checkpoint_of_a_write_that_failed_stays_where_it_was(store: Store, world: World) -> None:
    await world.add_campaign()
    async with store.write() as connection:
        await campaigns.move_checkpoint(connection, "campaign", expanded_to="p1", is_expanded=False)
    with pytest.raises(ZeroDivisionError):
        async with store.write() as connection:
            await campaigns.move_checkpoint(connection, "campaign", expanded_to="p2", is_expanded=True)
            raise ZeroDivisionError
    row = await _one(store)
    assert (row["expanded_to"], row["is_expanded"]) == ("p1", False)


async def test_counters_move_by_their_deltas(store: Store, world: World) -> None:
    await world.add_campaign()
    queued, sent = ("campaign", WORKSPACE, "state", "queued"), ("campaign", WORKSPACE, "state", "sent")
    await _count(store, {queued: 10})
    await _count(store, {queued: -4, sent: 4})
    await _count(store, {queued: 0, sent: 1, ("campaign", WORKSPACE, "channel", "mms:mms"): 0})
    async with store.read() as connection:
        counts = await campaigns.counts(connection, ["campaign", "no such campaign"])
    assert counts == {"campaign": {("state", "queued"): 6, ("state", "sent"): 5}, "no such campaign": {}}


async def test_counts_made_at_the_same_time_add_up(store: Store, world: World) -> None:
    await world.add_campaign()
    keys = [("campaign", WORKSPACE, "state", state) for state in ("sent", "delivered", "failed")]
    async with asyncio.TaskGroup() as group:
        for turn in range(10):
            order = keys if turn % 2 else keys[::-1]
            group.create_task(_count(store, dict.fromkeys(order, 1)))
    async with store.read() as connection:
        counts = await campaigns.counts(connection, ["campaign"])
    assert set(counts["campaign"].values()) == {10}


async def test_no_deltas_write_nothing(store: Store, world: World) -> None:
    await world.add_campaign()
    await _count(store, {})
    async with store.read() as connection:
        assert await campaigns.counts(connection, ["campaign"]) == {"campaign": {}}


@pytest.mark.parametrize(("before", "after"), [("sending", "done"), ("paused", "paused"), ("canceled", "canceled")])
async def test_only_a_campaign_that_is_still_being_sent_is_finished(
    store: Store, world: World, before: str, after: str
) -> None:
    await world.add_campaign(state=before)
    async with store.write() as connection:
        await campaigns.finish(connection, "campaign", NOON)
    row = await _one(store)
    assert (row["state"], row["finished_at"]) == (after, NOON if after == "done" else None)


async def test_a_campaign_is_changed_while_it_is_locked(store: Store, world: World) -> None:
    await world.add_campaign()
    async with store.write() as connection:
        row = await campaigns.one(connection, WORKSPACE, "campaign", lock=True)
        assert row is not None and row["state"] == "draft"
        await campaigns.change(connection, "campaign", {"state": "sending", "launched_at": NOON})
    row = await _one(store)
    assert (row["state"], row["launched_at"]) == ("sending", NOON)


async def test_the_purpose_of_a_campaign_is_its_groups(store: Store, world: World) -> None:
    await world.add_group("visits", [], purpose="reminder")
    async with store.read() as connection:
        assert [await campaigns.purpose_of(connection, each) for each in (GROUP, "visits")] == ["marketing", "reminder"]
