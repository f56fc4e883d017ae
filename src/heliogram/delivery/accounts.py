"""The carrier accounts of this process: their carriers, their windows, and whether each can be used now."""

from dataclasses import dataclass

from heliogram.carriers.protocol import Carrier, Health, Link
from heliogram.delivery.slots import Slots


@dataclass(slots=True)
class Account:
    """One configured carrier account and the free part of its window."""

    id: str
    workspace_id: str
    name: str
    kind: str
    carrier: Carrier
    slots: Slots

    def is_usable(self) -> bool:
        return self.carrier.health().link is Link.UP

    def health(self) -> Health:
        return self.carrier.health()
