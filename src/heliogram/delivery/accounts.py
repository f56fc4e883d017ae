"""The carrier accounts of this process: their carriers, their windows, and whether each can be used now."""

from dataclasses import dataclass
from datetime import datetime

from heliogram.carriers.protocol import Carrier, Health, Link
from heliogram.delivery.slots import Slots


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

    def handed_over(self, now: datetime) -> None:
        self.n_unreported += 1
        if self.unreported_since is None:
            self.unreported_since = now

    def reported(self) -> None:
        self.n_unreported, self.unreported_since = 0, None

    def is_usable(self) -> bool:
        return not self.is_paused and not self.is_closing and self.carrier.health().link is Link.UP

    def health(self) -> Health:
        return self.carrier.health()
