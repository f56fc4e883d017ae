"""What the dashboard's tests and screenshots share: signing in, acting as the member who is signed in, an empty workspace."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from heliogram.app import build
from heliogram.config import Config
from heliogram.demo.business import MMSC
from heliogram.storage import access
from tests.whole.scene import run_apart, set_demo_scene, sign_in_link
from tests.whole.stage import Stage


@contextmanager
def demo_stage(folder: Path, *simulator_options: str) -> Iterator[Stage]:
    """The demo's business with everything running."""
    stage = Stage(folder=folder, mmsc=MMSC)
    set_demo_scene(stage)
    with _running(stage, *simulator_options):
        yield stage


@contextmanager
def empty_stage(folder: Path) -> Iterator[Stage]:
    """A workspace with one member and nothing else."""
    stage = Stage(folder=folder)
    run_apart(_write_empty(stage))
    with _running(stage):
        yield stage


@contextmanager
def _running(stage: Stage, *simulator_options: str) -> Iterator[Stage]:
    try:
        stage.start_simulator(*simulator_options)
        stage.start_server()
        yield stage
    finally:
        stage.stop()


async def _write_empty(stage: Stage) -> None:
    async with build(Config(data=stage.data, database=stage.database), with_accounts=False) as app:
        now = app.now()
        workspace_id = app.new_id()
        member = {"id": app.new_id(), "workspace_id": workspace_id, "name": "Robin", "role": "owner", "created_at": now}
        async with app.store.write() as connection:
            await access.add_workspace(connection, {"id": workspace_id, "name": "Northgate", "created_at": now})
            await access.add_member(connection, member)


def signed_in_state(browser: Browser, stage: Stage) -> Any:
    """The cookies of a member who signed in, to open more pages with."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, stage)
    state = context.storage_state()
    context.close()
    return state


def sign_in(page: Page, stage: Stage) -> None:
    page.goto(sign_in_link(stage))
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Robin")


def ask(page: Page, stage: Stage, method: str, path: str, body: Any = None) -> Any:
    """Call the API as the member whose session the page has. Fails on anything but a success."""
    answer = page.request.fetch(
        f"{stage.url}/api/v1{path}",
        method=method,
        headers={"X-Heliogram": "dashboard", "Content-Type": "application/json"},
        data=None if body is None else json.dumps(body),
    )
    assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
    return answer.json() if answer.body() else None


def upload_picture(page: Page, stage: Stage, filename: str, octets: bytes, alt_text: str = "") -> Any:
    answer = page.request.post(
        f"{stage.url}/api/v1/media",
        headers={"X-Heliogram": "dashboard"},
        multipart={
            "file": {"name": filename, "mimeType": "image/jpeg", "buffer": octets},
            "alt_text": alt_text,
        },
    )
    assert answer.ok, answer.text()
    return answer.json()
