import json
from pathlib import Path

import pytest

from heliogram.app import build
from heliogram.commands.listening import ANNOUNCEMENT
from heliogram.commands.local import NoWorkspace, announced, local_key, running_server
from heliogram.commands.serving import have_workspace
from heliogram.config import Config
from heliogram.model.access import hash_of
from heliogram.storage import access


async def _is_in_use(config: Config, key: str) -> bool:
    prefix, _, secret = key.removeprefix("hg_").partition(".")
    async with build(config, with_accounts=False) as app, app.store.read() as connection:
        found = await access.api_key(connection, prefix)
    return found is not None and found["secret_hash"] == hash_of(secret)


async def test_a_key_of_the_command_lines_own_works_only_inside_the_block(tmp_path: Path) -> None:
    config = Config(data=tmp_path)
    async with build(config, with_accounts=False) as app:
        await have_workspace(app)
        async with local_key(app) as key:
            assert await _is_in_use(config, key)
        assert not await _is_in_use(config, key)


async def test_without_a_workspace_there_is_no_key(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        with pytest.raises(NoWorkspace, match="heliogram demo"):
            async with local_key(app):
                pass


async def test_a_server_is_announced_to_its_owner_alone_and_not_after_its_end(tmp_path: Path) -> None:
    path = tmp_path / ANNOUNCEMENT
    path.write_text("left behind by a server that was killed")
    async with build(Config(data=tmp_path, port=8111), with_accounts=False) as app:
        await have_workspace(app)
        async with announced(app, tmp_path):
            assert json.loads(path.read_text())["url"] == "http://127.0.0.1:8111"
            assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()


@pytest.mark.parametrize(
    "left",
    [None, "", "not json", "[]", "{}", '{"url": 1, "key": "k"}', '{"url": "http://127.0.0.1:1", "key": "k"}'],
)
def test_what_a_dead_server_left_behind_is_no_server(tmp_path: Path, left: str | None) -> None:
    if left is not None:
        (tmp_path / ANNOUNCEMENT).write_text(left)
    assert running_server(Config(data=tmp_path)) is None
