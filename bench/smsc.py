"""A bare SMSC as a process of its own: the same for every client, and faster than any of them.

It reads no more of a PDU than it must, answers after the round trip that the client's name asks for ("rtt50": 50 ms),
sends each message's receipt behind its answer, and tells of each session what it counted. Run: `python -m bench.smsc`.
"""

import asyncio
import contextlib
import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvloop

HEADER = struct.Struct(">IIII")
SUBMIT, SUBMIT_RESP, DELIVER, DELIVER_RESP = 0x04, 0x80000004, 0x05, 0x80000005
BIND, BIND_RESP, UNBIND, UNBIND_RESP, ENQUIRE, ENQUIRE_RESP = 0x09, 0x80000009, 0x06, 0x80000006, 0x15, 0x80000015
_ADDRESSES = b"\0\x01\x01" + b"13125550142\0" + b"\x01\x01" + b"13125550100\0" + b"\x04\0\0\0\0\0\0\0\0"


def receipt_of(number: int, sequence: int) -> bytes:
    """A deliver_sm that says of message `number` that it arrived."""
    text = (
        b"id:%010d sub:001 dlvrd:001 submit date:2611231053 done date:2611231053 stat:DELIVRD err:000 text:Hi" % number
    )
    tlvs = b"\0\x1e\0\x0b%010d\0\x04\x27\0\x01\x02" % number
    body = _ADDRESSES + bytes((len(text),)) + text + tlvs
    return HEADER.pack(16 + len(body), DELIVER, 0, sequence) + body


class Session(asyncio.Protocol):
    """One client. `most` is how many submits were without an answer at once."""

    def __init__(self) -> None:
        self._rest = b""
        self._rtt_s = 0.0
        self._n = self._n_open = self._most = self._n_acknowledged = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        data, at, out = self._rest + data, 0, []
        submits: list[int] = []
        while at + 16 <= len(data):
            length, command, _status, sequence = HEADER.unpack_from(data, at)
            if at + length > len(data):
                break
            if command == SUBMIT:
                submits.append(sequence)
            elif command == DELIVER_RESP:
                self._n_acknowledged += 1
            else:
                out.append(self._other(command, sequence, data[at + 16 : at + length]))
            at += length
        self._rest = data[at:]
        self._n_open += len(submits)
        self._most = max(self._most, self._n_open)
        self._write(out)
        if submits and self._rtt_s:
            asyncio.get_running_loop().call_later(self._rtt_s, self._answer, submits)
        elif submits:
            self._answer(submits)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        told = {"n": self._n, "most": self._most, "acknowledged": self._n_acknowledged}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    def _answer(self, sequences: list[int]) -> None:
        out = []
        for sequence in sequences:
            self._n += 1
            out.append(HEADER.pack(27, SUBMIT_RESP, 0, sequence) + b"%010d\0" % self._n)
        out += [receipt_of(number, number) for number in range(self._n - len(sequences) + 1, self._n + 1)]
        self._n_open -= len(sequences)
        self._write(out)

    def _other(self, command: int, sequence: int, body: bytes) -> bytes:
        if command == BIND:
            name, _, _rest = body.partition(b"\0")
            self._rtt_s = int(name.removeprefix(b"rtt") or 0) / 1_000
            return HEADER.pack(21, BIND_RESP, 0, sequence) + b"SMSC\0"
        return HEADER.pack(16, UNBIND_RESP if command == UNBIND else ENQUIRE_RESP, 0, sequence)

    def _write(self, pdus: list[bytes]) -> None:
        if pdus and self._transport is not None:
            self._transport.write(b"".join(pdus))


@dataclass(frozen=True, slots=True)
class Smsc:
    """The running process."""

    process: "subprocess.Popen[bytes]"
    port: int

    def told(self) -> dict[str, int]:
        """What it counted in the session that has ended."""
        assert self.process.stdout is not None
        counted: dict[str, int] = json.loads(self.process.stdout.readline())
        return counted


@contextmanager
def running_smsc() -> Iterator[Smsc]:
    process = subprocess.Popen([sys.executable, "-m", "bench.smsc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Smsc(process, int(process.stdout.readline()))
    finally:
        process.communicate()  # it ends with its standard input


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Session, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
