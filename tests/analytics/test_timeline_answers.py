"""What a person answers, in the story of the message that it answers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from heliogram.analytics.history import load_history
from heliogram.analytics.step import TimelineStep, Tone
from heliogram.analytics.timeline import timeline_of
from heliogram.storage import inbound, inbound_media
from tests.delivery.scene import ADA, LONDON, Scene
from tests.world import WORKSPACE, World


@pytest.fixture
async def scene(small_world: World) -> AsyncIterator[Scene]:
    await small_world.build()
    opened = Scene(small_world)
    await opened.add_lane()
    yield opened
    await opened.workshop.close()


async def _answers(scene: Scene, message_id: str) -> list[TimelineStep]:
    async with scene.store.read() as connection:
        told = await load_history(connection, WORKSPACE, message_id)
    assert told is not None
    return [step for step in timeline_of(told) if step.kind == "answer"]


async def _answer(scene: Scene, id: str, text: str, **changes: Any) -> None:
    row: dict[str, Any] = {"workspace_id": WORKSPACE, "account_id": "mmsc", "unique_key": id, "from_e164": ADA}
    row |= {"id": id, "to_address": "+13125550100", "text": text, "concat_reference": None, "concat_total": None}
    row |= {"concat_number": None, "media": [], "at": scene.world.clock.now(), "raw": "", "read_as": "other"}
    async with scene.store.write() as connection:
        await inbound.add(connection, [row | changes])


async def _medium(scene: Scene, id: str, inbound_id: str, position: int, **changes: Any) -> None:
    row: dict[str, Any] = {"workspace_id": WORKSPACE, "account_id": "mmsc", "inbound_id": inbound_id, "id": id}
    row |= {"position": position, "url": "", "sha256": "", "filename": "", "content_type": "image/jpeg"}
    row |= {"state": "kept", "reason": "", "n_octets": 9_000, "width": 64, "height": 48, "n_tries": 1, "due_at": None}
    async with scene.store.write() as connection:
        await inbound_media.add(connection, [row | changes])


async def test_an_answer_is_told_with_its_words_its_pictures_and_what_became_of_the_others(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take())
    scene.world.clock.move(seconds=60)
    await _answer(scene, "a1", "look")
    became = [("kept", ""), ("refused", "A video."), ("lost", "404."), ("waiting", "")]
    for position, (state, reason) in enumerate(became):
        await _medium(scene, f"m{position}", "a1", position, state=state, reason=reason)
    (step,) = await _answers(scene, message_id)
    assert (step.title, step.detail, step.pictures) == ("The person answered with files", "look", ("m0",))
    assert step.facts == (
        ("To", "+13125550100"),
        ("File 1", "image/jpeg, 64 × 48, 9,000 bytes"),
        ("File 2", "not shown: A video."),
        ("File 3", "never got: 404."),
        ("File 4", "not here yet: it is being fetched."),
    )


async def test_the_segments_of_an_answer_are_one_and_a_stop_says_what_followed(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take())
    part: dict[str, Any] = {"concat_reference": 7, "concat_total": 2, "read_as": "stop"}
    await _answer(scene, "a2", "op now", concat_number=2, **part)
    await _answer(scene, "a1", "St", concat_number=1, **part)
    await _answer(scene, "a3", "op now", concat_number=2, **part)
    (step,) = await _answers(scene, message_id)
    assert (step.detail, step.tone) == ("Stop now", Tone.WARN)
    assert step.facts[1] == ("Read as", "It asks to stop: this person is unsubscribed.")


async def test_an_answer_is_to_the_message_before_it_and_to_its_sender(scene: Scene) -> None:
    (first,) = await scene.queue(ADA)
    await scene.answer(await scene.take())
    await _answer(scene, "a1", "one")
    await _answer(scene, "a2", "to another", to_address="62449")
    await _answer(scene, "a3", "from another", from_e164=LONDON)
    scene.world.clock.move(seconds=60)
    (second,) = await scene.queue(ADA)
    await scene.answer(await scene.take())
    await _answer(scene, "a4", "two")
    told = [[step.detail for step in await _answers(scene, each)] for each in (first, second)]
    assert told == [["one"], ["two"]]
