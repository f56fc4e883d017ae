"""One SMPP session on a socket: connects, binds, submits, and reconnects for as long as it is wanted.

Writes are collected and flushed once per turn of the event loop: one system call for many PDUs (speed notes: twice
the rate of a write a PDU). The protocol itself is `wire.smpp.session`.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Protocol, cast
from zlib import crc32

import msgspec
import structlog

from heliogram.carriers.reach import words_of
from heliogram.wire.errors import OurFault
from heliogram.wire.smpp.names import OK, Command
from heliogram.wire.smpp.pdu import Pdu
from heliogram.wire.smpp.session import Answered, Bound, Ended, Requested, Role, Session, SessionState, Unanswered
from heliogram.wire.smpp.status import status_of

log = structlog.get_logger()

_BOUND = SessionState.BOUND  # looked up once: Python 3.11 takes 0.2 µs each time

CONNECT_TIMEOUT_S = 10.0
UNBIND_TIMEOUT_S = 2.0
MAX_WAIT_S = 30.0
"""The longest pause between two tries to connect."""
JITTER = 0.5
"""How much longer a pause may be by chance: the clients of a carrier that was away do not all come back at once."""
MAX_UNREAD = 20_000
"""Deliver_sm kept in memory before reading stops: the carrier's own window fills and it waits."""

Reply = Pdu | None
"""The answer to a submit; None when none came."""


class Delivered(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What the carrier sent of its own accord, and the session it came in.

    Only that session may answer it: the next one counts from 1 again, and there the number names another message.
    """

    bind: "Bind"
    session: Session
    connection_id: str
    pdu: Pdu


Inbox = asyncio.Queue[Delivered]


class BindSettings(Protocol):
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def system_id(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def system_type(self) -> str: ...
    @property
    def window(self) -> int: ...
    @property
    def reconnect_s(self) -> float: ...
    @property
    def tls_name(self) -> str: ...


class Bind(asyncio.Protocol):
    """One session of an account. `trouble` says why it is not up, "" while there is none.

    `command` is the bind it asks for: as a transceiver, a transmitter or a receiver.
    """

    def __init__(
        self,
        settings: BindSettings,
        context: ssl.SSLContext | None,
        inbox: Inbox,
        number: int,
        command: Command = Command.BIND_TRANSCEIVER,
    ) -> None:
        self.number = number
        self.command = command
        self.trouble = ""
        self.connection_id = ""
        self._settings = settings
        self._context = context
        self._inbox = inbox
        self._session: Session | None = None
        self._transport: asyncio.Transport | None = None
        self._flush_due = False
        self._has_heard = False
        self._places = asyncio.Semaphore(settings.window)
        self._ended = asyncio.Event()
        self._bound = asyncio.Event()

    # What the carrier does

    def is_bound(self) -> bool:
        return self._session is not None and self._session.state is _BOUND

    def free(self) -> int:
        return self._session.free() if self._session is not None else 0

    async def submit(self, pdu: Pdu) -> "asyncio.Future[Reply] | None":
        """Put a submit on the wire as soon as the window has room. The future gives the answer, or None if none came.

        None instead of a future: the session ended first and nothing left.
        """
        await self._places.acquire()
        session = self._session
        if session is None or session.state is not _BOUND:
            self._places.release()
            return None
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()
        try:
            session.send(pdu, reply, loop.time())
        except OurFault:
            self._places.release()
            raise
        self._flush_soon()
        return reply

    def answer(self, delivered: Delivered, status: int) -> None:
        """Answer a deliver_sm, if the session it came in still lives."""
        if self._session is delivered.session and self.is_bound():
            self._session.answer(delivered.pdu, status=status)
            self._flush_soon()

    async def stay_up(self, new_id: Callable[[], str]) -> None:
        """Connect and bind again and again, with growing pauses, until cancelled."""
        wait_s = self._settings.reconnect_s
        while True:
            self.connection_id = new_id()
            was_bound = await self._one_session()
            wait_s = self._settings.reconnect_s if was_bound else min(wait_s * 2, MAX_WAIT_S)
            await asyncio.sleep(wait_s * (1 + JITTER * _chance(self.connection_id)))

    async def try_once(self, timeout_s: float) -> bool:
        """Connect, bind and unbind, once. Whether the carrier let us in; `trouble` says why not."""
        session = asyncio.create_task(self._one_session())
        bound = asyncio.create_task(self._bound.wait())
        await asyncio.wait({session, bound}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        was_bound = self._bound.is_set()
        if not was_bound and not self.trouble:
            self.trouble = "The carrier takes the connection and does not answer the bind."
        await self.close()
        for task in (session, bound):
            task.cancel()
        await asyncio.gather(session, bound, return_exceptions=True)
        return was_bound

    async def close(self) -> None:
        if self._session is None or self._transport is None:
            return
        if self.is_bound():
            self._session.unbind(self._now())
            self._flush()
            try:
                async with asyncio.timeout(UNBIND_TIMEOUT_S):
                    await self._ended.wait()
            except TimeoutError:
                log.info("the carrier did not answer unbind", bind=self.number)
        if self._transport is not None:
            self._transport.close()

    # One session

    async def _one_session(self) -> bool:
        """Connect, bind and stay until the session ends. Returns whether it was ever bound.

        When cancelled, the session stays open: `close` ends it, with an unbind.
        """
        loop = asyncio.get_running_loop()
        self._ended.clear()
        self._bound.clear()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await loop.create_connection(
                    lambda: self,
                    self._settings.host,
                    self._settings.port,
                    ssl=self._context,
                    server_hostname=(self._settings.tls_name or self._settings.host) if self._context else None,
                )
        except (OSError, TimeoutError, UnicodeError) as problem:
            self.trouble = f"The carrier cannot be reached ({words_of(problem)})."
            return False
        await self._keep_time()
        if self._transport is not None:
            self._transport.close()
        return self._bound.is_set()

    async def _keep_time(self) -> None:
        """Tick the session at its deadlines until it ends."""
        while not self._ended.is_set():
            session = self._session
            if session is None:
                return
            pause_s = max(0.05, min(session.deadline() - self._now(), 1.0))
            try:
                async with asyncio.timeout(pause_s):
                    await self._ended.wait()
            except TimeoutError:
                session.tick(self._now())
                self._take_events()
                self._flush()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # uvloop's transports are not subclasses of asyncio's, only shaped like them.
        self._transport = cast(asyncio.Transport, transport)
        self._has_heard = False
        self._session = Session(Role.ESME, window=self._settings.window, now=self._now())
        self._session.bind(
            self.command,
            {
                "system_id": self._settings.system_id,
                "password": self._settings.password,
                "system_type": self._settings.system_type,
                "interface_version": 0x34,
            },
            self._now(),
        )
        self._flush()

    def data_received(self, data: bytes) -> None:
        if self._session is None:
            return
        self._has_heard = True
        self._session.receive(data, self._now())
        self._take_events()
        self._flush_soon()
        if self._transport is not None and self._inbox.qsize() > MAX_UNREAD:
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(0.1, self._resume)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._session is not None:
            self._session.lost(_LOST_UNHEARD if self._context and not self._has_heard else "the connection was lost")
            self._take_events()
        self._session = None
        self._transport = None
        self._ended.set()

    def _resume(self) -> None:
        if self._transport is None:
            return
        if self._inbox.qsize() > MAX_UNREAD // 2:
            asyncio.get_running_loop().call_later(0.1, self._resume)
        else:
            self._transport.resume_reading()

    def _take_events(self) -> None:
        session = self._session
        if session is None:
            return
        while (event := session.next_event()) is not None:
            match event:
                case Answered(tag=asyncio.Future() as reply, pdu=pdu):
                    self._give(reply, pdu)
                case Unanswered(tag=asyncio.Future() as reply):
                    self._give(reply, None)
                case Requested(pdu=pdu) if pdu.command in _MESSAGES:
                    said = Delivered(bind=self, session=session, connection_id=self.connection_id, pdu=pdu)
                    self._inbox.put_nowait(said)
                case Requested():
                    pass  # outbind and alert_notification: nothing to store, and they take no answer (§4.1.7, §4.12)
                case Bound():
                    self.trouble = ""
                    self._bound.set()
                case Ended(reason=reason, status=status):
                    words = f": {status_of(status).sentence.rstrip('.')}" if status != OK else ""
                    self.trouble = f"The session ended: {reason}{words}."
                    self._flush()
                    self._ended.set()
                case _:
                    pass

    def _give(self, reply: "asyncio.Future[Reply]", pdu: Reply) -> None:
        """Hand an answer, or that there is none, to who waits for it, and its place to who waits longest for one."""
        self._places.release()
        if not reply.done():
            reply.set_result(pdu)

    def _flush_soon(self) -> None:
        if not self._flush_due:
            self._flush_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_due = False
        if self._session is not None and self._transport is not None:
            octets = self._session.outgoing()
            if octets:
                self._transport.write(octets)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _chance(connection_id: str) -> float:
    """A number from 0 to below 1: ids end at random, and those of two sessions are never the same."""
    return crc32(connection_id.encode()) / 2**32


# In TLS 1.3 a client's side of the handshake ends before the server has looked at the client's certificate
# (RFC 8446 §4.4.2): that it is missing or not taken shows as a connection that ends without a word.
_LOST_UNHEARD = "the carrier hung up without a word; it may want another certificate of ours (tls_certificate)"
_MESSAGES = frozenset({Command.DELIVER_SM, Command.DATA_SM})
