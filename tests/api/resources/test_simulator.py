from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from heliogram.api.resources.simulator import MAX_PICTURE
from heliogram.simulator.control import Control
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.phones import Phones
from tests.api.kit import jpeg, problem
from tests.carriers.gateway import closed_port
from tests.doors import Doors

V1 = "/api/v1/simulator"
ADA, LONDON, UNKNOWN = "+13125550101", "+447700900001", "+4915123456789"


@dataclass(slots=True)
class Simulated:
    doors: Doors
    phones: Phones
    faults: FaultBoard
    replies: list[tuple[str, str, str]]
    shown: list[Any]


def use(doors: Doors, port: int) -> None:
    doors.app.config = doors.app.config.model_copy(update={"simulator_url": f"http://127.0.0.1:{port}"})


@pytest.fixture
async def simulated(doors: Doors, tmp_path: Path) -> AsyncIterator[Simulated]:
    """The control socket of a simulator, with phones that have received something."""
    folder = tmp_path / "simulator"
    journal, phones, faults = Journal(folder / "journal.jsonl"), Phones(), FaultBoard()
    replies: list[tuple[str, str, str]] = []
    phones.reply_by = lambda *said: replies.append(said)
    shown: list[Any] = []
    phones.show_by = lambda *said: shown.append(said)
    (folder / "media").mkdir()
    (folder / "media" / ("a" * 64)).write_bytes(jpeg(64))
    line: dict[str, Any] = {"kind": "submit", "protocol": "mm7", "from": "72345", "text": "Sale", "at": 1_772_452_800.0}
    phones.receive(line | {"to": ADA, "media": [{"sha256": "a" * 64, "content_type": "image/jpeg"}]})
    phones.receive(line | {"to": LONDON, "protocol": "smpp", "text": "Sale: http://h/p/x", "at": 1_772_452_801.0})
    phones.receive(line | {"to": UNKNOWN, "protocol": "smpp", "at": 1_772_452_799.0})
    runner = web.AppRunner(Control(folder, journal, phones, faults).app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    use(doors, runner.addresses[0][1])
    await doors.world.add_people([ADA], last_name="Lovelace")
    await doors.world.add_people([LONDON], is_landline=True)
    yield Simulated(doors, phones, faults, replies, shown)
    await runner.cleanup()
    journal.close()


async def test_phones_come_with_the_people_behind_them_the_latest_first(simulated: Simulated) -> None:
    told = (await simulated.doors.api.get(f"{V1}/phones")).json()["items"]
    assert [(each["phone"], each["name"], each["country"], each["takes_mms"]) for each in told] == [
        (LONDON, "Ada", "GB", False),
        (ADA, "Ada Lovelace", "US", True),
        (UNKNOWN, UNKNOWN, "DE", False),
    ]
    assert (told[1]["n_messages"], told[1]["last_text"], told[1]["last_at"]) == (1, "Sale", "2026-03-02T12:00:00Z")


async def test_a_phone_shows_its_messages_and_the_picture_as_it_got_it(simulated: Simulated) -> None:
    told = (await simulated.doors.api.get(f"{V1}/phones/{ADA}")).json()
    (message,) = told["messages"]
    assert (message["from"], message["direction"], message["kind"], message["text"]) == ("72345", "in", "mms", "Sale")
    picture = await simulated.doors.api.get(message["media"][0]["url"])
    assert (picture.headers["content-type"], picture.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    gone = await simulated.doors.api.get(f"{V1}/media/{'b' * 64}")
    assert problem(gone, "not_found") == "There is no such picture."


@pytest.mark.parametrize(
    ("name", "kept"), [("me.jpg", "me.jpg"), ("../../é x.jpg", "x.jpg"), ("…", "picture"), ("a" * 99, "a" * 60)]
)
async def test_a_phone_sends_a_picture(simulated: Simulated, name: str, kept: str) -> None:
    answer = await simulated.doors.api.post(
        f"{V1}/phones/{ADA}/picture",
        data={"to": "72345", "text": "look"},
        files={"file": (name, jpeg(64), "image/jpeg")},
    )
    assert (answer.status_code, answer.json()) == (202, {"ok": True})
    ((number, to, text, (shot,)),) = simulated.shown
    assert (number, to, text, shot.content_type, shot.data) == (ADA, "72345", "look", "image/jpeg", jpeg(64))
    assert shot.filename == kept


@pytest.mark.parametrize(("n", "code"), [(0, 422), (MAX_PICTURE, 202), (MAX_PICTURE + 1, 422)])
async def test_a_picture_from_a_phone_has_octets_and_not_too_many(simulated: Simulated, n: int, code: int) -> None:
    files = {"file": ("x.bin", b"x" * n, "no type")}
    answer = await simulated.doors.api.post(f"{V1}/phones/{ADA}/picture", data={"to": "72345"}, files=files)
    assert (answer.status_code, len(simulated.shown)) == (code, int(code == 202))


async def test_a_phone_writes_to_a_sender(simulated: Simulated) -> None:
    answer = await simulated.doors.api.post(f"{V1}/phones/{ADA}/reply", json={"to": "72345", "text": "STOP"})
    assert (answer.status_code, answer.json()) == (202, {"ok": True})
    assert simulated.replies == [(ADA, "72345", "STOP")]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/phones/{ADA}/reply", {"to": "72345", "text": ""}),
        (f"/phones/{ADA}/reply", {"to": "72345", "text": "x" * 1_601}),
        (f"/phones/{ADA}/reply", {"to": "1" * 30, "text": "x"}),
        ("/phones/12/reply", {"to": "72345", "text": "x"}),
        ("/phones/+0/reply", {"to": "72345", "text": "x"}),
    ],
)
async def test_a_reply_that_no_phone_could_send_is_refused(
    simulated: Simulated, path: str, body: dict[str, str]
) -> None:
    assert problem(await simulated.doors.api.post(V1 + path, json=body), "invalid")
    assert simulated.replies == []


async def test_faults_are_read_set_and_taken_back(simulated: Simulated) -> None:
    api = simulated.doors.api
    assert (await api.get(f"{V1}/faults")).json()["refuse_n"] == 0
    told = (await api.put(f"{V1}/faults", json={"refuse_status": 88, "refuse_n": None})).json()
    assert (told["refuse_status"], told["refuse_n"], told["lose_receipts_n"]) == (88, None, 0)
    assert simulated.faults.faults.refuse_status == 88
    await api.put(f"{V1}/faults", json={"refuse_n": 0})
    assert (simulated.faults.faults.refuse_n, simulated.faults.faults.refuse_status) == (0, 88)


async def test_a_simulator_that_is_away_says_so_and_that_it_comes_back(doors: Doors) -> None:
    use(doors, await closed_port())
    for path in ("/phones", f"/phones/{ADA}", "/faults", f"/media/{'a' * 64}"):
        sentence = problem(await doors.api.get(V1 + path), "simulator_down")
        assert sentence.startswith("The simulated phones cannot be reached."), path


async def test_a_server_with_real_carriers_has_no_simulated_phones(doors: Doors) -> None:
    said = "There is no such simulator here: this server has real carriers."
    assert problem(await doors.api.get(f"{V1}/phones"), "not_found") == said
