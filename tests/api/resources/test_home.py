from datetime import timedelta
from typing import Any

import pytest

from heliogram.api.resources.home import BUCKET_S, N_BUCKETS
from heliogram.carriers.protocol import Link
from heliogram.model.consent import Subscription
from heliogram.storage import alerts, deliveries, lanes
from tests.api.kit import connected
from tests.doors import Doors
from tests.world import GROUP, NOON, WORKSPACE


async def ended(doors: Doors, *states: str, at: Any = NOON) -> None:
    """Messages that reached these states."""
    rows = [
        {"message_id": f"{state}{number}{at:%H%M%S}", "workspace_id": WORKSPACE, "lane_id": "g-offers"}
        | {"campaign_id": None, "state": state, "reason": "", "at": at}
        for number, state in enumerate(states)
    ]
    async with doors.app.store.write() as connection:
        await lanes.add_lane(
            connection, id="g-offers", workspace_id=WORKSPACE, group_id=GROUP, campaign_id=None, priority=0
        )
        await deliveries.add_states(connection, rows)


async def home(doors: Doors) -> Any:
    return (await doors.api.get("/api/v1/home")).json()


async def test_the_last_day_is_told_in_figures(doors: Doors) -> None:
    day = timedelta(days=1)
    await ended(doors, "sent", "delivered", "delivered", "undelivered", "failed", "unknown", "sending")
    await ended(doors, "delivered", "failed", at=NOON - day - timedelta(seconds=1))
    await ended(doors, "delivered", at=NOON - day)
    await doors.world.say(Subscription.UNSUBSCRIBED, ["+13125550101"])
    told = await home(doors)
    assert (told["delivered_24h"], told["sent_24h"], told["failed_24h"]) == (3, 6, 2)
    assert (told["on_the_way"], told["opted_out_24h"]) == (2, 1)


async def test_the_half_hours_are_those_of_the_last_day_and_hold_what_ended_in_them(doors: Doors) -> None:
    await ended(doors, "delivered", "undelivered", at=NOON)
    await ended(doors, "failed", at=NOON - timedelta(seconds=1))
    buckets = (await home(doors))["per_half_hour"]
    assert len(buckets) == N_BUCKETS
    assert buckets[-1] == {"at": "2026-03-02T12:00:00Z", "delivered": 1, "undelivered": 1, "failed": 0}
    assert buckets[-2] == {"at": "2026-03-02T11:30:00Z", "delivered": 0, "undelivered": 0, "failed": 1}
    assert buckets[0]["at"] == f"{NOON - timedelta(seconds=BUCKET_S * (N_BUCKETS - 1)):%Y-%m-%dT%H:%M:%SZ}"
    assert sum(sum((each["delivered"], each["undelivered"], each["failed"])) for each in buckets) == 3


async def test_what_needs_somebody_is_said_with_a_way_to_it(doors: Doors) -> None:
    connected(doors, "smsc", Link.DOWN)
    connected(doors, "mmsc")
    await doors.world.add_campaign(state="paused", n_audience=3)
    await ended(doors, "unknown", "failed", "failed")
    needs = {each["kind"]: each for each in (await home(doors))["needs_you"]}
    assert {kind: each["title"] for kind, each in needs.items()} == {
        "carrier": "“SMSC” cannot be reached",
        "paused": "“Campaign” is paused",
        "unknown": "1 messages have no answer from the carrier",
        "failed": "2 messages were refused",
    }
    assert needs["paused"]["detail"] == "3 people still wait for it."
    assert needs["carrier"]["href"] == "/settings/carriers/smsc"
    assert needs["failed"]["href"] == "/messages?state=failed"


async def test_what_operators_were_told_of_stands_on_home_until_it_is_over(doors: Doors) -> None:
    connected(doors, "smsc")
    connected(doors, "mmsc")
    row = {"workspace_id": WORKSPACE, "title": "“SMSC” reports nothing", "sentence": "Ask it.", "since": NOON}
    row |= {"told_at": NOON, "clear_since": None}
    async with doors.app.store.write() as connection:
        await alerts.put(connection, [row | {"kind": "no_receipts", "subject": "smsc"}])
        await alerts.put(connection, [row | {"kind": "carrier_down", "subject": "smsc"}])
        await alerts.put(connection, [row | {"kind": "queue_age", "subject": WORKSPACE, "clear_since": NOON}])
    (told,) = (await home(doors))["needs_you"]
    assert told == {
        "kind": "no_receipts",
        "title": "“SMSC” reports nothing",
        "detail": "Ask it.",
        "href": "/settings/carriers/smsc",
    }


async def test_a_quiet_day_needs_nobody(doors: Doors) -> None:
    connected(doors, "smsc")
    connected(doors, "mmsc")
    told = await home(doors)
    assert (told["needs_you"], told["campaigns"], told["on_the_way"]) == ([], [], 0)


@pytest.mark.parametrize("n", [5, 6])
async def test_the_five_newest_campaigns_are_shown(doors: Doors, n: int) -> None:
    for number in range(n):
        await doors.world.add_campaign(f"c{number}", state="sending", n_audience=1)
    told = await home(doors)
    assert [each["id"] for each in told["campaigns"]] == [f"c{number}" for number in range(n)][:-6:-1]
    assert told["on_the_way"] == 5
