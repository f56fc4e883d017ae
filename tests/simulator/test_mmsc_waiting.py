"""Picture messages taken back and replaced while they wait, over real sockets by our own carrier."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.model.event import News, Piece, ReceiptHeard, Untold
from heliogram.model.parcel import Accepted, MediaPart, MmsParcel, Refused
from heliogram.model.sender import SenderKind
from heliogram.simulator.journal import Journal
from heliogram.simulator.mmsc_waiting import Waiting, waiting_in
from heliogram.simulator.phones import Phones
from heliogram.wire.mm7.address import number
from heliogram.wire.mm7.cancel import CancelReq, read_cancel_rsp, write_cancel_req
from heliogram.wire.mm7.envelope import Head, read_envelope
from heliogram.wire.mm7.fault import read_fault
from heliogram.wire.mm7.names import REL_6_MM7_1_4, VERSION_OF
from tests.carriers.sides import until

from .test_mmsc import AT, NUMBER, Scene, parcel_of, post, receipt_in, scene_in

FOREVER_S = 3_600.0
HEAD = Head(transaction_id="t", namespace=REL_6_MM7_1_4)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """An MMSC whose messages wait for longer than any test."""
    async with scene_in(tmp_path, delivery_delay_s=FOREVER_S) as made:
        yield made


async def taken(scene: Scene, **changes: Any) -> str:
    outcome = await scene.carrier.send(parcel_of(**changes))
    assert isinstance(outcome, Accepted)
    (given,) = outcome.carrier_ids
    return given


def other(text: str = "Sold out") -> MmsParcel:
    picture = MediaPart(content_type="image/gif", octets=b"GIF89a-sold-out", sha256="01", filename="sold-out.gif")
    return msgspec.structs.replace(parcel_of("m1.2"), text=text, media=(picture,))


def piece(carrier_id: str) -> Piece:
    return Piece(carrier_id=carrier_id, sender_kind=SenderKind.SHORT_CODE, sender="72345", to_e164=NUMBER)


def shown(scene: Scene) -> list[tuple[str, int]]:
    return [(each.text, len(each.media)) for each in scene.phones.phone(NUMBER).messages]


async def test_a_message_that_waits_is_taken_back_and_never_reaches_its_phone(scene: Scene) -> None:
    first, second = await taken(scene), await taken(scene, key="m2.1")
    assert scene.carrier.capabilities.cancels
    outcome = await scene.carrier.cancel(piece(first))
    assert isinstance(outcome, ReceiptHeard)
    assert (outcome.carrier_id, outcome.news, outcome.is_asked) == (first, News.DELETED, True)
    assert [line["id"] for line in scene.lines("canceled")] == [first]
    assert list(waiting_in(scene.journal.lines())) == [second]
    receipt = await receipt_in(scene)
    assert (receipt.carrier_id, receipt.news, receipt.about_e164) == (first, News.DELETED, NUMBER)
    assert shown(scene) == []


async def test_one_that_arrived_or_was_taken_back_is_refused_as_too_late_and_stays_where_it_is(tmp_path: Path) -> None:
    async with scene_in(tmp_path, delivery_delay_s=0.01) as scene:
        given = await taken(scene)
        await until(lambda: scene.lines("arrived"))
        outcomes = [await scene.carrier.cancel(piece(given)), await scene.carrier.replace(given, other())]
        assert shown(scene) == [("Sale today €", 1)]
        assert (await receipt_in(scene)).news is News.DELIVERED
    for outcome in outcomes:
        assert isinstance(outcome, Refused | Untold)
        assert outcome.code == "3001"
        assert outcome.reason.startswith("It is too late")
        assert "waits no more" in outcome.reason


async def test_a_message_is_taken_back_once(scene: Scene) -> None:
    given = await taken(scene)
    outcomes = [await scene.carrier.cancel(piece(given)) for _ in range(2)]
    assert isinstance(outcomes[0], ReceiptHeard)
    assert isinstance(outcomes[1], Untold)
    assert len(scene.lines("canceled")) == 1


@pytest.mark.parametrize("wrong", ["mm-2", "mm-0", "mm-01", "mm-²", "g-1", "mm-" + "9" * 30])
async def test_an_id_that_was_never_given_is_not_known(scene: Scene, wrong: str) -> None:
    await taken(scene)
    for outcome in (await scene.carrier.cancel(piece(wrong)), await scene.carrier.replace(wrong, other())):
        assert isinstance(outcome, Refused | Untold)
        assert (outcome.code, outcome.reason) == ("2005", "The gateway does not know the message any more.")
    assert [*scene.lines("canceled"), *scene.lines("replaced")] == []


async def test_a_message_that_waits_is_replaced_and_arrives_as_it_was_replaced(tmp_path: Path) -> None:
    async with scene_in(tmp_path, delivery_delay_s=FOREVER_S) as scene:
        given = await taken(scene)
        for text in ("Nearly sold out", "Sold out"):
            assert isinstance(await scene.carrier.replace(given, other(text)), Accepted)
        assert [line["text"] for line in scene.lines("replaced")] == ["Nearly sold out", "Sold out"]
        assert shown(scene) == []
    async with scene_in(tmp_path, delivery_delay_s=0.01) as scene:
        await until(lambda: scene.lines("arrived"))
        (message,) = scene.phones.phone(NUMBER).messages
        (medium,) = message.media
        assert (message.text, medium.content_type) == ("Sold out", "image/gif")
        assert (tmp_path / "media" / medium.sha256).read_bytes() == b"GIF89a-sold-out"
        assert (await receipt_in(scene)).carrier_id == given
    journal = Journal(tmp_path / "journal.jsonl")
    phones = Phones()
    phones.replay(journal)
    journal.close()
    assert [each.text for each in phones.phone(NUMBER).messages] == ["Sold out"]


async def test_a_message_that_was_replaced_arrives_so_without_a_restart_too(scene: Scene) -> None:
    journal = scene.journal
    waiting = Waiting(journal, lambda: AT, lambda given: True)
    waiting.by_id["mm-9"] = {"id": "mm-9", "text": "Sale", "media": []}
    assert waiting.replace("mm-9", {"text": "Sold out", "media": []}).is_success
    arrived = waiting.arrive("mm-9")
    assert arrived is not None
    assert arrived["text"] == "Sold out"
    assert [line["kind"] for line in journal.lines()] == ["replaced", "arrived"]


async def test_a_restart_forgets_neither_what_waits_nor_what_was_taken_back(tmp_path: Path) -> None:
    async with scene_in(tmp_path, answers=[503] * 50, delivery_delay_s=FOREVER_S) as scene:
        first, second = await taken(scene), await taken(scene, key="m2.1")
        await scene.carrier.cancel(piece(first))
    async with scene_in(tmp_path, delivery_delay_s=0.01) as scene:
        await until(lambda: scene.lines("arrived"))
        assert {(await receipt_in(scene)).carrier_id for _ in range(2)} == {first, second}
        assert [line["id"] for line in scene.lines("arrived")] == [second]
        assert shown(scene) == [("Sale today €", 1)]


@pytest.mark.parametrize("namespace", VERSION_OF)
async def test_it_is_asked_and_answers_in_every_namespace(scene: Scene, namespace: str) -> None:
    settings = Mm7Settings(url=scene.url, username="heliogram", password="secret", vaspid="v", namespace=namespace)
    carrier = Mm7Carrier(settings)
    given = await carrier.send(parcel_of())
    assert isinstance(given, Accepted)
    replaced = await carrier.replace(given.carrier_ids[0], other())
    cancelled = await carrier.cancel(piece(given.carrier_ids[0]))
    await carrier.close()
    assert isinstance(replaced, Accepted) and isinstance(cancelled, ReceiptHeard)
    for exchange, name in ((replaced.exchange, "ReplaceRsp"), (cancelled.raw, "CancelRsp")):
        assert f'<{name} xmlns="{namespace}"' in exchange


async def test_a_request_for_another_recipient_takes_nothing_back(scene: Scene) -> None:
    given = await taken(scene)
    for to, code in (("+13125550143", 2003), (NUMBER, 1000)):
        answer = await post(scene, write_cancel_req(HEAD, CancelReq(message_id=given, recipients=(number(to),))))
        assert read_cancel_rsp(read_envelope(answer.body)).code == code


@pytest.mark.parametrize("name", ["CancelReq", "ReplaceReq"])
async def test_a_request_about_no_message_is_corrupt(scene: Scene, name: str) -> None:
    octets = write_cancel_req(HEAD, CancelReq(message_id="mm-1")).replace(b"CancelReq", name.encode())
    answer = await post(scene, octets.replace(b">mm-1<", b"><"))
    assert (answer.status, read_fault(read_envelope(answer.body)).code) == (500, 2007)


async def test_nobody_without_the_password_takes_anything_back(scene: Scene) -> None:
    given = await taken(scene)
    octets = write_cancel_req(HEAD, CancelReq(message_id=given))
    assert (await post(scene, octets, Authorization="Basic x")).status == 401
    assert scene.lines("canceled") == []


def test_a_message_without_a_wish_for_reports_is_taken_back_in_silence(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write([{"at": AT, "kind": "submit", "id": "mm-1", "to": NUMBER, "waits": True, "receipt": False}])
    waiting = Waiting(journal, lambda: AT, lambda given: True)
    status, line = waiting.cancel(CancelReq(message_id="mm-1"))
    assert status.is_success
    assert line is not None
    assert waiting.arrive("mm-1") is None
    journal.close()
