"""Fetches media from where a carrier, or a person, says they are: bounded, and never from a private network.

An address in a webhook is a stranger's word even when the webhook is signed: the carrier passes on what it was given.
So is one that a member pastes: it may come from anywhere, and the server stands where no stranger does.
So the host's addresses are looked at where the connection is made (a name may change its mind between two questions),
every redirect is looked at again, and an account's credentials go to the account's own host alone.
Source: OWASP SSRF prevention; Twilio's redirects to other hosts, to which credentials must not follow (providers §2.3).
"""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp.abc import ResolveResult

MAX_OCTETS = 10_000_000
"""Twice the largest picture message that a carrier takes."""
N_REDIRECTS = 5
TIMEOUT_S = 30.0
N_AT_ONCE = 4
"""So that nobody makes this server a way to press another one hard."""
CONNECT_TIMEOUT_S = 5.0
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAccess:
    """How an account gets at its media. `headers` hold credentials: they go to the scheme, host and port of `url`."""

    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`content_type` is what the other side says, bare and in lower case."""

    octets: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFetched:
    """`reason` is a sentence for a person. `is_final` says that asking again cannot help."""

    reason: str
    is_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a person is told what went wrong: who was to have the file, and what is said to an address that is none."""

    who: str = "The carrier"
    no_address: str = "The carrier gave an address that is none."


class _Forbidden(OSError):
    """The host is in a private network."""


class Fetcher:
    """Fetches a few addresses at a time; a connection of its own for each, so that no credentials stay behind."""

    def __init__(
        self, *, timeout_s: float = TIMEOUT_S, max_octets: int = MAX_OCTETS, words: Words | None = None
    ) -> None:
        self._timeout_s = timeout_s
        self._max_octets = max_octets
        self._words = words or Words()
        self._room = asyncio.Semaphore(N_AT_ONCE)

    async def fetch(self, url: str, access: MediaAccess) -> Fetched | NotFetched:
        """The octets at `url`, redirects followed. Never raises for what the other side does."""
        async with self._room:
            return await self._fetch(url, access)

    async def _fetch(self, url: str, access: MediaAccess) -> Fetched | NotFetched:
        own = _origin(urlsplit(access.url)) if access.url else None
        connector = aiohttp.TCPConnector(resolver=_Guard(own), limit=1, force_close=True)
        timeout = aiohttp.ClientTimeout(total=self._timeout_s, sock_connect=CONNECT_TIMEOUT_S)
        try:
            async with aiohttp.ClientSession(
                connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            ) as session:
                async with asyncio.timeout(self._timeout_s):
                    return await self._follow(session, url, access, own)
        except TimeoutError:
            return self._miss("did not hand the file over in time")
        except aiohttp.InvalidURL:
            return self._no_address()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error, _Forbidden) or isinstance(getattr(error, "os_error", None), _Forbidden):
                return _FORBIDDEN
            return self._miss("could not be reached, or broke off")

    def _miss(self, what: str) -> NotFetched:
        return NotFetched(reason=f"{self._words.who} {what}.", is_final=False)

    def _no_address(self) -> NotFetched:
        return NotFetched(reason=self._words.no_address, is_final=True)

    async def _follow(
        self, session: aiohttp.ClientSession, url: str, access: MediaAccess, own: tuple[str, str, int] | None
    ) -> Fetched | NotFetched:
        for _hop in range(N_REDIRECTS + 1):
            try:
                origin = _origin(urlsplit(url))
            except ValueError:
                origin = None
            if origin is None:
                return self._no_address()
            if origin != own and _is_private_literal(origin[1]):
                return _FORBIDDEN
            headers = {"Accept-Encoding": "identity", **(access.headers if origin == own else {})}
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status in (301, 302, 303, 307, 308) and response.headers.get("Location"):
                    url = urljoin(url, response.headers["Location"])
                    continue
                return await self._read(response)
        return NotFetched(reason="The address of the file leads from one place to the next without end.", is_final=True)

    async def _read(self, response: aiohttp.ClientResponse) -> Fetched | NotFetched:
        if response.status != 200:
            # Also 404: some carriers call before the file is in its place.
            return self._miss(f"answered {response.status} for the file")
        body = bytearray()
        async for chunk in response.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > self._max_octets:
                reason = f"The file is larger than the {self._max_octets:,} bytes that are fetched."
                return NotFetched(reason=reason, is_final=True)
        said = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Fetched(octets=bytes(body), content_type=said[:100])


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


_FORBIDDEN = NotFetched(reason="The file is said to be in a private network, where nothing is fetched.", is_final=True)


def _origin(parts: SplitResult) -> tuple[str, str, int] | None:
    """(scheme, host, port) of an address that may be fetched, None for any other. Raises ValueError for a bad port."""
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname.lower().rstrip("."), parts.port or _PORTS[parts.scheme]


def _is_private_literal(host: str) -> bool:
    """Whether the host is an IP address that may not be asked: those are never resolved, so no resolver sees them."""
    try:
        return not is_public(host)
    except ValueError:
        return False


class _Guard(aiohttp.ThreadedResolver):
    """Resolves names, and refuses those of private networks: all but the account's own host at its own port."""

    def __init__(self, own: tuple[str, str, int] | None) -> None:
        super().__init__()
        self._own = own[1:] if own else None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if (host.lower().rstrip("."), port) != self._own and not all(is_public(each["host"]) for each in found):
            raise _Forbidden("the name is one of a private network")
        return found
