from typing import Any

import pytest

from heliogram.api.auth import CSRF_HEADER
from tests.api.kit import n_rows, problem, run_sql
from tests.doors import Doors
from tests.world import GROUP

V1 = "/api/v1"
ADA = "+13125550101"


def fact(state: str = "subscribed", **changes: Any) -> dict[str, Any]:
    return {"group_id": GROUP, "phone": ADA, "state": state, "evidence": "ticked the box"} | changes


async def test_a_fact_is_only_ever_added_and_carries_the_one_before(doors: Doors) -> None:
    first = (await doors.api.post(f"{V1}/consent", json=fact())).json()
    second = (await doors.api.post(f"{V1}/consent", json=fact("unsubscribed", phone="(312) 555-0101"))).json()
    assert (first["phone"], first["group_name"], first["evidence"]) == (ADA, "Offers", "ticked the box")
    assert (second["previous_hash"], second["phone"]) == (first["hash"], ADA)
    listed = (await doors.api.get(f"{V1}/consent", params={"phone": ADA})).json()["items"]
    assert listed == [second, first]


async def test_a_fact_says_whether_a_person_or_a_program_recorded_it(doors: Doors) -> None:
    browser = await doors.session()
    by_staff = await browser.post(f"{V1}/consent", json=fact(), headers={CSRF_HEADER: "dashboard"})
    by_key = await doors.api.post(f"{V1}/consent", json=fact())
    assert (by_staff.json()["source"], by_key.json()["source"]) == ("staff", "api")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"group_id": "gone"}, "not_found"),
        ({"phone": "12"}, "bad_phone"),
        ({"state": "maybe"}, "invalid"),
        ({"evidence": "ok"}, "invalid"),
    ],
)
async def test_a_fact_that_proves_nothing_is_not_recorded(doors: Doors, changed: dict[str, Any], code: str) -> None:
    assert problem(await doors.api.post(f"{V1}/consent", json=fact(**changed)), code)
    assert await n_rows(doors, "consent_facts", "consent_standings") == {"consent_facts": 0, "consent_standings": 0}


async def test_an_unbroken_chain_is_said_to_be_one(doors: Doors) -> None:
    for state in ("subscribed", "unsubscribed", "subscribed"):
        await doors.api.post(f"{V1}/consent", json=fact(state))
    assert (await doors.api.get(f"{V1}/consent/check")).json() == {"ok": True, "n": 3, "broken_at": None}


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE consent_facts SET evidence = 'nothing' WHERE position = 2", 2),
        ("UPDATE consent_facts SET state = 'subscribed' WHERE position = 2", 2),
        ("DELETE FROM consent_facts WHERE position = 2", 3),
        ("DELETE FROM consent_facts WHERE position = 3", 3),
    ],
)
async def test_a_chain_that_was_tampered_with_gives_itself_away(doors: Doors, tampering: str, broken_at: int) -> None:
    for state in ("subscribed", "unsubscribed", "unsubscribed"):
        await doors.api.post(f"{V1}/consent", json=fact(state))
    async with doors.app.store.write() as connection:
        await connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        await connection.exec_driver_sql("DELETE FROM consent_standings")
    await run_sql(doors, tampering)
    told = (await doors.api.get(f"{V1}/consent/check")).json()
    assert (told["ok"], told["broken_at"]) == (False, broken_at)
