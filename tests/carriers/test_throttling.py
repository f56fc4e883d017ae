"""An account against an SMSC that throttles, judged second by second by the simulator's journal.

Minutes pass in a moment: the loop's clock stands still while there is anything to do, and jumps to the next timer when
there is not. Client and SMSC are on real sockets in that one loop, so that what one has written the other can read.
"""

import asyncio
import selectors
from collections import Counter
from collections.abc import Callable, Coroutine
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.pace import REGROW_PER_S, SHRINK
from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.parcel import THROTTLED, Accepted, Refused
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import SimulatorSettings
from heliogram.simulator.smsc import Smsc, start_smsc
from heliogram.wire.smpp.names import RMSGQFUL, RTHROTTLED

from .bound import carrying
from .sides import sms_parcel, until

PER_S = 20
GRACE_S = 0.002
"""How long the real world has for octets on loopback before the clock jumps."""


class JumpingSelector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Waits for sockets for a moment only; what is left of the wait is added to `jumped_s` instead."""

    jumped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if found or timeout is None or timeout <= 0:
            return found or (super().select(timeout) if timeout is None else found)
        found = super().select(GRACE_S)
        if not found:
            self.jumped_s += timeout
        return found


class JumpingLoop(asyncio.SelectorEventLoop):
    """Its time is made of its own waits, and of nothing else."""

    def __init__(self) -> None:
        self._jumps = JumpingSelector()
        super().__init__(self._jumps)

    def time(self) -> float:
        return 1_000.0 + self._jumps.jumped_s


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(story())


class Scene:
    """An SMSC in loop time, and what its journal says of every second since `began`."""

    def __init__(self, smsc: Smsc, carrier: SmppCarrier) -> None:
        self.smsc = smsc
        self.carrier = carrier
        self.began = smsc.now()
        self.refused: list[tuple[float, str]] = []

    async def send_for(self, seconds: float) -> None:
        """Keep the window full: each text follows another, and one that was refused goes again after its pause."""
        ends_at = self.smsc.now() + seconds
        async with asyncio.TaskGroup() as tasks:
            for number in range(self.carrier.capabilities.window):
                tasks.create_task(self._send_until(ends_at, number))

    async def _send_until(self, ends_at: float, number: int) -> None:
        while self.smsc.now() < ends_at:
            outcome = await self.carrier.send(sms_parcel(f"m{number}"))
            if isinstance(outcome, Refused):
                self.refused.append((self.smsc.now() - self.began, outcome.code))
                await asyncio.sleep(outcome.retry_after_s or 0)
            else:
                assert isinstance(outcome, Accepted)

    def places(self) -> list[float]:
        """When each text was taken, in seconds since it began."""
        return [line["at"] - self.began for line in self.smsc.journal.lines() if line["kind"] == "submit"]

    def histogram(self, seconds: int) -> list[int]:
        """How many texts each second had."""
        found = Counter(int(at) for at in self.places())
        return [found[second] for second in range(seconds)]


def story(folder: Path, tell: Callable[[Scene], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def told() -> None:
        clock = asyncio.get_running_loop().time
        journal = Journal(folder / "journal.jsonl")
        own = SimulatorSettings(folder=folder, system_id="helio", receipt_delay_s=0.0)
        smsc = Smsc(own, journal, Phones(), FaultBoard(), clock)
        server = await start_smsc(smsc)
        try:
            async with carrying(server.sockets[0].getsockname()[1], **settings) as carrier:
                await until(lambda: carrier.health().link is Link.UP)
                await tell(Scene(smsc, carrier))
        finally:
            server.close()
            smsc.close_sessions()
            journal.close()

    run(told)


def most_in_a_second(places: list[float]) -> int:
    """Of all seconds, wherever they begin."""
    most, first = 0, 0
    for last, at in enumerate(places):
        while places[first] < at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("status", [RTHROTTLED, RMSGQFUL], ids=["0x58", "0x14"])
def test_the_rate_is_never_above_the_limit_halves_at_a_refusal_and_grows_back_slowly(
    tmp_path: Path, status: int
) -> None:
    async def tell(scene: Scene) -> None:
        await scene.send_for(10)
        scene.smsc.faults.set({"refuse_status": status, "refuse_n": 1, "refuse_protocol": "smpp"})
        await scene.send_for(30)
        rates = scene.histogram(40)
        assert [code for _at, code in scene.refused] == [THROTTLED]
        assert most_in_a_second(scene.places()) <= PER_S
        before, after = rates[2:10], rates[11:40]
        # At even distances, and a second of ours is a little longer than one.
        assert min(before) >= PER_S - 2, rates
        assert after[0] <= PER_S * SHRINK + 1, rates
        n_regrown = round(SHRINK / REGROW_PER_S)
        assert all(later >= earlier - 1 for earlier, later in pairwise(after)), rates
        assert all(later - earlier <= PER_S * REGROW_PER_S + 1 for earlier, later in pairwise(after)), rates
        # Not back before its time, and back soon after.
        assert max(after[: n_regrown // 2]) <= PER_S * (SHRINK + REGROW_PER_S * (n_regrown / 2 + 1)), rates
        assert min(after[n_regrown + 3 :]) >= PER_S - 2, rates

    story(tmp_path, tell, per_s=PER_S)


def test_a_carrier_that_takes_less_than_it_promised_is_approached_again_and_again_from_below(tmp_path: Path) -> None:
    taken_per_s = 8

    async def tell(scene: Scene) -> None:
        scene.smsc.faults.set({"throttle_per_s": taken_per_s})
        await scene.send_for(90)
        rates = scene.histogram(90)
        n_refused = len(scene.refused)
        assert {code for _at, code in scene.refused} == {THROTTLED}
        assert most_in_a_second(scene.places()) <= PER_S
        # Nearly all of what it takes is used, and few are refused for it.
        assert sum(rates[10:]) >= 0.6 * taken_per_s * 80, rates
        assert n_refused <= 0.15 * sum(rates), (n_refused, rates)

    story(tmp_path, tell, per_s=PER_S)


def test_without_a_limit_of_its_own_the_rate_that_was_refused_becomes_one(tmp_path: Path) -> None:
    async def tell(scene: Scene) -> None:
        for _ in range(40):
            await scene.carrier.send(sms_parcel())
            await asyncio.sleep(1 / 40)
        scene.smsc.faults.set({"refuse_status": RTHROTTLED, "refuse_n": 1, "refuse_protocol": "smpp"})
        await scene.send_for(30)
        rates = scene.histogram(31)
        assert len(scene.refused) == 1
        assert rates[2] <= 40 * SHRINK + 1, rates
        assert 38 <= max(rates[25:]) <= 40, rates

    story(tmp_path, tell)
