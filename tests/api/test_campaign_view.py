from datetime import datetime
from typing import Any

import pytest

from heliogram.api.campaign_view import campaign_shapes
from heliogram.api.schema.campaigns import CampaignShape
from heliogram.carriers.protocol import Link
from heliogram.model.message import State
from heliogram.storage import campaigns
from tests.api.kit import connected
from tests.doors import Doors
from tests.world import NOON, WORKSPACE


class Pace:
    """What is known of the moment."""

    def rate(self, campaign_id: str) -> float:
        return 12.5

    def since(self, account_id: str) -> datetime | None:
        return None if account_id == "unwatched" else NOON


async def shown(doors: Doors, **changes: Any) -> CampaignShape:
    await doors.world.add_campaign(**changes)
    async with doors.app.store.read() as connection:
        row = await campaigns.one(connection, WORKSPACE, "campaign")
        return (await campaign_shapes(connection, doors.app, Pace(), WORKSPACE, [row]))[0]


async def count(doors: Doors, **counts: int) -> None:
    deltas = {("campaign", WORKSPACE, *key.split("__")): n for key, n in counts.items()}
    async with doors.app.store.write() as connection:
        await campaigns.add_counts(connection, deltas)  # type: ignore[arg-type]


async def test_a_draft_has_no_progress(doors: Doors) -> None:
    told = await shown(doors)
    assert (told.progress, told.group_name, told.audience.label) == (None, "Offers", "Everyone in Offers")


async def test_every_person_of_the_audience_is_in_one_count(doors: Doors) -> None:
    await doors.world.add_campaign("campaign", state="sending", n_audience=100)
    every = {f"state__{state.value}": n for n, state in enumerate(State, start=1)}
    await count(doors, **every, channel__mms=0, skipped__no_consent=7, failed__unreachable=2)
    async with doors.app.store.read() as connection:
        row = await campaigns.one(connection, WORKSPACE, "campaign")
        told = (await campaign_shapes(connection, doors.app, Pace(), WORKSPACE, [row]))[0].progress
    assert told is not None
    parts = (told.queued, told.held, told.sending, told.sent, told.delivered, told.undelivered, told.failed)
    assert sum(parts) + told.unknown + told.skipped + told.canceled == told.total == 100
    assert told.expanded == sum(every.values())
    assert (told.rate_per_s, told.opens) == (12.5, 0)
    assert [(each.reason, each.n) for each in told.skipped_by_reason] == [("no_consent", 7)]
    assert told.failed_by_reason[0].sentence == "The carrier could not be reached."


@pytest.mark.parametrize("state", ["paused", "done", "canceled"])
async def test_a_campaign_that_does_not_send_has_no_pace_and_waits_for_nothing(doors: Doors, state: str) -> None:
    connected(doors, link=Link.DOWN)
    told = (await shown(doors, state=state)).progress
    assert told is not None and (told.rate_per_s, told.waiting) == (0.0, None)


@pytest.mark.parametrize(
    ("down", "said"),
    [
        ((), None),
        (("unrelated",), None),
        (("unwatched",), None),
        (("smsc",), "The carrier “SMSC” cannot be reached since 12:00:00 UTC."),
        (("smsc", "mmsc"), "The carriers “SMSC” and “MMSC” cannot be reached since 12:00:00 UTC."),
    ],
)
async def test_why_nothing_moves_is_told_in_words(doors: Doors, down: tuple[str, ...], said: str | None) -> None:
    for account_id in ("smsc", "mmsc", "unrelated", "unwatched"):
        connected(doors, account_id, Link.DOWN if account_id in down else Link.UP)
    told = (await shown(doors, state="sending")).progress
    assert told is not None
    assert (told.waiting or "").startswith(said or "") and (told.waiting is None) == (said is None)
    assert said is None or "Nothing is lost" in str(told.waiting)


@pytest.mark.parametrize(
    ("audience", "label"),
    [
        ({"audience_kind": "all"}, "Everyone"),
        ({"audience_kind": "list", "list_id": "regulars"}, "regulars"),
    ],
)
async def test_an_audience_is_named(doors: Doors, audience: dict[str, str], label: str) -> None:
    await doors.world.add_list("regulars", [])
    told = await shown(doors, **audience)
    assert told.audience.label == label


async def test_no_rows_ask_nothing(doors: Doors) -> None:
    async with doors.app.store.read() as connection:
        assert await campaign_shapes(connection, doors.app, Pace(), WORKSPACE, []) == []
