import asyncio
from pathlib import Path

import pytest

from heliogram.app import build
from heliogram.commands.business import run_business
from heliogram.commands.listening import bound
from heliogram.config import Config
from heliogram.demo.simulator import Ports, SimulatorFailed
from heliogram.storage import access


async def test_a_simulator_that_does_not_start_ends_it_and_the_business_is_there_for_the_next_time(
    tmp_path: Path,
) -> None:
    listening, config = bound(Config(data=tmp_path, port=0))

    async def fail() -> Ports:
        raise SimulatorFailed("The simulator ended at once (exit code 1).")

    with listening, pytest.raises(SimulatorFailed, match="exit code 1"):
        await run_business(config, listening, asyncio.create_task(fail()))
    async with build(config, with_accounts=False) as app, app.store.read() as connection:
        assert [each["name"] for each in await access.workspaces_all(connection)] == ["Northgate"]
