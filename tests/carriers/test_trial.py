import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from heliogram.carriers.http import basic_credentials
from heliogram.carriers.registry import carrier_for
from heliogram.carriers.trial import Trial, try_out
from heliogram.wire.smpp.names import RINVPASWD

from .gateway import closed_port
from .kit import account
from .smsc_peer import peer

SID = "AC" + "0" * 32
PUBLIC_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
TOKEN = "callback-key"
WEB: list[tuple[str, str, dict[str, Any], str, str]] = [
    (
        "bandwidth",
        "user-password",
        {"account_id": "99", "application_id": "app", "username": "user"},
        "/users/99/media",
        basic_credentials("user", "user-password"),
    ),
    ("infobip", f"api-key:{TOKEN}", {}, "/account/1/balance", "App api-key"),
    ("plivo", "auth-token", {"auth_id": "MA1"}, "/v1/Account/MA1/", basic_credentials("MA1", "auth-token")),
    (
        "sinch",
        f"sms-token:mms-key:{TOKEN}",
        {"service_plan_id": "plan", "service_id": "service"},
        "/xms/v1/plan/batches",
        "Bearer sms-token",
    ),
    ("telnyx", "KEY123", {"public_key": PUBLIC_KEY}, "/balance", "Bearer KEY123"),
    (
        "twilio",
        "auth-token",
        {"account_sid": SID},
        f"/2010-04-01/Accounts/{SID}.json",
        basic_credentials(SID, "auth-token"),
    ),
    (
        "vonage",
        "api-secret:signing",
        {"api_key": "abc"},
        "/accounts/abc/secrets",
        basic_credentials("abc", "api-secret"),
    ),
    ("mm7", "hush", {"username": "vasp"}, "", basic_credentials("vasp", "hush")),
]


@asynccontextmanager
async def serving(status: int) -> AsyncIterator[tuple[str, list[tuple[str, str, str]]]]:
    """A web service that answers everything alike, and what it was asked: (method, path, Authorization)."""
    asked: list[tuple[str, str, str]] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append((request.method, request.path, request.headers.get("Authorization", "")))
        return web.Response(status=status)

    server = web.Application()
    server.router.add_route("*", "/{rest:.*}", handle)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


async def tried(kind: str, secret: str, settings: dict[str, Any]) -> Trial:
    return await try_out(carrier_for(kind, account(secret, settings)))


@pytest.mark.parametrize(("kind", "secret", "settings", "path", "shown"), WEB, ids=[each[0] for each in WEB])
async def test_a_web_service_is_asked_once_for_what_only_the_owner_may_see(
    kind: str, secret: str, settings: dict[str, Any], path: str, shown: str
) -> None:
    async with serving(200) as (where, asked):
        told = await tried(kind, secret, {"url": f"http://{where}/base"} | settings)
    assert told == Trial(is_good=True, sentence=f"{where} answers, and takes the name and the password.")
    assert asked == [("GET", f"/base{path}", shown)]


@pytest.mark.parametrize(
    ("status", "is_good", "words"),
    [
        (401, False, "It refuses the name or the password."),
        (403, False, "It refuses the name or the password."),
        (404, True, "(HTTP 404). Whether the name and password are right shows when a message is sent."),
        (302, True, "(HTTP 302)."),
        (500, True, "(HTTP 500)."),
    ],
)
async def test_what_the_answer_says_about_the_password_is_told_and_no_more(
    status: int, is_good: bool, words: str
) -> None:
    async with serving(status) as (where, _asked):
        told = await tried("twilio", "auth-token", {"account_sid": SID, "url": f"http://{where}"})
    assert told.is_good is is_good
    assert words in told.sentence
    assert "auth-token" not in told.sentence


async def test_a_gateway_that_wants_a_name_says_so_when_none_is_set() -> None:
    async with serving(401) as (where, asked):
        told = await tried("mm7", "", {"url": f"http://{where}/mm7"})
    assert told == Trial(is_good=False, sentence=f"{where} answers. It wants a user name and a password.")
    assert asked == [("GET", "/mm7", "")]


async def test_a_gateway_of_ones_own_is_only_connected_to() -> None:
    async with serving(200) as (where, asked):
        told = await tried("webhook", "a secret of 16 octets", {"url": f"http://{where}"})
    assert told.is_good
    assert told.sentence.startswith(f"{where} can be reached. ")
    assert asked == []


async def test_nobody_at_the_address_is_told_in_words() -> None:
    port = await closed_port()
    told = await tried("telnyx", "KEY", {"public_key": PUBLIC_KEY, "url": f"http://127.0.0.1:{port}"})
    assert told == Trial(is_good=False, sentence=f"127.0.0.1:{port} cannot be reached: nothing listens there.")


async def test_an_smsc_that_lets_us_in_is_bound_to_and_left() -> None:
    async with peer() as smsc:
        port = smsc.port
        trying = asyncio.create_task(tried("smpp", "secret", {"host": "127.0.0.1", "port": port, "system_id": "helio"}))
        line = await smsc.line()
        await line.bind()
        unbind = await line.hear()
        line.answer(unbind)
        told = await trying
    assert told == Trial(is_good=True, sentence=f"127.0.0.1:{port} let us in: host, name and password are right.")


async def test_a_wrong_password_is_the_smscs_own_word() -> None:
    async with peer() as smsc:
        own = {"host": "127.0.0.1", "port": smsc.port, "system_id": "helio"}
        trying = asyncio.create_task(tried("smpp", "secret", own))
        line = await smsc.line()
        line.answer(await line.hear(), RINVPASWD)
        told = await trying
    assert not told.is_good
    assert told.sentence.endswith("the bind was refused: The carrier says the password is wrong.")
