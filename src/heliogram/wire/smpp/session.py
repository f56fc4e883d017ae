"""An SMPP session without a socket: octets in, events and octets out. The same class plays both roles.

    ESME (us):   closed ── start ──> binding ── bind_resp 0 ──> bound ── unbind ──> unbinding ──> closed
    SMSC:        closed ── start ──> open ── bind + accept ──> bound ── unbind ──> closed

What a state takes is the table `TAKES`; anything else is answered with generic_nack or ESME_RINVBNDSTS and never
ends the process. Source: SMPP v3.4 §2.2-2.8 (states, timers), §4.3 (generic_nack).
"""

import struct
from collections import deque
from enum import StrEnum

import msgspec

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.smpp.names import (
    OK,
    RALYBND,
    RESPONSE,
    RINVBNDSTS,
    RINVCMDID,
    RINVCMDLEN,
    RUNKNOWNERR,
    Command,
)
from heliogram.wire.smpp.pdu import FIELDS, HEADER_OCTETS, MAX_OCTETS, Pdu, encode, parse

BIND_TIMEOUT_S = 10.0
"""session_init_timer: a bind without an answer for this long is given up (§7.2)."""
ENQUIRE_S = 30.0
"""enquire_link_timer: silence after which the link is tested."""
RESPONSE_TIMEOUT_S = 10.0
"""response_timer: a request without an answer for this long is reported as unanswered."""
MAX_SEQUENCE = 0x7FFFFFFF

_LENGTH = struct.Struct(">I")


class Role(StrEnum):
    ESME = "esme"
    SMSC = "smsc"


class SessionState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    BINDING = "binding"
    BOUND = "bound"
    UNBINDING = "unbinding"


_BOUND = SessionState.BOUND  # looked up once, not for each PDU: Python 3.11 takes 0.2 µs each time
_CLOSED = SessionState.CLOSED

_BINDS = frozenset({Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER})
_ALWAYS = frozenset({Command.ENQUIRE_LINK, Command.UNBIND})
_OWN = _BINDS | _ALWAYS
"""What the session asks for itself, beside the window."""
_NOTHING: frozenset[int] = frozenset()
_WITHOUT_RESPONSE = frozenset({Command.OUTBIND, Command.ALERT_NOTIFICATION})
"""Nothing answers these (§4.1.7, §4.12)."""

TAKES: dict[tuple[Role, SessionState], frozenset[int]] = {
    (Role.ESME, SessionState.BINDING): frozenset({Command.ENQUIRE_LINK}),
    (Role.ESME, SessionState.BOUND): _ALWAYS | {Command.DELIVER_SM, Command.DATA_SM, Command.ALERT_NOTIFICATION},
    (Role.ESME, SessionState.UNBINDING): _ALWAYS | {Command.DELIVER_SM, Command.DATA_SM},
    (Role.SMSC, SessionState.OPEN): _BINDS | {Command.ENQUIRE_LINK},
    (Role.SMSC, SessionState.BOUND): _ALWAYS
    | {Command.SUBMIT_SM, Command.DATA_SM, Command.QUERY_SM, Command.CANCEL_SM, Command.REPLACE_SM},
    (Role.SMSC, SessionState.UNBINDING): _ALWAYS,
}
"""The requests each state takes. Responses are always read: they pair with what was sent."""


class Requested(msgspec.Struct, frozen=True):
    """The other side asks for something; answer with `answer(pdu.sequence, …)`."""

    pdu: Pdu


class Answered(msgspec.Struct, frozen=True):
    """The answer to a request of ours. `request` is what was asked, `tag` what the caller called it."""

    request: int
    tag: object
    pdu: Pdu


class Unanswered(msgspec.Struct, frozen=True):
    """No answer in time, or the session ended first: the request may or may not have been done."""

    request: int
    tag: object


class Bound(msgspec.Struct, frozen=True):
    """The session is open for messages."""


class Ended(msgspec.Struct, frozen=True):
    """The session is over; close the socket. `status` is the carrier's, 0 where it gave none."""

    reason: str
    status: int = 0


Event = Requested | Answered | Unanswered | Bound | Ended


class Session:
    """One SMPP session. Feed it octets and the time; take events and octets out. Never blocks, never reads a clock.

    `window` bounds the requests of ours (other than enquire_link and unbind) that wait for an answer.
    """

    def __init__(self, role: Role, *, window: int, now: float) -> None:
        self.role = role
        self.state = SessionState.OPEN if role is Role.SMSC else SessionState.CLOSED
        self.window = window
        self._rest = b""
        self._out: list[bytes] = []
        self._events: deque[Event] = deque()
        self._sequence = 0
        self._waiting: dict[int, tuple[int, object, float]] = {}
        self._n_windowed = 0
        self._last_heard = now
        self._bind_by = now + BIND_TIMEOUT_S
        self._enquired: int | None = None

    # What the caller does

    def bind(self, command: Command, fields: dict[str, int | str | bytes], now: float) -> None:
        """Ask for the session (as ESME)."""
        self.state = SessionState.BINDING
        self._bind_by = now + BIND_TIMEOUT_S
        self._request(Pdu(command, fields=fields), None, now)

    def accept(self, pdu: Pdu, *, status: int, system_id: str) -> None:
        """Answer a bind (as SMSC): status 0 opens the session."""
        if status == OK and self.state is SessionState.OPEN:
            self.state = SessionState.BOUND
        self.answer(pdu, status=status, fields={"system_id": system_id})

    def free(self) -> int:
        """How many more requests fit the window."""
        return self.window - self._n_windowed

    def send(self, pdu: Pdu, tag: object, now: float) -> int:
        """Put a request on the wire and return its sequence number. Raises OurFault beyond the window or unbound."""
        if self.state is not _BOUND:
            raise OurFault(f"a session that is {self.state} sends nothing")
        if self._n_windowed >= self.window:
            raise OurFault(f"the window of {self.window} is full")
        sequence = self._request(pdu, tag, now)
        self._n_windowed += 1
        return sequence

    def answer(
        self,
        pdu: Pdu,
        *,
        status: int = OK,
        fields: dict[str, int | str | bytes] | None = None,
        tlvs: tuple[tuple[int, bytes], ...] = (),
    ) -> None:
        """Answer a request of theirs; one that takes no answer gets none."""
        if pdu.command in _WITHOUT_RESPONSE:
            return
        self._out.append(encode(Pdu(pdu.command | RESPONSE, status, pdu.sequence, fields or {}, tlvs)))

    def unbind(self, now: float) -> None:
        """Ask to end the session; `Ended` follows when the other side agrees."""
        if self.state is SessionState.BOUND:
            self.state = SessionState.UNBINDING
            self._request(Pdu(Command.UNBIND), None, now)
        else:
            self._end("closed before it was bound")

    def outgoing(self) -> bytes:
        """The octets to write now; afterwards there are none."""
        if not self._out:
            return b""
        octets = b"".join(self._out)
        self._out.clear()
        return octets

    def next_event(self) -> Event | None:
        return self._events.popleft() if self._events else None

    def deadline(self) -> float:
        """When `tick` has something to do at the latest."""
        if self.state in (SessionState.BINDING, SessionState.OPEN):
            return self._bind_by
        first = min((by for _command, _tag, by in self._waiting.values()), default=float("inf"))
        return min(first, self._last_heard + ENQUIRE_S) if self._may_enquire() else first

    def tick(self, now: float) -> None:
        """Let time pass: give up late answers, test a silent link, end a dead one."""
        if self.state in (SessionState.BINDING, SessionState.OPEN):
            if now >= self._bind_by:
                self._end("no bind in time")
            return
        late = [sequence for sequence, (_command, _tag, by) in self._waiting.items() if by <= now]
        for sequence in late:
            command, tag, _by = self._forget(sequence)
            if command in _ALWAYS:
                self._end(f"the other side does not answer {Command(command).name.lower()}")
                return
            self._events.append(Unanswered(command, tag))
        if now >= self._last_heard + ENQUIRE_S and self._may_enquire():
            self._enquired = self._request(Pdu(Command.ENQUIRE_LINK), None, now)

    def lost(self, reason: str) -> None:
        """The socket is gone: every open request is unanswered."""
        self._end(reason)

    # What comes in

    def receive(self, octets: bytes, now: float) -> None:
        """Take octets as they come, in pieces of any size. Raises nothing: faults of theirs become events."""
        self._last_heard = now
        octets = self._rest + octets
        at, end = 0, len(octets)
        while end - at >= HEADER_OCTETS and self.state is not _CLOSED:
            (length,) = _LENGTH.unpack_from(octets, at)
            if not HEADER_OCTETS <= length <= MAX_OCTETS:
                sequence = int.from_bytes(octets[at + 12 : at + 16], "big")
                self._out.append(encode(Pdu(Command.GENERIC_NACK, RINVCMDLEN, sequence)))
                self._end(f"a PDU of {length} octets")
                break
            if end - at < length:
                break
            self._take(octets[at : at + length])
            at += length
        self._rest = octets[at:]

    def _take(self, octets: bytes) -> None:
        try:
            pdu = parse(octets)
        except TheirFault:
            # The frame is sound and only its inside is not: nack it and go on.
            self._out.append(encode(Pdu(Command.GENERIC_NACK, RINVCMDLEN, int.from_bytes(octets[12:16], "big"))))
            return
        if pdu.command & RESPONSE:
            self._take_response(pdu)
        else:
            self._take_request(pdu)

    def _take_response(self, pdu: Pdu) -> None:
        if pdu.sequence not in self._waiting:
            return  # an answer nobody waits for (any more)
        command, tag, _by = self._forget(pdu.sequence)
        if command in _OWN:
            self._own_answered(command, pdu)
        elif pdu.command == command | RESPONSE:
            self._events.append(Answered(command, tag, pdu))
        elif pdu.command == Command.GENERIC_NACK:
            # A nack that says "no error" is still no acceptance.
            nack = Pdu(pdu.command, pdu.status or RUNKNOWNERR, pdu.sequence)
            self._events.append(Answered(command, tag, nack))
        else:
            # The right sequence on the wrong answer is no answer.
            self._events.append(Unanswered(command, tag))

    def _own_answered(self, command: int, pdu: Pdu) -> None:
        """What the session asked for itself. Of enquire_link nothing follows: whatever the answer, the link lives."""
        if command == Command.UNBIND:
            self._end("unbound")
        elif command in _BINDS and pdu.status == OK and pdu.command == command | RESPONSE:
            self.state = SessionState.BOUND
            self._events.append(Bound())
        elif command in _BINDS:
            self._end("the bind was refused", pdu.status)

    def _take_request(self, pdu: Pdu) -> None:
        if pdu.command not in TAKES.get((self.role, self.state), _NOTHING):
            self._refuse(pdu)
        elif pdu.command not in _ALWAYS:
            self._events.append(Requested(pdu))
        else:
            self.answer(pdu)
            if pdu.command == Command.UNBIND:
                self._end("the other side unbound")

    def _refuse(self, pdu: Pdu) -> None:
        if pdu.command in FIELDS:
            is_second_bind = pdu.command in _BINDS and self.state is SessionState.BOUND
            self.answer(pdu, status=RALYBND if is_second_bind else RINVBNDSTS)
        else:
            self._out.append(encode(Pdu(Command.GENERIC_NACK, RINVCMDID, pdu.sequence)))

    # Inside

    def _may_enquire(self) -> bool:
        return self.state is SessionState.BOUND and self._enquired is None

    def _request(self, pdu: Pdu, tag: object, now: float) -> int:
        self._sequence = self._sequence % MAX_SEQUENCE + 1
        self._out.append(encode(pdu, self._sequence))
        self._waiting[self._sequence] = (pdu.command, tag, now + RESPONSE_TIMEOUT_S)
        return self._sequence

    def _forget(self, sequence: int) -> tuple[int, object, float]:
        waited = self._waiting.pop(sequence)
        if waited[0] not in _OWN:
            self._n_windowed -= 1
        elif waited[0] == Command.ENQUIRE_LINK:
            self._enquired = None
        return waited

    def _end(self, reason: str, status: int = 0) -> None:
        if self.state is SessionState.CLOSED and not self._waiting:
            return
        self.state = SessionState.CLOSED
        for sequence in list(self._waiting):
            command, tag, _by = self._forget(sequence)
            if command not in _OWN:
                self._events.append(Unanswered(command, tag))
        self._events.append(Ended(reason, status))
