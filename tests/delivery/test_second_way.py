"""A picture that a receipt sends back goes again, once, as a text with a link; what is unknown never does."""

import msgspec
import pytest

from heliogram.delivery.second_way import WITHIN
from heliogram.model.event import News, ReceiptHeard
from heliogram.model.message import State as S
from heliogram.model.parcel import MEDIA_REFUSED, NO_MMS, NOT_A_MOBILE, Accepted, Refused, Unknown
from heliogram.storage.tables.people import number_facts
from tests.delivery.scene import ADA, Scene, receipt
from tests.world import MMSC

NOT_SUPPORTED = {"code": "NotSupported", "why": NO_MMS}


def _news(carrier_id: str, news: News = News.UNDELIVERED, **more: str) -> ReceiptHeard:
    return msgspec.structs.replace(receipt(carrier_id, news), **more)


async def _picture(scene: Scene) -> str:
    """A picture message to Ada, handed over as `m1`."""
    await scene.add_picture()
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    await scene.answer(await scene.take(), Accepted(carrier_ids=("m1",)))
    return message_id


async def _ways(scene: Scene) -> list[tuple[int, str, str]]:
    return [(row["n"], row["channel"], row["reason"]) for row in await scene.attempts()]


async def test_where_the_network_takes_no_pictures_the_text_with_the_link_follows_once(scene: Scene) -> None:
    message_id = await _picture(scene)
    await scene.hear(_news("m1", **NOT_SUPPORTED), account_id=MMSC)
    assert await scene.reasons() == {message_id: (S.RETRYING, "undelivered NotSupported")}
    await scene.answer(await scene.take(), Accepted(carrier_ids=("s1",)))
    assert await _ways(scene) == [(1, "mms", "mms"), (2, "sms_link", "number_no_mms")]
    # The same news in other words, and again: about an attempt that another has followed.
    await scene.hear(_news("m1", News.REJECTED, **NOT_SUPPORTED), _news("m1", **NOT_SUPPORTED), account_id=MMSC)
    assert (await scene.states(), await scene.ready()) == ({message_id: S.SENT}, {})
    await scene.hear(_news("s1", News.UNDELIVERED, why=NO_MMS))
    assert (await scene.states(), await scene.ready()) == ({message_id: S.UNDELIVERED}, {})


async def test_the_next_message_to_that_number_goes_as_text_with_a_link_at_once(scene: Scene) -> None:
    await _picture(scene)
    await scene.hear(_news("m1", **NOT_SUPPORTED), account_id=MMSC)
    await scene.answer(await scene.take())
    await scene.queue(ADA, content="mms", media_id="menu")
    (attempt,) = (await scene.take()).attempts
    assert (attempt.draft.the_route().channel, attempt.draft.the_route().reason) == ("sms_link", "number_no_mms")
    scene.world.clock.move(seconds=90 * 86_400)
    await scene.queue(ADA, content="mms", media_id="menu")
    (later,) = (await scene.take()).attempts
    assert later.draft.the_route().channel == "mms"


async def test_an_unknown_picture_message_is_never_followed_by_a_text(scene: Scene) -> None:
    await scene.add_picture()
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    await scene.answer(await scene.take(), Unknown(reason="no_answer"))
    await scene.hear(_news("m1", about_e164=ADA, **NOT_SUPPORTED), account_id=MMSC)
    assert (await scene.states(), await scene.ready()) == ({message_id: S.UNDELIVERED}, {})
    assert not (await scene.take()).attempts
    assert [row["value"] for row in await scene.rows(number_facts)] == ["no"]


@pytest.mark.parametrize(("why", "learnt"), [(MEDIA_REFUSED, []), ("", []), ("filtered", []), (NOT_A_MOBILE, ["no"])])
async def test_other_reasons_end_it(scene: Scene, why: str, learnt: list[str]) -> None:
    message_id = await _picture(scene)
    await scene.hear(_news("m1", why=why), account_id=MMSC)
    assert (await scene.states(), await scene.ready()) == ({message_id: S.UNDELIVERED}, {})
    assert [row["value"] for row in await scene.rows(number_facts)] == learnt


@pytest.mark.parametrize(("late_s", "state"), [(0, S.RETRYING), (1, S.UNDELIVERED)])
async def test_after_a_day_it_goes_no_other_way(scene: Scene, late_s: int, state: S) -> None:
    message_id = await _picture(scene)
    scene.world.clock.move(seconds=WITHIN.total_seconds() + late_s)
    await scene.hear(_news("m1", **NOT_SUPPORTED), account_id=MMSC)
    assert (await scene.states())[message_id] is state


async def test_a_receipt_before_the_answer_sends_the_text_as_well(scene: Scene) -> None:
    await scene.add_picture()
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    taken = await scene.take()
    await scene.hear(_news("m1", **NOT_SUPPORTED), account_id=MMSC)
    await scene.answer(taken, Accepted(carrier_ids=("m1",)))
    assert (await scene.states())[message_id] is S.RETRYING
    await scene.answer(await scene.take())
    assert [channel for _n, channel, _reason in await _ways(scene)] == ["mms", "sms_link"]


async def test_a_delivered_picture_teaches_that_the_number_takes_them(scene: Scene) -> None:
    message_id = await _picture(scene)
    await scene.hear(_news("m1", News.DELIVERED), account_id=MMSC)
    assert (await scene.states())[message_id] is S.DELIVERED
    (found,) = await scene.rows(number_facts)
    assert (found["phone_e164"], found["kind"], found["value"], found["source"]) == (ADA, "mms", "yes", "receipt")


async def test_a_refusal_of_the_number_teaches_and_sends_the_text_at_once(scene: Scene) -> None:
    await scene.add_picture()
    (message_id,) = await scene.queue(ADA, content="mms", media_id="menu")
    await scene.answer(await scene.take(), Refused(code=NO_MMS, reason="no", permanent=True))
    assert (await scene.states())[message_id] is S.RETRYING
    (found,) = await scene.rows(number_facts)
    assert (found["value"], found["source"], found["detail"]) == ("no", "answer", NO_MMS)
    await scene.answer(await scene.take())
    assert await _ways(scene) == [(1, "mms", "mms"), (2, "sms_link", "number_no_mms")]
