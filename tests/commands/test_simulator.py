"""`heliogram simulator` as a process."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.whole.stage import Process, Stage, answers, control, free_port, start, wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "simulator"


def _start(folder: Path, *options: str) -> tuple[Process, dict[str, int]]:
    ready = folder.parent / "ports.json"
    ready.unlink(missing_ok=True)
    ports = ("--smpp-port=0", "--mm7-port=0", "--control-port=0")
    process = start(
        "simulator", ["simulator", f"--folder={folder}", f"--ready-file={ready}", *ports, *options], folder.parent
    )
    text = wait_until("it is ready", lambda: ready.exists() and ready.read_text(), within_s=30)
    return process, json.loads(text)


def test_it_says_its_ports_answers_and_stops_at_ctrl_c(folder: Path) -> None:
    process, ports = _start(folder)
    assert sorted(ports) == ["control", "mm7", "smpp"]
    assert answers(f"http://127.0.0.1:{ports['control']}/healthz")
    began = time.monotonic()
    assert process.stop() == 0
    assert time.monotonic() - began < 5
    assert "Traceback" not in process.tail()


def test_its_journal_survives_it(folder: Path) -> None:
    stage = Stage(folder=folder.parent, control_port=free_port())
    process, _ports = _start(folder, f"--control-port={stage.control_port}")
    control(stage, "POST", "/phones/+13125550111/reply", {"to": "+13125550100", "text": "Hello"})
    process.kill()
    process, _ports = _start(folder, f"--control-port={stage.control_port}")
    try:
        (message,) = control(stage, "GET", "/phones/+13125550111")["messages"]
        assert (message["text"], message["to"]) == ("Hello", "+13125550100")
    finally:
        process.stop()


def test_it_ends_with_whoever_started_it_when_told_to(folder: Path) -> None:
    ready = folder.parent / "ports.json"
    arguments = ["simulator", f"--folder={folder}", "--smpp-port=0", "--mm7-port=0", "--control-port=0"]
    popen = subprocess.Popen(
        [sys.executable, "-m", "heliogram", *arguments, f"--ready-file={ready}", "--end-with-stdin"],
        stdin=subprocess.PIPE,
    )
    wait_until("it is ready", lambda: ready.exists() and ready.read_text(), within_s=30)
    assert popen.poll() is None
    popen.communicate(timeout=10)
    assert popen.returncode == 0


def test_it_plays_a_script_and_sums_up_at_the_end(folder: Path) -> None:
    script = folder.parent / "carriers.toml"
    script.write_text('control_port = 0\n[[carrier]]\nname = "north"\nprotocol = "smpp"\n')
    process, ports = _start(folder, f"--script={script}")
    assert sorted(ports) == ["control", "north"]
    assert process.stop() == 0
    assert json.loads((folder / "summary.json").read_text()) == {"north": {"faults": {}}}
    assert "north: faults {}" in process.tail()


def test_a_script_that_cannot_be_played_is_refused_with_a_sentence(folder: Path) -> None:
    script = folder.parent / "carriers.toml"
    script.write_text('[[carrier]]\nname = "north"\nprotocol = "fax"\n')
    process = start("simulator", ["simulator", f"--folder={folder}", f"--script={script}"], folder.parent)
    assert process.popen.wait(30) == 2
    assert "carrier 1, protocol: Invalid enum value 'fax'" in process.tail()
