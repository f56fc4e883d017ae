"""The carrier accounts of this process: their carriers, their windows, and whether each can be used now."""

from dataclasses import dataclass

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

    def is_usable(self) -> bool:
        return not self.is_paused and not self.is_closing and self.carrier.health().link is Link.UP

    def health(self) -> Health:
        return self.carrier.health()
