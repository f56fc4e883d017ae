"""What is known of numbers on the messages to them, and which words of a carrier are about the number."""

import pytest

from heliogram.delivery.known import fact_behind, learnt_from, with_known
from heliogram.model.message import Channel, Content
from heliogram.model.number import NO, YES, Kind, Known, NumberFact, Source, fact
from heliogram.model.parcel import MEDIA_REFUSED, NO_MMS, NOT_A_MOBILE
from heliogram.storage import lanes, numbers
from tests.delivery.decided import queued
from tests.delivery.scene import ADA, BO, Scene
from tests.world import NOON, WORKSPACE

NO_PICTURES = fact(ADA, Kind.MMS, NO, Source.RECEIPT, NOON)


async def _seen(scene: Scene, *facts: NumberFact) -> dict[str, tuple[str | None, bool, bool | None]]:
    """Number → network, landline, pictures, as the pipeline sees the messages in line."""
    async with scene.store.write() as connection:
        await numbers.learn(connection, WORKSPACE, facts, NOON)
        leased = await lanes.lease(connection, "g-offers", me="me", now=NOON, until=NOON)
        assert leased is not None
        messages = await with_known(connection, WORKSPACE, await lanes.read_next(connection, leased[0], 10), NOON)
    return {each.phone_e164: (each.network, each.is_landline, each.takes_mms) for each in messages}


async def test_picture_messages_carry_what_is_known_of_their_number(scene: Scene) -> None:
    await scene.queue(ADA, BO, content="mms")
    verizon = fact(ADA, Kind.NETWORK, "Verizon", Source.LOOKUP, NOON)
    landline = fact(ADA, Kind.LINE, "landline", Source.LOOKUP, NOON)
    seen = await _seen(scene, NO_PICTURES, verizon, landline)
    assert seen == {ADA: ("Verizon", True, False), BO: (None, False, None)}


async def test_a_lookup_corrects_what_a_person_was_recorded_with(scene: Scene) -> None:
    await scene.world.add_people([ADA], network="AT&T", is_landline=True)
    await scene.queue(ADA, content=Content.MMS.value)
    assert await _seen(scene) == {ADA: ("AT&T", True, None)}
    verizon = fact(ADA, Kind.NETWORK, "Verizon", Source.LOOKUP, NOON)
    mobile = fact(ADA, Kind.LINE, "mobile", Source.LOOKUP, NOON)
    assert await _seen(scene, verizon, mobile) == {ADA: ("Verizon", False, None)}


async def test_a_landline_that_took_a_picture_gets_pictures(scene: Scene) -> None:
    await scene.world.add_people([ADA], is_landline=True)
    await scene.queue(ADA, content=Content.MMS.value)
    landline = fact(ADA, Kind.LINE, "landline", Source.LOOKUP, NOON)
    assert await _seen(scene, landline, fact(ADA, Kind.MMS, YES, Source.RECEIPT, NOON)) == {ADA: (None, False, True)}


async def test_a_text_asks_nothing(scene: Scene) -> None:
    await scene.queue(ADA)
    assert await _seen(scene, NO_PICTURES) == {ADA: (None, False, None)}


@pytest.mark.parametrize(
    ("channel", "why", "is_learnt"),
    [
        (Channel.MMS, NO_MMS, True),
        (Channel.MMS, NOT_A_MOBILE, True),
        (Channel.MMS, MEDIA_REFUSED, False),
        (Channel.MMS, "", False),
        (Channel.SMS, NO_MMS, False),
        (Channel.SMS_LINK, NOT_A_MOBILE, False),
    ],
)
def test_only_a_word_about_the_number_of_a_picture_message_is_learnt(
    channel: Channel, why: str, is_learnt: bool
) -> None:
    found = learnt_from(ADA, channel, why, Source.ANSWER, NOON)
    assert found == (fact(ADA, Kind.MMS, NO, Source.ANSWER, NOON, detail=why) if is_learnt else None)


NETWORK = fact(ADA, Kind.NETWORK, "Verizon", Source.LOOKUP, NOON)
LANDLINE = fact(ADA, Kind.LINE, "landline", Source.LOOKUP, NOON)


@pytest.mark.parametrize(
    ("reason", "known", "behind"),
    [
        ("number_no_mms", Known(mms=NO_PICTURES, network=NETWORK), NO_PICTURES),
        ("number_landline", Known(line=LANDLINE), LANDLINE),
        ("carrier_not_approved", Known(mms=NO_PICTURES, network=NETWORK), NETWORK),
        ("mms", Known(network=NETWORK), None),
        ("media_not_taken", Known(mms=NO_PICTURES), None),
        ("number_landline", Known(), None),
    ],
)
def test_the_fact_behind_a_way_is_the_one_that_chose_it(reason: str, known: Known, behind: NumberFact | None) -> None:
    assert fact_behind(queued(known=known), reason) == behind
