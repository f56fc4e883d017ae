"""The HTTP client of carriers: one shared session, bounded answers, and the knowledge whether anything left.

Here: octets out, octets back. Not here: what they mean (each carrier's `request_for` and `outcome_of`).
Addresses come from an operator's account settings, so private networks are allowed: gateways live there.
"""

import base64
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from heliogram.carriers.digest import Login
from heliogram.carriers.reach import why_no_connection

MAX_ANSWER_OCTETS = 256 * 1024
"""A carrier's answer has under 2 kB; what is longer is cut."""
KEEPALIVE_S = 4.0
"""Idle connections are dropped before the carrier does it (Apache: 5 s): writing into one it has just closed
would leave us not knowing whether it took the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Header names are in lower case; what came in several headers of one name is joined by commas."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnswered:
    """No answer. `has_left` is false only when it is certain that no octet of the body was written."""

    has_left: bool
    timed_out: bool
    error: str


class HttpClient:
    """One session for one account, opened in the loop that first uses it.

    `context` is for TLS where the system's authorities and no certificate of ours are not what it takes.
    """

    def __init__(
        self,
        *,
        connections: int,
        timeout_s: float,
        connect_timeout_s: float,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=connect_timeout_s)
        self._connect_timeout_s = connect_timeout_s
        self._context = context
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], buffers: Sequence[bytes]) -> Answered | NotAnswered:
        """POST buffers as one body, each written as it is. `headers` holds the Content-Length."""
        has_left = False

        async def body() -> AsyncIterator[bytes]:
            nonlocal has_left
            has_left = True
            for buffer in buffers:
                yield buffer

        try:
            # A redirect would carry the message and its secrets to an address nobody configured.
            posted = self._open_session().post(url, data=body(), headers=headers, allow_redirects=False)
            async with posted as response:
                return Answered(
                    status=response.status,
                    headers=_joined(response.headers),
                    body=await _read_bounded(response.content),
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return NotAnswered(has_left=has_left, timed_out=isinstance(error, TimeoutError), error=repr(error))

    async def get(self, url: str, headers: Mapping[str, str]) -> Answered | NotAnswered:
        """GET: for what is only looked at. No redirect is followed, as with POST."""
        try:
            async with self._open_session().get(url, headers=headers, allow_redirects=False) as response:
                return Answered(
                    status=response.status,
                    headers=_joined(response.headers),
                    body=await _read_bounded(response.content),
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return NotAnswered(has_left=True, timed_out=isinstance(error, TimeoutError), error=repr(error))

    async def can_connect(self, url: str) -> bool:
        """Whether a connection opens. Nothing is sent over it."""
        return not await self.why_no_connection(url)

    async def why_no_connection(self, url: str) -> str:
        """ "" when a connection opens, else why not, in words. Nothing is sent over it."""
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        context = (self._context or ssl.create_default_context()) if is_tls else None
        return await why_no_connection(parts.hostname or "", port, context, self._connect_timeout_s)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        # asyncio and uvloop set TCP_NODELAY on every connection they open.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEPALIVE_S, ssl=self._context or True
                ),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def post_as(
    client: HttpClient, login: Login, url: str, headers: Mapping[str, str], buffers: Sequence[bytes], key: str
) -> Answered | NotAnswered:
    """POST, and once more where the server asks who we are: what it answers 401 it has not taken."""
    uri = urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
    answer = await client.post(url, {**headers, **login.headers("POST", uri, key)}, buffers)
    asked = answer.headers.get("www-authenticate", "") if isinstance(answer, Answered) else ""
    if isinstance(answer, Answered) and answer.status == 401 and login.hears(asked):
        answer = await client.post(url, {**headers, **login.headers("POST", uri, key)}, buffers)
    return answer


def basic_credentials(username: str, password: str) -> str:
    """The Authorization header of HTTP Basic. Source: RFC 7617."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def _joined(headers: Mapping[str, str]) -> dict[str, str]:
    """Source: RFC 9110 §5.3. A gateway that takes Basic and Digest says so in two headers."""
    joined: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


async def _read_bounded(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_ANSWER_OCTETS:
            break
    return bytes(body[:MAX_ANSWER_OCTETS])
