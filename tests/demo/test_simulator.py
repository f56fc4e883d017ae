import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from heliogram.demo.simulator import Ports, SimulatorFailed, simulator
from tests.delivery.scene import until

CALLBACK = "http://127.0.0.1:9/carriers/demo-mmsc"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _process_on(folder: Path) -> int:
    """The id of the simulator that was told this folder."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"--folder={folder}".encode() in path.read_bytes().split(b"\0"):
                return int(path.parent.name)
        except OSError:
            continue
    return 0


async def test_a_simulator_runs_as_long_as_the_block_and_no_longer(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there yet"
    async with simulator(folder, CALLBACK, lambda words: None) as starting:
        ports = await starting
        assert all(_answers(port) for port in (ports.smpp, ports.mm7, ports.control))
        assert len({ports.smpp, ports.mm7, ports.control}) == 3
    assert not any(_answers(port) for port in (ports.smpp, ports.mm7, ports.control))
    assert _process_on(folder) == 0
    assert (folder / "journal.jsonl").exists()


async def test_one_that_ends_is_started_again_on_the_same_ports_and_the_user_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    told = asyncio.Event()

    def say(words: str) -> None:
        said.append(words)
        told.set()

    async with simulator(tmp_path, CALLBACK, say) as starting:
        ports: Ports = await starting
        killed = _process_on(tmp_path)
        os.kill(killed, signal.SIGKILL)
        await asyncio.wait_for(told.wait(), 20)
        await until(lambda: asyncio.to_thread(_answers, ports.control))
        assert said == ["The simulator has ended; it is started again. Nothing is lost."]
        assert _process_on(tmp_path) not in (0, killed)
    assert not _answers(ports.control)


async def test_one_that_cannot_start_is_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").mkdir()
    async with simulator(tmp_path, CALLBACK, lambda words: None) as starting:
        with pytest.raises(SimulatorFailed, match="ended at once"):
            await starting
    assert _process_on(tmp_path) == 0
