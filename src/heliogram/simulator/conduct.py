"""How a scripted carrier behaves: which of its faults strikes when, and how long its answers take.

Everything follows from the script's seed and from what came before: no dice are thrown here, the nth message of a
carrier has the same luck in every run. The faults are those of Jasmin's test SMSC and of carriers in the wild.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal

SMPP: Final = frozenset({"smpp"})
MM7: Final = frozenset({"mm7"})
POSTED: Final = frozenset({"mm7", "http"})
ALL: Final = SMPP | POSTED


class On(StrEnum):
    """What a fault befalls."""

    CONNECT = "connection"
    BIND = "bind"
    MESSAGE = "message"
    UNBIND = "unbind"
    RECEIPT = "receipt"
    TELLING = "telling of a receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A fault by name: what it befalls, where it can be, and what it takes where a script does not say.

    `status` is what it refuses with over SMPP, `mm7_status` over MM7 (below 1000: of HTTP), `http_status` over JSON;
    `delay_s` is its wait.
    """

    on: On
    protocols: frozenset[str] = SMPP
    status: int = 0
    mm7_status: int = 0
    http_status: int = 0
    delay_s: float = 0.0


FAULTS: Final[dict[str, Kind]] = {
    "black_hole": Kind(on=On.CONNECT),
    "outbind": Kind(on=On.CONNECT),
    "deliver_before_bound": Kind(on=On.CONNECT),
    "bind_error": Kind(on=On.BIND, status=0x0D),
    "bind_nack": Kind(on=On.BIND),
    "deliver_then_unbind": Kind(on=On.BIND),
    "no_answer": Kind(on=On.MESSAGE, protocols=ALL),
    "drop": Kind(on=On.MESSAGE, protocols=ALL),
    "error": Kind(on=On.MESSAGE, protocols=ALL, status=0x08, mm7_status=3000, http_status=400),
    "throttled": Kind(on=On.MESSAGE, protocols=ALL, status=0x58, mm7_status=3510, http_status=429),
    "http_error": Kind(on=On.MESSAGE, protocols=POSTED, mm7_status=503, http_status=503),
    "soap_fault": Kind(on=On.MESSAGE, protocols=MM7, mm7_status=4006),
    "soap_fault_without_detail": Kind(on=On.MESSAGE, protocols=MM7),
    "slow_answer": Kind(on=On.MESSAGE, protocols=POSTED, delay_s=10.0),
    "cut_answer": Kind(on=On.MESSAGE, protocols=POSTED),
    "nack": Kind(on=On.MESSAGE),
    "nack_without_sequence": Kind(on=On.MESSAGE),
    "unbind_on_message": Kind(on=On.MESSAGE),
    "length_too_short": Kind(on=On.MESSAGE),
    "length_too_long": Kind(on=On.MESSAGE),
    "unknown_command": Kind(on=On.MESSAGE),
    "unreadable_answer": Kind(on=On.MESSAGE, protocols=ALL),
    "empty_id": Kind(on=On.MESSAGE, protocols=ALL),
    "repeated_id": Kind(on=On.MESSAGE, protocols=ALL),
    "receipt_first": Kind(on=On.MESSAGE, protocols=ALL),
    "no_answer_to_unbind": Kind(on=On.UNBIND),
    "receipt_lost": Kind(on=On.RECEIPT, protocols=ALL),
    "receipt_twice": Kind(on=On.TELLING, protocols=ALL),
    "receipt_of_another": Kind(on=On.TELLING, protocols=POSTED),
    "receipt_as_message": Kind(on=On.TELLING),
}
"""Source: the carrier faults of Jasmin's `tests/protocols/smpp/smsc_simulator.py`, and carriers met in the wild."""


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long an answer takes: most are near the least, one in a hundred near the most, as on real links."""

    min_s: float = 0.0
    max_s: float = 0.0

    def at(self, luck: float) -> float:
        return self.min_s + (self.max_s - self.min_s) * float(luck**4)


LATENCIES: Final[dict[str, Span]] = {
    "none": Span(),
    "near": Span(min_s=0.005, max_s=0.05),
    "far": Span(min_s=0.08, max_s=0.6),
    "slow": Span(min_s=0.5, max_s=5.0),
}


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a fault strikes. Each condition narrows it; `nth` and `every` count what the others leave.

    `to` is a pattern of numbers (`*`, `?`); `from_s` and `until_s` are seconds since the start. `status` and `delay_s`
    are what it does, None what is usual.
    """

    name: str
    to: str = "*"
    nth: int = 0
    every: int = 1
    times: int | None = None
    share: float = 1.0
    from_s: float = 0.0
    until_s: float = float("inf")
    status: int | None = None
    delay_s: float | None = None

    def code(self, protocol: str = "smpp") -> int:
        kind = FAULTS[self.name]
        usual = {"smpp": kind.status, "mm7": kind.mm7_status, "http": kind.http_status}[protocol]
        return usual if self.status is None else self.status

    def wait_s(self) -> float:
        return FAULTS[self.name].delay_s if self.delay_s is None else self.delay_s


@dataclass(slots=True)
class _Count:
    fits: int = 0
    struck: int = 0


@dataclass(slots=True)
class Conduct:
    """The faults of one carrier, counted as they strike."""

    carrier: str
    seed: int
    faults: tuple[Fault, ...]
    latency: Span
    journal: Journal
    now: Callable[[], float]
    _began: float = field(init=False)
    _counts: list[_Count] = field(init=False)
    _n_answers: int = 0
    struck: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._began = self.now()
        self._counts = [_Count() for _ in self.faults]

    def first(self, on: On, to: str = "") -> Fault | None:
        """The first fault of the script that strikes here, journaled; None where all goes well."""
        for fault, count in zip(self.faults, self._counts, strict=True):
            if FAULTS[fault.name].on is on and self._strikes(fault, count, to):
                at = self.now()
                self.journal.write([{"at": at, "kind": "fault", "name": fault.name, "to": to}])
                self.struck[fault.name] += 1
                return fault
        return None

    def answer_delay_s(self) -> float:
        self._n_answers += 1
        return self.latency.at(luck(self.seed, self.carrier, "latency", self._n_answers))

    def _strikes(self, fault: Fault, count: _Count, to: str) -> bool:
        if not fault.from_s <= self.now() - self._began < fault.until_s or not fnmatchcase(to, fault.to):
            return False
        count.fits += 1
        if (fault.nth and count.fits != fault.nth) or count.fits % fault.every:
            return False
        if fault.times is not None and count.struck >= fault.times:
            return False
        if fault.share < 1 and luck(self.seed, self.carrier, fault.name, count.fits) >= fault.share:
            return False
        count.struck += 1
        return True


@dataclass(slots=True)
class ScriptedBoard(FaultBoard):
    """Faults on demand, and the receipts that the script loses."""

    conduct: Conduct | None = None

    def loses_receipt(self, to: str = "") -> bool:
        lost = self.conduct is not None and self.conduct.first(On.RECEIPT, to) is not None
        # Named: a dataclass with slots is made anew, and the zero-argument form looks for the one before.
        return lost or FaultBoard.loses_receipt(self, to)


def luck(seed: int, *what: object) -> float:
    """A number of [0, 1) that is the same for the same question, in every run and on every machine."""
    octets = hashlib.blake2b(repr((seed, *what)).encode(), digest_size=8).digest()
    return int.from_bytes(octets, "big") / 2**64
