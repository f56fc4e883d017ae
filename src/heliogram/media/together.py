"""How several media share a route's budget: who needs little gets what it needs, the others as much as each other.

Here: the order and the shares. Not here: making a picture smaller (`media.fit`), keeping it (`delivery.pictures`).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar

PART_OCTETS: Final = 400
"""What each further part costs on the wire: its headers, boundary and slide. The first one's are in the budget's."""


class Fitted(Protocol):
    """A medium as it would go."""

    @property
    def n_octets(self) -> int: ...

    @property
    def may_shrink(self) -> bool: ...


Medium = TypeVar("Medium", bound=Fitted)


async def fit_together(
    alone: Sequence[Medium], octets: int, make: Callable[[int, int], Awaitable[Medium | None]]
) -> tuple[Medium, ...] | None:
    """The media, in order, within `octets` together; None where they cannot be.

    `alone` has each as the whole budget made it. `make(index, octets)` makes a smaller one of one that
    `may_shrink`. The smallest is asked first, so that what it leaves of its share is the others', and what quality
    steps leave is the next one's.
    """
    left = octets - PART_OCTETS * (len(alone) - 1)
    made = list(alone)
    left -= sum(each.n_octets for each in alone if not each.may_shrink)
    shrinking = [index for index, each in enumerate(alone) if each.may_shrink]
    shrinking.sort(key=lambda index: alone[index].n_octets)
    for place, index in enumerate(shrinking):
        share = left // (len(shrinking) - place)
        if alone[index].n_octets > share:
            smaller = await make(index, share) if share > 0 else None
            if smaller is None:
                return None
            made[index] = smaller
        left -= made[index].n_octets
    return None if left < 0 else tuple(made)
