import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliogram.model.access import Scope
from tests.api.conftest import OTHER
from tests.api.kit import PEOPLE, draft, drafted, import_of, jpeg, launched, n_rows, problem
from tests.doors import SECRET, Doors, open_doors
from tests.world import GROUP

V1 = "/api/v1"
MESSAGE = {"group_id": GROUP, "to": "+13125550101", "body": "Hello"}
FACT = {"group_id": GROUP, "phone": "+13125550101", "state": "unsubscribed", "evidence": "said so"}
CHANGED = b"phone\n+13125550109\n"
Asking = tuple[str, dict[str, Any], dict[str, Any], str]
"""(path, what is asked, the same key with something else asked, the table that shows an effect)."""


def of_form(files: dict[str, Any], data: dict[str, str]) -> dict[str, Any]:
    return {"files": files, "data": data}


PICTURE, OTHER_PICTURE = jpeg(64), jpeg(65)
SEND = {"group": GROUP, "text": "Hi. Reply STOP to opt out", "attest_consent": "at the till"}
ASKED: dict[str, Asking] = {
    "campaign": ("/campaigns", {"json": draft()}, {"json": draft(name="Other")}, "campaigns"),
    "message": ("/messages", {"json": MESSAGE}, {"json": MESSAGE | {"body": "Other"}}, "messages"),
    "fact": ("/consent", {"json": FACT}, {"json": FACT | {"state": "subscribed"}}, "consent_facts"),
    "import": (
        "/imports",
        of_form(import_of(PEOPLE), {"list_name": "A"}),
        of_form(import_of(PEOPLE), {"list_name": "B"}),
        "imports",
    ),
    "import of another file": (
        "/imports",
        of_form(import_of(PEOPLE), {}),
        of_form(import_of(CHANGED), {}),
        "lists",
    ),
    "picture": (
        "/media",
        of_form({"file": ("a.jpg", PICTURE)}, {"alt_text": "A"}),
        of_form({"file": ("a.jpg", OTHER_PICTURE)}, {"alt_text": "A"}),
        "media",
    ),
    "send": (
        "/sends",
        of_form({"people": PEOPLE}, SEND),
        of_form({"people": PEOPLE}, SEND | {"name": "Other"}),
        "campaigns",
    ),
    "send with other rules": (
        "/sends",
        of_form({"people": PEOPLE}, SEND),
        of_form({"people": PEOPLE}, SEND | {"max_segments": "3"}),
        "campaigns",
    ),
    "send of another kind": (
        "/sends",
        of_form({"people": PEOPLE, "media": ("a.jpg", PICTURE)}, SEND | {"content": "mms"}),
        of_form({"people": PEOPLE, "media": ("a.jpg", PICTURE)}, SEND | {"content": "text_link"}),
        "campaigns",
    ),
}


def headers(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


@pytest.fixture
def ask(either_doors: Doors) -> Callable[..., Any]:
    async def ask(path: str, body: dict[str, Any], key: str = "k") -> httpx.Response:
        return await either_doors.api.post(V1 + path, **body, headers=headers(key))

    return ask


@pytest.mark.parametrize("name", ASKED)
async def test_a_repeated_request_has_one_effect_and_the_same_answer(
    either_doors: Doors, ask: Callable[..., Any], name: str
) -> None:
    path, body, other, table = ASKED[name]
    first, again = await ask(path, body), await ask(path, body)
    assert first.status_code in (201, 202), first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")) == (None, "true")
    refused = await ask(path, other)
    assert problem(refused, "key_reused") == "Use a new Idempotency-Key for a new request."
    assert await n_rows(either_doors, table) == {table: 1}
    fresh = await ask(path, other, "another key")
    assert fresh.status_code == first.status_code and fresh.content != first.content


async def test_of_the_same_request_many_times_at_once_one_has_an_effect(
    either_doors: Doors, ask: Callable[..., Any]
) -> None:
    for name in ("message", "campaign", "fact", "import"):
        path, body, _other, _table = ASKED[name]
        answers = await asyncio.gather(*(ask(path, body, name) for _ in range(4)))
        assert len({answer.content for answer in answers}) == 1, name
        assert sorted("idempotent-replayed" in answer.headers for answer in answers) == [False, True, True, True]
    counted = await n_rows(either_doors, "messages", "campaigns", "consent_facts", "imports")
    assert set(counted.values()) == {1}


async def test_a_launch_and_each_later_step_can_be_repeated(either_doors: Doors, ask: Callable[..., Any]) -> None:
    await either_doors.world.add_people(["+13125550101"])
    campaign_id = await drafted(either_doors)
    for step, state in (("launch", "sending"), ("pause", "paused"), ("resume", "sending"), ("cancel", "canceled")):
        body: dict[str, Any] = {"json": {"confirm_warnings": True}} if step == "launch" else {}
        first = await ask(f"/campaigns/{campaign_id}/{step}", body, step)
        again = await ask(f"/campaigns/{campaign_id}/{step}", body, step)
        assert (first.json()["state"], again.content) == (state, first.content)
    # Neither asks for anything but its address: that alone must tell them apart.
    elsewhere = await ask(f"/campaigns/{campaign_id}/cancel", {}, "pause")
    assert problem(elsewhere, "key_reused")
    assert await n_rows(either_doors, "lanes", "audit") == {"lanes": 1, "audit": 4}


async def test_two_launches_at_once_launch_once(either_doors: Doors) -> None:
    await either_doors.world.add_people(["+13125550101"])
    path = f"{V1}/campaigns/{await drafted(either_doors)}/launch"
    answers = await asyncio.gather(
        *(either_doors.api.post(path, json={"confirm_warnings": True}, headers=headers(key)) for key in "ab")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await n_rows(either_doors, "lanes", "audit") == {"lanes": 1, "audit": 1}


async def test_an_answer_is_remembered_over_a_restart(
    either_doors: Doors, ask: Callable[..., Any], database_url: str, tmp_path: Path
) -> None:
    first = await ask("/messages", {"json": MESSAGE})
    async with either_doors.app.store.write() as connection:
        await connection.exec_driver_sql("DELETE FROM api_keys")
    async with open_doors(database_url, tmp_path / "again", either_doors.clock, either_doors.world) as after:
        again = await after.api.post(f"{V1}/messages", json=MESSAGE, headers=headers("k"))
        assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
        assert await n_rows(after, "messages") == {"messages": 1}


async def test_a_key_belongs_to_its_workspace(either_doors: Doors, ask: Callable[..., Any]) -> None:
    await either_doors.world.add_workspace(OTHER)
    await either_doors.world.add_group("theirs", [], workspace_id=OTHER)
    theirs = await either_doors.key(*Scope, workspace_id=OTHER)
    mine = await ask("/campaigns", {"json": draft()})
    other = await theirs.post(f"{V1}/campaigns", json=draft(group_id="theirs"), headers=headers("k"))
    assert (other.status_code, other.json()["id"] != mine.json()["id"]) == (201, True)


async def test_a_request_that_was_refused_leaves_its_key_free(either_doors: Doors, ask: Callable[..., Any]) -> None:
    for body in (MESSAGE | {"group_id": "unknown"}, MESSAGE | {"to": "12"}, MESSAGE | {"body": ""}):
        assert (await ask("/messages", {"json": body})).status_code in (404, 422)
    assert (await ask("/messages", {"json": MESSAGE})).json()["state"] == "queued"


@pytest.mark.parametrize("length", [0, 1, 200, 201])
async def test_a_key_has_1_to_200_characters(doors: Doors, length: int) -> None:
    answer = await doors.api.post(f"{V1}/messages", json=MESSAGE, headers=headers("k" * length))
    if 1 <= length <= 200:
        assert answer.json()["state"] == "queued"
    else:
        assert problem(answer, "invalid").startswith("Idempotency-Key: String should have at ")


async def test_without_a_key_every_request_counts(doors: Doors) -> None:
    await doors.world.add_people(["+13125550101"])
    for _ in range(2):
        await doors.api.post(f"{V1}/messages", json=MESSAGE)
        await launched(doors)
    assert await n_rows(doors, "messages", "campaigns") == {"messages": 2, "campaigns": 2}
    assert SECRET not in (await doors.api.get(f"{V1}/messages")).text
