"""The whole product on a stage: the simulator and the server as real processes on loopback, and a client of the API.

Tests and benchmarks drive it; what happened is judged by the simulator's journal, never by our own word.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

POLL_S = 0.05


class StageError(Exception):
    """A process on the stage did not do what the test needs."""


def free_port() -> int:
    """A port for a process that is yet to start.

    Below those that the system gives to outgoing connections (Linux: from 32,768): one of them, or of another test,
    would take it meanwhile.
    """
    for _ in range(100):
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port between 20,000 and 32,000 is free")


def wait_until(what: str, ask: Callable[[], Any], *, within_s: float, every_s: float = POLL_S) -> Any:
    """Ask again until there is an answer: a condition, not a pause."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(every_s)
    raise StageError(f"{what}: not within {within_s} s")


@dataclass(slots=True)
class Process:
    """One process of ours, in a process group of its own, so that a kill takes all of it and nothing else."""

    popen: subprocess.Popen[bytes]
    log: Path

    def is_alive(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """SIGKILL for the whole group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(10)

    def stop(self) -> int:
        """Ask politely, as Ctrl-C does. Returns the exit code."""
        if self.is_alive():
            os.killpg(self.popen.pid, signal.SIGINT)
        try:
            return self.popen.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise StageError(f"did not stop within 15 s; its log: {self.tail()}") from None

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-2_000:]


def start(name: str, arguments: list[str], folder: Path, **environment: str) -> Process:
    log = folder / f"{name}.log"
    with log.open("ab") as out:
        popen = subprocess.Popen(
            [sys.executable, "-m", "heliogram", *arguments],
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **environment},
        )
    return Process(popen, log)


@dataclass(slots=True)
class Api:
    """A client of the HTTP API, as a developer with a key would write one."""

    url: str
    key: str

    def call(self, method: str, path: str, body: Any = None, *, raw: tuple[bytes, str] | None = None) -> Any:
        """The JSON answer. Raises StageError with the problem's text for anything but a success."""
        data, content_type = (json.dumps(body).encode(), "application/json") if raw is None else raw
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            data=None if method == "GET" else data,
            method=method,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": content_type},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as problem:
            raise StageError(f"{method} {path}: {problem.code} {problem.read().decode(errors='replace')}") from None

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body or {})

    def upload(self, path: str, filename: str, octets: bytes, **fields: str) -> Any:
        boundary = "stage-boundary-7d1f"
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        part = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + part.encode() + octets + f"\r\n--{boundary}--\r\n".encode()
        return self.call("POST", path, raw=(body, f"multipart/form-data; boundary={boundary}"))


@dataclass(slots=True)
class Stage:
    """Ports, folders and processes of one run."""

    folder: Path
    database: str = ""
    mmsc: str = "mmsc"
    """The id of the account that receipts for picture messages are for."""
    smpp_port: int = field(default_factory=free_port)
    mm7_port: int = field(default_factory=free_port)
    control_port: int = field(default_factory=free_port)
    port: int = field(default_factory=free_port)
    processes: list[Process] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.control_port}"

    def start_simulator(self, *options: str) -> Process:
        process = start(
            "simulator",
            [
                "simulator",
                f"--smpp-port={self.smpp_port}",
                f"--mm7-port={self.mm7_port}",
                f"--control-port={self.control_port}",
                f"--folder={self.folder / 'simulator'}",
                f"--mm7-callback={self.url}/carriers/{self.mmsc}",
                *options,
            ],
            self.folder,
        )
        self.processes.append(process)
        self._wait(process, f"{self.control_url}/healthz")
        return process

    def start_server(self) -> Process:
        options = [f"--data={self.data}", f"--port={self.port}", f"--simulator-url={self.control_url}"]
        if self.database:
            options.append(f"--database={self.database}")
        process = start("server", ["serve", *options], self.folder)
        self.processes.append(process)
        self._wait(process, f"{self.url}/healthz")
        return process

    def _wait(self, process: Process, url: str) -> None:
        def is_up() -> bool:
            if not process.is_alive():
                raise StageError(f"ended at once: {process.tail()}")
            return answers(url)

        wait_until(f"{url} answers", is_up, within_s=30)

    def journal(self) -> Iterator[dict[str, Any]]:
        """Every complete line of the simulator's journal."""
        path = self.folder / "simulator" / "journal.jsonl"
        if not path.exists():
            return
        with path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    yield json.loads(line)

    def stop(self) -> None:
        for process in reversed(self.processes):
            if process.is_alive():
                process.stop()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def control(stage: Stage, method: str, path: str, body: Any = None) -> Any:
    """Talk to the simulator's control socket: faults, phones, replies."""
    request = urllib.request.Request(
        f"{stage.control_url}{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")
