"""The MMSC: MM7 over HTTP, made from the same wire code as our client, in the other role.

Every message is in the journal, and its pictures on disk, before its answer leaves. A receipt is posted until the
client has it; one that nobody acknowledged is posted again at the next start. A picture from a phone goes the same way.
A message that waits for its phone can be taken back or replaced until it arrives.
"""

import asyncio
import hmac
import re
from collections.abc import AsyncIterator, Callable, Sequence

from aiohttp import web

from heliogram.carriers.digest import Login
from heliogram.carriers.http import Answered, HttpClient, basic_credentials, post_as
from heliogram.simulator.conduct import Conduct, On
from heliogram.simulator.fate import fate_of
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal, Line
from heliogram.simulator.kept import keep
from heliogram.simulator.mmsc_calls import call_of
from heliogram.simulator.mmsc_waiting import Waiting
from heliogram.simulator.owed import Owed
from heliogram.simulator.phones import Phones, Shot
from heliogram.simulator.rough_post import REFUSALS, hang_up, said, soap
from heliogram.simulator.settings import SimulatorSettings
from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7 import status as codes
from heliogram.wire.mm7.address import Address, AddressKind
from heliogram.wire.mm7.cancel import CancelReq, read_cancel_req, write_cancel_rsp
from heliogram.wire.mm7.content import Content, read_content
from heliogram.wire.mm7.envelope import MAX_MESSAGE_OCTETS, Head, Message, read_message
from heliogram.wire.mm7.fault import write_fault
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.mm7.replace import ReplaceReq, read_replace_req, write_replace_rsp
from heliogram.wire.mm7.status import Status
from heliogram.wire.mm7.submit import SubmitReq, SubmitRsp, read_submit_req, write_submit_rsp

_GIVEN = re.compile(r"mm-([1-9][0-9]{0,11})")


class Mmsc:
    """The MMSC's memory: ids, and the receipts on their way."""

    def __init__(
        self,
        settings: SimulatorSettings,
        journal: Journal,
        phones: Phones,
        faults: FaultBoard,
        now: Callable[[], float],
        conduct: Conduct | None = None,
    ) -> None:
        self._conduct = conduct
        self._settings = settings
        self._journal = journal
        self._phones = phones
        self._faults = faults
        self._now = now
        self._credentials = basic_credentials(settings.system_id, settings.password)
        self._login = Login(settings.system_id, settings.password)
        self._owed = Owed("mm7", journal, now, conduct, self._tell)
        self._last_id = 0
        self._namespace = REL_6_MM7_1_4
        self._remember()
        self._waiting = Waiting(journal, now, self._is_known)
        phones.show_by = self.phone_shows

    def phone_shows(self, number: str, to: str, text: str, shots: Sequence[Shot]) -> None:
        """A picture message from a phone: pictures to disk, the line to the journal, then a call like a receipt's."""
        at = self._now()
        line: Line = {
            "at": at,
            "kind": "inbound",
            "protocol": "mm7",
            "id": f"mo-{at:.6f}-{number}",
            "from": number,
            "to": to,
            "text": text,
            "namespace": self._namespace,
            "media": [
                {
                    "sha256": keep(self._settings.folder, each.data),
                    "content_type": each.content_type,
                    "filename": each.filename,
                }
                for each in shots
            ],
        }
        self._journal.write([line])
        self._phones.sent(line)
        self._owed.add(line)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_MESSAGE_OCTETS)
        app.router.add_post("/mm7", self._hear)
        app.cleanup_ctx.extend([self._resuming, self._owed.posting])
        return app

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), self._credentials.encode()):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="MM7"'})
        try:
            message = read_message(request.headers.get("Content-Type", ""), await request.read())
        except TheirFault as fault:
            return web.Response(status=400, text=str(fault))
        head = message.envelope.head
        try:
            match message.envelope.name:
                case "SubmitReq":
                    return await self._submit(read_submit_req(message.envelope), message, request)
                case "CancelReq":
                    return soap(write_cancel_rsp(head, self._cancel(read_cancel_req(message.envelope))))
                case "ReplaceReq":
                    status = self._replace(read_replace_req(message.envelope), message)
                    return soap(write_replace_rsp(head, status))
                case name:
                    wrong = Status(code=codes.UNSUPPORTED_OPERATION, details=f"There is no {name} here.")
        except TheirFault as fault:
            wrong = Status(code=2007, details=str(fault))
        return soap(write_fault(head, wrong, error="RSErrorRsp"), http_status=500)

    async def _submit(self, submitted: SubmitReq, message: Message, request: web.Request) -> web.StreamResponse:
        head = message.envelope.head
        refused, fault = self._judge(submitted), None
        if refused is None and self._conduct is not None:
            fault = self._conduct.first(On.MESSAGE, _shown(_recipients(submitted)[0]))
        if fault is not None and fault.name in REFUSALS:
            return REFUSALS[fault.name](head, fault.code("mm7"))
        if refused is not None and refused.code < 1000:
            return web.Response(status=refused.code, text="A fault on demand.")
        if refused is not None:
            return soap(write_submit_rsp(head, SubmitRsp(status=refused)))
        line = self._take(submitted, read_content(message.content), head, len(await request.read()))
        is_held = fault is not None and fault.name == "receipt_first" and line["receipt"]
        told = self._owed.heard(line["id"]) if is_held else None
        if delay_s := self._answer_delay_s():
            await asyncio.sleep(delay_s)
        if self._faults.drops_connection() or self._faults.loses_answer():
            return hang_up(request)

        def taken(message_id: str) -> web.Response:
            status = Status(code=codes.SUCCESS)
            return soap(write_submit_rsp(head, SubmitRsp(status=status, message_id=message_id)))

        return await said(request, taken, line["id"], fault, told)

    def _answer_delay_s(self) -> float:
        return self._settings.answer_delay_s or (self._conduct.answer_delay_s() if self._conduct else 0.0)

    def _cancel(self, request: CancelReq) -> Status:
        status, line = self._waiting.cancel(request)
        if line is not None and line["receipt"]:
            self._owe(line, "Cancelled")
        return status

    def _replace(self, request: ReplaceReq, message: Message) -> Status:
        content = read_content(message.content)
        return self._waiting.replace(request.message_id, {"text": content.text, "media": self._kept(content)})

    def _judge(self, submitted: SubmitReq) -> Status | None:
        """Why a message is refused, None when it is taken. A code below 1000 is an HTTP status."""
        if self._faults.is_throttled(self._now()):
            return Status(code=codes.THROUGHPUT_EXCEEDED)
        recipients = _recipients(submitted)
        if wanted := self._faults.refusal("mm7"):
            return Status(code=wanted)
        if len(recipients) != 1:
            return Status(code=3003)
        if recipients[0].kind is not AddressKind.NUMBER or not 7 <= len(recipients[0].text) <= 15:
            return Status(code=2002)
        if not self._settings.mms.takes(_shown(recipients[0])):
            return Status(code=codes.CONTENT_REFUSED, details="No picture messages reach this country.")
        return None

    def _take(self, submitted: SubmitReq, content: Content, head: Head, n_octets: int) -> Line:
        """Pictures to disk, the message to the journal and to its phone, its receipt on its way."""
        self._last_id += 1
        self._namespace = head.namespace
        line: Line = {
            "at": self._now(),
            "kind": "submit",
            "protocol": "mm7",
            "id": f"mm-{self._last_id}",
            "from": _shown(submitted.sender) if submitted.sender else "",
            "to": _shown(_recipients(submitted)[0]),
            "text": content.text,
            "subject": submitted.subject,
            "media": self._kept(content),
            # The whole request as it came, base64 and headers included: what a network’s limit is about.
            "n_octets": n_octets,
            "transaction": head.transaction_id,
            "namespace": head.namespace,
            "receipt": bool(submitted.delivery_report),
        }
        if self._settings.delivery_delay_s:
            line["waits"] = True
        self._journal.write([line])
        if self._settings.delivery_delay_s:
            self._waiting.by_id[line["id"]] = line
            self._arrive_later(line["id"])
        else:
            self._deliver(line)
        return line

    def _arrive_later(self, message_id: str) -> None:
        asyncio.get_running_loop().call_later(self._settings.delivery_delay_s, self._arrive, message_id)

    def _arrive(self, message_id: str) -> None:
        line = self._waiting.arrive(message_id)
        if line is not None:
            self._deliver(line)

    def _deliver(self, line: Line) -> None:
        self._phones.receive(line)
        if line["receipt"] and not self._faults.loses_receipt(line["to"]):
            status = fate_of(line["to"]).mm_status
            asyncio.get_running_loop().call_later(self._settings.receipt_delay_s, self._owe, line, status)

    def _kept(self, content: Content) -> list[dict[str, str]]:
        return [
            {"sha256": keep(self._settings.folder, each.octets), "content_type": each.content_type}
            for each in content.media
        ]

    def _is_known(self, message_id: str) -> bool:
        """Whether the id was given to a message, whatever has become of it."""
        found = _GIVEN.fullmatch(message_id)
        return found is not None and int(found[1]) <= self._last_id

    def _owe(self, line: Line, mm_status: str) -> None:
        receipt: Line = {
            "at": self._now(),
            "kind": "receipt",
            "protocol": "mm7",
            "id": line["id"],
            "from": line["from"],
            "to": line["to"],
            "mm_status": mm_status,
            "namespace": line["namespace"],
        }
        self._journal.write([receipt])
        self._owed.add(receipt)

    def _remember(self) -> None:
        """Go on from the journal: no id twice."""
        for line in self._journal.lines():
            match line:
                case {"kind": "submit", "protocol": "mm7", "id": str(given)}:
                    self._last_id = max(self._last_id, int(given.removeprefix("mm-")))
                    self._namespace = line.get("namespace", self._namespace)

    async def _resuming(self, _app: web.Application) -> AsyncIterator[None]:
        """What waited for its phone at the last stop waits again."""
        for message_id in self._waiting.by_id:
            self._arrive_later(message_id)
        yield

    async def _tell(self, client: HttpClient, line: Line) -> bool | None:
        if not self._settings.mm7_callback_url:
            return None
        content_type, buffers = call_of(line, self._settings.folder)
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(sum(map(len, buffers))),
            "SOAPAction": '""',
            "Authorization": self._credentials,
        }
        # Basic until somebody asks for Digest, which then goes in its place.
        answer = await post_as(client, self._login, self._settings.mm7_callback_url, headers, buffers, line["id"])
        return isinstance(answer, Answered) and answer.status == 200


async def start_mmsc(
    settings: SimulatorSettings,
    journal: Journal,
    phones: Phones,
    faults: FaultBoard,
    now: Callable[[], float],
    conduct: Conduct | None = None,
) -> web.AppRunner:
    """Serve MM7 on loopback, by the script's conduct where there is one. The caller cleans the runner up."""
    mmsc = Mmsc(settings, journal, phones, faults, now, conduct)
    runner = web.AppRunner(mmsc.app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings.mm7_port).start()
    return runner


def _recipients(submitted: SubmitReq) -> tuple[Address, ...]:
    return (*submitted.to, *submitted.cc, *submitted.bcc)


def _shown(address: Address) -> str:
    return f"+{address.text}" if address.kind is AddressKind.NUMBER else address.text
