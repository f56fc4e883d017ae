"""What is known of numbers: the newest word, while it holds, in its own workspace."""

from datetime import timedelta

import pytest

from heliogram.model.number import NO, REFRESHED_AFTER, YES, Kind, Known, NumberFact, Source, fact
from heliogram.storage import numbers
from tests.world import NOON, WORKSPACE, World

ADA, BO = "+13125550001", "+13125550002"


async def _learn(world: World, *facts: NumberFact, workspace_id: str = WORKSPACE) -> None:
    async with world.store.write() as connection:
        await numbers.learn(connection, workspace_id, facts, facts[0].at)


async def _known(world: World, at: timedelta = timedelta(), workspace_id: str = WORKSPACE) -> dict[str, Known]:
    async with world.store.read() as connection:
        return await numbers.known_of(connection, workspace_id, [ADA, BO], NOON + at)


async def test_what_is_learnt_is_known_until_it_ends_and_in_no_other_workspace(world: World) -> None:
    await world.build()
    no = fact(ADA, Kind.MMS, NO, Source.RECEIPT, NOON, detail="30011")
    verizon = fact(ADA, Kind.NETWORK, "Verizon", Source.LOOKUP, NOON)
    await _learn(world, no, verizon)
    assert await _known(world) == {ADA: Known(mms=no, network=verizon)}
    assert await _known(world, timedelta(days=90) - timedelta(seconds=1)) == {ADA: Known(mms=no, network=verizon)}
    assert await _known(world, timedelta(days=90)) == {ADA: Known(network=verizon)}
    assert await _known(world, workspace_id="another") == {}


async def test_the_newest_word_counts(world: World) -> None:
    await world.build()
    yes = fact(ADA, Kind.MMS, YES, Source.INBOUND, NOON + timedelta(days=1))
    await _learn(world, fact(ADA, Kind.MMS, NO, Source.RECEIPT, NOON))
    await _learn(world, yes)
    assert await _known(world, timedelta(days=1)) == {ADA: Known(mms=yes)}


@pytest.mark.parametrize(("age", "kept"), [(REFRESHED_AFTER - timedelta(seconds=1), 0), (REFRESHED_AFTER, 1)])
async def test_what_is_said_again_is_written_again_only_when_it_is_old(world: World, age: timedelta, kept: int) -> None:
    await world.build()
    words = [fact(ADA, Kind.MMS, YES, Source.RECEIPT, at) for at in (NOON, NOON + age)]
    for word in words:
        await _learn(world, word)
    assert await _known(world, age) == {ADA: Known(mms=words[kept])}


async def test_what_was_asked_for_is_written_anew_however_young_it_is(world: World) -> None:
    await world.build()
    later = NOON + timedelta(hours=1)
    await _learn(world, fact(ADA, Kind.NETWORK, "Verizon", Source.RECEIPT, NOON))
    asked = fact(ADA, Kind.NETWORK, "Verizon", Source.LOOKUP, later, detail="311480")
    async with world.store.write() as connection:
        await numbers.learn(connection, WORKSPACE, [asked], later, anew=True)
    assert await _known(world, timedelta(hours=1)) == {ADA: Known(network=asked)}


async def test_nothing_to_learn_and_nobody_to_ask_for_is_nothing(world: World) -> None:
    await world.build()
    async with world.store.write() as connection:
        await numbers.learn(connection, WORKSPACE, [], NOON)
        assert await numbers.known_of(connection, WORKSPACE, [], NOON) == {}
    assert await _known(world) == {}
