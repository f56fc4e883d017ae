"""What every carrier can do. One file per carrier implements it; `CARRIERS` in `carriers.registry` lists them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from heliogram.model.event import Callback, Event, Heard, Piece, ReceiptHeard, Untold
from heliogram.model.number import Lookup, NoLookup
from heliogram.model.parcel import Outcome, Parcel

Sink = Callable[[Sequence[Event]], Awaitable[None]]
"""Stores events. Returns only when they are durable: a carrier acknowledges after that and not before."""


class Link(StrEnum):
    """Whether the carrier can be reached at this moment."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    link: Link
    detail: str
    """A sentence for an operator: what is wrong, or where it is connected to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """`window` is how many parcels (segments, for a text carrier) may be without an answer at once.

    `queries`: it can be asked what became of a piece (`Asks`); `cancels`: to take one back (`Cancels`).
    `looks_up`: it can be asked what a number is.
    """

    sms: bool
    mms: bool
    idempotent: bool
    window: int
    cancels: bool = False
    queries: bool = False
    looks_up: bool = False


NO_LOOKUPS = NoLookup(reason="This account answers no questions about numbers.")
"""What a carrier says that cannot be asked."""


class Carrier(Protocol):
    capabilities: Capabilities

    async def send(self, parcel: Parcel) -> Outcome:
        """Hand one parcel over. Never raises for what the other side does: that is an outcome."""
        ...

    async def look_up(self, phone_e164: str) -> Lookup:
        """Ask what a number is. Never raises for what the other side does; no word where `looks_up` is not."""
        ...

    def read_callback(self, call: Callback) -> Heard:
        """Read (and authenticate) an HTTP call of the carrier's. No I/O. Raises CallbackRefused."""
        ...

    async def listen(self, sink: Sink) -> None:
        """Keep the link up and pass on what the carrier says, until cancelled. HTTP carriers return at once."""
        ...

    def health(self) -> Health: ...

    async def close(self) -> None: ...


@runtime_checkable
class Asks(Protocol):
    """A carrier with `Capabilities.queries`."""

    async def ask(self, piece: Piece) -> ReceiptHeard | Untold:
        """What became of a piece, as the id of its answer names it. Asking changes nothing and sends nothing."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """A carrier with `Capabilities.cancels`."""

    async def cancel(self, piece: Piece) -> ReceiptHeard | Untold:
        """Have a piece that was not delivered yet never be. The news that it is deleted, or why it goes on."""
        ...


class CallbackRefused(Exception):
    """The call is not from this carrier, or not readable. `status` is the HTTP status to answer with.

    `headers` go with it: a 401 says in them how to show who one is, one header for each way there is.
    """

    def __init__(self, status: int, sentence: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = tuple(headers)


class Misconfigured(ValueError):
    """The settings of an account cannot work. The text says why, fit for a person."""
