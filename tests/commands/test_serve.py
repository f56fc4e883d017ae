"""`heliogram serve` as a process, on both engines, and what its operator needs beside it."""

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliogram.app import build
from heliogram.commands.serve import new_link
from heliogram.config import Config
from tests.commands.desk import Desk
from tests.whole.scene import GROUP, KEY, set_scene
from tests.whole.stage import Api, Stage, StageError, start, wait_until

STOP_S = 5.0
TRACEBACK = "Traceback"


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    database = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    stage = Stage(folder=tmp_path, database=database)
    set_scene(stage)
    yield stage
    stage.stop()


def test_it_serves_either_database_says_where_and_stops_at_ctrl_c_without_a_traceback(stage: Stage) -> None:
    server = stage.start_server()
    assert [group["id"] for group in Api(stage.url, KEY).get("/groups")["items"]] == [GROUP]
    assert f"Heliogram runs at {stage.url}/ (Ctrl-C stops it)." in server.tail()
    # A dashboard that listens for news does not hold the server up.
    with httpx.stream("GET", f"{stage.url}/api/v1/events", headers={"Authorization": f"Bearer {KEY}"}) as news:
        assert news.status_code == 200
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < STOP_S
    assert server.tail().endswith("Stopped.\n")
    assert TRACEBACK not in server.tail()


def test_a_port_in_use_is_a_sentence(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", stage.port)), pytest.raises(StageError) as ended:
        stage.start_server()
    assert f"Port {stage.port} of 127.0.0.1 cannot be used: Address already in use." in str(ended.value)
    assert TRACEBACK not in str(ended.value)


def test_a_database_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    stage = Stage(folder=tmp_path, database="postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StageError) as ended:
        stage.start_server()
    assert "The database cannot be opened: connection failed" in str(ended.value)
    assert TRACEBACK not in str(ended.value)


def test_a_server_that_is_killed_starts_again_on_its_data(tmp_path: Path) -> None:
    stage = Stage(folder=tmp_path)
    set_scene(stage)
    try:
        stage.start_server().kill()
        stage.start_server()
        assert [group["id"] for group in Api(stage.url, KEY).get("/groups")["items"]] == [GROUP]
    finally:
        stage.stop()


def test_a_process_that_does_not_deliver_connects_to_no_carrier(tmp_path: Path) -> None:
    stage = Stage(folder=tmp_path)
    set_scene(stage)
    options = [f"--data={stage.data}", f"--port={stage.port}", "--no-worker"]
    server = start("server", ["serve", *options], tmp_path)
    stage = replace(stage, processes=[server])
    try:
        accounts = wait_until("it answers", lambda: _accounts(stage), within_s=30)
        assert [(each["state"], each["window"]) for each in accounts] == [("down", 0), ("down", 0)]
        assert accounts[0]["detail"] == "This process does not deliver, so it has no connection of its own."
    finally:
        stage.stop()


def _accounts(stage: Stage) -> list[dict[str, Any]]:
    try:
        items: list[dict[str, Any]] = Api(stage.url, KEY).get("/accounts")["items"]
    except (OSError, StageError):
        return []
    return items


def test_a_sign_in_link_works_once(tmp_path: Path, desk: Desk) -> None:
    stage = desk.stage
    stage.start_server()
    try:
        link = desk.run("link").out.strip()
        assert re.fullmatch(rf"{stage.url}/sign-in/\S{{40,}}", link)
        with httpx.Client(trust_env=False) as browser:
            # Programs that preview links open them without spending them.
            assert [browser.get(link).status_code for _ in range(2)] == [200, 200]
            assert browser.post(link).status_code == 303
            assert browser.get(f"{stage.url}/api/v1/me").json()["member"]["name"] == "Owner"
        with httpx.Client(trust_env=False) as thief:
            refused = thief.post(link)
            assert refused.status_code == 410
            assert "This link has been used" in refused.text
            assert thief.get(f"{stage.url}/api/v1/me").status_code == 401
    finally:
        stage.stop()


def test_there_is_no_link_before_there_is_a_workspace(desk: Desk) -> None:
    told = desk.run("link")
    assert told.code == 2
    assert told.err.startswith("Nothing is set up here yet.")


async def test_a_workspace_without_a_member_has_no_link(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        assert await new_link(app) is None


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_migrating_says_where_without_the_password(engine: str, desk: Desk, request: pytest.FixtureRequest) -> None:
    options = []
    if engine == "postgresql":
        options = ["--database", request.getfixturevalue("postgresql_url")]
    told = desk.run("migrate", *options)
    assert told.code == 0
    assert told.out.startswith("The database is up to date: ")
    assert "postgres:" not in told.out
    assert desk.run("migrate", *options).out == told.out
