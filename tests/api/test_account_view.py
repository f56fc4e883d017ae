from datetime import timedelta

import pytest

from heliogram.api.account_view import AGE_STEP_S, Queue, Seen, account_shape, queue_of
from heliogram.api.schema.senders import AwayShape
from heliogram.carriers.protocol import Link
from tests.api.kit import connected
from tests.doors import Doors
from tests.world import NOON, WORKSPACE


@pytest.mark.parametrize("link", Link)
async def test_an_account_is_shown_as_it_is_at_this_moment(doors: Doors, link: Link) -> None:
    connected(doors, link=link)
    account = doors.app.accounts["smsc"]
    account.slots.take(3)
    assert account_shape(account, Seen(since=NOON), Queue(n=7, age_s=30.0)).model_dump() == {
        "id": "smsc",
        "name": "SMSC",
        "carrier": "smpp",
        "state": link.value,
        "since": NOON,
        "detail": f"The counter is {link.value}.",
        "in_flight": 3,
        "window": 10,
        "queue": 7,
        "queue_age_s": 30.0,
        "is_paused": False,
        "last_trouble": None,
        "last_trouble_at": None,
        "away": None,
    }


async def test_a_paused_account_says_so_whatever_its_link_and_keeps_its_last_trouble(doors: Doors) -> None:
    connected(doors)
    account = doors.app.accounts["smsc"]
    account.is_paused = True
    seen = Seen(since=NOON, trouble="It was away.", trouble_at=NOON)
    told = account_shape(account, seen, Queue(n=0, age_s=0.0))
    assert (told.state, told.since, told.detail) == (
        "paused",
        None,
        "Paused: nothing is handed over. The counter is up.",
    )
    assert (told.last_trouble, told.last_trouble_at) == ("It was away.", NOON)


async def test_where_its_traffic_goes_is_told_beside_how_its_line_is(doors: Doors) -> None:
    connected(doors)
    away = AwayShape(since=NOON, until=None, why="it had no line to the carrier.", to=["Second"])
    told = account_shape(doors.app.accounts["smsc"], Seen(), Queue(n=0, age_s=0.0), away)
    assert (told.detail, told.away) == ("The counter is up.", away)


async def test_the_age_of_the_queue_is_told_in_steps(doors: Doors) -> None:
    asked = {"group_id": "offers", "to": "+13125550101", "body": "Hello"}
    async with doors.app.store.read() as connection:
        assert await queue_of(connection, WORKSPACE, NOON) == Queue(n=0, age_s=0.0)
    await doors.api.post("/api/v1/messages", json=asked)
    async with doors.app.store.read() as connection:
        for seconds, age_s in ((0, 0.0), (AGE_STEP_S - 1, 0.0), (AGE_STEP_S, 10.0), (10 * AGE_STEP_S + 9, 100.0)):
            at = NOON + timedelta(seconds=seconds)
            assert await queue_of(connection, WORKSPACE, at) == Queue(n=1, age_s=age_s)
