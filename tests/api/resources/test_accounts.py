import socket
from typing import Any

import httpx
import pytest

from heliogram.carriers.catalogue import KINDS
from heliogram.carriers.protocol import Link
from heliogram.model.access import Scope
from heliogram.storage import access
from tests.api.kit import connected, n_rows, problem
from tests.doors import Doors
from tests.world import WORKSPACE

V1 = "/api/v1/accounts"
SMPP: dict[str, Any] = {"host": "127.0.0.1", "port": 2775, "system_id": "helio"}
ASKED: dict[str, Any] = {"name": "Aggregator", "carrier": "smpp", "settings": SMPP, "secret": "hush-hus"}


async def added(doors: Doors, **changes: Any) -> dict[str, Any]:
    answer = await doors.api.post(V1, json=ASKED | changes)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def audited(doors: Doors) -> list[tuple[str, Any]]:
    async with doors.app.store.read() as connection:
        rows = await access.audit_page(connection, WORKSPACE, before="", limit=10)
    return [(row["action"], row["detail"]) for row in reversed(rows)]


@pytest.mark.parametrize(("verb", "path"), [("PATCH", ""), ("POST", "/test")])
async def test_a_stored_password_goes_to_no_other_address(doors: Doors, verb: str, path: str) -> None:
    address = f"{V1}/{(await added(doors))['id']}"
    elsewhere = {"settings": SMPP | {"host": "127.0.0.2"}}
    refused = await doors.api.request(verb, address + path, json=elsewhere)
    assert problem(refused, "invalid").startswith("Another address needs the password again")
    assert (await doors.api.get(address)).json()["settings"] == SMPP
    taken = await doors.api.request(verb, address + path, json=elsewhere | {"secret": "new-pass"})
    assert taken.status_code == 200


async def test_an_account_without_a_connection_in_this_process_says_so(doors: Doors) -> None:
    connected(doors, "smsc")
    mmsc, smsc = (await doors.api.get("/api/v1/accounts")).json()["items"]
    assert (mmsc["id"], mmsc["carrier"], mmsc["state"], mmsc["window"]) == ("mmsc", "mm7", "down", 0)
    assert mmsc["detail"] == "This process does not deliver, so it has no connection of its own."
    assert (smsc["id"], smsc["state"], smsc["window"], smsc["detail"]) == ("smsc", "up", 10, "The counter is up.")


async def test_an_account_shows_its_queue_and_none_of_its_secrets(doors: Doors) -> None:
    connected(doors, "smsc", Link.DOWN)
    asked = {"group_id": "offers", "to": "+13125550101", "body": "Hello"}
    await doors.api.post("/api/v1/messages", json=asked)
    told = (await doors.api.get("/api/v1/accounts")).json()["items"]
    assert {each["queue"] for each in told} == {1}
    assert not {"secret", "settings", "password"} & set(told[0])


async def test_every_kind_tells_the_form_that_an_account_of_it_is_made_with(doors: Doors) -> None:
    kinds = {each["kind"]: each for each in (await doors.api.get(f"{V1}/kinds")).json()["items"]}
    assert list(kinds) == list(KINDS)
    assert kinds["smpp"]["settings"][0] == {
        "name": "host",
        "label": "Host",
        "help": "Where the SMSC listens.",
        "type": "text",
        "default": None,
        "is_required": True,
        "is_rare": False,
        "choices": [],
    }


async def test_a_carrier_is_connected_and_its_password_never_comes_out(doors: Doors) -> None:
    told = await added(doors, carrier="mm7", settings={"url": "http://127.0.0.1:1/mm7", "window": 10})
    assert (told["settings"], told["has_secret"]) == ({"url": "http://127.0.0.1:1/mm7"}, True)
    assert told["callback_url"] == f"http://heliogram.test/carriers/{told['id']}"
    again = await doors.api.get(f"{V1}/{told['id']}")
    assert again.json() == told
    assert "hush-hus" not in again.text
    assert await audited(doors) == [("account.add", {"name": "Aggregator", "carrier": "mm7"})]


async def test_an_smpp_account_has_no_address_to_be_called_at(doors: Doors) -> None:
    assert (await added(doors))["callback_url"] == ""


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"carrier": "pigeon"}, "invalid", "There is no carrier “pigeon”"),
        ({"settings": {"host": "h", "port": 1}}, "invalid", "System id is needed."),
        ({"settings": SMPP | {"port": 70_000}}, "invalid", "A port is 1 to 65,535."),
        ({"name": "SMSC"}, "conflict", "There is an account “SMSC” already."),
    ],
)
async def test_what_cannot_work_is_refused_and_nothing_is_stored(
    doors: Doors, changes: dict[str, Any], code: str, words: str
) -> None:
    before = await n_rows(doors, "accounts", "audit")
    assert words in problem(await doors.api.post(V1, json=ASKED | changes), code)
    assert await n_rows(doors, "accounts", "audit") == before


async def test_what_is_left_out_of_a_change_stays_and_the_log_has_no_values(doors: Doors) -> None:
    told = await added(doors)
    address = f"{V1}/{told['id']}"
    changed = (await doors.api.patch(address, json={"settings": SMPP | {"binds": 2}, "name": "Main"})).json()
    assert (changed["name"], changed["settings"], changed["has_secret"]) == ("Main", SMPP | {"binds": 2}, True)
    paused = (await doors.api.patch(address, json={"is_paused": True})).json()
    assert (paused["state"], paused["is_paused"], paused["settings"]) == ("paused", True, SMPP | {"binds": 2})
    assert (await doors.api.patch(address, json={})).json() == paused
    assert (await audited(doors))[1:] == [
        ("account.change", {"changed": ["name", "settings"]}),
        ("account.change", {"changed": ["is_paused"], "is_paused": True}),
    ]
    refused = await doors.api.patch(address, json={"settings": {"host": "h"}})
    assert "Port is needed." in problem(refused, "invalid")
    assert "already" in problem(await doors.api.patch(address, json={"name": "MMSC"}), "conflict")


async def test_an_account_is_removed_only_when_no_sender_goes_through_it(doors: Doors) -> None:
    told = await added(doors)
    refused = problem(await doors.api.delete(f"{V1}/smsc"), "conflict")
    assert refused.startswith("“SMSC” is still used by +13125550100 of “Offers”.")
    used = (await doors.api.get(f"{V1}/smsc")).json()
    assert (used["groups"], used["senders"], used["has_secret"]) == (["Offers"], ["+13125550100"], False)
    assert (await doors.api.delete(f"{V1}/{told['id']}")).status_code == 204
    problem(await doors.api.get(f"{V1}/{told['id']}"), "not_found")
    assert (await audited(doors))[-1] == ("account.remove", {"name": "Aggregator"})


async def test_trying_out_says_in_words_what_is_wrong_and_stores_nothing(doors: Doors) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    asked = {"carrier": "smpp", "settings": SMPP | {"port": port}, "secret": "hush-hus"}
    before = await n_rows(doors, "accounts", "audit")
    told = (await doors.api.post(f"{V1}/test", json=asked)).json()
    assert told == {
        "ok": False,
        "sentence": f"127.0.0.1:{port}: The carrier cannot be reached (nothing listens there).",
    }
    assert await n_rows(doors, "accounts", "audit") == before
    stored = await added(doors)
    again = await doors.api.post(f"{V1}/{stored['id']}/test", json={"settings": SMPP | {"port": port}})
    assert again.json() == told


async def test_the_newest_exchanges_of_an_account_are_shown(doors: Doors) -> None:
    assert (await doors.api.get(f"{V1}/smsc/exchanges")).json() == {"items": [], "next": None}
    problem(await doors.api.get(f"{V1}/smsc/exchanges", params={"limit": 101}), "invalid")


CALLS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "", None),
    ("PATCH", "", {"is_paused": True}),
    ("DELETE", "", None),
    ("POST", "/test", {}),
    ("GET", "/exchanges", None),
]


@pytest.mark.parametrize(("method", "path", "asked"), CALLS)
async def test_another_workspace_sees_and_touches_none_of_it(
    doors: Doors, stranger: httpx.AsyncClient, method: str, path: str, asked: Any
) -> None:
    told = await added(doors)
    answer = await stranger.request(method, f"{V1}/{told['id']}{path}", json=asked)
    assert problem(answer, "not_found") == "There is no such carrier account."
    assert (await stranger.get(V1)).json()["items"] == []
    assert (await doors.api.get(f"{V1}/{told['id']}")).json()["is_paused"] is False


@pytest.mark.parametrize(
    ("method", "path", "asked", "scope"),
    [
        ("GET", "/kinds", None, Scope.SETTINGS_READ),
        ("GET", "/smsc", None, Scope.SETTINGS_READ),
        ("GET", "/smsc/exchanges", None, Scope.SETTINGS_READ),
        ("POST", "", ASKED, Scope.SETTINGS_WRITE),
        ("POST", "/test", {"carrier": "smpp", "settings": {}}, Scope.SETTINGS_WRITE),
        ("PATCH", "/smsc", {"is_paused": True}, Scope.SETTINGS_WRITE),
        ("POST", "/smsc/test", {}, Scope.SETTINGS_WRITE),
        ("DELETE", "/smsc", None, Scope.SETTINGS_WRITE),
    ],
)
async def test_it_takes_the_scope_that_its_page_says(
    doors: Doors, method: str, path: str, asked: Any, scope: Scope
) -> None:
    without = await doors.key(*(set(Scope) - {scope}))
    assert scope.value in problem(await without.request(method, f"{V1}{path}", json=asked), "forbidden")
