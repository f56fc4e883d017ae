"""One SMPP session, receipts on: messages a second, CPU for each, and how full the window is with a carrier far away.

Against the same bare SMSC in the same run: a bare loop on uvloop that packs each PDU from a template, and smpplib. A
figure counts only when the SMSC got and answered every message, had every receipt acknowledged, and never had more
submits open than the window has places.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvloop
from smpplib import consts
from smpplib.client import Client

from bench import yardsticks
from bench.smsc import BIND, DELIVER, DELIVER_RESP, HEADER, SUBMIT, SUBMIT_RESP, Smsc, running_smsc

N_ROUNDS = 3
WINDOW = 64
N_MESSAGES = {"ours": 20_000, "bare": 100_000, "smpplib": 4_000}
FULLNESS = ((20, 10, 1_000), (20, 100, 10_000), (50, 10, 400), (50, 100, 4_000), (200, 10, 100), (200, 100, 1_000))
"""Round trip in ms, window, messages: two seconds each at the full window."""
BODY = b"Hi Person12345, your order is ready. Reply STOP to opt out"


class WrongCount(Exception):
    """Messages were lost, or the window was overstepped: no figure is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fullness:
    rtt_ms: int
    window: int
    share: float
    bare_share: float
    """Of window ÷ round trip, ours and the bare loop's: what is missing there is the SMSC's and the machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    per_s: float
    cpu_us: float
    """Of the client's process for one message: what the machine's other work does not change much."""


def rates() -> dict[str, list[Rate]]:
    """Of each, by interleaved rounds."""
    clients: dict[str, Callable[[Smsc, int], float]] = {"ours": _ours, "bare": _bare, "smpplib": _smpplib}
    found: dict[str, list[Rate]] = {name: [] for name in clients}
    with running_smsc() as smsc:
        for _round in range(N_ROUNDS):
            for name, drive in clients.items():
                n = N_MESSAGES[name]
                cpu_s = time.process_time()
                seconds = drive(smsc, n)
                cpu_s = time.process_time() - cpu_s
                found[name].append(Rate(per_s=n / seconds, cpu_us=cpu_s / n * 1e6))
                _check(smsc, n, WINDOW)
    return found


def fullness() -> list[Fullness]:
    """How much of what the window allows is reached."""
    found = []
    with running_smsc() as smsc:
        for rtt_ms, window, n in FULLNESS:
            shares = []
            for drive in (_drive_ours, _drive_bare):
                seconds = drive(smsc, n, window, f"rtt{rtt_ms}")
                _check(smsc, n, window)
                shares.append(n / seconds * rtt_ms / 1_000 / window)
            found.append(Fullness(rtt_ms=rtt_ms, window=window, share=shares[0], bare_share=shares[1]))
    return found


def _check(smsc: Smsc, n: int, window: int) -> None:
    told = smsc.told()
    if told["n"] != n or told["acknowledged"] != n or told["most"] > window:
        raise WrongCount(f"{n} messages, window {window}: the SMSC counted {told}")


def _ours(smsc: Smsc, n: int) -> float:
    return _drive_ours(smsc, n, WINDOW, "rtt0")


def _drive_ours(smsc: Smsc, n: int, window: int, name: str) -> float:
    settings = {"host": "127.0.0.1", "port": smsc.port, "system_id": name, "window": window}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        # More are waiting than have room: it is the session that must not overstep its window.
        return runner.run(yardsticks.drive(settings, n, window + window // 2, yardsticks.NoLedger()))


class _Bare(asyncio.Protocol):
    """A client that does nothing but keep its window full."""

    def __init__(self, n: int, window: int, name: str, ended: "asyncio.Future[float]") -> None:
        self._left = n
        self._window = window
        self._name = name
        self._n_receipts = n
        self._ended = ended
        self._rest = b""
        self._sequence = 1
        self._began = 0.0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        body = self._name.encode() + b"\0secret\0\0\x34\0\0\0"
        transport.write(HEADER.pack(16 + len(body), BIND, 0, 1) + body)

    def data_received(self, data: bytes) -> None:
        data, at, out = self._rest + data, 0, []
        while at + 16 <= len(data):
            length, command, _status, sequence = HEADER.unpack_from(data, at)
            if at + length > len(data):
                break
            at += length
            if command == SUBMIT_RESP:
                out.append(self._next())
            elif command == DELIVER:
                out.append(HEADER.pack(17, DELIVER_RESP, 0, sequence) + b"\0")
                self._n_receipts -= 1
            else:
                self._began = time.perf_counter()
                out += [self._next() for _ in range(self._window)]
        self._rest = data[at:]
        self._transport.write(b"".join(out))
        if not self._n_receipts and not self._ended.done():
            self._ended.set_result(time.perf_counter() - self._began)

    def _next(self) -> bytes:
        if not self._left:
            return b""
        self._left -= 1
        self._sequence += 1
        return submit_of(self._sequence, b"1312%07d" % (3_050_000 + self._sequence))


def submit_of(sequence: int, to: bytes) -> bytes:
    """A submit_sm without any table or check."""
    body = b"\0\x01\x0113125550100\0\x01\x01%b\0\0\0\0\0\0\x01\0\0\0%c%b" % (to, len(BODY), BODY)
    return HEADER.pack(16 + len(body), SUBMIT, 0, sequence) + body


def _bare(smsc: Smsc, n: int) -> float:
    return _drive_bare(smsc, n, WINDOW, "rtt0")


def _drive_bare(smsc: Smsc, n: int, window: int, name: str) -> float:
    async def drive() -> float:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[float] = loop.create_future()
        transport, _protocol = await loop.create_connection(
            lambda: _Bare(n, window, name, ended), "127.0.0.1", smsc.port
        )
        seconds = await ended
        transport.close()
        return seconds

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(drive())


def _smpplib(smsc: Smsc, n: int) -> float:
    client = Client("127.0.0.1", smsc.port, timeout=20, allow_unknown_opt_params=True)
    client.connect()
    told: list[int] = []
    left = iter(range(n))

    def send(**_answered: object) -> None:
        for key in left:
            client.send_message(
                source_addr_ton=consts.SMPP_TON_INTL,
                source_addr_npi=consts.SMPP_NPI_ISDN,
                source_addr="13125550100",
                dest_addr_ton=consts.SMPP_TON_INTL,
                dest_addr_npi=consts.SMPP_NPI_ISDN,
                destination_addr=f"1312{3_050_000 + key}",
                short_message=BODY,
                registered_delivery=1,
            )
            return

    client.set_message_sent_handler(send)
    client.set_message_received_handler(lambda pdu: told.append(pdu.sequence))
    client.bind_transceiver(system_id="rtt0", password="secret")
    began = time.perf_counter()
    for _place in range(WINDOW):
        send()
    while len(told) < n:
        client.read_once(auto_send_enquire_link=False)
    seconds = time.perf_counter() - began
    client.unbind()
    client.disconnect()
    return seconds
