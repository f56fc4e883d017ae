import re

from heliogram import __version__
from heliogram.api.auth import Guard
from heliogram.api.limits import BodyLimit
from heliogram.server import bind
from tests.api.kit import n_rows, problem
from tests.doors import Doors


async def test_the_web_application_answers_for_every_door(doors: Doors) -> None:
    said = {
        "/healthz": '{"ok":true}',
        "/api/docs": "Heliogram API",
        "/api/openapi.json": f'"version":"{__version__}"',
        "/p/unknown": "This picture is not here",
        "/sign-in/unknown": "Sign in to Heliogram",
        "/carriers/unknown": "No such account.",
        "/": "Heliogram",
    }
    for path, part in said.items():
        assert part in (await doors.anyone.get(path)).text, path


async def test_nothing_of_the_framework_is_served_besides_our_own(doors: Doors) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
        answer = await doors.anyone.get(path)
        assert not re.search(r"swagger|redoc|jsdelivr|fastapi", answer.text, re.IGNORECASE), path
        assert '"openapi"' not in answer.text
    assert [each["url"] for each in (await doors.anyone.get("/api/openapi.json")).json().get("servers", [])] == []


async def test_size_is_judged_before_identity_and_identity_before_anything_else(doors: Doors) -> None:
    assert [each.cls for each in doors.web.user_middleware] == [BodyLimit, Guard]
    headers = {"Content-Length": str(300_000)}
    answer = await doors.anyone.post("/api/v1/segments", content=b"", headers=headers)
    assert problem(answer, "too_large")
    assert problem(await doors.anyone.get("/api/v1/nope"), "unauthenticated")


async def test_the_same_routes_can_be_bound_to_another_app(doors: Doors) -> None:
    before = doors.web.state.watch
    await doors.web.state.simulator.aclose()
    bind(doors.web, doors.app)
    assert doors.web.state.app is doors.app and doors.web.state.watch is not before
    assert (await doors.api.get("/api/v1/me")).json()["workspace"]["id"] == "workspace"
    assert await n_rows(doors, "workspaces") == {"workspaces": 1}
