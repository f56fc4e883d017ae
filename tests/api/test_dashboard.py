import re
from html import escape
from pathlib import Path

import pytest
from fastapi.responses import FileResponse

from heliogram.api.dashboard import CSP, docs_page, served
from tests.api.kit import problem
from tests.doors import Doors


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A dashboard as it is built, with something secret beside it."""
    folder = tmp_path / "web"
    (folder / "_app" / "immutable").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Heliogram</title>")
    (folder / "_app" / "immutable" / "start.js").write_text("start()")
    (folder / "theme.js").write_text("theme()")
    (tmp_path / "secret.key").write_text("secret")
    return folder


async def test_the_documentation_loads_nothing_from_elsewhere_and_runs_no_script(doors: Doors) -> None:
    answer = await doors.anyone.get("/api/docs")
    page = answer.text
    assert answer.headers["content-security-policy"] == CSP
    assert not re.search(r"<script|<link|<iframe|<img|@import|url\(|\son\w+=", page)
    assert set(re.findall(r'(?:src|href|action)=["\']([^"\']+)', page)) >= {"/api/openapi.json", "#campaigns"}
    assert not re.findall(r'(?:src|href|action)=["\'](?:https?:)?//', page)


async def test_the_documentation_has_every_route_with_what_it_needs_takes_and_gives(doors: Doors) -> None:
    spec = doors.web.openapi()
    page = docs_page(spec)
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in page
            assert escape(operation["summary"]) in page
    assert page.count("Needs the scope <code>settings:write</code>") == 9
    assert "Takes <code>application/json</code> <a href='#DraftAsk'>" in page
    assert "Gives <code>application/json</code> <a href='#CampaignShape'>" in page
    assert all(f"<div id='{name}'>" in page for name in spec["components"]["schemas"])


def test_what_a_description_says_is_never_markup() -> None:
    spec = {
        "paths": {"/<b>": {"get": {"summary": "<script>", "description": "<i>", "responses": {}}}},
        "components": {"schemas": {"<x>": {"description": "<y>", "properties": {"<z>": {"type": "<t>"}}}}},
    }
    page = docs_page(spec)
    assert not re.search(r"<(script|b|i|x|y|z|t)>", page.partition("<h2>")[2])


@pytest.mark.parametrize("path", ["", "campaigns", "campaigns/123", "a" * 300, "a/" * 200, "café"])
def test_an_address_of_the_dashboard_is_its_one_page(built: Path, path: str) -> None:
    answer = served(built, path)
    assert isinstance(answer, FileResponse) and Path(answer.path) == built / "index.html"
    assert (answer.headers["cache-control"], answer.headers["content-security-policy"]) == ("no-cache", CSP)


@pytest.mark.parametrize(
    ("path", "caching"),
    [("_app/immutable/start.js", "public, max-age=31536000, immutable"), ("theme.js", "no-cache")],
)
def test_only_a_file_named_by_its_hash_is_kept_for_long(built: Path, path: str, caching: str) -> None:
    answer = served(built, path)
    assert isinstance(answer, FileResponse) and Path(answer.path) == built / path
    assert answer.headers["cache-control"] == caching
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["../secret.key", "_app/../../secret.key", "/etc/passwd", "./../secret.key"])
def test_no_file_outside_the_folder_is_ever_served(built: Path, path: str) -> None:
    answer = served(built, path)
    assert answer.status_code == 404 or Path(getattr(answer, "path", "")) == built / "index.html"


@pytest.mark.parametrize("path", ["_app/immutable/gone.js", "carriers/a/b"])
def test_what_only_programs_ask_for_is_not_answered_with_a_page(built: Path, path: str) -> None:
    assert (served(built, path).status_code, bytes(served(built, path).body)) == (
        404,
        b"There is nothing at this address.\n",
    )


@pytest.mark.parametrize(("path", "status"), [("", 503), ("campaigns", 404)])
def test_a_dashboard_that_is_not_built_says_how_to_build_it(tmp_path: Path, path: str, status: int) -> None:
    answer = served(tmp_path, path)
    assert (answer.status_code, b"make ui" in bytes(answer.body)) == (status, True)


@pytest.mark.parametrize("path", ["/api/", "/api/v2/me", "/api/docs/", "/api/openapi"])
async def test_an_unknown_address_of_the_api_is_a_problem_for_anyone(doors: Doors, path: str) -> None:
    sentence = problem(await doors.anyone.get(path), "not_found")
    assert sentence == "There is nothing at this address. The API's addresses are described at /api/docs."
