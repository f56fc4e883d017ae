"""Why a connection does not open, in words for an operator, and trying one without sending anything over it."""

import asyncio
import socket
import ssl
from contextlib import suppress

from heliogram.carriers.tls import why_refused


async def why_no_connection(host: str, port: int, context: ssl.SSLContext | None, timeout_s: float) -> str:
    """ "" when a connection opens (and its certificate is accepted), else why not. Nothing is sent over it."""
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except (OSError, TimeoutError, UnicodeError) as problem:
        return words_of(problem)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return ""


def words_of(problem: OSError | TimeoutError | UnicodeError) -> str:
    """What kept a connection from opening: half a sentence."""
    match problem:
        case ConnectionRefusedError():
            return "nothing listens there"
        case ssl.SSLError():
            return why_refused(problem)
        case UnicodeError():
            return "its address is no name of a host"
        case socket.gaierror():
            return "no host of this name is found"
        case _:
            return str(problem.strerror or str(problem) or "no answer in time").lower()
