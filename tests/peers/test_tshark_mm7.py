"""tshark reads our picture messages by MM7, and the MMSC's calls: HTTP, multipart, XML and the picture itself."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from PIL import Image

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.model.event import Callback, InboundHeard, ReceiptHeard
from heliogram.model.parcel import Accepted, MediaPart, MmsParcel
from heliogram.model.sender import SenderKind
from tests.carriers.sides import Shelf, until
from tests.peers.capture import Capture, capturing
from tests.whole.stage import Stage, control

pytestmark = pytest.mark.peer

PHONE = "+13125550142"
TEXT = "Grüße aus Nordtor 🎉"
SIZE = (48, 32)
BINARY, BASE64 = "1.1", "1.2"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", SIZE, "navy").save(out, "JPEG")
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Captured:
    """What went to the MMSC, and what came back to us by itself."""

    ours: Capture
    theirs: Capture


@asynccontextmanager
async def open_door(port: int, carrier: Mm7Carrier, shelf: Shelf) -> AsyncIterator[None]:
    """Where the MMSC calls us back."""

    async def hear(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        heard = carrier.read_callback(
            Callback(method="POST", path=request.path, headers=headers, body=await request.read())
        )
        await shelf(heard.events)
        return web.Response(status=heard.stored.status, headers=heard.stored.headers, body=heard.stored.body)

    app = web.Application()
    app.router.add_post("/carriers/mmsc", hear)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield
    await runner.cleanup()


async def drive(stage: Stage, folder: Path) -> Captured:
    """Send the picture as binary and as base64, hear both receipts and a picture from the phone."""
    shelf = Shelf()
    account = {"url": f"http://127.0.0.1:{stage.mm7_port}/mm7", "username": "heliogram", "vaspid": "shop"}
    binary, base = (
        Mm7Carrier(Mm7Settings(**account, password="secret", transfer_encoding=each)) for each in ("binary", "base64")
    )
    async with open_door(stage.port, binary, shelf):
        ours = capturing(stage.mm7_port, folder / "ours.pcapng", "http")
        theirs = capturing(stage.port, folder / "theirs.pcapng", "http")
        first = await asyncio.to_thread(ours.__enter__)
        second = await asyncio.to_thread(theirs.__enter__)
        try:
            for key, carrier in ((BINARY, binary), (BASE64, base)):
                assert isinstance(await carrier.send(parcel(f"m{key}")), Accepted)
            shot = {"content_type": "image/jpeg", "data": base64.b64encode(picture()).decode(), "filename": "soup.jpg"}
            reply = {"to": "72345", "text": TEXT, "media": [shot]}
            await asyncio.to_thread(control, stage, "POST", f"/phones/{PHONE}/reply", reply)
            await until(lambda: len(shelf.stored) == 3)
            assert {type(each) for each in shelf.stored} == {ReceiptHeard, InboundHeard}
        finally:
            await asyncio.to_thread(ours.__exit__, None, None, None)
            await asyncio.to_thread(theirs.__exit__, None, None, None)
        await binary.close()
        await base.close()
    return Captured(first, second)


def parcel(key: str) -> MmsParcel:
    part = MediaPart(content_type="image/jpeg", octets=picture(), sha256="", filename="soup.jpg")
    return MmsParcel(
        key=key,
        sender_kind=SenderKind.SHORT_CODE,
        sender="72345",
        to_e164=PHONE,
        subject="Soup of the day",
        text=TEXT,
        media=(part,),
    )


@pytest.fixture(scope="module")
def captured(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    return asyncio.run(drive(stage, tmp_path_factory.mktemp("capture")))


def test_it_finds_nothing_malformed_either_way(captured: Captured) -> None:
    assert captured.ours.complaints() == captured.theirs.complaints() == []


def test_it_reads_who_we_are_and_what_the_request_is(captured: Captured) -> None:
    assert captured.ours.values("http.request.method") == ["POST", "POST"]
    assert captured.ours.values("http.request.uri") == ["/mm7", "/mm7"]
    assert captured.ours.values("http.authbasic") == ["heliogram:secret"] * 2
    types = [each.split(";")[0] for each in captured.ours.values("http.content_type", "http.request")]
    assert types == ["multipart/related"] * 2
    assert (
        captured.ours.values("http.response.code")
        == captured.theirs.values("http.response.code", "")[:2]
        == ["200"] * 2
    )


def test_it_finds_each_part_by_its_type_and_its_name(captured: Captured) -> None:
    parts = {
        "<mm7-start>": "text/xml",
        "<content>": "multipart/related",
        "<smil>": "application/smil",
        "<media-1>": "image/jpeg",
        "<text>": "text/plain",
    }
    for capture, n in ((captured.ours, 2), (captured.theirs, 1)):
        types = [each.split(";")[0] for each in capture.values("mime_multipart.header.content-type")]
        names = capture.values("mime_multipart.header.content-id")
        assert list(zip(names, types, strict=True)) == list(parts.items()) * n
    spellings = captured.ours.values("mime_multipart.header.content-transfer-encoding")
    assert spellings == ["binary", "8bit", "base64", "8bit"]


def test_it_reads_the_picture_to_its_size(captured: Captured) -> None:
    """That in binary: it does not undo base64."""
    width, height = (captured.ours.values(f"image-jfif.sof.{name}") for name in ("samples_per_line", "lines"))
    assert (width, height) == (["48"], ["32"])


def test_it_reads_the_envelope(captured: Captured) -> None:
    said = captured.ours.values("xml.cdata", "http.request")
    for each in ("shop", "72345", PHONE[1:], "Soup of the day", "true"):
        assert said.count(each) == 2, each
    assert captured.ours.values("xml.cdata", "http.response").count("1000") == 2
    assert captured.ours.values("xml.unrecognized_text") == []


def test_it_reads_what_the_mmsc_calls_us_with(captured: Captured) -> None:
    assert captured.theirs.values("http.request.uri") == ["/carriers/mmsc"] * 3
    said = captured.theirs.values("xml.cdata", "http.request")
    assert said.count("Retrieved") == 2
    assert captured.theirs.values("xml.cdata", "http.response").count("1000") == 3
