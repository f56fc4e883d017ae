from typing import Any

import pytest
from sqlalchemy import select

from heliogram.campaigns.lifecycle import CANCEL, LAUNCH, PAUSE, RESUME, NoSuchCampaign, NotNow, Step, take
from heliogram.model.campaign import CampaignState
from heliogram.model.queue import LaneState
from heliogram.storage import campaigns, lanes
from heliogram.storage.tables.access import audit
from heliogram.storage.tables.delivery import lanes as lane_rows
from tests.world import GROUP, WORKSPACE, World, phones_of

LANE = lanes.campaign_lane_of("campaign")
WAYS_TO: dict[CampaignState, tuple[Step, ...]] = {
    CampaignState.DRAFT: (),
    CampaignState.SENDING: (LAUNCH,),
    CampaignState.PAUSED: (LAUNCH, PAUSE),
    CampaignState.CANCELED: (LAUNCH, CANCEL),
}


async def _take(world: World, step: Step, *, workspace_id: str = WORKSPACE, campaign_id: str = "campaign") -> None:
    async with world.store.write() as connection:
        await take(
            connection,
            step,
            workspace_id,
            campaign_id,
            actor="Robin",
            new_id=world.ids.new_id,
            now=world.clock.now(),
        )


async def _in_state(world: World, state: CampaignState) -> None:
    await world.add_campaign()
    if state is CampaignState.DONE:
        await _take(world, LAUNCH)
        async with world.store.write() as connection:
            await campaigns.finish(connection, "campaign", world.clock.now())
        return
    for step in WAYS_TO[state]:
        await _take(world, step)


async def _campaign(world: World) -> Any:
    async with world.store.read() as connection:
        return await campaigns.one(connection, WORKSPACE, "campaign")


async def _lane_state(world: World) -> str | None:
    async with world.store.read() as connection:
        return (await connection.execute(select(lane_rows.c.state).where(lane_rows.c.id == LANE))).scalar()


@pytest.mark.parametrize(
    ("before", "step", "after", "lane"),
    [
        (CampaignState.DRAFT, LAUNCH, CampaignState.SENDING, LaneState.OPEN),
        (CampaignState.SENDING, PAUSE, CampaignState.PAUSED, LaneState.PAUSED),
        (CampaignState.SENDING, CANCEL, CampaignState.CANCELED, LaneState.CANCELED),
        (CampaignState.PAUSED, RESUME, CampaignState.SENDING, LaneState.OPEN),
        (CampaignState.PAUSED, CANCEL, CampaignState.CANCELED, LaneState.CANCELED),
    ],
)
async def test_a_step_moves_the_campaign_and_its_lane_together(
    small_world: World, before: CampaignState, step: Step, after: CampaignState, lane: LaneState
) -> None:
    await small_world.build()
    await _in_state(small_world, before)
    await _take(small_world, step)
    campaign = await _campaign(small_world)
    assert (campaign["state"], await _lane_state(small_world)) == (after.value, lane.value)
    assert (campaign["finished_at"] is not None) == (after is CampaignState.CANCELED)


@pytest.mark.parametrize(
    ("state", "step", "sentence"),
    [
        (CampaignState.DRAFT, PAUSE, "A campaign that is still a draft cannot be paused."),
        (CampaignState.DRAFT, RESUME, "A campaign that is still a draft cannot be resumed."),
        (CampaignState.DRAFT, CANCEL, "A campaign that is still a draft cannot be canceled."),
        (CampaignState.SENDING, LAUNCH, "A campaign that is being sent cannot be launched."),
        (CampaignState.SENDING, RESUME, "A campaign that is being sent cannot be resumed."),
        (CampaignState.PAUSED, LAUNCH, "A campaign that is paused cannot be launched."),
        (CampaignState.PAUSED, PAUSE, "A campaign that is paused cannot be paused."),
        (CampaignState.DONE, LAUNCH, "A campaign that is done cannot be launched."),
        (CampaignState.DONE, PAUSE, "A campaign that is done cannot be paused."),
        (CampaignState.DONE, RESUME, "A campaign that is done cannot be resumed."),
        (CampaignState.DONE, CANCEL, "A campaign that is done cannot be canceled."),
        (CampaignState.CANCELED, LAUNCH, "A campaign that is canceled cannot be launched."),
        (CampaignState.CANCELED, PAUSE, "A campaign that is canceled cannot be paused."),
        (CampaignState.CANCELED, RESUME, "A campaign that is canceled cannot be resumed."),
        (CampaignState.CANCELED, CANCEL, "A campaign that is canceled cannot be canceled."),
    ],
)
async def test_a_wrong_move_is_refused_with_a_sentence_and_changes_nothing(
    small_world: World, state: CampaignState, step: Step, sentence: str
) -> None:
    await small_world.build()
    await _in_state(small_world, state)
    before, lane = dict(await _campaign(small_world)), await _lane_state(small_world)
    with pytest.raises(NotNow) as refused:
        await _take(small_world, step)
    assert str(refused.value) == sentence
    assert (dict(await _campaign(small_world)), await _lane_state(small_world)) == (before, lane)


async def test_a_launch_freezes_how_many_people_it_is_for_and_when(world: World) -> None:
    await world.build()
    await world.add_people(phones_of(3))
    await world.add_people(["+13125559001"], subscribed=False)
    await world.add_campaign()
    launched_at = world.clock.move(seconds=90)
    await _take(world, LAUNCH)
    await world.add_people(["+13125559002"])
    campaign = await _campaign(world)
    assert (campaign["n_audience"], campaign["launched_at"], campaign["expanded_to"]) == (3, launched_at, "")


async def test_every_step_leaves_an_audit_row_and_a_refused_one_none(world: World) -> None:
    await world.build()
    await world.add_campaign()
    for step in (LAUNCH, PAUSE, RESUME):
        await _take(world, step)
    with pytest.raises(NotNow):
        await _take(world, LAUNCH)
    await _take(world, CANCEL)
    async with world.store.read() as connection:
        rows = (await connection.execute(select(audit).order_by(audit.c.id))).mappings().all()
    assert [row["action"] for row in rows] == [f"campaign.{each}" for each in ("launch", "pause", "resume", "cancel")]
    assert {(row["actor"], row["subject"], row["detail"]["name"]) for row in rows} == {
        ("Robin", "campaign", "Campaign")
    }


@pytest.mark.parametrize("step", [LAUNCH, PAUSE, RESUME, CANCEL], ids=lambda step: step.action)
async def test_a_campaign_of_another_workspace_does_not_exist(small_world: World, step: Step) -> None:
    await small_world.build()
    await small_world.add_workspace("another")
    await _in_state(small_world, CampaignState.SENDING)
    before = dict(await _campaign(small_world))
    for workspace_id, campaign_id in (("another", "campaign"), (WORKSPACE, "no such")):
        with pytest.raises(NoSuchCampaign, match="no such campaign"):
            await _take(small_world, step, workspace_id=workspace_id, campaign_id=campaign_id)
    assert dict(await _campaign(small_world)) == before


async def test_a_lane_belongs_to_its_campaigns_group(small_world: World) -> None:
    await small_world.build()
    await _in_state(small_world, CampaignState.SENDING)
    async with small_world.store.read() as connection:
        row = (await connection.execute(select(lane_rows).where(lane_rows.c.id == LANE))).mappings().one()
    assert (row["group_id"], row["campaign_id"], row["priority"], row["tail"]) == (GROUP, "campaign", 0, 0)
