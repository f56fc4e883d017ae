"""`heliogram demo` as a process: what a stranger sees, twice, and with `--fresh`."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from heliogram.api.auth import CSRF_HEADER
from heliogram.commands.listening import ANNOUNCEMENT
from tests.commands.desk import Desk
from tests.whole.stage import Process, answers, free_port, start, wait_until

STOP_S = 5.0
OWN = {"name": "Mine", "body": "Hi", "content": "text", "audience": {"kind": "group"}}


@pytest.fixture
def started() -> Iterator[list[Process]]:
    """The processes a test started; those that still run are stopped at its end."""
    processes: list[Process] = []
    yield processes
    for process in processes:
        if process.is_alive():
            process.stop()


def _demo(started: list[Process], folder: Path, port: int, *options: str, **environment: str) -> tuple[Process, str]:
    """Start it and return its sign-in link."""
    name = f"demo{len(started)}"
    arguments = ["demo", f"--data={folder / 'demo'}", f"--port={port}", *options]
    process = start(name, arguments, folder, **environment)
    started.append(process)

    def link() -> str:
        assert process.is_alive(), process.tail()
        found = re.search(r"Open (http://\S+)", process.tail())
        return found[1] if found else ""

    return process, wait_until("it prints a link", link, within_s=40)


def _stop(process: Process) -> None:
    began = time.monotonic()
    assert process.stop() == 0
    assert time.monotonic() - began < STOP_S
    for word in ("Traceback", "Fatal", "Error"):
        assert word not in process.tail(), process.tail()
    assert process.tail().endswith("Stopped. Your data stays; “make demo” goes on with it.\n")


@contextmanager
def _signed_in(link: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=link.partition("/sign-in/")[0], trust_env=False) as browser:
        assert browser.post(link).status_code == 303
        yield browser


def _n_people(browser: httpx.Client) -> int:
    return len(browser.get("/api/v1/contacts", params={"limit": 200}).json()["items"])


def _campaigns(browser: httpx.Client) -> set[str]:
    return {each["id"] for each in browser.get("/api/v1/campaigns").json()["items"]}


def _group_id(browser: httpx.Client) -> str:
    return str(browser.get("/api/v1/groups").json()["items"][0]["id"])


def _groups(browser: httpx.Client) -> list[str]:
    return [each["name"] for each in browser.get("/api/v1/groups").json()["items"]]


@pytest.mark.timeout(240)
def test_a_stranger_signs_in_once_comes_back_to_the_same_data_and_starts_over(
    tmp_path: Path, started: list[Process]
) -> None:
    port = free_port()
    process, link = _demo(started, tmp_path, port)
    assert link.startswith(f"http://127.0.0.1:{port}/sign-in/")
    assert "Made the sample business “Northgate” with 505 people." in process.tail()
    with _signed_in(link) as browser:
        assert sorted(_groups(browser)) == ["Dental reminders", "Order updates", "Shop offers"]
        assert httpx.post(link, trust_env=False).status_code == 410
        before = _campaigns(browser)
        draft = OWN | {"group_id": _group_id(browser)}
        own = browser.post("/api/v1/campaigns", json=draft, headers={CSRF_HEADER: "dashboard"}).json()["id"]
    _stop(process)

    process, link = _demo(started, tmp_path, port)
    assert "Made the sample" not in process.tail()
    with _signed_in(link) as browser:
        assert _campaigns(browser) == before | {own}
    _stop(process)

    process, link = _demo(started, tmp_path, port, "--fresh")
    assert "Made the sample business" in process.tail()
    with _signed_in(link) as browser:
        assert _campaigns(browser).isdisjoint(before | {own})
    _stop(process)


def test_it_listens_on_loopback_only_and_takes_nothing_from_the_environment(
    tmp_path: Path, started: list[Process], desk: Desk
) -> None:
    port = free_port()
    real = tmp_path / "real.sqlite"
    _process, link = _demo(
        started,
        tmp_path,
        port,
        HELIOGRAM_HOST="0.0.0.0",
        HELIOGRAM_DATABASE=f"sqlite:///{real}",
        HELIOGRAM_PUBLIC_URL="https://real.example",
    )
    assert link.startswith("http://127.0.0.1:")
    assert not real.exists()
    assert _listens_on(port) == {"0100007F"}


def _listens_on(port: int) -> set[str]:
    """The addresses, as the kernel writes them, on which a socket listens on this port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {line[1].split(":")[0] for line in lines if line[3] == "0A" and int(line[1].split(":")[1], 16) == port}


def test_a_second_on_the_same_folder_is_told_where_the_first_runs(
    tmp_path: Path, started: list[Process], desk: Desk
) -> None:
    port = free_port()
    _demo(started, tmp_path, port)
    for options in ([], ["--fresh"]):
        told = desk.run("demo", "--data", str(tmp_path / "demo"), "--port", str(free_port()), *options)
        assert told.code == 1
        assert f"A demo runs on this folder already, at http://127.0.0.1:{port}/." in told.err
    link = desk.run("link", "--data", str(tmp_path / "demo"), "--port", str(port)).out.strip()
    with _signed_in(link) as browser:
        assert _n_people(browser) == 200


def test_a_taken_port_makes_it_choose_another_and_say_so(tmp_path: Path, started: list[Process]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, link = _demo(started, tmp_path, port)
    own = int(link.removeprefix("http://127.0.0.1:").partition("/")[0])
    assert own != port
    assert f"Port {port} is taken, so the demo uses {own}." in process.tail()


def test_fresh_leaves_a_folder_alone_that_no_demo_made(desk: Desk) -> None:
    (desk.folder / "photos").mkdir()
    (desk.folder / "photos" / "cat.jpg").write_bytes(b"a cat")
    told = desk.run("demo", "--data", str(desk.folder / "photos"), "--fresh")
    assert told.code == 2
    assert "is not a demo's folder, so it is left alone." in told.err
    assert (desk.folder / "photos" / "cat.jpg").exists()


def test_a_killed_demo_takes_its_simulator_with_it_and_starts_again(tmp_path: Path, started: list[Process]) -> None:
    port = free_port()
    process, _link = _demo(started, tmp_path, port)
    ports = json.loads((tmp_path / "demo" / "simulator" / "ports.json").read_text())
    process.kill()
    wait_until(
        "its simulator has ended", lambda: not answers(f"http://127.0.0.1:{ports['control']}/healthz"), within_s=20
    )
    assert (tmp_path / "demo" / ANNOUNCEMENT).exists()
    process, link = _demo(started, tmp_path, port)
    with _signed_in(link) as browser:
        assert _n_people(browser) == 200
    _stop(process)
