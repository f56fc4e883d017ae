"""What a carrier said later, of its own accord and when it was asked."""

from typing import Any

import pytest

from heliogram.analytics.history import load_history
from heliogram.analytics.later import asked, canceled, heard
from heliogram.analytics.step import TimelineStep, Tone
from heliogram.analytics.timeline import timeline_of
from heliogram.delivery.asking import WAITS
from heliogram.model.event import News, Untold
from heliogram.model.message import State
from tests.delivery.askable import GONE, AskableCarrier
from tests.delivery.scene import ADA, Scene
from tests.delivery.test_asking import asker
from tests.world import NOON, WORKSPACE, World


@pytest.mark.parametrize("news", list(News))
def test_every_news_has_words_whether_it_was_asked_for_or_not(news: News) -> None:
    row: dict[str, Any] = {"news": news.value, "carrier_id": "c1", "code": "001", "at": NOON, "raw": "id:c1"}
    said, answered = heard(row | {"is_asked": False}), heard(row | {"is_asked": True})
    assert said.detail == "A receipt from the carrier."
    assert answered.detail == "Asked the carrier: this is its answer, not a receipt."
    assert said.title == answered.title != ""
    assert said.facts == answered.facts == (("Carrier's id", "c1"), ("Code", "001"))


@pytest.mark.parametrize(("n", "words"), [(1, "1 time"), (2, "2 times")])
def test_an_answer_without_news_says_why_and_how_often_it_was_asked(n: int, words: str) -> None:
    row = {"asked_at": NOON, "carrier_id": "c1", "code": "ESME_RINVMSGID", "reason": "Not known.", "raw": "query_sm"}
    step = asked(row | {"n_asked": n})
    assert (step.kind, step.title, step.tone, step.raw) == ("asked", "Asked the carrier", Tone.WARN, "query_sm")
    assert step.detail == "It did not say what became of it. Not known."
    assert step.facts == (("Carrier's id", "c1"), ("Code", "ESME_RINVMSGID"), ("Asked", words))


@pytest.fixture
async def scene(small_world: World) -> Scene:
    await small_world.build()
    scene = Scene(small_world)
    await scene.add_lane()
    return scene


async def _story_after(scene: Scene, said: News | Untold) -> list[TimelineStep]:
    """The steps that follow the carrier's first answer, of a message that it is asked about."""
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take())
    asking = asker(scene, AskableCarrier(otherwise=said))
    scene.world.clock.move(seconds=WAITS[State.SENT][0].total_seconds())
    assert await asking.step() == 1
    async with scene.store.read() as connection:
        told = await load_history(connection, WORKSPACE, message_id)
    assert told is not None
    steps = list(timeline_of(told))
    return steps[[step.kind for step in steps].index("outcome") + 1 :]


async def test_the_timeline_shows_an_answer_where_it_would_show_the_receipt(scene: Scene) -> None:
    (step,) = await _story_after(scene, News.DELIVERED)
    assert (step.kind, step.title, step.detail[:17]) == ("receipt", "Confirmed on the handset", "Asked the carrier")
    assert (step.at, step.tone) == (scene.world.clock.now(), Tone.OK)


async def test_the_timeline_shows_that_a_carrier_did_not_know(scene: Scene) -> None:
    (step,) = await _story_after(scene, GONE)
    assert (step.kind, step.detail.endswith(GONE.reason)) == ("asked", True)


@pytest.mark.parametrize(
    ("row", "detail", "tone"),
    [
        ({"done_at": None, "code": "", "reason": ""}, "The carrier is being asked to take it back.", Tone.INFO),
        ({"done_at": NOON, "code": "", "reason": ""}, "The carrier took it back.", Tone.INFO),
        (
            {"done_at": NOON, "code": "ESME_RCANCELFAIL", "reason": "Too late."},
            "It could not be taken back. Too late.",
            Tone.WARN,
        ),
    ],
)
def test_a_cancellation_says_what_came_of_it(row: dict[str, Any], detail: str, tone: Tone) -> None:
    step = canceled(row | {"at": NOON, "raw": "cancel_sm"})
    assert (step.kind, step.title, step.detail, step.tone) == ("cancel", "Asked to be canceled", detail, tone)
    assert step.facts == ((("Code", row["code"]),) if row["code"] else ())
