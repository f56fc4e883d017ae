"""A rough line between a client and the SMSC: sound PDUs go in at one end, and what a script makes of them comes out.

Here: what happens to octets. Not here: when (`conduct`), and what a sound SMSC says (`smsc`), which knows nothing of
this and journals what it takes as ever.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, cast

from heliogram.simulator.conduct import Conduct, Fault, On
from heliogram.simulator.smsc import Smsc, SmscSession
from heliogram.wire.errors import TheirFault
from heliogram.wire.smpp.message import RECEIPT
from heliogram.wire.smpp.names import OK, RESPONSE, RSYSERR, Command
from heliogram.wire.smpp.pdu import HEADER_OCTETS, MAX_OCTETS, Pdu, encode, parse

OWN_SEQUENCE: Final = 0x7F000000
"""Sequence numbers from here on are the line's own: the session's count from 1."""
HOLD_S: Final = 5.0
"""How long an answer waits for its receipt to go first: less than a client waits for the answer."""
_BINDS = frozenset({Command.BIND_TRANSCEIVER, Command.BIND_RECEIVER, Command.BIND_TRANSMITTER})
_BOUND = frozenset(each | RESPONSE for each in _BINDS)


def _unreadable(pdu: Pdu) -> bytes:
    octets = encode(Pdu(pdu.command, OK, pdu.sequence)) + b"\xff" * 80
    return len(octets).to_bytes(4, "big") + octets[4:]


DISTORTIONS: Final[dict[str, Callable[[Pdu], bytes]]] = {
    "no_answer": lambda pdu: b"",
    "length_too_short": lambda pdu: (8).to_bytes(4, "big") + encode(pdu)[4:],
    "length_too_long": lambda pdu: (0x01000000).to_bytes(4, "big") + encode(pdu)[4:],
    "unknown_command": lambda pdu: encode(pdu)[:4] + (0x80000F00).to_bytes(4, "big") + encode(pdu)[8:],
    "unreadable_answer": _unreadable,
    "empty_id": lambda pdu: encode(Pdu(pdu.command, pdu.status, pdu.sequence)),
    "repeated_id": lambda pdu: encode(Pdu(pdu.command, pdu.status, pdu.sequence, {"message_id": "1"})),
}
"""What becomes of the answer to a message that was taken."""


class _Ears(asyncio.Transport):
    """What the session takes for its socket."""

    def __init__(self, line: "RoughLine", real: asyncio.Transport) -> None:
        super().__init__()
        self._line, self._real = line, real

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._line.said(bytes(data))

    def close(self) -> None:
        self._real.close()

    def abort(self) -> None:
        self._real.abort()

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._real.get_extra_info(name, default)


class RoughLine(asyncio.Protocol):
    """One client's connection, with a session of the SMSC behind it."""

    def __init__(self, smsc: Smsc, conduct: Conduct, *, esm_class: int) -> None:
        self._session = SmscSession(smsc)
        self._conduct = conduct
        self._esm_class = esm_class
        self._transport: asyncio.Transport  # uvloop's transports are not subclasses of asyncio's, only shaped like them
        self._buffer = bytearray()
        self._sequence = OWN_SEQUENCE
        self._is_deaf = self._is_bound = False
        self._after_bind: Fault | None = None
        self._struck: dict[int, tuple[Fault, str]] = {}
        self._held: dict[str, deque[bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._session.connection_made(_Ears(self, self._transport))
        match self._conduct.first(On.CONNECT):
            case Fault(name="black_hole"):
                self._is_deaf = True
            case Fault(name="outbind"):
                self._ask(Pdu(Command.OUTBIND, fields={"system_id": "SIMULATOR"}))
            case Fault():
                self._deliver()
            case None:
                pass

    def connection_lost(self, exc: Exception | None) -> None:
        self._session.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What the client says, as far as the SMSC is to hear it."""
        if self._is_deaf:
            return
        self._buffer += data
        passed = bytearray()
        while len(self._buffer) >= HEADER_OCTETS:
            length = int.from_bytes(self._buffer[:4], "big")
            if not HEADER_OCTETS <= length <= MAX_OCTETS:
                length = len(self._buffer)  # the session says what is wrong with it, and ends
            elif len(self._buffer) < length:
                break
            octets = bytes(self._buffer[:length])
            del self._buffer[:length]
            if self._passes(octets):
                passed += octets
        if passed:
            self._session.data_received(bytes(passed))

    def said(self, octets: bytes) -> None:
        """What the SMSC says, as far as the client is to hear it."""
        out, at = bytearray(), 0
        while at < len(octets):
            length = int.from_bytes(octets[at : at + 4], "big")
            out += self._made_of(octets[at : at + length])
            at += length
        self._write(bytes(out))

    def _passes(self, octets: bytes) -> bool:
        try:
            pdu = parse(octets)
        except TheirFault:
            return True
        if pdu.is_response() and pdu.sequence > OWN_SEQUENCE:
            if pdu.command == Command.UNBIND_RESP:
                self._transport.close()
            return False
        if pdu.command in _BINDS and not self._is_bound:
            return self._passes_bind(pdu)
        if pdu.command == Command.SUBMIT_SM and self._is_bound:
            return self._passes_message(pdu)
        return pdu.command != Command.UNBIND or self._conduct.first(On.UNBIND) is None

    def _passes_bind(self, pdu: Pdu) -> bool:
        fault = self._conduct.first(On.BIND)
        match fault:
            case Fault(name="bind_error"):
                self._write(encode(Pdu(pdu.command | RESPONSE, fault.code(), pdu.sequence)))
                return False
            case Fault(name="bind_nack"):
                self._write(encode(Pdu(Command.GENERIC_NACK, RSYSERR, pdu.sequence)))
                return False
            case _:
                self._after_bind = fault
                return True

    def _passes_message(self, pdu: Pdu) -> bool:
        to = f"+{pdu.text('destination_addr').lstrip('+')}"
        fault = self._conduct.first(On.MESSAGE, to)
        match fault:
            case None:
                return True
            case Fault(name="error" | "throttled"):
                self._write(encode(Pdu(Command.SUBMIT_SM_RESP, fault.code(), pdu.sequence)))
            case Fault(name="nack" | "nack_without_sequence"):
                sequence = pdu.sequence if fault.name == "nack" else 0
                self._write(encode(Pdu(Command.GENERIC_NACK, RSYSERR, sequence)))
            case Fault(name="unbind_on_message"):
                self._ask(Pdu(Command.UNBIND))
            case Fault(name="receipt_first") if not pdu.number("registered_delivery") & 1:
                return True
            case _:
                self._struck[pdu.sequence] = (fault, to)
                return True
        return False

    def _made_of(self, octets: bytes) -> bytes:
        """What the client gets at once for a PDU of the SMSC."""
        pdu = parse(octets)
        if pdu.command == Command.SUBMIT_SM_RESP:
            return self._answer(pdu, octets)
        if pdu.command == Command.DELIVER_SM and pdu.number("esm_class") & RECEIPT:
            return self._receipt(pdu)
        if pdu.command in _BOUND and pdu.status == OK:
            self._is_bound = True
            if self._after_bind is not None:
                asyncio.get_running_loop().call_soon(self._deliver_and_unbind)
        return octets

    def _answer(self, pdu: Pdu, octets: bytes) -> bytes:
        fault, to = self._struck.pop(pdu.sequence, (None, ""))
        if fault is not None and pdu.status == OK:
            if fault.name == "drop":
                self._transport.abort()
                return b""
            if fault.name == "receipt_first":
                self._held.setdefault(to, deque()).append(octets)
                asyncio.get_running_loop().call_later(HOLD_S, self._release, to, octets)
                return b""
            octets = DISTORTIONS[fault.name](pdu)
        delay_s = self._conduct.answer_delay_s()
        if not delay_s:
            return octets
        asyncio.get_running_loop().call_later(delay_s, self._write, octets)
        return b""

    def _receipt(self, pdu: Pdu) -> bytes:
        number = f"+{pdu.text('source_addr')}"
        fault = self._conduct.first(On.TELLING, number)
        is_plain = fault is not None and fault.name == "receipt_as_message"
        told = Pdu(
            pdu.command,
            pdu.status,
            pdu.sequence,
            {**pdu.fields, "esm_class": 0 if is_plain else self._esm_class},
            # Carriers that mark no receipts add no TLVs either: the text is all there is.
            () if is_plain else pdu.tlvs,
        )
        if self._held.get(number):
            asyncio.get_running_loop().call_soon(self._release, number, self._held[number][0])
        if fault is not None and fault.name == "receipt_twice":
            return encode(told) + self._own(told)
        return encode(told)

    def _release(self, to: str, octets: bytes) -> None:
        if octets in self._held.get(to, ()):
            self._held[to].remove(octets)
            self._write(octets)

    def _deliver(self) -> None:
        to = {"source_addr": "13125550142", "destination_addr": "72345"}
        self._ask(Pdu(Command.DELIVER_SM, fields={**to, "short_message": b"Too soon"}))

    def _deliver_and_unbind(self) -> None:
        self._deliver()
        self._ask(Pdu(Command.UNBIND))

    def _ask(self, pdu: Pdu) -> None:
        self._write(self._own(pdu))

    def _own(self, pdu: Pdu) -> bytes:
        self._sequence += 1
        return encode(Pdu(pdu.command, pdu.status, self._sequence, pdu.fields, pdu.tlvs))

    def _write(self, octets: bytes) -> None:
        if octets and not self._transport.is_closing():
            self._transport.write(octets)
