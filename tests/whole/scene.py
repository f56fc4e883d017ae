"""What stands on the stage before the play: a workspace, its carriers, senders, a group, people and an API key."""

import asyncio
import hashlib
import io
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from heliogram.app import App, build
from heliogram.commands.serve import new_link
from heliogram.config import Config
from heliogram.demo.seed import point_at_simulator, seed
from heliogram.model.access import Scope
from heliogram.storage import access, senders
from tests.whole.stage import Stage

Result = TypeVar("Result")

WORKSPACE = "w" * 32
GROUP = "group-offers"
KEY_PREFIX = "test"
KEY_SECRET = "a-secret-for-tests-only-0123456789"
KEY = f"hg_{KEY_PREFIX}.{KEY_SECRET}"


def run_apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Run in a thread of its own: Playwright's synchronous door keeps an event loop in the test's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def set_scene(stage: Stage, *, window: int = 64, mm7_window: int = 8) -> None:
    """Write the scene into the stage's database, before the server starts."""
    run_apart(_set_scene(stage, window, mm7_window))


async def _set_scene(stage: Stage, window: int, mm7_window: int) -> None:
    config = Config(data=stage.data, database=stage.database)
    async with build(config, with_accounts=False) as app:
        await _write(app, stage, window, mm7_window)


async def _write(app: App, stage: Stage, window: int, mm7_window: int) -> None:
    now = app.now()
    async with app.store.write() as connection:
        await access.add_workspace(connection, {"id": WORKSPACE, "name": "Northgate", "created_at": now})
        await access.add_api_key(
            connection,
            {
                "id": "k" * 32,
                "workspace_id": WORKSPACE,
                "name": "tests",
                "prefix": KEY_PREFIX,
                "secret_hash": hashlib.sha256(KEY_SECRET.encode()).hexdigest(),
                "scopes": [scope.value for scope in Scope],
                "created_at": now,
                "revoked_at": None,
            },
        )
        for row in _accounts(stage, window, mm7_window):
            secret = app.box.encrypt(b"secret").decode()
            await senders.add_account(
                connection, {**row, "workspace_id": WORKSPACE, "secret": secret, "created_at": now}
            )
        await senders.add_sender(
            connection,
            {
                "id": "sender-us",
                "workspace_id": WORKSPACE,
                "kind": "long_code",
                "address": "+13125550100",
                "countries": ["US", "CA"],
                "mms_enabled": True,
                "may_go_abroad": True,
                "sms_account_id": "smsc",
                "mms_account_id": "mmsc",
                "created_at": now,
            },
        )
        await senders.add_group(
            connection,
            {
                "id": GROUP,
                "workspace_id": WORKSPACE,
                "name": "Offers",
                "purpose": "marketing",
                "fallback_carrier_not_approved": True,
                "fallback_sender_cannot_mms": False,
                "fallback_media_not_taken": True,
                "link_base_url": None,
                "help_text": "Northgate: call 312 555 0100.",
                "created_at": now,
            },
            ["sender-us"],
        )


def _accounts(stage: Stage, window: int, mm7_window: int) -> list[dict[str, object]]:
    return [
        {
            "id": "smsc",
            "name": "Simulator SMSC",
            "carrier": "smpp",
            "settings": {"host": "127.0.0.1", "port": stage.smpp_port, "system_id": "heliogram", "window": window},
        },
        {
            "id": "mmsc",
            "name": "Simulator MMSC",
            "carrier": "mm7",
            "settings": {
                "url": f"http://127.0.0.1:{stage.mm7_port}/mm7",
                "username": "heliogram",
                "vaspid": "heliogram",
                "vasid": "heliogram",
                "window": mm7_window,
            },
        },
    ]


def people_csv(n: int, *, n_abroad: int = 0) -> bytes:
    """`n` people (at most 700,000) with US numbers, the last `n_abroad` of them with UK numbers instead."""
    out = io.StringIO()
    out.write("phone,first_name\n")
    for index in range(n - n_abroad):
        out.write(f"+1312{3_050_000 + index},Person{index}\n")
    for index in range(n_abroad):
        out.write(f"+447400{100_000 + index},Person{n - n_abroad + index}\n")
    return out.getvalue().encode()


def set_demo_scene(stage: Stage) -> None:
    """Write the demo's business into the stage's database, with its carriers at the stage's simulator."""
    run_apart(_set_demo_scene(stage))


async def _set_demo_scene(stage: Stage) -> None:
    async with build(Config(data=stage.data, database=stage.database), with_accounts=False) as app:
        await seed(app)
        await point_at_simulator(app, smpp_port=stage.smpp_port, mm7_port=stage.mm7_port)


def sign_in_link(stage: Stage) -> str:
    """A one-time link into the stage's dashboard."""
    return run_apart(_sign_in_link(stage))


async def _sign_in_link(stage: Stage) -> str:
    config = Config(data=stage.data, database=stage.database, port=stage.port)
    async with build(config, with_accounts=False) as app:
        link = await new_link(app)
    assert link is not None
    return link
