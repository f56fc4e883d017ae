"""The carrier accounts of this process: their carriers, their windows, and whether each can be used now."""

from dataclasses import dataclass
from datetime import datetime

from heliogram.carriers.protocol import Carrier, Health, Link
from heliogram.delivery.shift import STAYS, Shift, see
from heliogram.delivery.slots import Slots
from heliogram.model.parcel import Outcome, Refused, Unknown


@dataclass(slots=True)
class Account:
    """One configured carrier account and the free part of its window.

    `is_paused` is somebody's wish, `is_closing` that its carrier is about to be another: either way nothing is handed
    over, and what the carrier says is still heard.
    """

    id: str
    workspace_id: str
    name: str
    kind: str
    carrier: Carrier
    slots: Slots
    is_paused: bool = False
    is_closing: bool = False
    n_unreported: int = 0
    """Messages handed over since the carrier's last receipt, the first of them at `unreported_since`."""
    unreported_since: datetime | None = None
    shift: Shift = STAYS
    """Whether traffic has left it for other accounts of its senders. Each process sees for itself."""
    _n_good: int = 0
    _n_bad: int = 0

    def handed_over(self, now: datetime) -> None:
        self.n_unreported += 1
        if self.unreported_since is None:
            self.unreported_since = now

    def reported(self) -> None:
        self.n_unreported, self.unreported_since = 0, None

    def look(self, now: datetime) -> None:
        """See how its line is, and what it answered since the last look. A paused one, or one about to be another, is
        left as it was."""
        n_good, n_bad = self._n_good, self._n_bad
        self._n_good = self._n_bad = 0
        if not self.is_paused and not self.is_closing:
            is_up = self.carrier.health().link is Link.UP
            self.shift = see(self.shift, now, is_up=is_up, n_good=n_good, n_bad=n_bad)

    def answered(self, outcome: Outcome) -> None:
        """Count what it answered: silence and "not now" speak against it, a word on the message does not."""
        if isinstance(outcome, Unknown) or (isinstance(outcome, Refused) and not outcome.permanent):
            self._n_bad += 1
        else:
            self._n_good += 1

    def is_usable(self) -> bool:
        return not self.is_paused and not self.is_closing and self.carrier.health().link is Link.UP

    def health(self) -> Health:
        return self.carrier.health()
