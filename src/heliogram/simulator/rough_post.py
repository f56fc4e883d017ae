"""What a script makes of answers over HTTP: refusals of every kind, and sound answers made unsound.

Here: fault → answer. Not here: when it strikes (`conduct`), what a sound carrier says (`mmsc`, `gateway`), which
journals what it takes as ever.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

from heliogram.simulator.conduct import Fault
from heliogram.wire.mm7.envelope import XML_TYPE, Head
from heliogram.wire.mm7.fault import write_fault
from heliogram.wire.mm7.names import SOAP
from heliogram.wire.mm7.status import Status
from heliogram.wire.mm7.submit import SubmitRsp, write_submit_rsp

HOLD_S: Final = 5.0
"""How long an answer waits for its receipt to go first: less than a client waits for the answer."""
SILENCE_S: Final = 600.0
"""How long a message without an answer keeps its connection: more than any client waits."""
OF_ANOTHER: Final = "mm-of-another"
"""The id in a receipt about a message that nobody sent."""


def soap(envelope: bytes, *, http_status: int = 200) -> web.Response:
    return web.Response(status=http_status, body=envelope, headers={"Content-Type": XML_TYPE})


def hang_up(request: web.Request, last_words: bytes = b"") -> web.Response:
    """Take the connection away, with nothing or half an answer said: what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.write(last_words)
        request.transport.close()
    return web.Response()


def _refused(head: Head, code: int) -> web.Response:
    if code < 1000:
        return http_error(code)
    return soap(write_submit_rsp(head, SubmitRsp(status=Status(code=code))))


def http_error(code: int) -> web.Response:
    """What a proxy says for a carrier that is not there."""
    page = f"<html><head><title>{code}</title></head><body><h1>{code}</h1></body></html>"
    return web.Response(status=code, text=page, content_type="text/html")


def _without_detail(head: Head, code: int) -> web.Response:
    said = "<faultcode>env:Server</faultcode><faultstring>A fault by script</faultstring>"
    body = f"<env:Body><env:Fault>{said}</env:Fault></env:Body>"
    transaction = f'<TransactionID xmlns="{head.namespace}"/>'
    whole = f'<env:Envelope xmlns:env="{SOAP}"><env:Header>{transaction}</env:Header>{body}</env:Envelope>'
    return soap(whole.encode(), http_status=500)


REFUSALS: Final[dict[str, Callable[[Head, int], web.Response]]] = {
    "error": _refused,
    "throttled": _refused,
    "http_error": lambda _head, code: http_error(code),
    "soap_fault": lambda head, code: soap(
        write_fault(head, Status(code=code, details="A fault by script"), error="RSErrorRsp"), http_status=500
    ),
    "soap_fault_without_detail": _without_detail,
}
"""What is said to a message that is not taken."""


async def said(
    request: web.Request,
    sound: Callable[[str], web.Response],
    message_id: str,
    fault: Fault | None,
    told: asyncio.Event | None,
) -> web.Response:
    """The answer to a message that was taken; `sound` is what a sound carrier says, with an id.

    `told` is set once the message's receipt is acknowledged, None if none comes.
    """
    match fault:
        case Fault(name="drop"):
            return hang_up(request)
        case Fault(name="no_answer"):
            await asyncio.sleep(SILENCE_S)
            return hang_up(request)
        case Fault(name="slow_answer"):
            await asyncio.sleep(fault.wait_s())
        case Fault(name="receipt_first") if told is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), HOLD_S)
        case Fault(name="cut_answer"):
            return hang_up(request, _half(sound(message_id)))
        case Fault(name="unreadable_answer"):
            whole = sound(message_id)
            whole.body = _octets(whole)[: len(_octets(whole)) // 2]
            return whole
        case Fault(name="empty_id"):
            return sound("")
        case Fault(name="repeated_id"):
            return sound("1")
        case _:
            pass
    return sound(message_id)


def _half(answer: web.Response) -> bytes:
    """As it is on the wire, with the second half of its body missing."""
    body = _octets(answer)
    head = f"HTTP/1.1 {answer.status} OK\r\nContent-Type: {answer.headers['Content-Type']}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2]


def _octets(answer: web.Response) -> bytes:
    assert isinstance(answer.body, bytes)
    return answer.body
