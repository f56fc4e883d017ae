import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from heliogram.model.access import Scope
from heliogram.storage import campaigns
from tests.api.conftest import OTHER, served
from tests.api.kit import connected, launched
from tests.doors import Doors
from tests.world import WORKSPACE

Heard = tuple[str, dict[str, Any]]


@asynccontextmanager
async def stream(url: str, like: httpx.AsyncClient) -> AsyncIterator[AsyncIterator[Heard]]:
    """One tab: the events as they come."""
    async with (
        httpx.AsyncClient(base_url=url, headers=like.headers, trust_env=False, timeout=20) as client,
        client.stream("GET", "/api/v1/events") as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield _events(answer)


async def _events(answer: httpx.Response) -> AsyncIterator[Heard]:
    topic = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            topic = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield topic, json.loads(line.removeprefix("data: "))


async def next_of(events: AsyncIterator[Heard], topic: str) -> dict[str, Any]:
    async with asyncio.timeout(15):
        async for heard, told in events:
            if heard == topic:
                return told
    raise AssertionError("the stream ended")


async def count(doors: Doors, campaign_id: str, n: int) -> None:
    async with doors.app.store.write() as connection:
        await campaigns.add_counts(connection, {(campaign_id, WORKSPACE, "state", "delivered"): n})


@pytest.fixture
async def running(doors: Doors) -> str:
    """A campaign that is being sent, to two people."""
    await doors.world.add_people(["+13125550101", "+13125550102"])
    connected(doors)
    return await launched(doors)


async def test_each_event_is_a_whole_snapshot_and_comes_when_something_changes(doors: Doors, running: str) -> None:
    async with served(doors) as url, stream(url, doors.api) as events:
        first = await next_of(events, "campaign")
        await count(doors, running, 1)
        second = await next_of(events, "campaign")
    assert (first["id"], first["state"], first["progress"]["delivered"]) == (running, "sending", 0)
    assert (second["progress"]["delivered"], second["progress"]["total"]) == (1, 2)
    assert "body" not in second


async def test_every_tab_hears_everything_and_a_new_one_is_caught_up(doors: Doors, running: str) -> None:
    async with served(doors) as url:
        async with stream(url, doors.api) as one, stream(url, doors.api) as two:
            assert await next_of(one, "campaign") == await next_of(two, "campaign")
            assert await next_of(one, "account") == await next_of(two, "account")
        # Both tabs are gone; what happens now is told to whoever comes back.
        await count(doors, running, 2)
        async with stream(url, doors.api) as again:
            assert (await next_of(again, "campaign"))["progress"]["delivered"] == 2


async def test_a_server_that_stops_ends_its_streams(doors: Doors, running: str) -> None:
    async with served(doors) as url, stream(url, doors.api) as events:
        await next_of(events, "campaign")
        doors.web.state.watch.close()
        async with asyncio.timeout(5):
            rest = [heard async for heard in events]
        assert rest == [] or all(topic in ("account", "campaign") for topic, _ in rest)
        async with stream(url, doors.api) as late, asyncio.timeout(5):
            assert [heard async for heard in late] == []


async def test_nobody_hears_of_another_workspace(doors: Doors, running: str) -> None:
    await doors.world.add_workspace(OTHER)
    stranger = await doors.key(*Scope, workspace_id=OTHER)
    async with served(doors) as url, stream(url, stranger) as theirs, stream(url, doors.api) as ours:
        await next_of(ours, "campaign")
        await count(doors, running, 1)
        await next_of(ours, "campaign")
        doors.web.state.watch.close()
        assert [heard async for heard in theirs] == []
