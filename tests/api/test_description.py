from typing import Any

from heliogram.api.errors import PROBLEM_TYPE
from tests.doors import Doors


def described(doors: Doors) -> list[tuple[str, str, dict[str, Any]]]:
    paths = doors.web.openapi()["paths"]
    return [(method.upper(), path, each) for path, methods in paths.items() for method, each in methods.items()]


async def test_every_route_says_what_it_is_for_and_what_it_gives(doors: Doors) -> None:
    for method, path, operation in described(doors):
        assert operation["summary"] and operation["tags"], path
        good = {status: each for status, each in operation["responses"].items() if status.startswith("2")}
        ((status, answer),) = good.items()
        for kind, each in answer.get("content", {}).items():
            assert kind in ("application/json", "image/*", "text/event-stream"), path
            assert kind != "application/json" or "$ref" in each["schema"], path
        assert (status == "204") == (not answer.get("content")), (method, path)


async def test_every_route_says_that_it_refuses_with_problems(doors: Doors) -> None:
    for _method, path, operation in described(doors):
        for status in ("4XX", "5XX"):
            content = operation["responses"][status]["content"]
            assert content == {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}, path
        assert "422" not in operation["responses"], path
    assert not [name for name in doors.web.openapi()["components"]["schemas"] if "ValidationError" in name]


async def test_every_post_that_changes_something_takes_an_idempotency_key(doors: Doors) -> None:
    # The first three only compute; a simulated phone is no part of the database.
    without = {"/api/v1/segments", "/api/v1/preview", "/api/v1/estimate"}
    # Trying an account out changes nothing; one that is there already is told by its name, and not made twice.
    without |= {"/api/v1/accounts/test", "/api/v1/accounts/{account_id}/test", "/api/v1/accounts"}
    # A carrier that is asked again what a number is says what is so now.
    without |= {"/api/v1/numbers/{number}/lookup"}
    without |= {f"/api/v1/simulator/phones/{{number}}/{verb}" for verb in ("reply", "picture")}
    taking = {
        path
        for method, path, operation in described(doors)
        if method == "POST" and "Idempotency-Key" in [each["name"] for each in operation.get("parameters", [])]
    }
    assert taking == {path for method, path, _ in described(doors) if method == "POST"} - without


async def test_the_description_is_served_and_names_only_our_own_routes(doors: Doors) -> None:
    told = (await doors.anyone.get("/api/openapi.json")).json()
    assert told == doors.web.openapi()
    assert all(path.startswith("/api/v1/") for path in told["paths"])
    assert set(told["components"]["securitySchemes"]) == {"HTTPBearer", "APIKeyCookie"}
