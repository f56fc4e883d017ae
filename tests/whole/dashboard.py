"""What the dashboard's tests and screenshots share: a stage, signing in, and acting as the member who is signed in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from heliogram.app import build
from heliogram.config import Config
from heliogram.demo.business import MMSC
from heliogram.storage import access, senders
from tests.whole.browser import quiet_page
from tests.whole.scene import run_apart, set_demo_scene, sign_in_link
from tests.whole.stage import Stage

SHOP = "demo-shop-offers"
NOTICES = "notices"
"""A group whose only sender is a name: it cannot send pictures."""


@contextmanager
def demo_stage(folder: Path, *simulator_options: str) -> Iterator[Stage]:
    """The demo's business and a text-only group, with everything running."""
    stage = Stage(folder=folder, mmsc=MMSC)
    set_demo_scene(stage)
    run_apart(_add_notices(stage))
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


async def _add_notices(stage: Stage) -> None:
    async with (
        build(Config(data=stage.data, database=stage.database), with_accounts=False) as app,
        app.store.write() as connection,
    ):
        group = {
            "id": NOTICES,
            "workspace_id": (await access.workspaces_all(connection))[0]["id"],
            "name": "Service notices",
            "purpose": "transactional",
            "fallback_carrier_not_approved": False,
            "fallback_sender_cannot_mms": False,
            "fallback_media_not_taken": False,
            "link_base_url": None,
            "help_text": "Northgate notices: call 312 555 0100.",
            "created_at": app.now(),
        }
        await senders.add_group(connection, group, ["demo-name"])


def sign_in(page: Page, stage: Stage) -> None:
    page.goto(sign_in_link(stage))
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Robin")


def signed_in_state(browser: Browser, stage: Stage) -> Any:
    """The cookies of a member who signed in, to open more pages with."""
    with quiet_page(browser) as page:
        sign_in(page, stage)
        return page.context.storage_state()


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


def upload(page: Page, stage: Stage, path: str, filename: str, octets: bytes, **fields: str) -> Any:
    answer = page.request.post(
        f"{stage.url}/api/v1{path}",
        headers={"X-Heliogram": "dashboard"},
        multipart={
            "file": {"name": filename, "mimeType": "application/octet-stream", "buffer": octets},
            **fields,
        },
    )
    assert answer.ok, answer.text()
    return answer.json()


def new_draft(page: Page, stage: Stage, **fields: Any) -> str:
    """The id of a new draft: a text to the shop's group unless `fields` say otherwise."""
    draft = {
        "name": "Test",
        "group_id": SHOP,
        "body": "",
        "media_ids": [],
        "content": "text",
        "audience": {"kind": "group"},
    }
    return str(ask(page, stage, "POST", "/campaigns", {**draft, **fields})["id"])


def compose(page: Page, stage: Stage, **fields: Any) -> str:
    """Open a new draft in the composer. Returns its id."""
    campaign_id = new_draft(page, stage, **fields)
    page.goto(f"{stage.url}/campaigns/{campaign_id}")
    page.get_by_test_id("body").wait_for()
    return campaign_id
