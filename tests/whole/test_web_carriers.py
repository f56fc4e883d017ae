"""A carrier that is a web service, from the command line to the phone and back, judged by the provider's journal."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from tests.carriers.provider import Provider
from tests.carriers.sides import WEB_CARRIERS
from tests.commands.desk import ATTESTED, Desk
from tests.whole.stage import Stage, wait_until

LONG_CODE = "+13125550100"
AMERICAN, BRITON = "+13125550142", "+447400100113"
SECRET = "shh-7391:and-more-7391:last-7391"


class Running:
    """A provider in a thread of its own, with a loop of its own."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def start(self) -> None:
        self._thread.start()
        self.do(self.provider.start())

    def stop(self) -> None:
        self.do(self.provider.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.provider.journal.lines() if line["kind"] == kind]


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Running]:
    journal = Journal(folder / "provider.jsonl")
    book = WEB_CARRIERS[kind][1](SECRET, "")
    book.at = time.time
    provider = Running(Provider(book=book, journal=journal, faults=FaultBoard(), fetches=True))
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
        journal.close()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", sorted(WEB_CARRIERS))
def test_a_picture_and_a_text_go_out_come_back_delivered_and_stop_is_heard(kind: str, tmp_path: Path) -> None:
    stage = Stage(folder=tmp_path)
    desk = Desk(folder=tmp_path, stage=stage)
    with running(kind, tmp_path) as provider:
        settings = [f"--set={name}={value}" for name, value in WEB_CARRIERS[kind][0].items()]
        settings.append(f"--set=url={provider.provider.url}")
        added = desk.run("accounts", "add", "Web", "--carrier", kind, "--password", SECRET, *settings)
        assert added.code == 0, added.err
        provider.provider.book.callback_url = added.out.split()[-1]
        sender = f"long_code:{LONG_CODE}:US,CA"
        group = ("groups", "add", "Offers", f"--sender={sender}", "--sms-account=Web", "--mms-account=Web")
        assert desk.run(*group).code == 0
        desk.people(AMERICAN, BRITON)
        stage.start_server()
        try:
            _judge(desk, provider)
        finally:
            stage.stop()
        assert provider.lines("departed") == []


def _judge(desk: Desk, provider: Running) -> None:
    long_text = "Hi {{ first_name }}, " + "the menu of the week is here. " * 8
    sent = desk.send(*ATTESTED, "--json", text=long_text)
    assert sent.code == 0, sent.err
    assert sent.json()["rows"]["delivered"] == 2
    lines = {line["to"]: line for line in provider.lines("submit")}
    assert set(lines) == {AMERICAN, BRITON}
    (picture,) = lines[AMERICAN]["media"]
    assert (picture["content_type"], picture["is_honest"]) == ("image/jpeg", True)
    assert lines[BRITON]["media"] == [] and "/p/" in lines[BRITON]["text"]
    assert len(lines[BRITON]["text"]) > 160
    for phone in (AMERICAN, BRITON):
        told = desk.run("message", phone)
        assert told.code == 0 and "elivered" in told.out and lines[phone]["id"] in told.out
        assert SECRET not in told.out

    stop = provider.provider.book.inbound("77", AMERICAN, LONG_CODE, "Stop")
    assert provider.do(provider.provider.call(stop)) == 200
    wait_until("the reply to STOP", lambda: len(provider.lines("submit")) == 3, within_s=30)
    assert provider.do(provider.provider.call(stop)) == 200
    again = desk.send(*ATTESTED, "--json", text=long_text)
    assert again.json()["n_already_opted_out"] == 1
    assert {line["to"] for line in provider.lines("submit")[3:]} == {BRITON}
