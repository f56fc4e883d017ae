from collections.abc import AsyncIterator

import pytest

from heliogram.analytics.history import load_history
from heliogram.model.consent import Subscription
from tests.delivery.scene import ADA, Scene
from tests.world import WORKSPACE, World


@pytest.fixture
async def scene(small_world: World) -> AsyncIterator[Scene]:
    await small_world.build()
    opened = Scene(small_world)
    await opened.add_lane()
    yield opened
    await opened.workshop.close()


async def test_a_message_is_read_with_its_attempts_and_the_fact_that_allowed_each(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take())
    async with scene.store.read() as connection:
        read = await load_history(connection, WORKSPACE, message_id)
    assert read is not None and read.message["id"] == message_id
    (attempt,) = read.attempts
    assert list(read.facts) == [attempt["fact_id"]] and read.facts[attempt["fact_id"]]["phone_e164"] == ADA
    assert (list(read.receipts), list(read.opens), read.forbidden_by, read.media) == ([], [], None, [])
    assert (list(read.answers), read.pictures) == ([], {})


async def test_nobody_reads_the_history_of_another_workspaces_message(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    async with scene.store.read() as connection:
        assert await load_history(connection, "elsewhere", message_id) is None
        assert await load_history(connection, WORKSPACE, "nothing") is None


async def test_what_forbade_a_message_is_the_last_word_before_the_verdict(scene: Scene) -> None:
    await scene.world.add_people([ADA])
    await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    scene.world.clock.move(seconds=1)
    (left_again,) = await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    (message_id,) = await scene.queue(ADA)
    scene.world.clock.move(seconds=1)
    await scene.take()
    scene.world.clock.move(seconds=1)
    await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    async with scene.store.read() as connection:
        read = await load_history(connection, WORKSPACE, message_id)
    assert read is not None and read.forbidden_by is not None
    assert read.forbidden_by["id"] == left_again
