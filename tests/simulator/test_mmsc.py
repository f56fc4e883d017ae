import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from heliogram.carriers.http import Answered, HttpClient, basic_credentials
from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.model.event import Callback, InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import MEDIA_REFUSED, THROTTLED, Accepted, MediaPart, MmsParcel, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.mmsc import start_mmsc
from heliogram.simulator.phones import Phones, Shot
from heliogram.simulator.settings import SimulatorSettings
from heliogram.wire.mm7.address import number
from heliogram.wire.mm7.envelope import MAX_MESSAGE_OCTETS, Head, read_envelope
from heliogram.wire.mm7.fault import read_fault
from heliogram.wire.mm7.names import REL_6_MM7_1_4, SCHEMA_ROOT, VERSION_OF
from heliogram.wire.mm7.submit import SubmitReq, read_submit_rsp, write_submit_req

PICTURE = b"\xff\xd8" + bytes(range(256)) * 800
AT = 1_790_000_000.0
NUMBER = "+13125550142"


def parcel_of(key: str = "m1.1", to_e164: str = NUMBER) -> MmsParcel:
    return MmsParcel(
        key=key,
        sender_kind=SenderKind.SHORT_CODE,
        sender="72345",
        to_e164=to_e164,
        text="Sale today €",
        media=(MediaPart(content_type="image/jpeg", octets=PICTURE, sha256="00", filename="sale.jpg"),),
    )


@dataclass(slots=True)
class Scene:
    """A running MMSC, our carrier connected to it, and what it called us with."""

    settings: SimulatorSettings
    journal: Journal
    phones: Phones
    faults: FaultBoard
    carrier: Mm7Carrier
    url: str
    calls: "asyncio.Queue[ReceiptHeard]"
    said: "asyncio.Queue[InboundHeard]"

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.journal.lines() if line["kind"] == kind]


@asynccontextmanager
async def scene_in(folder: Path, answers: list[int] | None = None, **changes: Any) -> AsyncIterator[Scene]:
    """Start the MMSC over `folder`. Our side answers its calls with `answers` in turn, then with 200."""
    statuses = list(answers or [])
    calls: asyncio.Queue[ReceiptHeard] = asyncio.Queue()
    said: asyncio.Queue[InboundHeard] = asyncio.Queue()
    settings = SimulatorSettings(folder=folder, receipt_delay_s=0.0, **changes)

    def hear(call: Callback) -> tuple[int, bytes]:
        heard = carrier.read_callback(call)
        status = statuses.pop(0) if statuses else heard.stored.status
        if status == 200:
            for event in heard.events:
                if isinstance(event, ReceiptHeard):
                    calls.put_nowait(event)
                else:
                    said.put_nowait(event)
        return status, heard.stored.body

    ours, callback_url = await _our_door(hear)
    settings = replace(settings, mm7_callback_url=callback_url)
    journal, phones, faults = Journal(folder / "journal.jsonl"), Phones(), FaultBoard()
    theirs = await start_mmsc(settings, journal, phones, faults, lambda: AT)
    url = f"http://127.0.0.1:{theirs.addresses[0][1]}/mm7"
    carrier = Mm7Carrier(Mm7Settings(url=url, username=settings.system_id, password=settings.password, vaspid="v"))

    try:
        yield Scene(settings, journal, phones, faults, carrier, url, calls, said)
    finally:
        await carrier.close()
        await theirs.cleanup()
        await ours.cleanup()
        journal.close()


async def _our_door(hear: Callable[[Callback], tuple[int, bytes]]) -> tuple[web.AppRunner, str]:
    async def handle(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Callback(method="POST", path=request.path, headers=headers, body=await request.read())
        status, body = hear(call)
        return web.Response(status=status, body=body)

    app = web.Application()
    app.router.add_post("/carriers/mmsc", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/carriers/mmsc"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene_in(tmp_path) as made:
        yield made


async def receipt_in(scene: Scene) -> ReceiptHeard:
    async with asyncio.timeout(5):
        return await scene.calls.get()


async def until_journaled(scene: Scene, kind: str) -> None:
    """Let the simulator go on, one refused message at a time, until its journal has a line of that kind."""
    async with asyncio.timeout(5):
        while not scene.lines(kind):
            await scene.carrier.send(parcel_of(to_e164="+447400123456"))


async def test_a_picture_message_reaches_its_phone_whole(scene: Scene) -> None:
    outcome = await scene.carrier.send(parcel_of())
    assert isinstance(outcome, Accepted)
    (line,) = scene.lines("submit")
    assert (line["id"], line["from"], line["to"]) == (*outcome.carrier_ids, "72345", NUMBER)
    assert line["text"] == "Sale today €"
    (message,) = scene.phones.phone(NUMBER).messages
    assert (message.kind, message.direction, message.text) == ("mms", "in", "Sale today €")
    (medium,) = message.media
    assert medium.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert (scene.settings.folder / "media" / medium.sha256).read_bytes() == PICTURE


async def test_the_receipt_names_the_message_and_is_acknowledged_once_stored(scene: Scene) -> None:
    outcome = await scene.carrier.send(parcel_of())
    receipt = await receipt_in(scene)
    assert isinstance(outcome, Accepted)
    assert ((receipt.carrier_id,), receipt.news, receipt.about_e164) == (outcome.carrier_ids, News.DELIVERED, NUMBER)
    await until_journaled(scene, "acknowledged")
    assert [line["id"] for line in scene.lines("acknowledged")] == [receipt.carrier_id]


@pytest.mark.parametrize(
    ("suffix", "news"),
    [("0099", News.UNDELIVERED), ("0098", News.EXPIRED), ("0097", News.REJECTED), ("0096", News.UNKNOWN)],
)
async def test_a_number_decides_the_fate_of_its_message(scene: Scene, suffix: str, news: News) -> None:
    await scene.carrier.send(parcel_of(to_e164=f"+1312555{suffix}"))
    assert (await receipt_in(scene)).news is news


async def test_a_receipt_is_posted_again_until_it_is_taken(tmp_path: Path) -> None:
    async with scene_in(tmp_path, answers=[503, 500]) as scene:
        await scene.carrier.send(parcel_of())
        assert (await receipt_in(scene)).news is News.DELIVERED


async def test_a_restart_gives_no_id_twice_and_owes_what_nobody_acknowledged(tmp_path: Path) -> None:
    async with scene_in(tmp_path, answers=[503] * 50) as scene:
        first = await scene.carrier.send(parcel_of())
        assert isinstance(first, Accepted)
        await until_journaled(scene, "receipt")
        assert scene.lines("acknowledged") == []
    async with scene_in(tmp_path) as scene:
        assert ((await receipt_in(scene)).carrier_id,) == first.carrier_ids
        second = await scene.carrier.send(parcel_of("m2.1"))
        assert isinstance(second, Accepted)
        assert second.carrier_ids != first.carrier_ids


async def test_a_country_without_picture_messages_is_refused_so_that_text_and_link_can_follow(scene: Scene) -> None:
    outcome = await scene.carrier.send(parcel_of(to_e164="+447400123456"))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (MEDIA_REFUSED, True)
    assert scene.lines("submit") == []


@pytest.mark.parametrize(
    ("status", "code", "permanent"), [(2002, "2002", True), (4006, "4006", False), (503, "carrier_trouble", False)]
)
async def test_a_refusal_on_demand_takes_nothing_and_is_spent(
    scene: Scene, status: int, code: str, permanent: bool
) -> None:
    scene.faults.set({"refuse_status": status, "refuse_n": 1, "refuse_protocol": "mm7"})
    outcome = await scene.carrier.send(parcel_of())
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (code, permanent)
    assert scene.lines("submit") == []
    assert isinstance(await scene.carrier.send(parcel_of()), Accepted)


async def test_too_fast_is_refused_without_blame(scene: Scene) -> None:
    scene.faults.set({"throttle_per_s": 1.0})
    assert isinstance(await scene.carrier.send(parcel_of()), Accepted)
    outcome = await scene.carrier.send(parcel_of())
    assert isinstance(outcome, Refused)
    assert outcome.code == THROTTLED


@pytest.mark.parametrize("fault", [{"drop_after_n": 1}, {"lose_answers_n": 1}])
async def test_a_connection_dropped_after_the_message_was_taken_leaves_us_not_knowing(
    scene: Scene, fault: dict[str, int]
) -> None:
    scene.faults.set(fault)
    outcome = await scene.carrier.send(parcel_of())
    assert isinstance(outcome, Unknown)
    assert len(scene.lines("submit")) == 1
    assert (await receipt_in(scene)).about_e164 == NUMBER


async def test_a_lost_receipt_never_comes(scene: Scene) -> None:
    scene.faults.set({"lose_receipts_n": 1})
    await scene.carrier.send(parcel_of())
    second = await scene.carrier.send(parcel_of("m2.1"))
    assert isinstance(second, Accepted)
    assert ((await receipt_in(scene)).carrier_id,) == second.carrier_ids
    assert len(scene.lines("receipt")) == 1


SHOTS = (
    Shot(content_type="image/jpeg", data=PICTURE, filename="me.jpg"),
    Shot(content_type="image/gif", data=b"GIF89a--b--", filename="dance.gif"),
)


async def said_in(scene: Scene) -> InboundHeard:
    async with asyncio.timeout(5):
        return await scene.said.get()


async def test_a_phone_sends_pictures_which_are_journaled_before_they_are_told_of(scene: Scene) -> None:
    scene.phones.show(NUMBER, "72345", "Voilà", SHOTS)
    (line,) = scene.lines("inbound")
    event = await said_in(scene)
    assert (event.unique, event.from_e164, event.to_address, event.text) == (line["id"], NUMBER, "72345", "Voilà")
    assert [(each.content_type, each.octets) for each in event.media] == [
        (each.content_type, each.data) for each in SHOTS
    ]
    (message,) = scene.phones.phone(NUMBER).messages
    assert (message.direction, message.kind, len(message.media)) == ("out", "mms", 2)
    await until_journaled(scene, "acknowledged")
    assert [each["id"] for each in scene.lines("acknowledged")] == [line["id"]]


@pytest.mark.parametrize("namespace", [*VERSION_OF, f"{SCHEMA_ROOT}REL-6-MM7-6-7"])
async def test_it_calls_a_client_in_the_namespace_that_the_client_speaks(scene: Scene, namespace: str) -> None:
    settings = Mm7Settings(url=scene.url, username=scene.settings.system_id, password="secret", namespace=namespace)
    carrier = Mm7Carrier(settings)
    assert isinstance(await carrier.send(parcel_of()), Accepted)
    await carrier.close()
    assert (await receipt_in(scene)).news is News.DELIVERED
    scene.phones.show(NUMBER, "72345", "", SHOTS[:1])
    assert (await said_in(scene)).media[0].octets == PICTURE
    lines = [*scene.lines("submit"), *scene.lines("receipt"), *scene.lines("inbound")]
    assert [line["namespace"] for line in lines] == [namespace] * 3


async def test_a_picture_that_nobody_acknowledged_is_told_of_again_after_a_restart(tmp_path: Path) -> None:
    async with scene_in(tmp_path, answers=[503] * 50) as scene:
        scene.phones.show(NUMBER, "+13125550100", "", SHOTS[:1])
        (line,) = scene.lines("inbound")
    async with scene_in(tmp_path) as scene:
        event = await said_in(scene)
    assert (event.unique, event.to_address, event.media[0].octets) == (line["id"], "+13125550100", PICTURE)


async def post(scene: Scene, body: bytes, **headers: str) -> Answered:
    client = HttpClient(connections=1, timeout_s=5, connect_timeout_s=5)
    own = basic_credentials(scene.settings.system_id, scene.settings.password)
    sent = {"Authorization": own, "Content-Type": "text/xml", "Content-Length": str(len(body)), **headers}
    answer = await client.post(scene.url, sent, [body])
    await client.close()
    assert isinstance(answer, Answered)
    return answer


async def test_a_stranger_is_told_nothing(scene: Scene) -> None:
    answer = await post(scene, b"<a/>", Authorization=basic_credentials("heliogram", "guess"))
    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Basic realm="MM7"')
    assert list(scene.journal.lines()) == []


async def test_what_is_no_request_is_refused_and_not_journaled(scene: Scene) -> None:
    assert (await post(scene, b"<a/>")).body == b"not a SOAP 1.1 envelope"
    head = Head(transaction_id="t-3", namespace=REL_6_MM7_1_4)
    octets = write_submit_req(head, SubmitReq(to=(number(NUMBER),)))
    answer = await post(scene, octets.replace(b"Recipients", b"Nobody"))
    envelope = read_envelope(answer.body)
    assert (read_fault(envelope).code, envelope.head.transaction_id) == (2007, "t-3")
    odd = await post(scene, octets.replace(b"SubmitReq", b"QueryStatusReq"))
    assert read_fault(read_envelope(odd.body)).code == 4003
    two = await post(scene, write_submit_req(head, SubmitReq(to=(number(NUMBER), number(NUMBER)))))
    assert read_submit_rsp(read_envelope(two.body)).status.code == 3003
    short = await post(scene, write_submit_req(head, SubmitReq(to=(number("+123"),))))
    assert read_submit_rsp(read_envelope(short.body)).status.code == 2002
    assert list(scene.journal.lines()) == []


@pytest.mark.parametrize("place", ["cc", "bcc"])
async def test_a_message_that_names_its_one_recipient_elsewhere_reaches_it(scene: Scene, place: str) -> None:
    head = Head(transaction_id="t-4", namespace=REL_6_MM7_1_4)
    octets = write_submit_req(head, replace(SubmitReq(to=()), **{place: (number(NUMBER),)}))
    assert read_submit_rsp(read_envelope((await post(scene, octets)).body)).status.is_success
    assert [line["to"] for line in scene.lines("submit")] == [NUMBER]


async def test_a_message_longer_than_any_is_refused_and_the_next_is_taken(scene: Scene) -> None:
    client = HttpClient(connections=1, timeout_s=30, connect_timeout_s=5)
    own = {"Authorization": basic_credentials(scene.settings.system_id, scene.settings.password)}
    body = b"<" + b"x" * MAX_MESSAGE_OCTETS
    answer = await client.post(scene.url, {**own, "Content-Length": str(len(body))}, [body])
    await client.close()
    # It may hang up in the middle of what it does not want to hear: then there is no answer to read.
    assert not isinstance(answer, Answered) or answer.status == 413
    assert list(scene.journal.lines()) == []
    assert isinstance(await scene.carrier.send(parcel_of()), Accepted)


@pytest.mark.parametrize(
    "octets",
    [
        bytes(range(256)) * 40,
        b"POST /mm7 HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /mm7 HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"\x00\x00\x00\x10\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01",
    ],
    ids=["binary", "negative length", "long header", "smpp"],
)
async def test_octets_that_are_no_http_end_their_own_connection_only(scene: Scene, octets: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(scene.url.split(":")[2].split("/")[0]))
    writer.write(octets)
    async with asyncio.timeout(10):
        said = await reader.read()
    writer.close()
    assert said.startswith(b"HTTP/1.") and b" 400 " in said.splitlines()[0]
    assert isinstance(await scene.carrier.send(parcel_of()), Accepted)
    assert len(scene.lines("submit")) == 1


@pytest.mark.parametrize(
    ("marked", "word"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]>', b"DTD"),
        (b"<a>" * 5_000, b""),
    ],
)
async def test_a_document_made_to_hurt_is_refused_with_a_reason(scene: Scene, marked: bytes, word: bytes) -> None:
    answer = await post(scene, b'<?xml version="1.0"?>' + marked + b"<a/>")
    assert answer.status == 400
    assert word in answer.body
    assert answer.body
    assert list(scene.journal.lines()) == []
