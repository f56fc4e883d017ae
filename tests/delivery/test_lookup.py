"""A lookup is stored before it is told, and no word changes nothing."""

from dataclasses import dataclass, field

from heliogram.delivery.lookup import look_up
from heliogram.model.number import Known, Line, LookedUp, Lookup, NoLookup, facts_of
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


async def test_what_a_carrier_says_of_a_number_is_kept_and_no_word_takes_nothing_of_it_away(scene: Scene) -> None:
    carrier = Knowing(answers=[FOUND, NO_WORD])
    told = [await look_up(scene.store, carrier, WORKSPACE, ADA, scene.world.clock.now) for _ in range(2)]
    assert (told, carrier.asked) == ([FOUND, NO_WORD], [ADA, ADA])
    line, network = facts_of(ADA, FOUND, NOON)
    async with scene.store.read() as connection:
        assert await numbers.known_of(connection, WORKSPACE, [ADA], NOON) == {ADA: Known(line=line, network=network)}
