import asyncio
import json
from pathlib import Path

import httpx
import pytest

from heliogram.commands.client import Api, Place, Refused, open_api, place_of
from heliogram.commands.local import NoWorkspace
from heliogram.config import CannotStart, Config
from tests.commands.desk import Desk
from tests.whole.scene import GROUP, KEY
from tests.whole.stage import Stage


def _config(stage: Stage) -> Config:
    return Config(data=stage.data, port=stage.port)


def _answering(status: int, body: bytes) -> Api:
    transport = httpx.MockTransport(lambda _request: httpx.Response(status, content=body))
    return Api(httpx.AsyncClient(transport=transport, base_url="http://heliogram"))


@pytest.mark.parametrize(
    ("body", "sentence", "code"),
    [
        (json.dumps({"detail": "No such thing.", "code": "not_found"}).encode(), "No such thing.", "not_found"),
        (json.dumps({"title": "Not found", "code": "not_found"}).encode(), "Not found", "not_found"),
        (b"<html>Bad gateway</html>", "The server answered 502.", "refused"),
        (b"[]", "The server answered 502.", "refused"),
    ],
)
async def test_a_refusal_is_the_servers_sentence_or_its_status(body: bytes, sentence: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        await _answering(502, body).get("/anything")
    assert (str(refused.value), refused.value.code) == (sentence, code)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.example/", Place("http://a.example", "k")),
        ("", Place("", "")),
    ],
)
def test_an_address_wins_and_without_any_server_it_is_this_process(url: str, expected: Place, tmp_path: Path) -> None:
    assert place_of(Config(data=tmp_path), url=url, key="k") == expected


async def test_this_process_answers_as_a_server_would(shop: Desk) -> None:
    async with open_api(_config(shop.stage), Place("", ""), delivers=False) as api:
        assert api.is_here
        assert [group["id"] for group in (await api.get("/groups"))["items"]] == [GROUP]


async def test_this_process_listens_on_its_port_while_it_delivers(shop: Desk) -> None:
    async with open_api(_config(shop.stage), Place("", "")) as api, httpx.AsyncClient(trust_env=False) as other:
        await api.get("/groups")
        answer = await other.get(f"{shop.stage.url}/healthz")
    assert answer.json() == {"ok": True}
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(trust_env=False) as other:
            await other.get(f"{shop.stage.url}/healthz")


async def test_without_delivering_it_takes_no_port(shop: Desk) -> None:
    async with open_api(_config(shop.stage), Place("", ""), delivers=False), httpx.AsyncClient(trust_env=False) as a:
        with pytest.raises(httpx.ConnectError):
            await a.get(f"{shop.stage.url}/healthz")


async def test_a_folder_without_a_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoWorkspace):
        async with open_api(Config(data=tmp_path), Place("", ""), delivers=False):
            pass


async def test_two_on_one_port_are_refused(shop: Desk) -> None:
    async with open_api(_config(shop.stage), Place("", "")):
        with pytest.raises(CannotStart, match="choose another port with HELIOGRAM_PORT"):
            async with open_api(_config(shop.stage), Place("", "")):
                pass


async def test_a_part_that_ends_by_a_mistake_is_not_waited_for() -> None:
    async def fail() -> None:
        raise LookupError("a bug")

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    api = Api(httpx.AsyncClient(), (task,))
    with pytest.raises(LookupError):
        await api.get("/groups")


def test_the_running_server_is_found_by_its_folder_and_takes_the_same_requests(shop: Desk) -> None:
    shop.stage.start_server()
    try:
        found = place_of(Config(data=shop.stage.data))
        assert found.url == shop.stage.url

        async def ask(place: Place) -> tuple[bool, list[str]]:
            async with open_api(Config(data=shop.stage.data), place) as api:
                return api.is_here, [group["id"] for group in (await api.get("/groups"))["items"]]

        for place in (found, Place(shop.stage.url, KEY)):
            assert asyncio.run(ask(place)) == (False, [GROUP])
    finally:
        shop.stage.stop()
