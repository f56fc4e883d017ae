"""A lookup is stored before it is told, and no word changes nothing."""

from dataclasses import dataclass, field

import msgspec

from heliogram.delivery.lookup import look_up
from heliogram.model.number import (
    LIFE_OF_OTHERS,
    Kind,
    Known,
    Line,
    LookedUp,
    Lookup,
    NoLookup,
    Source,
    fact,
    facts_of,
)
from heliogram.storage import numbers
from tests.delivery.carrier import CounterCarrier
from tests.delivery.scene import ADA, Scene
from tests.world import NOON, WORKSPACE

FOUND = LookedUp(line=Line.LANDLINE, network="Verizon", mccmnc="311480")
NO_WORD = NoLookup(reason="The carrier cannot be reached.")


@dataclass(slots=True)
class Knowing(CounterCarrier):
    """A carrier that is asked about numbers."""

    answers: list[Lookup] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def look_up(self, phone_e164: str) -> Lookup:
        self.asked.append(phone_e164)
        return self.answers.pop(0)


async def _asked(scene: Scene, carrier: Knowing, n: int = 1) -> list[Lookup]:
    return [await look_up(scene.store, carrier, WORKSPACE, ADA, scene.world.clock.now) for _ in range(n)]


async def test_what_a_carrier_says_of_a_number_is_kept_and_no_word_takes_nothing_of_it_away(scene: Scene) -> None:
    carrier = Knowing(answers=[NO_WORD, FOUND, NO_WORD])
    assert await _asked(scene, carrier, 2) == [NO_WORD, FOUND]
    assert carrier.asked == [ADA, ADA]
    line, network = facts_of(ADA, FOUND, NOON)
    async with scene.store.read() as connection:
        assert await numbers.known_of(connection, WORKSPACE, [ADA], NOON) == {ADA: Known(line=line, network=network)}
    scene.world.clock.move(seconds=LIFE_OF_OTHERS.total_seconds())
    assert await _asked(scene, carrier) == [NO_WORD]


async def test_nobody_is_asked_again_while_all_that_was_said_holds(scene: Scene) -> None:
    carrier = Knowing(answers=[FOUND, FOUND])
    kept = msgspec.structs.replace(FOUND, is_stored=True)
    assert await _asked(scene, carrier, 3) == [FOUND, kept, kept]
    scene.world.clock.move(seconds=LIFE_OF_OTHERS.total_seconds() - 1)
    assert (await _asked(scene, carrier), carrier.asked) == ([kept], [ADA])
    scene.world.clock.move(seconds=1)
    assert (await _asked(scene, carrier), carrier.asked) == ([FOUND], [ADA, ADA])


async def test_whether_a_phone_can_be_reached_may_be_asked_again_after_a_day_and_an_older_word_on_it_counts_no_more(
    scene: Scene,
) -> None:
    reached = msgspec.structs.replace(FOUND, is_reachable=True)
    carrier = Knowing(answers=[reached, FOUND])
    await _asked(scene, carrier)
    scene.world.clock.move(seconds=86_399)
    assert (await _asked(scene, carrier))[0] == msgspec.structs.replace(reached, is_stored=True)
    scene.world.clock.move(seconds=1)
    assert await _asked(scene, carrier, 2) == [FOUND, msgspec.structs.replace(FOUND, is_stored=True)]
    assert len(carrier.asked) == 2


async def test_what_was_learnt_otherwise_does_not_stand_for_a_lookup(scene: Scene) -> None:
    async with scene.store.write() as connection:
        heard = fact(ADA, Kind.NETWORK, "AT&T", Source.RECEIPT, NOON)
        await numbers.learn(connection, WORKSPACE, [heard], NOON)
    carrier = Knowing(answers=[FOUND])
    assert (await _asked(scene, carrier), carrier.asked) == ([FOUND], [ADA])
