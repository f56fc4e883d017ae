from heliogram.api.auth import CSRF_HEADER
from tests.api.kit import n_rows, problem
from tests.doors import Doors

V1 = "/api/v1"


async def test_a_member_and_a_key_are_told_who_they_are(doors: Doors) -> None:
    workspace = {"id": "workspace", "name": "Workspace"}
    browser = await doors.session("desk")
    assert (await browser.get(f"{V1}/me")).json() == {
        "workspace": workspace,
        "member": {"name": "Robin", "role": "desk"},
        "simulator": False,
        "mp4": doors.app.workshop.makes_films,
    }
    assert (await doors.api.get(f"{V1}/me")).json()["member"] == {"name": "tests", "role": "key"}


async def test_a_server_with_simulated_phones_says_so(doors: Doors) -> None:
    doors.app.config = doors.app.config.model_copy(update={"simulator_url": "http://127.0.0.1:9"})
    assert (await doors.api.get(f"{V1}/me")).json()["simulator"] is True


async def test_who_signs_out_is_out_with_a_copy_of_the_cookie_too(doors: Doors) -> None:
    browser = await doors.session()
    cookie = browser.cookies["heliogram_session"]
    answer = await browser.delete(f"{V1}/session", headers={CSRF_HEADER: "dashboard"})
    assert 'heliogram_session=""' in answer.headers["set-cookie"] and "Max-Age=0" in answer.headers["set-cookie"]
    copied = await doors.anyone.get(f"{V1}/me", headers={"Cookie": f"heliogram_session={cookie}"})
    assert problem(copied, "unauthenticated").startswith("Your session has ended.")
    assert await n_rows(doors, "sessions") == {"sessions": 0}


async def test_signing_out_ends_one_session_and_no_key(doors: Doors) -> None:
    one, other = await doors.session(), await doors.session()
    await one.delete(f"{V1}/session", headers={CSRF_HEADER: "dashboard"})
    assert (await doors.api.delete(f"{V1}/session")).content == b""
    assert (await other.get(f"{V1}/me")).json()["member"]["role"] == "owner"
    assert (await doors.api.get(f"{V1}/me")).json()["member"]["role"] == "key"
