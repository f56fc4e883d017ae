import asyncio
from datetime import timedelta
from typing import Any

import pytest

from heliogram.storage import access
from heliogram.storage.engine import Store
from tests.world import NOON, WORKSPACE, World

OTHER = "another workspace"
LATER = NOON + timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
async def world(world: World) -> World:
    for workspace_id in (WORKSPACE, OTHER):
        await world.add_workspace(workspace_id)
    member = {"workspace_id": WORKSPACE, "role": "owner", "created_at": NOON}
    async with world.store.write() as connection:
        await access.add_member(connection, member | {"id": "m1", "name": "Ada"})
        await access.add_member(connection, member | {"id": "m2", "name": "Bo", "role": "desk"})
    return world


def _sign_in_link(**changes: Any) -> dict[str, Any]:
    row = {"token_hash": "h", "workspace_id": WORKSPACE, "member_id": "m1", "expires_at": LATER, "used_at": None}
    return row | changes


def _session(**changes: Any) -> dict[str, Any]:
    row = {"token_hash": "h", "workspace_id": WORKSPACE, "member_id": "m2", "created_at": NOON, "expires_at": LATER}
    return row | changes


def _key(prefix: str, **changes: Any) -> dict[str, Any]:
    row = {"id": prefix, "workspace_id": WORKSPACE, "name": prefix, "prefix": prefix, "secret_hash": "s"}
    return row | {"scopes": ["messages:write"], "created_at": NOON, "revoked_at": None} | changes


def _taken(key: str = "k", workspace_id: str = WORKSPACE, **changes: Any) -> dict[str, Any]:
    row = {"workspace_id": workspace_id, "key": key, "request_hash": "r", "status": 0, "response": ""}
    return row | {"created_at": NOON} | changes


def _noted(id: str, **changes: Any) -> dict[str, Any]:
    row = {"id": id, "workspace_id": WORKSPACE, "at": NOON, "actor": "Ada", "action": "campaign.launch"}
    return row | {"subject": "c", "detail": {"n": 3}} | changes


async def test_another_workspaces_rows_are_never_returned(store: Store, world: World) -> None:
    async with store.write() as connection:
        await access.add_audit(connection, _noted("a"))
        await access.add_api_key(connection, _key("hg_1"))
        await access.take_key(connection, _taken())
        assert await access.members_of(connection, OTHER) == []
        assert await access.audit_page(connection, OTHER, before="", limit=9) == []
        assert await access.keys_of(connection, OTHER) == []
        assert await access.remembered(connection, OTHER, "k") is None


async def test_workspaces_and_members_are_listed(store: Store, world: World) -> None:
    async with store.read() as connection:
        found = await access.workspace(connection, OTHER)
        assert [row["id"] for row in await access.workspaces_all(connection)] == [OTHER, WORKSPACE]
        members = await access.members_of(connection, WORKSPACE)
        assert await access.workspace(connection, "gone") is None
    assert found is not None and found["name"] == "Another Workspace"
    assert [(row["name"], row["role"]) for row in members] == [("Ada", "owner"), ("Bo", "desk")]


async def test_a_sign_in_link_signs_in_once(store: Store, world: World) -> None:
    async with store.write() as connection:
        await access.add_sign_in_link(connection, _sign_in_link())
        first = await access.use_sign_in_link(connection, "h", NOON)
        assert await access.use_sign_in_link(connection, "h", NOON) is None
    assert first is not None and dict(first) == {"workspace_id": WORKSPACE, "member_id": "m1"}


async def test_of_two_who_use_a_sign_in_link_at_once_one_gets_in(store: Store, world: World) -> None:
    async def use() -> Any:
        async with store.write() as connection:
            return await access.use_sign_in_link(connection, "h", NOON)

    async with store.write() as connection:
        await access.add_sign_in_link(connection, _sign_in_link())
    both = await asyncio.gather(use(), use())
    assert [each is None for each in both].count(True) == 1


async def test_a_sign_in_link_is_good_until_it_expires(store: Store, world: World) -> None:
    async with store.write() as connection:
        await access.add_sign_in_link(connection, _sign_in_link())
        assert await access.use_sign_in_link(connection, "unknown", NOON) is None
        assert await access.use_sign_in_link(connection, "h", LATER) is None
        assert await access.use_sign_in_link(connection, "h", LATER - INSTANT) is not None


async def test_a_session_names_its_member_until_it_expires_or_ends(store: Store, world: World) -> None:
    async with store.write() as connection:
        await access.add_session(connection, _session())
        row = await access.session(connection, "h", LATER - INSTANT)
        assert row is not None
        assert dict(row) == {"workspace_id": WORKSPACE, "member_id": "m2", "name": "Bo", "role": "desk"}
        assert await access.session(connection, "h", LATER) is None
        assert await access.session(connection, "other", NOON) is None
        await access.end_session(connection, "h")
        assert await access.session(connection, "h", NOON) is None


async def test_a_revoked_key_opens_nothing_and_stays_listed(store: Store, world: World) -> None:
    async with store.write() as connection:
        await access.add_api_key(connection, _key("hg_1"))
        await access.add_api_key(connection, _key("hg_2"))
        assert await access.revoke_key(connection, "hg_1", LATER)
        assert not await access.revoke_key(connection, "hg_1", LATER + INSTANT)
        assert not await access.revoke_key(connection, "hg_3", LATER)
        assert await access.api_key(connection, "hg_1") is None
        kept = await access.api_key(connection, "hg_2")
        listed = await access.keys_of(connection, WORKSPACE)
    assert kept is not None and kept["scopes"] == ["messages:write"]
    assert [(row["id"], row["revoked_at"]) for row in listed] == [("hg_2", None), ("hg_1", LATER)]


async def test_the_audit_log_is_read_newest_first_and_page_by_page(store: Store, world: World) -> None:
    async with store.write() as connection:
        for number in range(5):
            await access.add_audit(connection, _noted(f"a{number}"))
        first = await access.audit_page(connection, WORKSPACE, before="", limit=3)
        rest = await access.audit_page(connection, WORKSPACE, before="a2", limit=3)
    assert [row["id"] for row in (*first, *rest)] == ["a4", "a3", "a2", "a1", "a0"]
    assert first[0]["detail"] == {"n": 3}


async def test_an_idempotency_key_is_taken_once_in_each_workspace(store: Store, world: World) -> None:
    async with store.write() as connection:
        assert await access.take_key(connection, _taken())
        assert not await access.take_key(connection, _taken(request_hash="other"))
        assert await access.take_key(connection, _taken(workspace_id=OTHER))
        row = await access.remembered(connection, WORKSPACE, "k")
    assert row is not None and row["request_hash"] == "r"


async def test_of_two_requests_with_one_key_at_once_one_takes_it(store: Store, world: World) -> None:
    async def take() -> bool:
        async with store.write() as connection:
            return await access.take_key(connection, _taken())

    assert sorted(await asyncio.gather(take(), take(), take())) == [False, False, True]


async def test_the_answer_is_remembered_for_its_key_alone(store: Store, world: World) -> None:
    async with store.write() as connection:
        for key, workspace_id in (("k", WORKSPACE), ("k", OTHER), ("l", WORKSPACE)):
            await access.take_key(connection, _taken(key, workspace_id))
        await access.remember(connection, WORKSPACE, "k", status=201, response='{"id":"é"}')
        ours = await access.remembered(connection, WORKSPACE, "k")
        others = [await access.remembered(connection, *each) for each in ((OTHER, "k"), (WORKSPACE, "l"))]
    assert ours is not None and (ours["status"], ours["response"]) == (201, '{"id":"é"}')
    assert [each["response"] for each in others if each is not None] == ["", ""]
