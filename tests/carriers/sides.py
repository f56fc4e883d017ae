"""The other side of every carrier: the simulator on real sockets, in one shape for each entry of CARRIERS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from heliogram.carriers.protocol import Carrier, Link
from heliogram.carriers.registry import CARRIERS, AccountSettings
from heliogram.model.event import Callback, Event
from heliogram.model.parcel import MediaPart, MmsParcel, Parcel, SmsParcel
from heliogram.model.sender import SenderKind
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.simulator.mmsc import start_mmsc
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import SimulatorSettings
from heliogram.simulator.smsc import Smsc, start_smsc
from tests.world import Ids

from .books import bandwidth, infobip, plivo, sinch, telnyx, twilio, vonage, webhook
from .provider import Book, Provider

AT = 1_790_000_000.0
"""When everything happens: the simulator's clock stands still."""
NUMBER = "+13125550142"
PASSWORD = "shh-7391"
SECRET = "shh-7391:and-more-7391:last-7391"
"""That of a web service: long enough for a webhook, and in parts for those that have several."""
POLL_S, N_POLLS = 0.005, 4_000


async def until(ask: Callable[[], Any]) -> None:
    """Give the other side time until the answer is yes: a condition, not a pause."""
    for _ in range(N_POLLS):
        if ask():
            return
        await asyncio.sleep(POLL_S)
    raise AssertionError(f"not within {N_POLLS * POLL_S:.0f} s")


def sms_parcel(key: str = "m1.1", to_e164: str = NUMBER, **changes: Any) -> SmsParcel:
    values: dict[str, Any] = {"sender_kind": SenderKind.LONG_CODE, "sender": "+13125550100", "parts": ("Sale today",)}
    values |= {"encoding": "GSM-7", "reference": 7, "key": key, "to_e164": to_e164}
    return SmsParcel(**(values | changes))


def mms_parcel(key: str = "m1.1", to_e164: str = NUMBER) -> MmsParcel:
    picture = MediaPart(content_type="image/jpeg", octets=b"\xff\xd8\xff" * 99, sha256="00", filename="sale.jpg")
    return MmsParcel(
        key=key,
        sender_kind=SenderKind.LONG_CODE,
        sender="+13125550100",
        to_e164=to_e164,
        text="Sale today",
        media=(picture,),
    )


class Shelf:
    """A sink that a test can hold shut or make fail. `stored` is what it kept."""

    def __init__(self) -> None:
        self.stored: list[Event] = []
        self.n_asked = 0
        self.n_failures = 0
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def __call__(self, events: Sequence[Event]) -> None:
        self.n_asked += 1
        if self.n_failures:
            self.n_failures -= 1
            raise OSError("the disk is full")
        await self.is_open.wait()
        self.stored += events


@dataclass(slots=True)
class Side:
    """A running simulator, a carrier connected to it, and the shelf its news go to."""

    kind: str
    settings: SimulatorSettings
    journal: Journal
    phones: Phones
    faults: FaultBoard
    carrier: Carrier
    shelf: Shelf
    stop_simulator: Callable[[], Awaitable[None]]
    listening: "asyncio.Task[None]"
    n_sessions: Callable[[], int] = field(default=lambda: 0)
    provider: Provider | None = None
    """The other side of a carrier that is a web service."""

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.journal.lines() if line["kind"] == kind]

    def parcel(self, key: str = "m1.1") -> Parcel:
        """One that this carrier carries."""
        return mms_parcel(key) if self.carrier.capabilities.mms else sms_parcel(key)

    def stray(self) -> Parcel:
        """One that it does not: where it carries both kinds, a picture from a name, which no network takes."""
        if self.carrier.capabilities.sms and self.carrier.capabilities.mms:
            return msgspec.structs.replace(mms_parcel(), sender_kind=SenderKind.ALPHANUMERIC, sender="Northgate")
        return sms_parcel() if self.carrier.capabilities.mms else mms_parcel()

    async def up(self) -> None:
        await until(lambda: self.carrier.health().link is Link.UP)

    async def close(self) -> None:
        """As the product does it: stop listening, then close."""
        self.listening.cancel()
        await asyncio.wait([self.listening])
        await self.carrier.close()


Standing = Callable[[SimulatorSettings, Journal], AbstractAsyncContextManager[Side]]


@asynccontextmanager
async def open_side(kind: str, folder: Path, **changes: Any) -> AsyncIterator[Side]:
    """Start the simulator over `folder` and the carrier of that kind, and end both."""
    settings = replace(SimulatorSettings(folder=folder, password=PASSWORD, receipt_delay_s=0.0), **changes)
    journal = Journal(folder / "journal.jsonl")
    try:
        async with SIDES[kind](settings, journal) as side:
            await side.up()
            try:
                yield side
            finally:
                await side.close()
    finally:
        journal.close()


def _made(kind: str, settings: dict[str, Any], callback_url: str = "", secret: str = PASSWORD) -> Carrier:
    account = AccountSettings(
        settings=settings,
        secret=secret,
        callback_url=callback_url,
        media_url=lambda part: f"https://sms.example.com/m/token/{part.filename}",
        new_id=Ids().new_id,
        now=lambda: datetime.fromtimestamp(AT, UTC),
    )
    return CARRIERS[kind](account)


@asynccontextmanager
async def _smpp(settings: SimulatorSettings, journal: Journal) -> AsyncIterator[Side]:
    phones, faults, shelf = Phones(), FaultBoard(), Shelf()
    smsc = Smsc(settings, journal, phones, faults, lambda: AT)
    server = await start_smsc(smsc)
    port = server.sockets[0].getsockname()[1]
    own = {"host": "127.0.0.1", "port": port, "system_id": settings.system_id, "reconnect_s": 0.05}
    carrier = _made("smpp", own)

    async def stop() -> None:
        server.close()
        smsc.close_sessions()

    task = asyncio.create_task(carrier.listen(shelf))
    yield Side("smpp", settings, journal, phones, faults, carrier, shelf, stop, task, lambda: len(smsc.sessions))
    await stop()


@asynccontextmanager
async def _mm7(settings: SimulatorSettings, journal: Journal) -> AsyncIterator[Side]:
    phones, faults, shelf = Phones(), FaultBoard(), Shelf()
    ours, callback_url = await _door(lambda call: _hear(carrier, shelf, call))
    theirs = await start_mmsc(replace(settings, mm7_callback_url=callback_url), journal, phones, faults, now=lambda: AT)
    url = f"http://127.0.0.1:{theirs.addresses[0][1]}/mm7"
    carrier = _made("mm7", {"url": url, "username": settings.system_id, "vaspid": "v"})
    task = asyncio.create_task(carrier.listen(shelf))
    yield Side("mm7", settings, journal, phones, faults, carrier, shelf, theirs.cleanup, task)
    await theirs.cleanup()
    await ours.cleanup()


async def _hear(carrier: Carrier, shelf: Shelf, call: Callback) -> web.Response:
    """What the product's own door does: store, then say so, or say that it could not."""
    heard = carrier.read_callback(call)
    try:
        await shelf(heard.events)
    except OSError:
        return web.Response(status=heard.not_stored.status, body=heard.not_stored.body)
    return web.Response(status=heard.stored.status, body=heard.stored.body)


async def _door(hear: Callable[[Callback], Awaitable[web.Response]]) -> tuple[web.AppRunner, str]:
    async def handle(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return await hear(
            Callback(
                method="POST",
                path=request.path,
                query=request.rel_url.raw_query_string,
                headers=headers,
                body=await request.read(),
            )
        )

    app = web.Application()
    app.router.add_post("/carriers/own", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/carriers/own"


WEB_CARRIERS: dict[str, tuple[dict[str, Any], Callable[[str, str], Book]]] = {
    "bandwidth": (bandwidth.SETTINGS, bandwidth.BandwidthBook),
    "infobip": ({}, infobip.InfobipBook),
    "plivo": (plivo.SETTINGS, plivo.PlivoBook),
    "sinch": (sinch.SETTINGS, sinch.SinchBook),
    "telnyx": (telnyx.SETTINGS, telnyx.TelnyxBook),
    "twilio": ({"account_sid": twilio.ACCOUNT_SID}, twilio.TwilioBook),
    "vonage": (vonage.SETTINGS, vonage.VonageBook),
    "webhook": ({}, webhook.WebhookBook),
}
"""The settings of each beside its address, and the book of its provider, made from a secret and a callback address."""


def _web(kind: str) -> Standing:
    """The other side of a carrier that is a web service: the provider of its book."""
    own, book_of = WEB_CARRIERS[kind]

    @asynccontextmanager
    async def standing(settings: SimulatorSettings, journal: Journal) -> AsyncIterator[Side]:
        faults, shelf = FaultBoard(), Shelf()
        ours, callback_url = await _door(lambda call: _hear(carrier, shelf, call))
        provider = Provider(
            book=book_of(SECRET, callback_url),
            journal=journal,
            faults=faults,
            answer_delay_s=settings.answer_delay_s,
        )
        await provider.start()
        carrier = _made(kind, {**own, "url": provider.url}, callback_url, SECRET)
        task = asyncio.create_task(carrier.listen(shelf))
        yield Side(kind, settings, journal, Phones(), faults, carrier, shelf, provider.stop, task, provider=provider)
        await provider.stop()
        await ours.cleanup()

    return standing


SIDES: dict[str, Standing] = {
    "smpp": _smpp,
    "mm7": _mm7,
    **{kind: _web(kind) for kind in WEB_CARRIERS},
}
"""How to stand a simulator up for each carrier. A new carrier gets its line here, and so its conformance."""
REFUSALS = {
    "smpp": ((0x0B, "ESME_RINVDSTADR", True), (0x08, "ESME_RSYSERR", False)),
    "mm7": ((2002, "2002", True), (4006, "4006", False)),
    "bandwidth": ((400, "request_refused", True), (401, "account_refused", False)),
    "infobip": ((400, "request_refused", True), (401, "account_refused", False)),
    "plivo": ((400, "request_refused", True), (401, "account_refused", False)),
    "sinch": ((400, "request_refused", True), (401, "account_refused", False)),
    "telnyx": ((40300, "blocked_by_carrier", True), (40011, "throttled", False)),
    "twilio": ((21211, "not_a_mobile", True), (20003, "account_refused", False)),
    "vonage": ((422, "request_refused", True), (401, "account_refused", False)),
    "webhook": ((400, "not_a_mobile", True), (503, "carrier_trouble", False)),
}
"""A lasting and a passing refusal of each: the carrier's code, the outcome's, whether it is permanent."""
