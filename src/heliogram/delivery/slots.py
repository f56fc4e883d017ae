"""How much of a carrier's window is free. What is taken is given back only when the outcome is stored.

So the attempts without a stored outcome, which a crash would leave in doubt, are never more than one window.
"""

import asyncio

RESERVED_SHARE = 10
"""One slot in ten (at least one) is kept for urgent messages: a one-time code does not wait behind a campaign."""


class Slots:
    """The window of one account, counted in answers that are waited for."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.taken = 0
        self.changed = asyncio.Event()

    def free(self, *, urgent: bool) -> int:
        reserve = 0 if urgent or self.capacity < 2 else max(1, self.capacity // RESERVED_SHARE)
        return self.capacity - reserve - self.taken

    def fits(self, n: int, *, urgent: bool) -> bool:
        """Whether `n` more may leave. One text longer than the whole window goes when nothing else is out."""
        return n <= self.free(urgent=urgent) or (self.taken == 0 and n > self.capacity)

    def take(self, n: int) -> None:
        self.taken += n

    def give_back(self, n: int) -> None:
        self.taken -= n
        self.changed.set()
