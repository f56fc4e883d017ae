"""The gateway: the other side of a webhook carrier (docs/carriers/webhook.md), JSON over HTTP, signed both ways.

Every message is in the journal, and its pictures are fetched and on disk, before its answer leaves. A receipt is posted
until the client has it; one that nobody acknowledged is posted again at the next start. What phones write goes the same
way; their pictures are fetched from here.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from aiohttp import web

from heliogram.carriers.fetch import Fetched, Fetcher, MediaAccess
from heliogram.carriers.http import Answered, HttpClient
from heliogram.carriers.signed import TOLERANCE_S, matches
from heliogram.carriers.webhook import key_of, signature_of
from heliogram.simulator.conduct import Conduct, Fault, On
from heliogram.simulator.fate import fate_of
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal, Line
from heliogram.simulator.kept import keep, kept_at
from heliogram.simulator.owed import Owed
from heliogram.simulator.phones import Phones, Shot
from heliogram.simulator.rough_post import hang_up, http_error, said
from heliogram.simulator.settings import SimulatorSettings

MAX_OCTETS: Final = 262_144
"""Of a message: pictures come as addresses."""
NEWS: Final = {
    "DELIVRD": "delivered",
    "UNDELIV": "undelivered",
    "EXPIRED": "expired",
    "REJECTD": "rejected",
    "UNKNOWN": "unknown",
}
"""What a number's fate is called in a receipt."""


class _Medium(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    content_type: str


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    sender: str = msgspec.field(name="from")
    to: str
    text: str
    media: tuple[_Medium, ...] = ()
    callback_url: str = ""


class Refusal(Exception):
    """A message is not taken: an HTTP status, and a reason of the format or none."""

    def __init__(self, status: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Gateway:
    """The gateway's memory: ids by key, and what is on its way to the client."""

    def __init__(
        self,
        settings: SimulatorSettings,
        journal: Journal,
        phones: Phones,
        faults: FaultBoard,
        now: Callable[[], float],
        conduct: Conduct | None = None,
    ) -> None:
        self._settings = settings
        self._key = key_of(settings.password)
        self._journal = journal
        self._phones = phones
        self._faults = faults
        self._now = now
        self._conduct = conduct
        self._fetcher = Fetcher()
        self._owed = Owed("http", journal, now, conduct, self._tell)
        self._ids: dict[str, str] = {}
        self._callback_url = settings.mm7_callback_url
        self.url = ""
        """Where it is once it listens: pictures of phones are fetched from there."""
        self._remember()
        phones.reply_by = lambda number, to, text: self.phone_shows(number, to, text, ())
        phones.show_by = self.phone_shows

    def phone_shows(self, number: str, to: str, text: str, shots: Sequence[Shot]) -> None:
        """A message from a phone: pictures to disk, the line to the journal, then a call like a receipt's."""
        at = self._now()
        media = [
            {"sha256": keep(self._settings.folder, each.data), "content_type": each.content_type} for each in shots
        ]
        line: Line = {"at": at, "kind": "inbound", "protocol": "http", "id": f"mo-{at:.6f}-{number}"}
        line |= {"from": number, "to": to, "text": text, "media": media, "callback_url": self._callback_url}
        self._journal.write([line])
        self._phones.sent(line)
        self._owed.add(line)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_OCTETS)
        app.router.add_post("/messages", self._hear)
        app.router.add_get("/media/{sha256:[0-9a-f]{64}}", self._media)
        app.cleanup_ctx.append(self._owed.posting)
        return app

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        try:
            message = self._read(request, await request.read())
            self._judge(message)
        except Refusal as refusal:
            return _refused(refusal)
        if message.key in self._ids:
            return _taken(self._ids[message.key])
        return await self._answer(message, request)

    async def _answer(self, message: _Message, request: web.Request) -> web.StreamResponse:
        fault = self._conduct.first(On.MESSAGE, message.to) if self._conduct else None
        match fault:
            case Fault(name="http_error"):
                return http_error(fault.code("http"))
            case Fault(name="error" | "throttled"):
                return _refused(Refusal(fault.code("http"), "A fault by script."))
            case _:
                pass
        try:
            line = await self._take(message)
        except Refusal as refusal:
            return _refused(refusal)
        is_held = fault is not None and fault.name == "receipt_first"
        told = self._owed.heard(line["id"]) if is_held else None
        if delay_s := self._settings.answer_delay_s or (self._conduct.answer_delay_s() if self._conduct else 0.0):
            await asyncio.sleep(delay_s)
        if self._faults.drops_connection() or self._faults.loses_answer():
            return hang_up(request)
        return await said(request, _taken, line["id"], fault, told)

    def _read(self, request: web.Request, body: bytes) -> _Message:
        """A message whose signature is right and whose time is near. Raises Refusal."""
        given, at, shown = (request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
        if not at.isascii() or not at.isdigit() or abs(int(at[:20]) - self._now()) > TOLERANCE_S:
            raise Refusal(401, "The webhook-timestamp is missing, or too far from now.")
        expected = signature_of(self._key, given, at, body)
        if not any(matches(each, expected) for each in shown.split(" ")):
            raise Refusal(401, "The webhook-signature is not that of the secret.")
        try:
            return msgspec.json.decode(body, type=_Message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise Refusal(400, f"This is no message: {problem}.", "request_refused") from problem

    def _judge(self, message: _Message) -> None:
        """Raises Refusal for what is not taken."""
        if self._faults.is_throttled(self._now()):
            raise Refusal(429, "Too fast.", "throttled")
        if status := self._faults.refusal("http"):
            raise Refusal(status, "A fault on demand.")
        digits = message.to.removeprefix("+")
        if not digits.isascii() or not digits.isdigit() or not 7 <= len(digits) <= 15:
            raise Refusal(422, "This is no number.", "not_a_mobile")
        if message.media and not self._settings.mms.takes(message.to):
            raise Refusal(422, "No picture messages reach this number.", "media_refused")

    async def _take(self, message: _Message) -> Line:
        """Pictures to disk, the message to the journal and to its phone, its receipt on its way. Raises Refusal."""
        media = [await self._fetched(each) for each in message.media]
        if message.key in self._ids:
            raise Refusal(503, "The same message came a second time meanwhile.", "carrier_trouble")
        given = self._ids[message.key] = f"h-{len(self._ids) + 1}"
        line: Line = {"at": self._now(), "kind": "submit", "protocol": "http", "id": given, "key": message.key}
        line |= {"from": message.sender, "to": message.to, "text": message.text, "media": media}
        line |= {"callback_url": message.callback_url, "receipt": bool(message.callback_url)}
        self._callback_url = message.callback_url or self._callback_url
        self._journal.write([line])
        self._phones.receive(line)
        if line["receipt"] and not self._faults.loses_receipt(line["to"]):
            asyncio.get_running_loop().call_later(self._settings.receipt_delay_s, self._owe, line)
        return line

    async def _fetched(self, medium: _Medium) -> dict[str, str]:
        fetched = await self._fetcher.fetch(medium.url, MediaAccess(url=medium.url))
        if not isinstance(fetched, Fetched):
            raise Refusal(422, f"A picture could not be fetched. {fetched.reason}", "media_refused")
        return {"sha256": keep(self._settings.folder, fetched.octets), "content_type": medium.content_type}

    def _owe(self, line: Line) -> None:
        fate = fate_of(line["to"])
        is_no_mms = bool(line["media"]) and fate.mm_status == "NotSupported"
        receipt: Line = {"at": self._now(), "kind": "receipt", "protocol": "http", "id": line["id"]}
        receipt |= {"from": line["from"], "to": line["to"], "callback_url": line["callback_url"], "code": fate.err}
        receipt |= {"news": "undelivered" if is_no_mms else NEWS[fate.stat], "reason": "no_mms" if is_no_mms else ""}
        self._journal.write([receipt])
        self._owed.add(receipt)

    def _remember(self) -> None:
        """Go on from the journal: no id twice, and one id a key."""
        for line in self._journal.lines():
            match line:
                case {"kind": "submit", "id": str(given), "key": str(key)}:
                    self._ids[key] = given
                    self._callback_url = line["callback_url"] or self._callback_url

    async def _media(self, request: web.Request) -> web.StreamResponse:
        path = kept_at(self._settings.folder, request.match_info["sha256"])
        return web.FileResponse(path) if path.is_file() else web.Response(status=404)

    async def _tell(self, client: HttpClient, line: Line) -> bool | None:
        if not line["callback_url"]:
            return None
        body = msgspec.json.encode({"events": [_event(line, self.url)]})
        given, at = f"{line['kind']}-{line['id']}", str(int(self._now()))
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "webhook-id": given,
            "webhook-timestamp": at,
            "webhook-signature": signature_of(self._key, given, at, body),
        }
        answer = await client.post(line["callback_url"], headers, [body])
        return isinstance(answer, Answered) and answer.status == 200


async def start_gateway(
    settings: SimulatorSettings,
    journal: Journal,
    phones: Phones,
    faults: FaultBoard,
    now: Callable[[], float],
    conduct: Conduct | None = None,
) -> web.AppRunner:
    """Serve on loopback, at the port of the MMSC. The caller cleans the runner up."""
    gateway = Gateway(settings, journal, phones, faults, now, conduct)
    runner = web.AppRunner(gateway.app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings.mm7_port).start()
    gateway.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


def _event(line: Line, url: str) -> dict[str, object]:
    """What a call says of a line; `url` is where pictures are fetched from."""
    if line["kind"] == "receipt":
        told = {name: line[name] for name in ("id", "news", "to", "reason")}
        return told | {"type": "receipt", "code": "" if line["code"] == "000" else line["code"]}
    media = [{"url": f"{url}/media/{each['sha256']}", "content_type": each["content_type"]} for each in line["media"]]
    return {name: line[name] for name in ("id", "from", "to", "text")} | {"type": "inbound", "media": media}


def _taken(message_id: str) -> web.Response:
    body = msgspec.json.encode({"id": message_id})
    return web.Response(status=202, body=body, content_type="application/json")


def _refused(refusal: Refusal) -> web.Response:
    said = {"reason": refusal.reason, "code": str(refusal.status), "message": str(refusal)}
    headers = {"Retry-After": "1"} if refusal.status == 429 else {}
    body = msgspec.json.encode(said)
    return web.Response(status=refusal.status, body=body, headers=headers, content_type="application/json")
