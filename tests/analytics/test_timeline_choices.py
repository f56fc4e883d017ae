"""Why a message went the way it did: the fact about its number as it was known then, and who stood in for whom."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from heliogram.analytics.history import load_history
from heliogram.analytics.timeline import TimelineStep, timeline_of
from heliogram.delivery.shift import DOWN, REFUSING
from heliogram.model.number import NO, YES, Kind, Source, fact
from heliogram.model.reasons import WHY_ELSEWHERE
from heliogram.routing.standby import NOT_JUST_NOW
from heliogram.storage import numbers
from heliogram.storage.tables.delivery import attempts
from tests.delivery.scene import ADA, Scene
from tests.world import MMSC, NOON, WORKSPACE, World

from .network import Network, open_network


@pytest.fixture
async def network(small_world: World, tmp_path: Path) -> AsyncIterator[Network]:
    await small_world.build()
    scene = Scene(small_world)
    await scene.add_lane()
    async with open_network(scene, tmp_path / "simulator") as opened:
        yield opened
    await scene.workshop.close()


async def _step(scene: Scene, message_id: str, kind: str) -> TimelineStep:
    async with scene.store.read() as connection:
        told = await load_history(connection, WORKSPACE, message_id)
    assert told is not None
    (found,) = [step for step in timeline_of(told) if step.kind == kind]
    return found


async def test_a_text_with_a_link_tells_which_fact_about_the_number_chose_it_and_how_old_it_was(
    network: Network,
) -> None:
    scene = network.scene
    await scene.add_picture()
    await scene.world.add_people([ADA])
    said_at = NOON - timedelta(days=16)
    async with scene.store.write() as connection:
        await numbers.learn(connection, WORKSPACE, [fact(ADA, Kind.MMS, NO, Source.RECEIPT, said_at)], said_at)
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    await network.deliver()
    async with scene.store.write() as connection:
        # A later word replaces it, and the story stays the one of then.
        await numbers.learn(connection, WORKSPACE, [fact(ADA, Kind.MMS, YES, Source.INBOUND, NOON)], NOON)
    route = await _step(scene, message_id, "route")
    words = "No pictures: the network said so on 14 Feb (16 days ago), kept until 15 May."
    assert route.detail == "The network has said that this number takes no picture messages: text + link."
    assert route.facts[-1] == ("Known of the number", words)


@pytest.mark.parametrize("is_film", [True, False])
async def test_an_animation_that_went_as_a_film_says_so_and_why(network: Network, is_film: bool) -> None:
    scene = network.scene
    await scene.add_picture(is_film=is_film)
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    await network.deliver()
    written = await _step(scene, message_id, "written")
    said = "The animation cannot be made small enough for this route as a GIF, so it went as a video (MP4)."
    assert (written.title, written.detail) == ("Picture fitted", said if is_film else "")


async def test_a_picture_that_goes_tells_no_fact_about_the_number(network: Network) -> None:
    scene = network.scene
    await scene.add_picture()
    async with scene.store.write() as connection:
        await numbers.learn(connection, WORKSPACE, [fact(ADA, Kind.MMS, YES, Source.RECEIPT, NOON)], NOON)
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    await network.deliver()
    assert [label for label, _ in (await _step(scene, message_id, "route")).facts] == ["Sender", "Why this sender"]


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (DOWN, "Instead of “MMSC”: it had no line to the carrier, and traffic stays away from it for a while."),
        (NOT_JUST_NOW, "Instead of “MMSC”: it could not take this message just then."),
    ],
)
async def test_an_attempt_tells_which_account_it_stood_in_for_and_why(network: Network, why: str, words: str) -> None:
    (message_id,) = await network.scene.queue(ADA)
    await network.deliver()
    assert (await _step(network.scene, message_id, "attempt")).detail == "Recorded before the first byte left."
    async with network.scene.store.write() as connection:
        await connection.execute(attempts.update().values(instead_of=MMSC, instead_why=why))
    assert (await _step(network.scene, message_id, "attempt")).detail == words


def test_every_reason_to_stand_in_has_its_sentence() -> None:
    assert set(WHY_ELSEWHERE) == {DOWN, REFUSING, NOT_JUST_NOW}
