"""Faults on demand: what a carrier does wrong, as data that a test or a person sets and takes back.

Each fault can be limited to a number of messages; a spent fault is gone.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Literal

import msgspec

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Status = Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFFFF)]
_Rate = Annotated[float, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The faults in force. Counts are how many messages are left for the fault; None is without end, 0 is off."""

    refuse_status: _Status = 0
    """The command_status (SMPP), StatusCode (MM7) or HTTP status that refuses a message."""
    refuse_n: _Count | None = 0
    refuse_protocol: Literal["", "smpp", "mm7", "http"] = ""
    """"smpp", "mm7" or "http"; empty for all."""
    throttle_per_s: _Rate = 0.0
    """More messages a second than this are answered with ESME_RTHROTTLED; 0 is off."""
    lose_receipts_n: _Count | None = 0
    lose_answers_n: _Count | None = 0
    drop_after_n: _Count = 0
    """The connection falls with the last of this many more messages, which is taken and not answered; 0 is off."""


@dataclass(slots=True)
class FaultBoard:
    """Holds the faults and counts them down."""

    faults: Faults = field(default_factory=Faults)
    _second: float = 0.0
    _n_this_second: int = 0

    def set(self, wanted: dict[str, Any]) -> None:
        """Put faults in force. Raises msgspec.ValidationError for one that does not exist or cannot be."""
        if unknown := sorted(set(wanted) - {each.name for each in fields(Faults)}):
            raise msgspec.ValidationError(f"there is no {', '.join(map(str, unknown))}")
        self.faults = msgspec.convert({**msgspec.to_builtins(self.faults), **wanted}, Faults, strict=True)

    def clear(self) -> None:
        self.faults = Faults()

    def refusal(self, protocol: str) -> int:
        """The status to refuse this message with, 0 for none."""
        faults = self.faults
        if faults.refuse_protocol not in ("", protocol) or not faults.refuse_status:
            return 0
        return faults.refuse_status if self._spend("refuse_n") else 0

    def is_throttled(self, now: float) -> bool:
        if not self.faults.throttle_per_s:
            return False
        if now - self._second >= 1:
            self._second, self._n_this_second = now, 0
        self._n_this_second += 1
        return self._n_this_second > self.faults.throttle_per_s

    def loses_receipt(self, to: str = "") -> bool:
        return self._spend("lose_receipts_n")

    def loses_answer(self) -> bool:
        return self._spend("lose_answers_n")

    def drops_connection(self) -> bool:
        """Whether the connection falls with this message."""
        left = self.faults.drop_after_n
        if not left:
            return False
        self.faults = replace(self.faults, drop_after_n=left - 1)
        return left == 1

    def _spend(self, name: str) -> bool:
        left = getattr(self.faults, name)
        if left is None:
            return True
        if left <= 0:
            return False
        self.faults = replace(self.faults, **{name: left - 1})
        return True
