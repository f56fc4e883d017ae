"""Scenes for delivery: on both engines, and on SQLite alone for flows whose SQL has been tested on both."""

from collections.abc import AsyncIterator

import pytest

from tests.delivery.scene import Scene
from tests.world import World


@pytest.fixture
async def scene(world: World) -> AsyncIterator[Scene]:
    """One group with one US long code, and one lane."""
    async for each in _open(world):
        yield each


@pytest.fixture
async def small_scene(small_world: World) -> AsyncIterator[Scene]:
    async for each in _open(small_world):
        yield each


async def _open(world: World) -> AsyncIterator[Scene]:
    await world.build()
    opened = Scene(world)
    await opened.add_lane()
    yield opened
    await opened.workshop.close()
