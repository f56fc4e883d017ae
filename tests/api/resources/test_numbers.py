from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from heliogram.api.number_view import NOBODY_KNOWS
from heliogram.model.access import Scope
from heliogram.simulator.control import Control
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.phones import Phones
from heliogram.storage import senders
from tests.api.kit import n_rows, problem
from tests.doors import Doors
from tests.world import WORKSPACE

V1 = "/api/v1"
ADA, LANDLINE = "+13125550142", "+13125550094"
SECRET = "a-secret-of-ours-12345"


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a simulator that says what numbers are."""
    journal = Journal(tmp_path / "journal.jsonl")
    runner = web.AppRunner(Control(tmp_path, journal, Phones(), FaultBoard()).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
    journal.close()


async def add_account(doors: Doors, account_id: str, url: str, **settings: Any) -> None:
    row: dict[str, Any] = {"id": account_id, "workspace_id": WORKSPACE, "name": account_id, "carrier": "webhook"}
    row |= {"settings": {"url": url, **settings}, "secret": doors.app.locked(SECRET), "created_at": doors.clock.now()}
    async with doors.app.store.write() as connection:
        await senders.add_account(connection, row)


async def looked_up(doors: Doors, number: str, **asked: Any) -> httpx.Response:
    return await doors.api.post(f"{V1}/numbers/{number}/lookup", json=asked)


async def test_of_a_number_that_nobody_has_spoken_of_nothing_is_known(doors: Doors) -> None:
    told = (await doors.api.get(f"{V1}/numbers/{ADA}")).json()
    assert (told["phone"], told["country"], told["mms"], told["mms_note"]) == (ADA, "US", "unknown", NOBODY_KNOWS)
    assert (told["line"], told["network"], told["is_reachable"], told["facts"]) == ("unknown", None, None, [])


async def test_a_lookup_is_answered_and_remembered_for_this_workspace_alone(either_doors: Doors, network: str) -> None:
    doors = either_doors
    await add_account(doors, "gateway", network, lookups=True)
    told = (await looked_up(doors, ADA)).json()
    assert (told["line"], told["network"], told["mccmnc"], told["is_reachable"]) == (
        "mobile",
        "T-Mobile",
        "310260",
        True,
    )
    assert told["mms"] == "unknown"
    assert (await doors.api.get(f"{V1}/numbers/{ADA}")).json() == told
    assert (await looked_up(doors, LANDLINE)).json()["mms"] == "cannot"
    assert await n_rows(doors, "number_facts", "audit") == {"number_facts": 4, "audit": 2}
    await doors.world.add_workspace("another")
    stranger = await doors.key(*Scope, workspace_id="another")
    assert (await stranger.get(f"{V1}/numbers/{ADA}")).json()["line"] == "unknown"


async def test_the_account_that_is_named_is_asked_and_otherwise_the_first_that_can_be(
    doors: Doors, network: str
) -> None:
    await add_account(doors, "a-dead-end", "http://127.0.0.1:9")
    await add_account(doors, "b-gateway", network, lookups=True)
    assert (await looked_up(doors, ADA)).json()["line"] == "mobile"
    assert (await looked_up(doors, ADA, account_id="b-gateway")).json()["line"] == "mobile"
    assert "lookups" in problem(await looked_up(doors, ADA, account_id="a-dead-end"), "conflict")
    assert problem(await looked_up(doors, ADA, account_id="nobody"), "not_found") == "There is no such account."


async def test_where_no_account_can_be_asked_it_says_what_is_missing(doors: Doors) -> None:
    assert "lookups" in problem(await looked_up(doors, ADA), "conflict")
    assert await n_rows(doors, "audit") == {"audit": 0}


async def test_a_carrier_without_a_word_leaves_what_is_known_as_it_was(doors: Doors, network: str) -> None:
    await add_account(doors, "gateway", network, lookups=True)
    told = (await looked_up(doors, ADA)).json()
    await add_account(doors, "gone", "http://127.0.0.1:9", lookups=True)
    # Nobody is asked while it holds: whoever is away is not missed.
    assert (await looked_up(doors, ADA, account_id="gone")).json() == told
    doors.clock.move(seconds=86_400)
    assert problem(await looked_up(doors, ADA, account_id="gone"), "no_lookup") == "The carrier cannot be reached."
    now = (await doors.api.get(f"{V1}/numbers/{ADA}")).json()
    assert (now["line"], now["network"], now["is_reachable"]) == ("mobile", "T-Mobile", None)
    assert await n_rows(doors, "audit") == {"audit": 3}


async def test_what_is_no_number_is_refused(doors: Doors) -> None:
    assert problem(await doors.api.get(f"{V1}/numbers/abc"), "bad_phone") == "A telephone number has no letters."


async def test_asking_a_carrier_needs_the_right_to_change_people(doors: Doors) -> None:
    reader = await doors.key(Scope.CONTACTS_READ)
    assert (await reader.get(f"{V1}/numbers/{ADA}")).json()["phone"] == ADA
    assert "contacts:write" in problem(await reader.post(f"{V1}/numbers/{ADA}/lookup", json={}), "forbidden")
