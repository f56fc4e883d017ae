"""How much of a carrier's window is free. What is taken is given back only when the outcome is stored.

So the attempts without a stored outcome, which a crash would leave in doubt, are never more than one window.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping

RESERVED_SHARE = 10
"""One slot in ten (at least one) is kept for urgent messages: a one-time code does not wait behind a campaign."""


class Slots:
    """The window of one account, counted in answers that are waited for."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.taken = 0
        self.changed = asyncio.Event()

    def free(self, *, urgent: bool) -> int:
        return self._open_to(urgent) - self.taken

    def fits(self, n: int, *, urgent: bool) -> bool:
        """Whether `n` more may leave. One text longer than its share of the window goes when nothing else is out."""
        return n <= self.free(urgent=urgent) or (self.taken == 0 and n > self._open_to(urgent))

    def _open_to(self, urgent: bool) -> int:
        reserve = 0 if urgent or self.capacity < 2 else max(1, self.capacity // RESERVED_SHARE)
        return self.capacity - reserve

    def take(self, n: int) -> None:
        self.taken += n

    def give_back(self, n: int) -> None:
        self.taken -= n
        self.changed.set()


class Reservation:
    """What one turn takes, of the accounts that can be used now. Undone when the turn is not committed.

    Slots are taken at the moment they are seen to be free: another lane may decide while this one waits for SQL.
    """

    def __init__(self, usable: Mapping[str, Slots]) -> None:
        self._usable = usable
        self._taken: Counter[str] = Counter()
        for slots in usable.values():
            slots.changed.clear()

    def take(self, account_id: str, n: int, *, urgent: bool) -> bool:
        """Take `n` slots of an account. False when they do not fit, or the account cannot be used."""
        slots = self._usable.get(account_id)
        if slots is None or not slots.fits(n, urgent=urgent):
            return False
        slots.take(n)
        self._taken[account_id] += n
        return True

    def room(self, account_ids: Iterable[str], *, urgent: bool) -> dict[str, int]:
        """How many slots one turn may take of each of the accounts, those left out where it is none.

        Half a window at most: while one half is being answered and stored, the other is decided and sent.
        """
        room: dict[str, int] = {}
        for account_id in account_ids:
            slots = self._usable.get(account_id)
            if slots is not None and (free := slots.free(urgent=urgent)) > 0:
                room[account_id] = min(free, (slots.capacity + 1) // 2)
        return room

    async def change(self, account_ids: Iterable[str], timeout_s: float) -> None:
        """Wait until one of the accounts has got slots back since this reservation was made, or the time is over."""
        events = [self._usable[each].changed for each in account_ids if each in self._usable]
        waits = [asyncio.create_task(event.wait()) for event in events]
        if not waits:
            await asyncio.sleep(timeout_s)
            return
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()

    def undo(self) -> None:
        for account_id, n in self._taken.items():
            self._usable[account_id].give_back(n)
        self._taken.clear()
