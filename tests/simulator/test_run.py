import json
import signal
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.whole.stage import Process, answers, start, wait_until


class Simulator:
    """The simulator as a process of its own, and the ports it told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ready = folder / "ready.json"
        self.ready.unlink(missing_ok=True)
        options = [f"--{name}-port=0" for name in ("smpp", "mm7", "control")]
        self.process: Process = start(
            "simulator", ["simulator", *options, f"--folder={folder}", f"--ready-file={self.ready}"], folder
        )
        # Whoever finds the file finds it whole: it is read as soon as it is there.
        wait_until("the ready file", self.ready.exists, within_s=30)
        self.ports: dict[str, int] = json.loads(self.ready.read_text())

    def ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['control']}{path}", data, timeout=10) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One for the tests that leave it as it was."""
    made = Simulator(tmp_path_factory.mktemp("simulator"))
    yield made
    made.process.kill()


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator(tmp_path)
    yield made
    made.process.kill()


def test_everything_listens_on_loopback_once_the_ready_file_is_there(lasting: Simulator) -> None:
    assert set(lasting.ports) == {"smpp", "mm7", "control"}
    assert answers(f"http://127.0.0.1:{lasting.ports['control']}/healthz")
    for port in lasting.ports.values():
        with socket.create_connection(("127.0.0.1", port), timeout=5) as opened:
            assert opened.getpeername() == ("127.0.0.1", port)


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_stops_in_time_and_without_a_traceback(simulator: Simulator, name: signal.Signals) -> None:
    with socket.create_connection(("127.0.0.1", simulator.ports["smpp"]), timeout=5) as opened:
        simulator.process.popen.send_signal(name)
        assert simulator.process.popen.wait(5) == 0
        assert opened.recv(1) == b""
    assert "Traceback" not in simulator.process.tail()


def test_what_phones_wrote_is_still_there_after_a_kill_and_a_new_start(simulator: Simulator) -> None:
    simulator.ask("/phones/+13125550142/reply", {"to": "72345", "text": "STOP"})
    simulator.process.kill()
    again = Simulator(simulator.folder)
    try:
        (message,) = again.ask("/phones/+13125550142")["messages"]
        assert (message["text"], message["direction"]) == ("STOP", "out")
        assert again.ask("/journal") == {"inbound": 1}
    finally:
        again.process.kill()


def test_hostile_octets_on_every_socket_leave_it_running(lasting: Simulator) -> None:
    for port in lasting.ports.values():
        for octets in (bytes(range(256)) * 512, b"\xff" * 70_000, b"\x00" * 16):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as opened:
                try:
                    opened.sendall(octets)
                    opened.shutdown(socket.SHUT_WR)
                    while opened.recv(65_536):
                        pass
                except OSError:
                    pass  # it hung up in the middle, its right: reset, or no longer connected at the shutdown
    assert lasting.ask("/healthz") == {"ok": True}
    assert lasting.ask("/journal") == {}
    assert lasting.process.is_alive()
    assert "Traceback" not in lasting.process.tail()
