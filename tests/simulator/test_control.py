import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from heliogram.simulator.control import MAX_REPLY_OCTETS, MAX_SHOTS, MAX_TEXT, Control
from heliogram.simulator.faults import FaultBoard, Faults
from heliogram.simulator.journal import Journal
from heliogram.simulator.phones import Phones, Shot

NUMBER = "+13125550142"
PICTURE = b"\xff\xd8\xff" * 9
SHA256 = hashlib.sha256(PICTURE).hexdigest()


@dataclass(slots=True)
class Scene:
    """A control socket on loopback, and the parts behind it. `written` is what phones wrote."""

    client: httpx.AsyncClient
    journal: Journal
    phones: Phones
    faults: FaultBoard
    written: list[tuple[str, str, str]]
    shown: list[tuple[str, str, str, Sequence[Shot]]]

    def receive(self, to: str = NUMBER, text: str = "Sale", at: float = 1.0, **changes: Any) -> None:
        line = {"at": at, "kind": "submit", "protocol": "smpp", "id": "1", "from": "72345", "to": to, "text": text}
        self.journal.write([line | changes])
        self.phones.receive(line | changes)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    journal, phones, faults = Journal(tmp_path / "journal.jsonl"), Phones(), FaultBoard()
    written: list[tuple[str, str, str]] = []
    phones.reply_by = lambda number, to, text: written.append((number, to, text))
    shown: list[tuple[str, str, str, Sequence[Shot]]] = []
    phones.show_by = lambda *said: shown.append(said)
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / SHA256).write_bytes(PICTURE)
    (tmp_path / "secret").write_text("not a picture")
    runner = web.AppRunner(Control(tmp_path, journal, phones, faults).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
        yield Scene(client, journal, phones, faults, written, shown)
    await runner.cleanup()
    journal.close()


async def detail_of(answer: httpx.Response, status: int) -> str:
    """The sentence of a refusal with that status."""
    assert answer.status_code == status, answer.text
    detail = answer.json()["detail"]
    assert isinstance(detail, str)
    return detail


async def test_phones_are_listed_latest_first_and_only_those_with_messages(scene: Scene) -> None:
    scene.receive("+13125550143", "older", 1.0)
    scene.receive(NUMBER, "newer", 2.0)
    scene.phones.phone("+13125550144")
    items = (await scene.client.get("/phones")).json()["items"]
    assert [(item["phone"], item["last_text"], item["n_messages"]) for item in items] == [
        (NUMBER, "newer", 1),
        ("+13125550143", "older", 1),
    ]


async def test_a_phone_shows_what_it_received_and_one_nobody_knows_shows_nothing(scene: Scene) -> None:
    scene.receive(protocol="mm7", media=[{"sha256": SHA256, "content_type": "image/jpeg"}])
    (message,) = (await scene.client.get(f"/phones/{NUMBER}")).json()["messages"]
    assert (message["text"], message["from"], message["kind"]) == ("Sale", "72345", "mms")
    picture = await scene.client.get(message["media"][0]["url"])
    assert picture.content == PICTURE
    assert (await scene.client.get("/phones/+13125550199")).json()["messages"] == []


@pytest.mark.parametrize("path", [f"/media/{'0' * 64}", "/media/..%2Fsecret", "/media/../secret", "/media/secret"])
async def test_nothing_but_pictures_is_handed_out(scene: Scene, path: str) -> None:
    answer = await scene.client.get(path)
    assert answer.status_code == 404
    assert b"not a picture" not in answer.content


@pytest.mark.parametrize("text", ["STOP", "🎉", "x" * MAX_TEXT])
@pytest.mark.parametrize("to", ["72345", "+13125550100", "Northgate", "N" * 20])
async def test_a_reply_is_passed_to_the_network(scene: Scene, to: str, text: str) -> None:
    answer = await scene.client.post(f"/phones/{NUMBER}/reply", json={"to": to, "text": text})
    assert (answer.status_code, scene.written) == (202, [(NUMBER, to, text)])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1, 2]",
        b'"STOP"',
        b"{}",
        b'{"to": "72345"}',
        b'{"text": "STOP"}',
        b'{"to": null, "text": "STOP"}',
        b'{"to": 72345, "text": "STOP"}',
        b'{"to": "", "text": "STOP"}',
        b'{"to": "+", "text": "STOP"}',
        b'{"to": "' + b"N" * 22 + b'", "text": "STOP"}',
        b'{"to": "7\\u00002345", "text": "STOP"}',
        b'{"to": "72345", "text": ""}',
        b'{"to": "72345", "text": ["STOP"]}',
        b'{"to": "72345", "text": "' + b"x" * (MAX_TEXT + 1) + b'"}',
        b'{"to": "72345", "text": "\\ud800"}',
        b"\xff\xfe",
    ],
)
async def test_a_reply_that_cannot_be_is_answered_with_what_one_needs(scene: Scene, body: bytes) -> None:
    answer = await scene.client.post(f"/phones/{NUMBER}/reply", content=body)
    assert (await detail_of(answer, 422)).startswith("A reply needs “to”, a sender, and “text”")
    assert scene.written == []


SHOT = {"content_type": "image/jpeg", "data": base64.b64encode(PICTURE).decode(), "filename": "me.jpg"}


@pytest.mark.parametrize("text", ["", "look"])
async def test_a_phone_sends_a_picture_with_words_or_without(scene: Scene, text: str) -> None:
    asked = {"to": "72345", "text": text, "media": [SHOT] * MAX_SHOTS}
    answer = await scene.client.post(f"/phones/{NUMBER}/reply", json=asked)
    shots = (Shot(content_type="image/jpeg", data=PICTURE, filename="me.jpg"),) * MAX_SHOTS
    assert (answer.status_code, scene.written, scene.shown) == (202, [], [(NUMBER, "72345", text, shots)])


@pytest.mark.parametrize(
    "media",
    [
        [SHOT] * (MAX_SHOTS + 1),
        [SHOT | {"data": ""}],
        [SHOT | {"data": "é"}],
        [SHOT | {"content_type": "image/jpeg\r\nX: y"}],
        [SHOT | {"content_type": "picture"}],
        [SHOT | {"filename": "../x"}],
        [SHOT | {"filename": "x" * 81}],
        [{}],
        "picture",
    ],
)
async def test_a_picture_that_cannot_be_is_not_sent(scene: Scene, media: Any) -> None:
    answer = await scene.client.post(f"/phones/{NUMBER}/reply", json={"to": "72345", "text": "", "media": media})
    assert (await detail_of(answer, 422)).startswith("A reply needs")
    assert scene.shown == []


@pytest.mark.parametrize("number", ["13125550142", "+1", "+0125550142", "+1312555014x", "+" + "1" * 16, "me"])
async def test_only_a_number_writes(scene: Scene, number: str) -> None:
    answer = await scene.client.post(f"/phones/{number}/reply", json={"to": "72345", "text": "STOP"})
    assert "is no phone" in await detail_of(answer, 422)
    assert scene.written == []


async def test_more_than_anybody_writes_is_not_read(scene: Scene) -> None:
    answer = await scene.client.post(f"/phones/{NUMBER}/reply", content=b"x" * (MAX_REPLY_OCTETS + 1))
    assert (answer.status_code, scene.written) == (413, [])


async def test_the_journal_is_counted_by_kind(scene: Scene) -> None:
    scene.receive()
    scene.receive()
    scene.journal.write([{"kind": "receipt", "id": "1"}])
    assert (await scene.client.get("/journal")).json() == {"submit": 2, "receipt": 1}


async def test_faults_are_shown_set_and_taken_back(scene: Scene) -> None:
    set_ = await scene.client.put("/faults", json={"lose_answers_n": 3, "refuse_n": None})
    assert set_.json() == (await scene.client.get("/faults")).json()
    assert (set_.json()["lose_answers_n"], set_.json()["refuse_n"]) == (3, None)
    assert scene.faults.faults.lose_answers_n == 3
    await scene.client.delete("/faults")
    assert scene.faults.faults == Faults()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"nonsense": 1}', b'{"refuse_n": -1}', b'{"drop_after_n": "one"}']
)
async def test_faults_that_cannot_be_are_refused_and_change_nothing(scene: Scene, body: bytes) -> None:
    answer = await scene.client.put("/faults", content=body)
    assert (await detail_of(answer, 422)).startswith("These are no faults: ")
    assert scene.faults.faults == Faults()


async def test_it_says_that_it_is_there(scene: Scene) -> None:
    assert (await scene.client.get("/healthz")).json() == {"ok": True}


@pytest.mark.parametrize(("asked", "what"), [({"text": "Hi"}, "texts"), ({"text": "", "media": [SHOT]}, "pictures")])
async def test_a_carrier_without_a_way_for_it_says_so(scene: Scene, asked: dict[str, Any], what: str) -> None:
    scene.phones.reply_by = scene.phones.show_by = None
    answer = await scene.client.post(f"/phones/{NUMBER}/reply", json={"to": "72345"} | asked)
    assert f"no way for {what} of phones" in await detail_of(answer, 422)


async def test_the_network_says_what_a_number_is(scene: Scene) -> None:
    told = (await scene.client.post("/lookups", json={"phone": "+13125550094"})).json()
    assert told == {"line": "landline", "network": None, "mccmnc": None, "reachable": None}
    for asked in ({"phone": "911"}, {}):
        assert "phone" in await detail_of(await scene.client.post("/lookups", json=asked), 422)
