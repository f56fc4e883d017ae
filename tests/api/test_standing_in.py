from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest

from heliogram.api.schema.senders import AwayShape
from heliogram.api.standing_in import away_of
from heliogram.delivery.shift import DOWN, LIMITS, Shift
from tests.api.kit import connected
from tests.doors import Doors
from tests.world import NOON, WORKSPACE

ACCOUNTS = "/api/v1/accounts"
FAILOVER = "/api/v1/senders/us/failover"
LEFT = Shift(why=DOWN, since=NOON, n_in_a_row=1)


async def _lines(doors: Doors, *account_ids: str) -> None:
    """Accounts with a connection in this process, those that are new of a kind that carries both."""
    for account_id in account_ids:
        if account_id not in ("smsc", "mmsc"):
            await doors.world.add_account(account_id, "twilio")
        connected(doors, account_id)


async def _away(doors: Doors) -> dict[str, AwayShape]:
    async with doors.app.store.read() as connection:
        return await away_of(connection, doors.app.accounts, WORKSPACE, doors.clock.now())


@pytest.mark.parametrize(
    ("left", "to"),
    [
        (["smsc"], {"smsc": ["SECOND"]}),
        (["smsc", "second"], {"smsc": ["THIRD"], "second": []}),
        (["smsc", "second", "third"], {"smsc": [], "second": [], "third": []}),
        (["second"], {"second": []}),
        ([], {}),
    ],
)
async def test_an_account_says_by_which_others_its_traffic_goes_now(
    doors: Doors, left: Sequence[str], to: dict[str, list[str]]
) -> None:
    await _lines(doors, "smsc", "second", "third")
    await doors.api.put(FAILOVER, json={"sms": ["second", "third"]})
    for account_id in left:
        doors.app.accounts[account_id].shift = LEFT
    assert {account_id: each.to for account_id, each in (await _away(doors)).items()} == to


async def test_an_account_that_somebody_paused_is_not_away(doors: Doors) -> None:
    await _lines(doors, "smsc")
    doors.app.accounts["smsc"].shift = LEFT
    doors.app.accounts["smsc"].is_paused = True
    assert await _away(doors) == {}


async def test_until_when_is_said_as_long_as_that_is_to_come(doors: Doors) -> None:
    await _lines(doors, "smsc", "second")
    await doors.api.put(FAILOVER, json={"sms": ["second"]})
    doors.app.accounts["smsc"].shift = LEFT
    told = (await doors.api.get(f"{ACCOUNTS}/smsc")).json()["away"]
    assert told == {
        "since": "2026-03-02T12:00:00Z",
        "until": "2026-03-02T12:05:00Z",
        "why": "it had no line to the carrier, and traffic stays away from it for a while.",
        "to": ["SECOND"],
    }
    doors.clock.move(seconds=(LIMITS.cool_down - timedelta(seconds=1)).total_seconds())
    assert (await _away(doors))["smsc"].until == NOON + LIMITS.cool_down
    doors.clock.move(seconds=1)
    assert (await _away(doors))["smsc"].until is None
    shown = {each["id"]: each["away"] for each in (await doors.api.get(ACCOUNTS)).json()["items"]}
    assert (shown["smsc"]["to"], shown["smsc"]["until"], shown["second"]) == (["SECOND"], None, None)


async def _choices(doors: Doors, account_id: str) -> dict[tuple[str, str], list[str]]:
    told: dict[str, Any] = (await doors.api.get(f"{ACCOUNTS}/{account_id}")).json()
    return {
        (each["address"], each["channel"]): [choice["id"] for choice in each["choices"]] for each in told["stand_ins"]
    }


async def test_only_accounts_that_carry_what_a_sender_sends_by_it_may_be_chosen(doors: Doors) -> None:
    for account_id, carrier in (("smpp2", "smpp"), ("both", "twilio"), ("mm72", "mm7")):
        await doors.world.add_account(account_id, carrier)
    await doors.world.add_sender("mixed", address="+13125550111", sms_account_id="both", mms_account_id="both")
    await doors.world.add_sender("alone", address="+13125550112")
    await doors.world.add_group("two", ["us", "mixed"])
    assert await _choices(doors, "smsc") == {("+13125550100", "sms"): ["both", "smpp2"]}
    assert await _choices(doors, "mmsc") == {("+13125550100", "mms"): ["both", "mm72"]}
    assert await _choices(doors, "both") == {
        ("+13125550111", "sms"): ["smpp2", "smsc"],
        ("+13125550111", "mms"): ["mm72", "mmsc"],
    }
    assert await _choices(doors, "smpp2") == {}


async def test_what_was_chosen_is_told_for_both_kinds_of_messages(doors: Doors) -> None:
    await doors.world.add_account("both", "twilio")
    wanted = {"sms": ["both"], "mms": ["both"]}
    await doors.api.put(FAILOVER, json=wanted)
    (told,) = (await doors.api.get(f"{ACCOUNTS}/smsc")).json()["stand_ins"]
    assert (told["sender_id"], told["channel"], told["failover"]) == ("us", "sms", wanted)


async def test_another_workspace_is_told_of_none(doors: Doors, stranger: httpx.AsyncClient) -> None:
    await _lines(doors, "smsc")
    doors.app.accounts["smsc"].shift = LEFT
    assert (await stranger.get(ACCOUNTS)).json()["items"] == []
