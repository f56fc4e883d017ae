"""SMPP 3.4: the carrier for texts, over one or more long-lived sessions (binds) that it keeps up by itself.

A parcel is one submit_sm a segment, all through one bind. Receipts and inbound texts are acknowledged after the
sink has stored them, never before. What the octets mean is `wire.smpp`; when to repeat is `delivery.retry`.
"""

import asyncio
import math
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import structlog

from heliogram.carriers.pace import Pace
from heliogram.carriers.protocol import NO_LOOKUPS, CallbackRefused, Capabilities, Health, Link, Sink
from heliogram.carriers.smpp_asked import MAX_ID, news_of, taken_back
from heliogram.carriers.smpp_bind import Bind, Delivered, Inbox, Reply
from heliogram.carriers.smpp_heard import event_of
from heliogram.carriers.smpp_numbering import Numbering
from heliogram.carriers.smpp_settings import BindMode, SmppSettings, settings_of
from heliogram.carriers.smpp_tlvs import shown, tlvs_of
from heliogram.carriers.tls import client_context
from heliogram.model.event import Callback, Event, Heard, Piece, ReceiptHeard, Untold
from heliogram.model.number import Lookup
from heliogram.model.parcel import (
    THROTTLED,
    UNREACHABLE,
    Accepted,
    MmsParcel,
    Outcome,
    Parcel,
    Partly,
    Refused,
    SmsParcel,
    Unknown,
)
from heliogram.model.phone import masked
from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.gsm import DEFAULT, Shift
from heliogram.wire.smpp.message import cancel_of, query_of, submit_parts
from heliogram.wire.smpp.names import OK, RMSGQFUL, RTHROTTLED, RX_P_APPN, RX_T_APPN, Command, Tag
from heliogram.wire.smpp.pdu import Pdu
from heliogram.wire.smpp.status import status_of

log = structlog.get_logger()

N_HEARD = 1_000
"""Receipts stored in one transaction at most."""
RETRY_AFTER_S = 1.0
MAX_ADDRESS = 20
"""Characters of a sender (§5.2.8: 21 octets with the NUL)."""


_COMMANDS = {
    BindMode.TRANSCEIVER: (Command.BIND_TRANSCEIVER,),
    BindMode.PAIR: (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER),
}
_TOO_FAST = frozenset({RTHROTTLED, RMSGQFUL})


NEARLY_CONGESTED = 90
"""Of SMPP 5's congestion_state, which some carriers of 3.4 send too: slower now costs less than being refused."""


def _is_too_fast(answer: Pdu) -> bool:
    congestion = answer.tlv(Tag.CONGESTION_STATE) if answer.tlvs else None
    is_near = congestion is not None and int.from_bytes(congestion, "big") >= NEARLY_CONGESTED
    return answer.status in _TOO_FAST or is_near


def _window(settings: SmppSettings) -> int:
    """What may be out at once: not more than leaves in a second, so that nobody's turn comes long after the verdict."""
    window = settings.window * settings.binds
    return window if settings.per_s is None else max(1, min(window, math.ceil(settings.per_s)))


def _context(settings: SmppSettings) -> ssl.SSLContext:
    return client_context(ca=settings.tls_ca, certificate=settings.tls_certificate, key=settings.tls_key)


class SmppCarrier:
    """One SMPP account."""

    def __init__(self, settings: SmppSettings, new_id: Callable[[], str]) -> None:
        self.settings = settings
        self._numbering = settings.numbering()
        self.capabilities = Capabilities(
            sms=True,
            mms=False,
            idempotent=False,
            window=_window(settings),
            queries=settings.queries,
            cancels=True,
        )
        self._pace = Pace(settings.per_s)
        self._new_id = new_id
        self._inbox: Inbox = asyncio.Queue()
        context = _context(settings) if settings.tls else None
        self._binds = [
            Bind(settings, context, self._inbox, number, command)
            for number in range(settings.binds)
            for command in _COMMANDS[settings.bind_mode]
        ]
        self._senders = [bind for bind in self._binds if bind.command != Command.BIND_RECEIVER]
        self._hearers = [bind for bind in self._binds if bind.command != Command.BIND_TRANSMITTER]

    @classmethod
    def configured(cls, settings: Mapping[str, Any], secret: str, new_id: Callable[[], str]) -> "SmppCarrier":
        """The carrier of an account row. Raises Misconfigured."""
        return cls(settings_of(settings, secret), new_id)

    async def send(self, parcel: Parcel) -> Outcome:
        if isinstance(parcel, MmsParcel):
            return Refused(code="no_mms", reason="SMPP carries no picture messages.", permanent=True)
        try:
            pdus = _pdus(parcel, self.settings, self._numbering)
        except OurFault as fault:
            return Refused(code="not_encodable", reason=f"SMPP cannot carry this: {fault}.", permanent=True)
        bind = self._freest()
        if bind is None:
            return self._unreachable()
        # A text that goes whole is as many segments to the network, and takes as many places.
        n_places = len(parcel.parts) // len(pdus)
        replies = [await self._submit(bind, pdu, n_places) for pdu in pdus]
        if replies[0] is None:
            return self._unreachable()
        answers = [await reply if reply is not None else None for reply in replies]
        if any(answer is not None and _is_too_fast(answer) for answer in answers):
            self._pace.throttled(asyncio.get_running_loop().time())
        return outcome_of(answers, _exchange(parcel, answers))

    async def ask(self, piece: Piece) -> ReceiptHeard | Untold:
        """What became of a piece. It takes a place of `per_s`: to some carriers each request counts."""
        source = self._numbering.source(piece.sender, piece.sender_kind)
        answer = await self._request(piece, query_of(piece.carrier_id, source))
        return answer if isinstance(answer, Untold) else news_of(piece.carrier_id, answer)

    async def cancel(self, piece: Piece) -> ReceiptHeard | Untold:
        source = self._numbering.source(piece.sender, piece.sender_kind)
        destination = self._numbering.destination(piece.to_e164)
        answer = await self._request(piece, cancel_of(piece.carrier_id, source, destination))
        return answer if isinstance(answer, Untold) else taken_back(piece.carrier_id, answer)

    async def _request(self, piece: Piece, pdu: Pdu) -> "Reply | Untold":
        """The answer to a request about a piece; Untold where it could not even be asked."""
        if len(piece.carrier_id) > MAX_ID:
            return Untold(code="not_encodable", reason="The carrier's id is longer than SMPP can ask about.")
        bind = self._freest()
        reply = await self._submit(bind, pdu, 1) if bind is not None else None
        if reply is None:
            return Untold(code=UNREACHABLE, reason=self.health().detail)
        answer = await reply
        if answer is not None and _is_too_fast(answer):
            self._pace.throttled(asyncio.get_running_loop().time())
        return answer

    def _freest(self) -> Bind | None:
        """The session with most room, of those that may send."""
        up = [bind for bind in self._senders if bind.is_bound()]
        return max(up, key=Bind.free, default=None)

    async def _submit(self, bind: Bind, pdu: Pdu, n_places: int) -> "asyncio.Future[Reply] | None":
        if wait_s := self._pace.wait_s(asyncio.get_running_loop().time(), n_places):
            await asyncio.sleep(wait_s)
        return await bind.submit(pdu)

    def _unreachable(self) -> Refused:
        """Nothing left for the carrier."""
        return Refused(code=UNREACHABLE, reason=self.health().detail, permanent=False, retry_after_s=RETRY_AFTER_S)

    async def look_up(self, phone_e164: str) -> Lookup:
        return NO_LOOKUPS

    def read_callback(self, call: Callback) -> Heard:
        raise CallbackRefused(404, "SMPP carriers make no HTTP calls.")

    async def listen(self, sink: Sink) -> None:
        """Keep every bind up and pass on what comes, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for bind in self._binds:
                tasks.create_task(bind.stay_up(self._new_id), name=f"smpp {bind.command.name} {bind.number}")
            tasks.create_task(self._pass_on(sink), name="smpp receipts")

    async def try_once(self, timeout_s: float) -> str:
        """Bind once each way and unbind. "" when the carrier let us in, else why not."""
        for bind in self._binds[: len(_COMMANDS[self.settings.bind_mode])]:
            if not await bind.try_once(timeout_s):
                return bind.trouble
        return ""

    def health(self) -> Health:
        """Up is who can send. That nothing is heard meanwhile is said beside it: the carrier keeps what it has."""
        where = f"{self.settings.host}:{self.settings.port}"
        if any(bind.is_bound() for bind in self._senders):
            slowed = f" Slowed to {self._pace.per_s:.0f} a second: it throttles." if self._pace.is_slowed() else ""
            detail = f"Connected to {where} ({self._sessions()}).{self._unheard()}{slowed}"
            return Health(link=Link.UP, detail=detail)
        trouble = self._senders[0].trouble
        link = Link.DOWN if trouble else Link.CONNECTING
        return Health(link=link, detail=f"{where}: {trouble}" if trouble else f"Connecting to {where}.")

    def _sessions(self) -> str:
        def up(binds: Sequence[Bind]) -> str:
            return f"{sum(bind.is_bound() for bind in binds)} of {len(binds)}"

        if self.settings.bind_mode is BindMode.PAIR:
            return f"{up(self._senders)} sessions send, {up(self._hearers)} receive"
        return f"{up(self._senders)} sessions"

    def _unheard(self) -> str:
        if any(bind.is_bound() for bind in self._hearers):
            return ""
        return f" Receipts and replies do not come in: {self._hearers[0].trouble or 'connecting.'}"

    async def close(self) -> None:
        """Unbind politely, then close."""
        await asyncio.gather(*(bind.close() for bind in self._binds))

    async def _pass_on(self, sink: Sink) -> None:
        while True:
            heard = [await self._inbox.get()]
            # What those sends have to say that an answer has let go on leaves first: the carrier works meanwhile.
            await asyncio.sleep(0)
            while not self._inbox.empty() and len(heard) < N_HEARD:
                heard.append(self._inbox.get_nowait())
            await _store_then_answer(heard, sink, self.settings)


async def _store_then_answer(heard: Sequence[Delivered], sink: Sink, settings: SmppSettings) -> None:
    """Acknowledge what is stored; ask for what could not be stored again later; refuse what nobody can read."""
    events: list[Event] = []
    readable: list[Delivered] = []
    charset = settings.charset()
    for each in heard:
        try:
            events.append(
                event_of(each.pdu, connection_id=each.connection_id, charset=charset, id_form=settings.receipt_ids)
            )
            readable.append(each)
        except TheirFault as fault:
            log.warning("unreadable deliver_sm", why=str(fault))
            each.bind.answer(each, RX_P_APPN)
    if not events:
        return
    status = OK
    try:
        await sink(events)
    except Exception:
        # Not stored, so not ours yet: the carrier keeps it and sends it again (0x64, receiver temporary error).
        log.exception("receipts not stored", n=len(events))
        status = RX_T_APPN
    for each in readable:
        each.bind.answer(each, status)


def outcome_of(answers: Sequence[Reply], exchange: str) -> Outcome:
    """The carrier's answers to all segments of one parcel, as one outcome. None is an answer that never came."""
    accepted = [answer for answer in answers if answer is not None and answer.status == OK]
    if len(accepted) == len(answers):
        return Accepted(carrier_ids=tuple(answer.text("message_id") for answer in accepted), exchange=exchange)
    refused = next((answer for answer in answers if answer is not None and answer.status != OK), None)
    if accepted:
        code = status_of(refused.status).name if refused else "no_answer"
        ids = tuple(answer.text("message_id") if answer and answer.status == OK else "" for answer in answers)
        return Partly(carrier_ids=ids, code=code, reason="Only some segments were taken.", exchange=exchange)
    if refused is None or None in answers:
        return Unknown(reason="no_answer", exchange=exchange)
    return _refusal(refused.status, exchange)


def _refusal(code: int, exchange: str) -> Refused:
    status = status_of(code)
    if code in _TOO_FAST:
        return Refused(
            code=THROTTLED, reason=status.sentence, permanent=False, retry_after_s=RETRY_AFTER_S, exchange=exchange
        )
    return Refused(code=status.name, reason=status.sentence, permanent=status.is_permanent, exchange=exchange)


def _pdus(parcel: SmsParcel, settings: SmppSettings, numbering: Numbering) -> list[Pdu]:
    """One submit_sm a segment, or one for all of them. Raises OurFault before anything has left."""
    source = numbering.source(parcel.sender, parcel.sender_kind)
    if not 1 <= len(source.digits) <= MAX_ADDRESS or "\0" in source.digits:
        raise OurFault(f"a sender has 1 to {MAX_ADDRESS} characters")
    pdus = submit_parts(
        source,
        numbering.destination(parcel.to_e164),
        parcel.parts,
        parcel.encoding,
        reference=parcel.reference,
        shift=Shift(*parcel.shift) if any(parcel.shift) else DEFAULT,
        form=settings.long_texts,
        charset=settings.charset(),
    )
    own = tlvs_of(settings.tlvs) if settings.tlvs else ()
    return [msgspec.structs.replace(pdu, tlvs=pdu.tlvs + own) for pdu in pdus] if own else pdus


def _exchange(parcel: SmsParcel, answers: Sequence[Reply]) -> str:
    """What was said, without the text and with the number masked."""
    lines = [
        f"submit_sm {parcel.sender} -> {masked(parcel.to_e164)}, {parcel.encoding}, {len(parcel.parts)} segment(s)"
    ]
    for answer in answers:
        if answer is None:
            lines.append("no submit_sm_resp")
        else:
            said = f"submit_sm_resp {status_of(answer.status).name} message_id={answer.text('message_id')}"
            lines.append(said + shown(answer.tlvs))
    return "\n".join(lines)
