"""An independent reader of our OpenAPI document (schemathesis) asks for whatever the document allows."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from heliogram.api.errors import PROBLEM_TYPE
from tests.api.conftest import served
from tests.api.kit import uploaded
from tests.doors import Doors

N_EXAMPLES = 10
ENDLESS = "/api/v1/events"


def ask_everything(spec: dict[str, Any], url: str, headers: dict[str, str]) -> dict[str, int]:
    """Ask each operation for N_EXAMPLES things. Returns how many were asked of each."""
    asked: dict[str, int] = {}
    for found in schemathesis.openapi.from_dict(spec).get_all_operations():
        operation = found.ok()
        if operation.path != ENDLESS:
            _ask_one(operation, url, headers, asked)
    return asked


def _ask_one(operation: Any, url: str, headers: dict[str, str], asked: dict[str, int]) -> None:
    name = f"{operation.method.upper()} {operation.path}"
    asked[name] = 0

    @settings(
        max_examples=N_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        asked[name] += 1
        answer = case.call(base_url=url, headers=headers, timeout=20)
        kind = answer.headers.get("content-type", [""])[0]
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        assert answer.status_code < 400 or kind == PROBLEM_TYPE, (case.as_curl_command(), kind)
        assert answer.status_code != 401, case.as_curl_command()

    ask()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_nothing_that_the_document_allows_breaks_the_server(doors: Doors) -> None:
    await doors.world.add_people(["+13125550101"])
    await doors.world.add_campaign()
    await uploaded(doors)
    spec = doors.web.openapi()
    headers = {"Authorization": doors.api.headers["authorization"]}
    async with served(doors) as url:
        asked = await asyncio.to_thread(ask_everything, spec, url, headers)
    n_operations = sum(len(methods) for methods in spec["paths"].values())
    assert len(asked) == n_operations - 1
    assert min(asked.values()) >= 1
