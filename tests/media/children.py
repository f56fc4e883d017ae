"""Drives the decoding child as a process of its own, and reads what the system counts for it."""

import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

_LENGTH = struct.Struct(">I")


@dataclass(slots=True)
class Child:
    popen: subprocess.Popen[bytes]

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        assert self.popen.stdin is not None and self.popen.stdout is not None
        octets = msgspec.msgpack.encode(job)
        self.popen.stdin.write(_LENGTH.pack(len(octets)) + octets)
        self.popen.stdin.flush()
        head = self.popen.stdout.read(_LENGTH.size)
        answer: dict[str, Any] = msgspec.msgpack.decode(self.popen.stdout.read(*_LENGTH.unpack(head)))
        return answer

    def peak_mb(self) -> float:
        """The most memory it ever held. (`ru_maxrss` would count its parent's, from before it began.)"""
        return peak_mb_of(self.popen.pid)

    def end(self) -> int:
        """Close its input, as the server's end would. Returns how it ended: 0, or minus the signal."""
        assert self.popen.stdin is not None
        self.popen.stdin.close()
        return self.popen.wait(10)


def peak_mb_of(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


@contextmanager
def running_child() -> Iterator[Child]:
    child = Child(
        subprocess.Popen([sys.executable, "-m", "heliogram.media.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    )
    try:
        yield child
    finally:
        if child.popen.returncode is None:
            child.popen.kill()
            child.end()
        assert child.popen.stdout is not None
        child.popen.stdout.close()


def children_of(pid: int) -> list[int]:
    """The ids of a process's living children."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(each) for each in path.read_text().split()]
    return [each for each in found if Path(f"/proc/{each}/cmdline").read_bytes().endswith(b"heliogram.media.child\0")]
