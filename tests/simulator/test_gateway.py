"""The simulated gateway of a webhook carrier, met by our own carrier over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from heliogram.carriers.aggregator import HttpCarrier, Ours
from heliogram.carriers.fetch import Fetched, Fetcher
from heliogram.carriers.protocol import CallbackRefused
from heliogram.carriers.webhook import Webhook, WebhookSettings, key_of, signature_of
from heliogram.model.event import Callback, InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import Accepted, MediaPart, MmsParcel, Refused, Unknown
from heliogram.simulator.conduct import FAULTS, Conduct
from heliogram.simulator.phones import Shot
from heliogram.simulator.rough_post import OF_ANOTHER
from heliogram.simulator.script import read_script
from heliogram.simulator.several import start_carriers
from tests.carriers.sides import NUMBER, mms_parcel, sms_parcel, until

AT = 1_790_000_000.0
SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC0x"
ALL = {name for name, kind in FAULTS.items() if "http" in kind.protocols}
SHOT = Shot(content_type="image/jpeg", data=b"\xff\xd8\xff-me", filename="me.jpg")


@dataclass(slots=True)
class Scene:
    """A scripted gateway, our carrier, what it heard, and a door of ours that has its pictures."""

    carrier: HttpCarrier
    conduct: Conduct
    url: str
    ours: str
    control: str
    receipts: list[ReceiptHeard] = field(default_factory=list)
    inbound: list[InboundHeard] = field(default_factory=list)
    n_refused: list[int] = field(default_factory=list)

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.conduct.journal.lines() if line["kind"] == kind]

    def ids(self) -> list[str]:
        return [each.carrier_id for each in self.receipts]


@asynccontextmanager
async def scripted(
    folder: Path,
    name: str = "",
    more: str = "",
    *,
    own: str = "",
    statuses: tuple[int, ...] = (),
    port: int = 0,
    **changes: Any,
) -> AsyncIterator[Scene]:
    """A gateway with one fault or none. Our side answers its calls with `statuses` in turn, then as it should."""
    answers = list(statuses)

    async def hear(request: web.Request) -> web.Response:
        headers = {key.lower(): value for key, value in request.headers.items()}
        call = Callback(method="POST", path=request.path, headers=headers, body=await request.read())
        try:
            told = scene.carrier.read_callback(call)
        except CallbackRefused as refused:
            scene.n_refused.append(refused.status)
            return web.Response(status=refused.status)
        if answers:
            return web.Response(status=answers.pop(0))
        for event in told.events:
            if isinstance(event, ReceiptHeard):
                scene.receipts.append(event)
            else:
                scene.inbound.append(event)
        return web.Response(status=told.stored.status, body=told.stored.body)

    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=b"octets of " + request.match_info["name"].encode(), content_type="image/jpeg")

    async with AsyncExitStack() as stack:
        app = web.Application()
        app.router.add_post("/carriers/own", hear)
        app.router.add_get("/m/{name}", picture)
        door = web.AppRunner(app, shutdown_timeout=0.1)
        await door.setup()
        stack.push_async_callback(door.cleanup)
        await web.TCPSite(door, "127.0.0.1", port).start()
        root = f"http://127.0.0.1:{door.addresses[0][1]}"
        fault = f'[[carrier.fault]]\nname = "{name}"\n{more}\n' if name else ""
        text = (
            f'control_port = 0\n[[carrier]]\nname = "g"\nprotocol = "http"\nsecret = "{SECRET}"\n'
            f'callback_url = "{root}/carriers/own"\nreceipts = {{delay_s = 0}}\n{own}\n{fault}'
        )
        ports, (conduct,) = await start_carriers(read_script(text), folder, lambda: AT, stack)
        url = f"http://127.0.0.1:{ports['g']}"
        carrier = carrier_of(url, root, SECRET, **changes)
        stack.push_async_callback(carrier.close)
        scene = Scene(carrier, conduct, url, root, f"http://127.0.0.1:{ports['control']}/carriers/g")
        yield scene


def carrier_of(url: str, root: str, secret: str, **changes: Any) -> HttpCarrier:
    ours = Ours(
        callback_url=f"{root}/carriers/own",
        media_url=lambda part: f"{root}/m/{part.filename}",
        now=lambda: datetime.fromtimestamp(AT, UTC),
    )
    return HttpCarrier(Webhook(WebhookSettings(url=url, secret=secret, **changes), ours))


def picture_parcel(key: str = "m1.1", to_e164: str = NUMBER) -> MmsParcel:
    part = MediaPart(content_type="image/jpeg", octets=b"", sha256="00", filename="sale.jpg")
    return msgspec.structs.replace(mms_parcel(key, to_e164), media=(part,))


async def test_a_text_reaches_its_phone_and_its_receipt_reaches_us(tmp_path: Path) -> None:
    async with scripted(tmp_path) as scene:
        outcome = await scene.carrier.send(sms_parcel(parts=("Sale ", "today")))
        assert isinstance(outcome, Accepted)
        (line,) = scene.lines("submit")
        assert (line["id"], line["to"], line["text"]) == (*outcome.carrier_ids, NUMBER, "Sale today")
        await until(lambda: scene.lines("acknowledged"))
        (receipt,) = scene.receipts
        assert (receipt.carrier_id, receipt.news, receipt.about_e164) == (line["id"], News.DELIVERED, NUMBER)


async def test_pictures_are_fetched_and_on_disk_before_the_answer(tmp_path: Path) -> None:
    async with scripted(tmp_path) as scene:
        assert isinstance(await scene.carrier.send(picture_parcel()), Accepted)
        (line,) = scene.lines("submit")
        (medium,) = line["media"]
        octets = (tmp_path / "g" / "media" / medium["sha256"]).read_bytes()
        assert (octets, medium["content_type"]) == (b"octets of sale.jpg", "image/jpeg")


async def test_a_picture_that_is_not_there_or_reaches_nobody_is_refused(tmp_path: Path) -> None:
    async with scripted(tmp_path) as scene:
        gone = carrier_of(scene.url, f"{scene.ours}/gone", SECRET)
        for outcome in (
            await gone.send(picture_parcel()),
            await scene.carrier.send(picture_parcel("m2.1", "+447400123456")),
        ):
            assert isinstance(outcome, Refused)
            assert (outcome.code, outcome.permanent) == ("media_refused", True)
        assert isinstance(await scene.carrier.send(sms_parcel("m3.1", "+447400123456")), Accepted)
        await gone.close()
        assert [line["key"] for line in scene.lines("submit")] == ["m3.1"]


async def test_a_key_that_was_taken_is_the_same_message_after_a_restart_too(tmp_path: Path) -> None:
    async with scripted(tmp_path) as scene:
        first = [await scene.carrier.send(sms_parcel()) for _ in range(2)]
        assert len(scene.lines("submit")) == 1
    async with scripted(tmp_path) as scene:
        again, other = await scene.carrier.send(sms_parcel()), await scene.carrier.send(sms_parcel("m2.1"))
        assert len(scene.lines("submit")) == 2
    ids = [each.carrier_ids for each in (*first, again, other) if isinstance(each, Accepted)]
    assert ids == [("h-1",), ("h-1",), ("h-1",), ("h-2",)]


@pytest.mark.parametrize(
    ("suffix", "news"),
    [("0099", News.UNDELIVERED), ("0098", News.EXPIRED), ("0097", News.REJECTED), ("0096", News.UNKNOWN)],
)
async def test_a_number_decides_the_fate_of_its_message(tmp_path: Path, suffix: str, news: News) -> None:
    async with scripted(tmp_path) as scene:
        await scene.carrier.send(sms_parcel(to_e164=f"+1312555{suffix}"))
        await until(lambda: scene.receipts)
        assert scene.receipts[0].news is news


async def test_a_phone_that_takes_no_pictures_says_so_and_takes_texts(tmp_path: Path) -> None:
    async with scripted(tmp_path) as scene:
        await scene.carrier.send(picture_parcel(to_e164="+13125550095"))
        await until(lambda: scene.receipts)
        await scene.carrier.send(sms_parcel("m2.1", "+13125550095"))
        await until(lambda: len(scene.receipts) == 2)
        assert [(each.news, each.why) for each in scene.receipts] == [
            (News.UNDELIVERED, "no_mms"),
            (News.DELIVERED, ""),
        ]


async def test_a_receipt_is_posted_again_until_it_is_taken_and_after_a_restart(tmp_path: Path) -> None:
    async with scripted(tmp_path, statuses=(503,) * 50) as scene:
        await scene.carrier.send(sms_parcel())
        await until(lambda: scene.lines("receipt"))
        assert scene.lines("acknowledged") == []
        port = int(scene.ours.rpartition(":")[2])
    async with scripted(tmp_path, statuses=(503, 500), port=port) as scene:
        await until(lambda: scene.lines("acknowledged"))
        assert scene.ids() == ["h-1"]


async def test_phones_write_and_show_by_the_control_socket_and_their_pictures_can_be_fetched(tmp_path: Path) -> None:
    async with scripted(tmp_path) as scene, aiohttp.ClientSession() as client:
        for asked in ({"text": "STOP"}, {"text": "Look", "media": [msgspec.to_builtins(SHOT)]}):
            url = f"{scene.control}/phones/{NUMBER}/reply"
            async with client.post(url, json={"to": "+13125550100", **asked}) as answer:
                assert answer.status == 202
        await until(lambda: len(scene.lines("acknowledged")) == 2)
        first, second = sorted(scene.inbound, key=lambda each: len(each.links))
        assert (first.text, first.from_e164, first.to_address) == ("STOP", NUMBER, "+13125550100")
        (link,) = second.links
        fetched = await Fetcher().fetch(link.url, scene.carrier.dialect.settings.media_access())
        assert fetched == Fetched(octets=SHOT.data, content_type="application/octet-stream")
        assert link.content_type == "image/jpeg"


async def test_a_stranger_and_a_recording_are_told_nothing(tmp_path: Path) -> None:
    async with scripted(tmp_path) as scene, aiohttp.ClientSession() as client:
        stranger = carrier_of(scene.url, scene.ours, "whsec_" + "c3RyYW5nZXItc2VjcmV0LTAx")
        outcome = await stranger.send(sms_parcel())
        assert isinstance(outcome, Refused)
        assert outcome.code == "account_refused"
        await stranger.close()
        body = b'{"key": "k", "from": "+13125550100", "to": "+13125550142", "text": "Hi"}'
        for at, status in ((AT - 301, 401), (AT + 301, 401), (AT - 300, 202), (AT + 300, 202)):
            signed = signature_of(key_of(SECRET), "k", str(int(at)), body)
            headers = {"webhook-id": "k", "webhook-timestamp": str(int(at)), "webhook-signature": f"v1,x {signed}"}
            async with client.post(f"{scene.url}/messages", data=body, headers=headers) as answer:
                assert answer.status == status
        assert [line["key"] for line in scene.lines("submit")] == ["k"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"key": 1}', b"[" * 5_000])
async def test_what_is_no_message_is_refused_with_a_reason(tmp_path: Path, body: bytes) -> None:
    async with scripted(tmp_path) as scene, aiohttp.ClientSession() as client:
        signed = signature_of(key_of(SECRET), "k", str(int(AT)), body)
        headers = {"webhook-id": "k", "webhook-timestamp": str(int(AT)), "webhook-signature": signed}
        async with client.post(f"{scene.url}/messages", data=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["reason"]) == (400, "request_refused")
        assert scene.lines("submit") == []


@pytest.mark.parametrize(
    ("name", "more", "code", "permanent"),
    [
        ("error", "", "request_refused", True),
        ("error", "status = 503", "carrier_trouble", False),
        ("throttled", "", "throttled", False),
        ("http_error", "", "carrier_trouble", False),
    ],
)
async def test_a_message_is_refused_and_not_taken(
    tmp_path: Path, name: str, more: str, code: str, permanent: bool
) -> None:
    async with scripted(tmp_path, name, more) as scene:
        outcome = await scene.carrier.send(sms_parcel())
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.permanent) == (code, permanent)
        assert [line["name"] for line in scene.lines("fault")] == [name]
        assert scene.lines("submit") == []


@pytest.mark.parametrize("name", ["no_answer", "drop", "cut_answer", "unreadable_answer", "empty_id"])
async def test_a_message_is_taken_and_we_do_not_know_it_until_its_receipt_comes(tmp_path: Path, name: str) -> None:
    async with scripted(tmp_path, name, timeout_s=2.0) as scene:
        assert isinstance(await scene.carrier.send(sms_parcel()), Unknown)
        await until(lambda: scene.receipts)
        assert scene.ids() == [line["id"] for line in scene.lines("submit")] == ["h-1"]


async def test_an_answer_is_slow_or_waits_for_its_receipt(tmp_path: Path) -> None:
    async with scripted(tmp_path / "slow", "slow_answer", "delay_s = 0.2") as scene:
        sending = asyncio.create_task(scene.carrier.send(sms_parcel()))
        await until(lambda: scene.receipts)
        assert not sending.done()
        assert isinstance(await sending, Accepted)
    async with scripted(tmp_path / "first", "receipt_first") as scene:
        outcome = await scene.carrier.send(sms_parcel())
        assert isinstance(outcome, Accepted)
        assert scene.ids() == list(outcome.carrier_ids)


async def test_all_messages_get_the_same_id_and_receipts_name_their_own(tmp_path: Path) -> None:
    async with scripted(tmp_path, "repeated_id") as scene:
        outcomes = [await scene.carrier.send(sms_parcel(f"m{n}.1")) for n in range(2)]
        assert [each.carrier_ids for each in outcomes if isinstance(each, Accepted)] == [("1",), ("1",)]
        await until(lambda: len(scene.receipts) == 2)
        assert sorted(scene.ids()) == ["h-1", "h-2"]


@pytest.mark.parametrize(
    ("name", "told"), [("receipt_twice", ["h-1", "h-1"]), ("receipt_of_another", [OF_ANOTHER]), ("receipt_lost", [])]
)
async def test_a_receipt_comes_twice_about_another_or_not_at_all(tmp_path: Path, name: str, told: list[str]) -> None:
    async with scripted(tmp_path, name, "nth = 1") as scene:
        for n in range(2):
            assert isinstance(await scene.carrier.send(sms_parcel(f"m{n}.1")), Accepted)
        await until(lambda: len(scene.receipts) == len(told) + 1)
        assert sorted(scene.ids()) == sorted([*told, "h-2"])


async def test_too_fast_is_refused_without_blame(tmp_path: Path) -> None:
    async with scripted(tmp_path, own="throttle_per_s = 1") as scene:
        outcomes = [await scene.carrier.send(sms_parcel(f"m{n}.1")) for n in range(2)]
        assert isinstance(outcomes[0], Accepted)
        assert isinstance(outcomes[1], Refused)
        assert (outcomes[1].code, outcomes[1].retry_after_s) == ("throttled", 1.0)


def test_every_fault_of_http_is_met_in_this_file() -> None:
    here = Path(__file__).read_text()
    assert [name for name in ALL if f'"{name}"' not in here] == []
    assert len(ALL) > 10
