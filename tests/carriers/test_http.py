import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from heliogram.carriers.digest import Login
from heliogram.carriers.http import MAX_ANSWER_OCTETS, Answered, HttpClient, NotAnswered, post_as

from .gateway import always, closed_port, gateway_answering, hang_up, never


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    made = HttpClient(connections=2, timeout_s=0.5, connect_timeout_s=0.5)
    yield made
    await made.close()


async def test_buffers_arrive_as_one_body_of_the_length_declared(client: HttpClient) -> None:
    picture = b"p" * 300_000
    async with gateway_answering(always(200, b"ok")) as gateway:
        answer = await client.post(gateway.url, {"Content-Length": "300002"}, [b"a", picture, b"z"])
    assert isinstance(answer, Answered)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"ok", "text/xml")
    assert gateway.asked[0].body == b"a" + picture + b"z"
    assert "transfer-encoding" not in gateway.asked[0].headers


async def test_an_endless_answer_is_cut(client: HttpClient) -> None:
    async with gateway_answering(always(200, b"x" * (MAX_ANSWER_OCTETS * 3))) as gateway:
        answer = await client.post(gateway.url, {"Content-Length": "1"}, [b"a"])
    assert isinstance(answer, Answered)
    assert len(answer.body) == MAX_ANSWER_OCTETS


async def test_a_redirect_is_not_followed(client: HttpClient) -> None:
    async with gateway_answering(always(307, b"", Location="/elsewhere")) as gateway:
        answer = await client.post(gateway.url, {"Content-Length": "1"}, [b"a"])
    assert isinstance(answer, Answered)
    assert (answer.status, len(gateway.asked)) == (307, 1)


async def test_nothing_has_left_when_nobody_listens(client: HttpClient) -> None:
    answer = await client.post(f"http://127.0.0.1:{await closed_port()}/mm7", {"Content-Length": "1"}, [b"a"])
    assert isinstance(answer, NotAnswered)
    assert not answer.has_left


async def test_something_has_left_when_the_peer_hangs_up_on_the_request(client: HttpClient) -> None:
    async with gateway_answering(hang_up) as gateway:
        answer = await client.post(gateway.url, {"Content-Length": "1"}, [b"a"])
    assert isinstance(answer, NotAnswered)
    assert (answer.has_left, answer.timed_out) == (True, False)


async def test_a_silent_peer_is_given_up_after_the_timeout(client: HttpClient) -> None:
    async with gateway_answering(never) as gateway:
        answer = await client.post(gateway.url, {"Content-Length": "1"}, [b"a"])
    assert isinstance(answer, NotAnswered)
    assert (answer.has_left, answer.timed_out) == (True, True)


async def test_a_peer_can_be_probed_without_sending_it_anything(client: HttpClient) -> None:
    async with gateway_answering(always(200, b"")) as gateway:
        assert await client.can_connect(gateway.url)
        assert gateway.asked == []
    assert not await client.can_connect(f"http://127.0.0.1:{await closed_port()}/")


async def test_connections_send_small_writes_at_once(client: HttpClient) -> None:
    nodelay: list[int] = []

    async def look(request: web.Request) -> web.StreamResponse:
        connector = client._open_session().connector
        assert connector is not None
        for protocol in connector._acquired:
            assert protocol.transport is not None
            opened = protocol.transport.get_extra_info("socket")
            nodelay.append(opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        return web.Response()

    async with gateway_answering(look) as gateway:
        await client.post(gateway.url, {"Content-Length": "1"}, [b"a"])
    assert nodelay
    assert all(nodelay)


async def test_two_headers_of_one_name_are_one_with_both(client: HttpClient) -> None:
    async def asks_twice(request: web.Request) -> web.StreamResponse:
        answer = web.Response(status=401)
        for asked in ('Digest realm="m", nonce="n1", qop="auth"', 'Basic realm="m"'):
            answer.headers.add("WWW-Authenticate", asked)
        return answer

    async with gateway_answering(asks_twice) as gateway:
        login = Login("helio", "secret")
        answer = await post_as(client, login, f"{gateway.url}?a=b", {"Content-Length": "1"}, [b"a"], "k")
    assert isinstance(answer, Answered)
    assert answer.headers["www-authenticate"] == 'Digest realm="m", nonce="n1", qop="auth", Basic realm="m"'
    assert len(gateway.asked) == 2
    assert 'uri="/mm7?a=b"' in gateway.asked[1].headers["authorization"]
