import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from heliogram.api.auth import CSRF_HEADER
from heliogram.model.access import Scope
from heliogram.storage import access
from tests.api.kit import PEOPLE, draft, drafted, import_of, n_rows, problem, uploaded
from tests.doors import PREFIX, SECRET, Doors
from tests.world import GROUP, SMSC, WORKSPACE

V1 = "/api/v1"
NEEDS: dict[tuple[str, str], Scope | None] = {
    ("GET", "/me"): None,
    ("DELETE", "/session"): None,
    ("POST", "/segments"): None,
    ("GET", "/accounts/kinds"): Scope.SETTINGS_READ,
    ("POST", "/accounts"): Scope.SETTINGS_WRITE,
    ("POST", "/accounts/test"): Scope.SETTINGS_WRITE,
    ("GET", "/accounts/{account_id}"): Scope.SETTINGS_READ,
    ("PATCH", "/accounts/{account_id}"): Scope.SETTINGS_WRITE,
    ("DELETE", "/accounts/{account_id}"): Scope.SETTINGS_WRITE,
    ("POST", "/accounts/{account_id}/test"): Scope.SETTINGS_WRITE,
    ("GET", "/accounts/{account_id}/exchanges"): Scope.SETTINGS_READ,
    ("GET", "/inbound"): Scope.MESSAGES_READ,
    ("GET", "/inbound/media/{media_id}/content"): Scope.MESSAGES_READ,
    ("POST", "/simulator/phones/{number}/picture"): Scope.MESSAGES_WRITE,
    ("GET", "/home"): Scope.CAMPAIGNS_READ,
    ("GET", "/campaigns"): Scope.CAMPAIGNS_READ,
    ("POST", "/campaigns"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/estimate"): Scope.CAMPAIGNS_READ,
    ("GET", "/campaigns/{campaign_id}"): Scope.CAMPAIGNS_READ,
    ("PATCH", "/campaigns/{campaign_id}"): Scope.CAMPAIGNS_WRITE,
    ("DELETE", "/campaigns/{campaign_id}"): Scope.CAMPAIGNS_WRITE,
    ("GET", "/campaigns/{campaign_id}/estimate"): Scope.CAMPAIGNS_READ,
    ("POST", "/campaigns/{campaign_id}/launch"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/campaigns/{campaign_id}/pause"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/campaigns/{campaign_id}/resume"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/campaigns/{campaign_id}/cancel"): Scope.CAMPAIGNS_WRITE,
    ("GET", "/messages"): Scope.MESSAGES_READ,
    ("POST", "/messages"): Scope.MESSAGES_WRITE,
    ("GET", "/messages/{message_id}"): Scope.MESSAGES_READ,
    ("POST", "/messages/{message_id}/cancel"): Scope.MESSAGES_WRITE,
    ("POST", "/sends"): Scope.CAMPAIGNS_WRITE,
    ("GET", "/contacts"): Scope.CONTACTS_READ,
    ("GET", "/lists"): Scope.CONTACTS_READ,
    ("POST", "/imports"): Scope.CONTACTS_WRITE,
    ("POST", "/consent"): Scope.CONSENT_WRITE,
    ("GET", "/consent"): Scope.CONSENT_READ,
    ("GET", "/consent/check"): Scope.CONSENT_READ,
    ("POST", "/media"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/media/fetch"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/media/contact-cards"): Scope.CAMPAIGNS_WRITE,
    ("GET", "/media"): Scope.CAMPAIGNS_READ,
    ("GET", "/media/{media_id}/content"): Scope.CAMPAIGNS_READ,
    ("GET", "/media/folders"): Scope.CAMPAIGNS_READ,
    ("GET", "/media/{media_id}"): Scope.CAMPAIGNS_READ,
    ("PATCH", "/media/{media_id}"): Scope.CAMPAIGNS_WRITE,
    ("DELETE", "/media/{media_id}"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/media/{media_id}/mp4"): Scope.CAMPAIGNS_WRITE,
    ("POST", "/preview"): Scope.CAMPAIGNS_READ,
    ("GET", "/groups"): Scope.CAMPAIGNS_READ,
    ("PATCH", "/groups/{group_id}"): Scope.SETTINGS_WRITE,
    ("PUT", "/senders/{sender_id}/approvals/{network}"): Scope.SETTINGS_WRITE,
    ("PUT", "/senders/{sender_id}/failover"): Scope.SETTINGS_WRITE,
    ("GET", "/numbers/{number}"): Scope.CONTACTS_READ,
    ("POST", "/numbers/{number}/lookup"): Scope.CONTACTS_WRITE,
    ("GET", "/accounts"): Scope.CAMPAIGNS_READ,
    ("GET", "/events"): Scope.CAMPAIGNS_READ,
    ("GET", "/simulator/phones"): Scope.CAMPAIGNS_READ,
    ("GET", "/simulator/phones/{number}"): Scope.CAMPAIGNS_READ,
    ("POST", "/simulator/phones/{number}/reply"): Scope.MESSAGES_WRITE,
    ("GET", "/simulator/media/{sha256}"): Scope.CAMPAIGNS_READ,
    ("GET", "/simulator/faults"): Scope.CAMPAIGNS_READ,
    ("PUT", "/simulator/faults"): Scope.SETTINGS_WRITE,
}
SCOPED = {operation: scope for operation, scope in NEEDS.items() if scope is not None}
UNSAFE = [operation for operation in NEEDS if operation[0] != "GET"]


def address(path: str) -> str:
    return V1 + re.sub(r"\{\w+\}", "unknown", path)


def operations(doors: Doors) -> dict[tuple[str, str], Any]:
    return {
        (method.upper(), path.removeprefix(V1)): operation
        for path, methods in doors.web.openapi()["paths"].items()
        for method, operation in methods.items()
    }


async def test_the_description_names_the_scope_of_every_route(doors: Doors) -> None:
    told = {
        operation: [scope for each in described["security"] for scope in next(iter(each.values()))]
        for operation, described in operations(doors).items()
    }
    # Once for a key, once for a session.
    assert told == {operation: [scope.value] * 2 if scope else [] for operation, scope in NEEDS.items()}


async def test_no_route_answers_somebody_unknown(doors: Doors) -> None:
    for method, path in operations(doors):
        answer = await doors.anyone.request(method, address(path))
        assert problem(answer, "unauthenticated").startswith("Sign in"), path
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_key_without_the_scope_of_a_route_is_refused_by_name(doors: Doors) -> None:
    lacking = {scope: await doors.key(*(set(Scope) - {scope})) for scope in set(SCOPED.values())}
    for (method, path), scope in SCOPED.items():
        sentence = problem(await lacking[scope].request(method, address(path)), "forbidden")
        assert sentence == f"This needs the scope {scope.value}, which this key does not have.", path


async def test_a_key_with_nothing_but_the_scope_of_a_route_gets_past_it(doors: Doors) -> None:
    having = {scope: await doors.key(*([scope] if scope else [])) for scope in set(NEEDS.values())}
    for (method, path), scope in NEEDS.items():
        if path != "/events":  # a stream without end; `resources.test_events` opens it
            answer = await having[scope].request(method, address(path))
            assert answer.status_code not in (401, 403), (method, path)
            assert "needs the scope" not in answer.text, (method, path)


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer hg_unknown.{SECRET}",
        f"Bearer hg_{PREFIX}.wrong",
        f"Bearer hg_{PREFIX}.",
        f"Bearer hg_{PREFIX}",
        f"Bearer {SECRET}",
        f"Bearer hg_{PREFIX}.{SECRET}x",
        f"Bearer hg_{'p' * 5_000}.{SECRET}",
        "Bearer hg_é.é",
    ],
)
async def test_a_wrong_key_is_refused_alike_whatever_is_wrong_with_it(doors: Doors, header: str) -> None:
    answer = await doors.anyone.get(f"{V1}/me", headers={"Authorization": header.encode()})
    assert problem(answer, "unauthenticated") == "This API key is not known, or it has been revoked."


@pytest.mark.parametrize("header", ["", "Basic dGVzdHM6c2VjcmV0", "Bearer"])
async def test_what_is_no_key_counts_as_none(doors: Doors, header: str) -> None:
    answer = await doors.anyone.get(f"{V1}/me", headers={"Authorization": header})
    assert problem(answer, "unauthenticated").startswith("Sign in")


async def test_a_revoked_key_stops_at_once(doors: Doors) -> None:
    assert (await doors.api.get(f"{V1}/me")).json()["member"]["role"] == "key"
    async with doors.app.store.write() as connection:
        await access.revoke_key(connection, PREFIX, doors.clock.now())
    assert "revoked" in problem(await doors.api.get(f"{V1}/me"), "unauthenticated")


async def test_a_stranger_is_refused_before_a_byte_of_the_body_is_read(doors: Doors) -> None:
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 65_536

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for path in ("/sends", "/imports", "/media"):
        answer = await doors.anyone.post(V1 + path, content=body(), headers=headers)
        assert problem(answer, "unauthenticated")
    assert taken == 0


async def test_changes_from_a_browser_need_the_header_that_no_form_can_send(doors: Doors) -> None:
    browser = await doors.session()
    for method, path in UNSAFE:
        answer = await browser.request(method, address(path))
        assert CSRF_HEADER in problem(answer, "forbidden"), path
    assert (await browser.get(f"{V1}/me")).json()["member"] == {"name": "Robin", "role": "owner"}


async def test_a_forged_form_changes_nothing(doors: Doors) -> None:
    browser = await doors.session()
    before = await n_rows(doors, "contacts", "campaigns")
    form = await browser.post(f"{V1}/imports", files=import_of(PEOPLE))
    json = await browser.post(f"{V1}/campaigns", json=draft())
    assert [problem(answer, "forbidden") for answer in (form, json)]
    assert await n_rows(doors, "contacts", "campaigns") == before
    ours = await browser.post(f"{V1}/campaigns", json=draft(), headers={CSRF_HEADER: "dashboard"})
    assert ours.json()["state"] == "draft"


async def test_the_desk_may_do_everything_but_change_the_settings(doors: Doors) -> None:
    desk, owner = await doors.session("desk"), await doors.session("owner")
    switches = {"carrier_not_approved": False, "sender_cannot_mms": False, "media_not_taken": False}
    asked: dict[str, Any] = {"json": {"fallback": switches}, "headers": {CSRF_HEADER: "dashboard"}}
    refused = await desk.patch(f"{V1}/groups/{GROUP}", **asked)
    assert problem(refused, "forbidden") == "This needs the scope settings:write, which this role does not have."
    assert (await owner.patch(f"{V1}/groups/{GROUP}", **asked)).json()["fallback"] == switches
    assert (await desk.post(f"{V1}/campaigns", json=draft(), headers={CSRF_HEADER: "x"})).json()["name"] == "Sale"


async def test_a_session_ends_at_its_moment(doors: Doors) -> None:
    browser = await doors.session()
    assert (await browser.get(f"{V1}/me")).json()["workspace"]["id"] == WORKSPACE
    async with doors.app.store.read() as connection:
        row = (await connection.exec_driver_sql("SELECT max(expires_at) FROM sessions")).scalar_one()
    doors.clock.move(seconds=row / 1e6 - doors.clock.now().timestamp() - 1)
    assert (await browser.get(f"{V1}/me")).json()["workspace"]["id"] == WORKSPACE
    doors.clock.move(seconds=1)
    assert problem(await browser.get(f"{V1}/me"), "unauthenticated").startswith("Your session has ended.")


async def test_a_key_counts_before_a_cookie(doors: Doors) -> None:
    browser = await doors.session()
    cookie = {"Cookie": f"heliogram_session={browser.cookies['heliogram_session']}"}
    told = (await doors.api.get(f"{V1}/me", headers=cookie)).json()
    assert told["member"]["role"] == "key"


async def test_what_another_workspace_owns_is_not_there(doors: Doors, stranger: httpx.AsyncClient) -> None:
    (contact,) = await doors.world.add_people(["+13125550101"])
    await doors.world.add_list("list", [contact])
    campaign, picture = await drafted(doors), await uploaded(doors)
    asked = {"group_id": GROUP, "to": "+13125550101", "body": "Hello"}
    message = (await doors.api.post(f"{V1}/messages", json=asked)).json()["id"]
    one = f"/campaigns/{campaign}"
    switches = {"carrier_not_approved": True, "sender_cannot_mms": True, "media_not_taken": True}
    refused: list[tuple[str, str, Any]] = [
        ("GET", one, None),
        ("PATCH", one, {"version": 1, "name": "Taken"}),
        ("DELETE", one, None),
        ("GET", f"{one}/estimate", None),
        *(("POST", f"{one}/{step}", {}) for step in ("launch", "pause", "resume", "cancel")),
        ("GET", f"/messages/{message}", None),
        ("POST", f"/messages/{message}/cancel", None),
        ("GET", f"/media/{picture['id']}/content", None),
        ("GET", f"/media/{picture['id']}", None),
        ("PATCH", f"/media/{picture['id']}", {"alt_text": "Taken"}),
        ("DELETE", f"/media/{picture['id']}", None),
        ("POST", f"/media/{picture['id']}/mp4", None),
        ("PATCH", f"/groups/{GROUP}", {"fallback": switches}),
        ("PUT", "/senders/us/approvals/verizon", {"status": "approved"}),
        ("PUT", "/senders/us/failover", {}),
        ("GET", f"/accounts/{SMSC}", None),
        ("PATCH", f"/accounts/{SMSC}", {"is_paused": True}),
        ("POST", f"/accounts/{SMSC}/test", {}),
        ("DELETE", f"/accounts/{SMSC}", None),
        ("GET", f"/accounts/{SMSC}/exchanges", None),
        ("GET", "/inbound/media/theirs/content", None),
    ]
    # A number is nobody's: what each workspace knows of it is its own.
    apart = ("simulator", "numbers")
    with_ids = {each for each in operations(doors) if "{" in each[1] and not any(word in each[1] for word in apart)}
    assert len(refused) == len(with_ids)
    before = await n_rows(doors, "campaigns", "sender_approvals", "audit", "lanes")
    for method, path, body in refused:
        answer = await stranger.request(method, V1 + path, json=body)
        assert problem(answer, "not_found").startswith("There is no such"), path
    assert await n_rows(doors, "campaigns", "sender_approvals", "audit", "lanes") == before
    assert (await doors.api.get(V1 + one)).json()["name"] == "Sale"


async def test_nobody_can_name_what_another_workspace_owns(doors: Doors, stranger: httpx.AsyncClient) -> None:
    (contact,) = await doors.world.add_people(["+13125550101"])
    await doors.world.add_list("list", [contact])
    await doors.world.add_group("theirs", [], workspace_id="another")
    picture = (await uploaded(doors))["id"]
    mine = {"group_id": "theirs", "body": "Hi"}
    of_list = draft(group_id="theirs", audience={"kind": "list", "list_id": "list"})
    consent = {"group_id": GROUP, "phone": "+13125550101", "state": "subscribed", "evidence": "said so"}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/campaigns", {"json": draft()}),
        ("/campaigns", {"json": draft(group_id="theirs", media_ids=[picture], content="mms")}),
        ("/campaigns", {"json": of_list}),
        ("/estimate", {"json": draft()}),
        ("/messages", {"json": {"group_id": GROUP, "to": "+13125550101", "body": "Hello"}}),
        ("/messages", {"json": {"group_id": "theirs", "to": "+13125550101", "body": "Hello", "media_ids": [picture]}}),
        ("/consent", {"json": consent}),
        ("/preview", {"json": mine | {"contact_id": contact}}),
        ("/preview", {"json": mine | {"media_ids": [picture]}}),
        ("/imports", {"files": import_of(PEOPLE), "data": {"group_id": GROUP}}),
        ("/sends", {"files": {"people": ("p.csv", PEOPLE)}, "data": {"group": GROUP, "text": "Hi"}}),
    ]
    before = await n_rows(doors, "campaigns", "messages", "consent_facts", "contacts")
    for path, body in asked:
        assert problem(await stranger.post(V1 + path, **body), "not_found").startswith("There is no "), (path, body)
    assert await n_rows(doors, "campaigns", "messages", "consent_facts", "contacts") == before


async def test_lists_show_nothing_of_another_workspace(doors: Doors, stranger: httpx.AsyncClient) -> None:
    (contact,) = await doors.world.add_people(["+13125550101"])
    await doors.world.add_list("list", [contact])
    await drafted(doors)
    await uploaded(doors)
    await doors.api.post(f"{V1}/messages", json={"group_id": GROUP, "to": "+13125550101", "body": "Hello"})
    paths = ["/campaigns", "/contacts", "/lists", "/media", "/messages", "/groups", "/accounts"]
    paths.append("/consent?phone=%2B13125550101")
    for path in paths:
        assert (await doors.api.get(V1 + path)).json()["items"], path
        assert (await stranger.get(V1 + path)).json()["items"] == [], path
    home = (await stranger.get(f"{V1}/home")).json()
    assert (home["campaigns"], home["accounts"], home["sent_24h"]) == ([], [], 0)
    assert (await stranger.get(f"{V1}/consent/check")).json() == {"ok": True, "n": 0, "broken_at": None}
