"""Fetching from where a stranger says, over real sockets: the network that tests run in is the forbidden one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from heliogram.carriers.fetch import N_REDIRECTS, Fetched, Fetcher, MediaAccess, NotFetched, is_public

from .gateway import closed_port

MAX = 1_000
SECRET = {"Authorization": "Basic c2VjcmV0"}


@dataclass(slots=True)
class Host:
    """A server that hands out files. `seen` has the path and the credentials of each request."""

    url: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list)
    leads_to: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.path, request.headers.get("Authorization", "")))
        match request.path.strip("/").split("/"):
            case ["size", n]:
                return web.Response(body=b"x" * int(n), content_type="image/jpeg")
            case ["status", n]:
                return web.Response(status=int(n))
            case ["hops", n] if int(n):
                return web.Response(status=302, headers={"Location": f"/hops/{int(n) - 1}"})
            case ["away"]:
                return web.Response(status=307, headers={"Location": self.leads_to})
            case ["endless"]:
                return await self._endless(request)
            case ["never"]:
                await asyncio.Event().wait()
        return web.Response(body=b"here", content_type="text/plain")

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _each in range(1_000):
            await response.write(b"x" * 1_024)
        return response


async def _open(host: Host) -> web.AppRunner:
    app = web.Application()
    app.router.add_get("/{rest:.*}", host.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    """The carrier's own."""
    made = Host()
    runner = await _open(made)
    yield made
    await runner.cleanup()


@pytest.fixture
async def other() -> AsyncIterator[Host]:
    """Somebody else's, in the same network."""
    made = Host()
    runner = await _open(made)
    yield made
    await runner.cleanup()


def access_to(host: Host) -> MediaAccess:
    return MediaAccess(url=f"{host.url}/v1", headers=SECRET)


async def fetch(url: str, access: MediaAccess, timeout_s: float = 10) -> Fetched | NotFetched:
    return await Fetcher(timeout_s=timeout_s, max_octets=MAX).fetch(url, access)


@pytest.mark.parametrize(("n", "is_fetched"), [(0, True), (MAX, True), (MAX + 1, False)])
async def test_a_file_is_fetched_with_the_accounts_credentials_up_to_its_size(
    host: Host, n: int, is_fetched: bool
) -> None:
    found = await fetch(f"{host.url}/size/{n}", access_to(host))
    assert host.seen == [(f"/size/{n}", SECRET["Authorization"])]
    if is_fetched:
        assert found == Fetched(octets=b"x" * n, content_type="image/jpeg")
    else:
        assert isinstance(found, NotFetched) and found.is_final and "1,000 bytes" in found.reason


async def test_a_file_that_never_ends_is_given_up_when_it_is_too_large(host: Host) -> None:
    found = await fetch(f"{host.url}/endless", access_to(host))
    assert isinstance(found, NotFetched) and found.is_final


@pytest.mark.parametrize("status", [204, 401, 404, 500])
async def test_an_answer_without_the_file_may_be_another_one_later(host: Host, status: int) -> None:
    found = await fetch(f"{host.url}/status/{status}", access_to(host))
    assert found == NotFetched(reason=f"The carrier answered {status} for the file.", is_final=False)


async def test_a_host_that_is_away_or_silent_is_asked_again_later(host: Host) -> None:
    away = f"http://127.0.0.1:{await closed_port()}"
    found = await fetch(f"{away}/a", MediaAccess(url=away))
    assert isinstance(found, NotFetched) and not found.is_final
    silent = await fetch(f"{host.url}/never", access_to(host), timeout_s=0.2)
    assert silent == NotFetched(reason="The carrier did not hand the file over in time.", is_final=False)


@pytest.mark.parametrize(("n", "is_fetched"), [(N_REDIRECTS, True), (N_REDIRECTS + 1, False)])
async def test_redirects_are_followed_a_few_times(host: Host, n: int, is_fetched: bool) -> None:
    found = await fetch(f"{host.url}/hops/{n}", access_to(host))
    assert isinstance(found, Fetched) is is_fetched
    assert len(host.seen) == N_REDIRECTS + 1


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "[::1]", "0.0.0.0"])
async def test_nothing_is_fetched_from_a_private_network_however_it_is_named(
    host: Host, other: Host, name: str
) -> None:
    port = other.url.rpartition(":")[2]
    for url in (f"http://{name}:{port}/a", f"{host.url}/away"):
        host.leads_to = f"http://{name}:{port}/a"
        found = await fetch(url, access_to(host))
        assert isinstance(found, NotFetched) and found.is_final
        assert "private network" in found.reason or name == "127.1"  # which is no way to write one any more
    assert other.seen == []


async def test_the_accounts_own_host_at_another_port_is_somebody_else(host: Host, other: Host) -> None:
    found = await fetch(f"{other.url}/a", access_to(host))
    assert isinstance(found, NotFetched) and "private network" in found.reason and found.is_final
    assert (host.seen, other.seen) == ([], [])


async def test_credentials_do_not_follow_to_another_host(host: Host, other: Host) -> None:
    named = host.url.replace("127.0.0.1", "localhost")
    host.leads_to = f"{other.url}/a"
    assert isinstance(await fetch(f"{named}/away", MediaAccess(url=named, headers=SECRET)), NotFetched)
    assert (host.seen, other.seen) == ([("/away", SECRET["Authorization"])], [])
    # Not in clear to the very host that is to get them in TLS.
    in_tls = MediaAccess(url=named.replace("http:", "https:"), headers=SECRET)
    assert isinstance(await fetch(f"{named}/a", in_tls), Fetched)
    assert host.seen[1:] == [("/a", "")]


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.test/x", "file:///etc/passwd", "//a.test/x", "http://", "http://u:p@a.test/", "http://a.test:x/"],
)
async def test_an_address_that_is_none_is_not_asked(url: str) -> None:
    found = await fetch(url, MediaAccess())
    assert found == NotFetched(reason="The carrier gave an address that is none.", is_final=True)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_what_is_public_is_told_by_the_innermost_address(address: str, public: bool) -> None:
    assert is_public(address) is public
