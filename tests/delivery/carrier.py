"""A carrier with a counter instead of a wire: it takes parcels and answers as it was told to.

It keeps the carrier protocol as the others do, so a worker cannot tell the difference; what it was handed is judged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from heliogram.carriers.protocol import NO_LOOKUPS, CallbackRefused, Capabilities, Health, Link, Sink
from heliogram.model.event import Callback, Heard
from heliogram.model.number import Lookup
from heliogram.model.parcel import THROTTLED, Accepted, MmsParcel, Outcome, Parcel, Partly, Refused, Unknown

Answering = Callable[[Parcel], Awaitable[Outcome]]


def n_ids(parcel: Parcel) -> int:
    """How many ids a parcel is given: one a segment, one for a picture message."""
    return 1 if isinstance(parcel, MmsParcel) else len(parcel.parts)


def ids_of(parcel: Parcel) -> tuple[str, ...]:
    return tuple(f"{parcel.key}/{part}" for part in range(n_ids(parcel)))


async def accept(parcel: Parcel) -> Outcome:
    return Accepted(carrier_ids=ids_of(parcel))


async def accept_the_first_part(parcel: Parcel) -> Outcome:
    return Partly(carrier_ids=ids_of(parcel)[:1], code="88", reason="the rest was too much")


async def throttle(parcel: Parcel) -> Outcome:
    return Refused(code=THROTTLED, reason="too fast", permanent=False, retry_after_s=2.0)


async def lose_the_answer(parcel: Parcel) -> Outcome:
    return Unknown(reason="no_answer")


async def break_down(parcel: Parcel) -> Outcome:
    raise RuntimeError("a bug of ours")


async def never(parcel: Parcel) -> Outcome:
    return await asyncio.get_running_loop().create_future()


def refuse(code: str, *, permanent: bool = False) -> Answering:
    async def answer(parcel: Parcel) -> Outcome:
        return Refused(code=code, reason=f"refused with {code}", permanent=permanent)

    return answer


def in_turn(*answers: Answering) -> Answering:
    """One answer after the other; the last one stays."""
    left = list(answers)

    async def answer(parcel: Parcel) -> Outcome:
        return await (left.pop(0) if len(left) > 1 else left[0])(parcel)

    return answer


@dataclass(slots=True)
class CounterCarrier:
    """`handed` is every parcel in the order it came; `most_open` the most answers that were awaited at once."""

    window: int = 10
    answering: Answering = accept
    link: Link = Link.UP
    handed: list[Parcel] = field(default_factory=list)
    most_open: int = 0
    _open: int = 0
    _held_back: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(sms=True, mms=True, idempotent=False, window=self.window)

    async def send(self, parcel: Parcel) -> Outcome:
        self.handed.append(parcel)
        self._open += n_ids(parcel)
        self.most_open = max(self.most_open, self._open)
        try:
            return await self.answering(parcel)
        finally:
            self._open -= n_ids(parcel)

    async def answer_late(self, parcel: Parcel) -> Outcome:
        """An answering: accepts once `let_go` is called."""
        await self._held_back.wait()
        return await accept(parcel)

    def let_go(self) -> None:
        self._held_back.set()

    def numbers(self) -> list[str]:
        return [parcel.to_e164 for parcel in self.handed]

    async def look_up(self, phone_e164: str) -> Lookup:
        return NO_LOOKUPS

    def read_callback(self, call: Callback) -> Heard:
        raise CallbackRefused(404, "This carrier makes no calls.")

    async def listen(self, sink: Sink) -> None:
        return

    def health(self) -> Health:
        return Health(link=self.link, detail=f"The counter is {self.link.value}.")

    async def close(self) -> None:
        self.link = Link.DOWN
