"""The simulator under test, with clients of its own on its sockets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.simulator.clients import Scene, scene_in


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene_in(tmp_path) as made:
        yield made
