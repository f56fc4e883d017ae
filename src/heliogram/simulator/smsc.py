"""The SMSC: SMPP 3.4 over TCP, made from the same session class as our client, in the other role.

Every message is in the journal before its answer leaves, with one write for all PDUs of a chunk. A receipt that
nobody acknowledged is sent again at the next bind.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable
from typing import cast

from heliogram.simulator.delivered import deliver_sm, receipt_line, segments_of
from heliogram.simulator.fate import CANCELED
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal, Line
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import SimulatorSettings
from heliogram.simulator.whereabouts import Whereabouts
from heliogram.wire.errors import TheirFault
from heliogram.wire.smpp.message import read_text
from heliogram.wire.smpp.names import OK, RINVBNDSTS, RINVDSTADR, RINVPASWD, RINVSYSID, RTHROTTLED, Command
from heliogram.wire.smpp.pdu import Pdu
from heliogram.wire.smpp.session import Answered, Ended, Requested, Role, Session, SessionState, Unanswered

DELIVER_WINDOW = 500
"""Deliver_sm without an answer on one session."""
MAX_DIGITS = 20
"""Of a destination (§5.2.9): a receipt has to name it again."""
OFFER_AGAIN_S = 1.0
"""The pause before a receipt is offered again that the client could not store."""
_TON_NPI = ("source_addr_ton", "source_addr_npi", "dest_addr_ton", "dest_addr_npi")
_BINDS = frozenset({Command.BIND_TRANSCEIVER, Command.BIND_RECEIVER, Command.BIND_TRANSMITTER})


class Smsc:
    """The SMSC's memory: ids, what is owed to the client, and the sessions there are."""

    def __init__(
        self,
        settings: SimulatorSettings,
        journal: Journal,
        phones: Phones,
        faults: FaultBoard,
        now: Callable[[], float],
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.phones = phones
        self.faults = faults
        self.now = now
        self.sessions: list[SmscSession] = []
        self.owed: deque[Line] = deque()
        """Journal lines of receipts and texts that wait for a session with room."""
        memory = phones.replay(journal)
        self.last_id: int = memory["last_id"]
        self.whereabouts = Whereabouts(settings.answer_ids)
        self.whereabouts.replay(journal)
        self.owed.extend(memory["owed"])
        for line in memory["unheard"]:
            self.owed.extend(segments_of(line, settings))
        phones.reply_by = self.phone_writes

    def next_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def phone_writes(self, number: str, to: str, text: str) -> None:
        """A text from a phone to a sender: journaled, then handed to the client like a receipt."""
        at = self.now()
        line: Line = {
            "at": at,
            "kind": "inbound",
            "protocol": "smpp",
            "id": f"in-{at:.6f}-{number}",
            "from": number,
            "to": to,
            "text": text,
        }
        self.journal.write([line])
        self.phones.sent(line)
        self.owe(segments_of(line, self.settings))

    def owe(self, lines: list[Line]) -> None:
        self.owed.extend(lines)
        self.pay()

    def arrive(self, lines: list[Line]) -> list[Line]:
        """Messages reach their phones, or whatever is their fate. Returns those that nobody took back meanwhile."""
        lines = [line for line in lines if not self.whereabouts.is_canceled(line)]
        for line in lines:
            self.whereabouts.arrive(line, self.now())
        self.journal.write([joined for line in lines if (joined := self.phones.receive(line))])
        return lines

    def arrive_later(self, lines: list[Line]) -> None:
        delay_s = self.settings.delivery_delay_s
        asyncio.get_running_loop().call_later(delay_s, lambda: self.report(self.arrive(lines)))

    def cancel(self, pdu: Pdu) -> int:
        """Take a message back that is on its way: journaled, then so. Returns the status of the answer."""
        status, line = self.whereabouts.cancel(pdu, self.now())
        if line is not None:
            self.journal.write([{"at": self.now(), "kind": "canceled", "id": line["id"]}])
            if line["receipt"] and not self.faults.loses_receipt(line["to"]):
                receipts = [receipt_line(line, CANCELED)]
                asyncio.get_running_loop().call_later(self.settings.receipt_delay_s, self._owe_receipts, receipts)
        return status

    def report(self, arrived: list[Line]) -> None:
        """Have the receipts follow, of those who asked for one."""
        wanted = [line for line in arrived if line["receipt"]]
        receipts = [receipt_line(line) for line in wanted if not self.faults.loses_receipt(line["to"])]
        if receipts:
            asyncio.get_running_loop().call_later(self.settings.receipt_delay_s, self._owe_receipts, receipts)

    def _owe_receipts(self, receipts: list[Line]) -> None:
        self.journal.write(receipts)
        self.owe(receipts)

    def close_sessions(self) -> None:
        for session in list(self.sessions):
            session.close()

    def pay(self) -> None:
        """Send what is owed over the sessions that have room."""
        for session in self.sessions:
            session.deliver_owed()


class SmscSession(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._session = Session(Role.SMSC, window=DELIVER_WINDOW, now=smsc.now())
        self._transport: asyncio.Transport | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._bound_as = Command.BIND_TRANSCEIVER

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # uvloop's transports are not subclasses of asyncio's, only shaped like them.
        self._transport = cast(asyncio.Transport, transport)
        self._smsc.sessions.append(self)
        self._tick()

    def connection_lost(self, exc: Exception | None) -> None:
        self._session.lost("the connection was lost")
        self._take_events()
        if self in self._smsc.sessions:
            self._smsc.sessions.remove(self)
        if self._ticker is not None:
            self._ticker.cancel()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._session.receive(data, self._smsc.now())
        self._take_events()
        self._flush()

    def deliver_owed(self) -> None:
        """Send receipts and texts while the window has room."""
        owed = self._smsc.owed
        if self._session.state is not SessionState.BOUND or self._bound_as == Command.BIND_TRANSMITTER:
            return
        while owed and self._session.free() > 0:
            line = owed.popleft()
            self._session.send(deliver_sm(line, self._smsc.settings), line, self._smsc.now())
        self._flush()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _tick(self) -> None:
        self._session.tick(self._smsc.now())
        self._take_events()
        self._flush()
        self._ticker = asyncio.get_running_loop().call_later(1.0, self._tick)

    def _flush(self) -> None:
        octets = self._session.outgoing()
        if octets and self._transport is not None:
            self._transport.write(octets)

    def _take_events(self) -> None:
        submits: list[Pdu] = []
        acknowledged: list[Line] = []
        while (event := self._session.next_event()) is not None:
            match event:
                case Requested(pdu=pdu) if pdu.command == Command.SUBMIT_SM and self._may_submit():
                    submits.append(pdu)
                case Requested(pdu=pdu):
                    self._answer_other(pdu)
                case Answered(tag=dict() as line, pdu=pdu):
                    if pdu.status == OK:
                        acknowledged.append({"at": self._smsc.now(), "kind": "acknowledged", "id": line["id"]})
                    else:
                        # "Not now": the client could not store it. Offered again, after the others.
                        asyncio.get_running_loop().call_later(OFFER_AGAIN_S, self._smsc.owe, [line])
                case Unanswered(tag=dict() as line):
                    self._smsc.owed.append(line)
                case Ended():
                    self._flush()
                    if self._transport is not None:
                        self._transport.close()
                case _:
                    pass
        self._smsc.journal.write(acknowledged)
        if submits:
            self._take(submits)
        self.deliver_owed()

    def _may_submit(self) -> bool:
        return self._bound_as != Command.BIND_RECEIVER

    def _answer_other(self, pdu: Pdu) -> None:
        if pdu.command in _BINDS:
            self._bound_as = Command(pdu.command)
            self._session.accept(pdu, status=self._bind_status(pdu), system_id="SIMULATOR")
        elif pdu.command == Command.QUERY_SM and self._may_submit():
            status, fields = self._smsc.whereabouts.told(pdu)
            self._session.answer(pdu, status=status, fields=fields)
        elif pdu.command == Command.CANCEL_SM and self._may_submit():
            self._session.answer(pdu, status=self._smsc.cancel(pdu))
        else:
            self._session.answer(pdu, status=RINVBNDSTS)

    def _bind_status(self, pdu: Pdu) -> int:
        if pdu.text("system_id") != self._smsc.settings.system_id:
            return RINVSYSID
        return OK if pdu.text("password") == self._smsc.settings.password else RINVPASWD

    def _take(self, submits: list[Pdu]) -> None:
        """Journal a chunk of submits, then answer them, then let the phones have them and owe the receipts."""
        smsc = self._smsc
        answers: list[tuple[Pdu, int, str]] = []
        lines: list[Line] = []
        is_dropped = False
        for pdu in submits:
            status, line = self._judge(pdu)
            answers.append((pdu, status, smsc.settings.answer_ids.spelt(line["id"]) if line else ""))
            if line is not None:
                lines.append(line)
            is_dropped = is_dropped or smsc.faults.drops_connection()
        smsc.journal.write(lines)
        for line in lines:
            smsc.whereabouts.take(line)
        # What nothing holds up is on the phone before its answer is on the wire, and its receipt comes after that.
        arrived = smsc.arrive(lines) if not smsc.settings.delivery_delay_s else None
        if is_dropped:
            self.close()
        else:
            self._answer_soon(answers)
        if arrived is not None:
            smsc.report(arrived)
        elif lines:
            smsc.arrive_later(lines)

    def _answer_soon(self, answers: list[tuple[Pdu, int, str]]) -> None:
        delay_s = self._smsc.settings.answer_delay_s
        if delay_s:
            asyncio.get_running_loop().call_later(delay_s, self._answer, answers)
        else:
            self._answer(answers)

    def _answer(self, answers: list[tuple[Pdu, int, str]]) -> None:
        for pdu, status, message_id in answers:
            if not self._smsc.faults.loses_answer():
                self._session.answer(pdu, status=status, fields={"message_id": message_id})
        self._flush()

    def _judge(self, pdu: Pdu) -> tuple[int, Line | None]:
        """The status of a submit, and its journal line when it is taken."""
        smsc = self._smsc
        if smsc.faults.is_throttled(smsc.now()):
            return RTHROTTLED, None
        if status := smsc.faults.refusal("smpp"):
            return status, None
        digits = pdu.text("destination_addr").lstrip("+")
        if not digits.isascii() or not digits.isdigit() or not 7 <= len(digits) <= MAX_DIGITS:
            return RINVDSTADR, None
        try:
            text, concat = read_text(pdu, smsc.settings.charset)
        except TheirFault:
            return 0x01, None
        line: Line = {
            "at": smsc.now(),
            "kind": "submit",
            "protocol": "smpp",
            "id": smsc.next_id(),
            "from": _shown(pdu),
            "to": f"+{digits}",
            "ton_npi": [pdu.number(name) for name in _TON_NPI],
            "text": text,
            "data_coding": pdu.number("data_coding"),
            "receipt": bool(pdu.number("registered_delivery") & 1),
        }
        if concat is not None:
            place_of = {"reference": concat.reference, "parts": concat.total, "part": concat.number}
            line |= place_of | {"esm_class": pdu.number("esm_class")}
        return OK, line


async def start_smsc(smsc: Smsc, line: Callable[[Smsc], asyncio.Protocol] = SmscSession) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    context = _context(smsc.settings) if smsc.settings.tls_certificate else None
    return await loop.create_server(lambda: line(smsc), "127.0.0.1", smsc.settings.smpp_port, ssl=context)


def _context(settings: SimulatorSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=settings.tls_client_ca or None)
    context.load_cert_chain(settings.tls_certificate, settings.tls_key or None)
    if settings.tls_client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _shown(pdu: Pdu) -> str:
    digits = pdu.text("source_addr")
    return f"+{digits}" if pdu.number("source_addr_ton") == 1 else digits
