"""What really went over loopback, captured and dissected by tshark: a reader of SMPP and MM7 that is not ours."""

import os
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.conftest import not_here
from tests.whole.stage import StageError, wait_until

EXPERT_ERROR = "0x00800000"


@dataclass(frozen=True, slots=True)
class Capture:
    """A file of packets, and the port whose packets are SMPP, or another protocol by tshark's name of it."""

    path: Path
    port: int
    protocol: str = "smpp"

    def commands(self) -> Counter[int]:
        """How many PDUs of each command there are."""
        return Counter(int(each, 16) for each in self.values("smpp.command_id"))

    def values(self, field: str, where: str = "") -> list[str]:
        """All values of a field, in order, in the packets that a display filter keeps."""
        kept = f"({field}) and ({where})" if where else field
        rows = self._dissected("-T", "fields", "-e", field, "-E", "occurrence=a", "-E", "aggregator=|", "-Y", kept)
        return [value for row in rows for value in row.split("|")]

    def complaints(self) -> list[str]:
        """The packets that tshark finds malformed, or marks as an error."""
        return self._dissected("-Y", f"_ws.malformed or _ws.expert.severity == {EXPERT_ERROR}")

    def _dissected(self, *options: str) -> list[str]:
        command = [_tshark(), "-n", "-r", str(self.path), "-d", f"tcp.port=={self.port},{self.protocol}", *options]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


@contextmanager
def capturing(port: int, path: Path, protocol: str = "smpp") -> Iterator[Capture]:
    """Capture what goes over a port of loopback, on which somebody listens, until the block ends."""
    filters = ["-i", "lo", "-f", f"tcp port {port}", "-w", str(path)]
    log = path.with_suffix(".log")
    with log.open("wb") as out:
        process = subprocess.Popen([_tshark(), *filters], stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        _wait_for_packets(process, port, path, log)
        yield Capture(path, port, protocol)
        # Packets are in order: once later ones are in the file, so are all of the block's.
        _wait_for_packets(process, port, path, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _wait_for_packets(process: "subprocess.Popen[bytes]", port: int, path: Path, log: Path) -> None:
    """Knock at the port until the file grows by it."""
    before = _size(path)

    def grows() -> bool:
        if process.poll() is not None:
            not_here(f"tshark may not capture on loopback here: {log.read_text(errors='replace').strip()[-300:]}")
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return _size(path) > before + 2_000

    try:
        wait_until("tshark writes down what it hears", grows, within_s=30)
    except StageError as late:
        raise AssertionError(f"{late}: {log.read_text(errors='replace')}") from None


def _size(path: Path) -> int:
    return os.stat(path).st_size if path.exists() else 0


def _tshark() -> str:
    return shutil.which("tshark") or not_here("tshark is not installed: Debian has it as the package tshark.")
