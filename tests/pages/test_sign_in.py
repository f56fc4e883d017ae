import asyncio
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from heliogram.model.access import SESSION_COOKIE, hash_of
from heliogram.pages.sign_in import LINK_LASTS, SESSION_LASTS, new_sign_in_link
from heliogram.storage import access
from tests.api.kit import n_rows, problem
from tests.doors import Doors
from tests.world import WORKSPACE

ME = "/api/v1/me"


@pytest.fixture
async def path(doors: Doors) -> str:
    """Where a fresh link leads."""
    member = {"id": "member", "workspace_id": WORKSPACE, "name": "Robin", "role": "owner"}
    async with doors.app.store.write() as connection:
        await access.add_member(connection, member | {"created_at": doors.clock.now()})
    url = await new_sign_in_link(doors.app, WORKSPACE, "member")
    assert url.startswith("http://heliogram.test/sign-in/")
    return url.removeprefix("http://heliogram.test")


def cookie_of(answer: httpx.Response) -> Any:
    return SimpleCookie(answer.headers["set-cookie"])[SESSION_COOKIE]


async def me(doors: Doors, cookie: str) -> httpx.Response:
    return await doors.anyone.get(ME, headers={"Cookie": f"{SESSION_COOKIE}={cookie}"})


async def test_opening_a_link_spends_nothing_because_programs_open_links_too(doors: Doors, path: str) -> None:
    for _ in range(3):
        page = await doors.anyone.get(path)
        assert page.status_code == 200 and '<form method="post">' in page.text and "<script" not in page.text
        assert "set-cookie" not in page.headers
    assert await n_rows(doors, "sessions") == {"sessions": 0}
    assert (await doors.anyone.post(path)).status_code == 303


async def test_signing_in_leads_to_the_dashboard_as_that_member(doors: Doors, path: str) -> None:
    answer = await doors.anyone.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    told = (await me(doors, cookie_of(answer).value)).json()
    assert told["member"] == {"name": "Robin", "role": "owner"}


async def test_the_cookie_is_for_this_site_alone_and_no_script_sees_it(doors: Doors, path: str) -> None:
    cookie = cookie_of(await doors.anyone.post(path))
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert (cookie["max-age"], cookie["domain"], cookie["secure"]) == ("1209600", "", "")


@pytest.mark.parametrize(
    ("public_url", "scheme", "is_secure"),
    [
        ("http://heliogram.test", "http", False),
        ("http://heliogram.test", "https", True),
        ("https://heliogram.test", "http", True),
    ],
)
async def test_over_https_the_cookie_never_travels_in_clear(
    doors: Doors, path: str, public_url: str, scheme: str, is_secure: bool
) -> None:
    doors.app.config = doors.app.config.model_copy(update={"public_url": public_url})
    cookie = cookie_of(await doors.anyone.post(f"{scheme}://heliogram.test{path}"))
    assert bool(cookie["secure"]) == is_secure


async def test_a_link_signs_in_once(doors: Doors, path: str) -> None:
    first, second = await doors.anyone.post(path), await doors.anyone.post(path)
    assert (first.status_code, second.status_code) == (303, 410)
    assert "set-cookie" not in second.headers
    assert "This link has been used, or is too old" in second.text and "heliogram link" in second.text
    assert await n_rows(doors, "sessions") == {"sessions": 1}


async def test_of_many_who_use_a_link_at_once_one_is_let_in(doors: Doors, path: str) -> None:
    answers = await asyncio.gather(*(doors.anyone.post(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410, 410]
    assert await n_rows(doors, "sessions") == {"sessions": 1}


@pytest.mark.parametrize(("seconds", "status"), [(-1, 303), (0, 410)])
async def test_a_link_lasts_twelve_hours(doors: Doors, path: str, seconds: int, status: int) -> None:
    doors.clock.move(seconds=LINK_LASTS.total_seconds() + seconds)
    assert ((await doors.anyone.post(path)).status_code, LINK_LASTS.total_seconds()) == (status, 43_200)


async def test_a_session_lasts_two_weeks(doors: Doors, path: str) -> None:
    cookie = cookie_of(await doors.anyone.post(path)).value
    doors.clock.move(seconds=SESSION_LASTS.total_seconds() - 1)
    assert (await me(doors, cookie)).json()["member"]["name"] == "Robin"
    doors.clock.move(seconds=1)
    assert "Sign in again" in problem(await me(doors, cookie), "unauthenticated")


@pytest.mark.parametrize("token", ["unknown", "x" * 2_000, "é", "%2e%2e"])
async def test_a_token_nobody_was_given_looks_like_one_that_was_used(doors: Doors, token: str) -> None:
    page, answer = await doors.anyone.get(f"/sign-in/{token}"), await doors.anyone.post(f"/sign-in/{token}")
    assert (page.status_code, answer.status_code, "set-cookie" in answer.headers) == (200, 410, False)
    assert "This link has been used, or is too old" in answer.text


async def test_neither_link_nor_session_can_be_read_from_the_database(doors: Doors, path: str) -> None:
    token = path.rpartition("/")[2]
    cookie = cookie_of(await doors.anyone.post(path)).value
    async with doors.app.store.read() as connection:
        links = (await connection.exec_driver_sql("SELECT token_hash FROM sign_in_links")).scalars().all()
        sessions = (await connection.exec_driver_sql("SELECT token_hash FROM sessions")).scalars().all()
    assert (list(links), list(sessions)) == ([hash_of(token)], [hash_of(cookie)])
    assert len(token) >= 43 and len(cookie) >= 43


HOME = ["", "http://127.0.0.1:8025", "http://localhost:8025", "http://[::1]:8025"]


def _from(doors: Doors, peer: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=doors.web, client=(peer, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8025")


@pytest.mark.parametrize("public_url", HOME)
async def test_a_server_at_home_on_loopback_signs_nobody_in_from_elsewhere(
    doors: Doors, path: str, public_url: str
) -> None:
    doors.app.config = doors.app.config.model_copy(update={"public_url": public_url})
    for peer in ("10.0.0.5", "203.0.113.9", "2001:db8::1", "unknown"):
        refused = await _from(doors, peer).post(path)
        assert refused.status_code == 403 and "HELIOGRAM_PUBLIC_URL" in refused.text, peer
        assert "set-cookie" not in refused.headers
    assert (await _from(doors, "127.0.0.1" if public_url != HOME[3] else "::1").post(path)).status_code == 303


async def test_a_server_with_an_address_of_its_own_signs_in_from_anywhere(doors: Doors, path: str) -> None:
    assert (await _from(doors, "203.0.113.9").post(path)).headers["location"] == "/"
