import asyncio
import socket
from pathlib import Path

import pytest

from heliogram.app import App, build
from heliogram.commands.listening import ANNOUNCEMENT, bound
from heliogram.commands.serving import have_workspace, run_server, web_server
from heliogram.config import CannotStart, Config
from heliogram.server import create_web
from heliogram.storage import access
from tests.storage.s3 import S3


async def test_a_new_database_gets_one_workspace_with_an_owner_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        for _ in range(2):
            await have_workspace(app)
        async with app.store.read() as connection:
            (workspace,) = await access.workspaces_all(connection)
            members = await access.members_of(connection, workspace["id"])
    assert [(each["name"], each["role"]) for each in members] == [("Owner", "owner")]


async def test_the_web_door_is_silent_and_stops_soon(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        web = create_web(app)
        config = web_server(web).config
        await web.state.simulator.aclose()
    assert (config.log_config, config.access_log, config.timeout_graceful_shutdown) == (None, False, 2)


async def test_it_is_announced_while_it_runs_and_a_mistake_in_getting_ready_ends_it(tmp_path: Path) -> None:
    listening, config = bound(Config(data=tmp_path, port=0))
    seen: list[bool] = []

    async def ready(_app: App) -> None:
        seen.append((tmp_path / ANNOUNCEMENT).exists())
        raise LookupError("a bug")

    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(run_server(config, listening, ready), 20)
    assert ended.group_contains(LookupError)
    assert seen == [True]
    assert not (tmp_path / ANNOUNCEMENT).exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", config.port)) != 0


async def _run(config: Config, seen: list[str]) -> None:
    listening, config = bound(config)

    async def ready(app: App) -> None:
        seen.append(app.config.media_store)
        raise LookupError("enough seen")

    await asyncio.wait_for(run_server(config, listening, ready), 20)


async def test_a_bucket_that_is_not_there_stops_the_start_and_one_that_is_away_does_not(tmp_path: Path, s3: S3) -> None:
    seen: list[str] = []
    keys = {"s3_endpoint": s3.url, "s3_access_key": s3.key[0], "s3_secret_key": s3.key[1], "port": 0}
    with pytest.raises(CannotStart, match="shows no bucket “nobodys”"):
        await _run(Config(data=tmp_path, media_store="s3://nobodys", **keys), seen)
    assert seen == []
    with s3.down(), pytest.raises(ExceptionGroup):
        await _run(Config(data=tmp_path, media_store="s3://pictures", **keys), seen)
    assert seen == ["s3://pictures"]
