"""Every rule can fail: a small offender for each, and beside it what the rule must not mind."""

import pytest

from tests.house import counts, manual, mirror, owned, purity, shape, testing
from tests.house.source import Rule, Source
from tests.test_house import exceptions_of

STORAGE = "src/heliogram/storage/planted.py"
CRAFT = "src/heliogram/consent/planted.py"
TEST = "tests/consent/test_planted.py"

OFFENDERS: list[tuple[Rule, str, str]] = [
    (shape.too_long, CRAFT, "x = 1\n" * 401),
    (shape.too_long, TEST, "def f():\n" + "    x = 1\n" * 60),
    (shape.too_long, "src/heliogram/app.py", "async def f():\n" + "    x = 1\n" * 60),
    (shape.too_long, "ui/src/lib/Long.svelte", "<p>\n" * 401),
    (shape.refused_names, CRAFT, "class QueueManager: ..."),
    (shape.refused_names, CRAFT, "class SMPPServiceImpl: ..."),
    (shape.refused_names, "src/heliogram/consent/text_utils.py", ""),
    (shape.refused_names, "src/heliogram/consent/base.py", ""),
    (shape.refused_names, "ui/src/lib/DateHelper.svelte", ""),
    (shape.without_docstring, CRAFT, "x = 1"),
    (mirror.without_test_file, CRAFT, "x = 1"),
    (testing.without_assertion, TEST, "def test_it(): run()"),
    (testing.without_assertion, TEST, "async def test_it():\n    with suppress(ValueError):\n        await run()"),
    (testing.without_assertion, TEST, "def look():\n    run()\ndef test_it(): look()"),
    (testing.only_status, TEST, "def test_it():\n    assert get('/').status_code == 200"),
    (testing.only_status, TEST, "def test_it():\n    assert [a.status_code for a in answers] == [200, 429]"),
    (testing.only_status, TEST, "def test_it():\n    assert a.status == 200\n    assert b.status_code in (200, 204)"),
    (testing.patches_our_code, TEST, "from unittest.mock import patch"),
    (testing.patches_our_code, TEST, "import unittest.mock"),
    (testing.patches_our_code, TEST, "def test_it(monkeypatch): monkeypatch.setattr('heliogram.app.now', None)"),
    (
        testing.patches_our_code,
        TEST,
        "from heliogram import app\ndef test_it(monkeypatch): monkeypatch.setattr(app, 'now', None)",
    ),
    (testing.patches_our_code, TEST, "from heliogram import app\napp.now = None"),
    (testing.patches_our_code, TEST, "from heliogram import app\nsetattr(app, 'now', None)"),
    (purity.clock_or_chance, CRAFT, "from datetime import datetime\ndatetime.now()"),
    (purity.clock_or_chance, CRAFT, "import datetime as dt\nclock = dt.datetime.utcnow"),
    (purity.clock_or_chance, CRAFT, "from time import time\ntime()"),
    (purity.clock_or_chance, CRAFT, "import time as t\nread(t.time)"),
    (purity.clock_or_chance, CRAFT, "import os\nos.urandom(8)"),
    (purity.clock_or_chance, CRAFT, "from random import choice"),
    (purity.clock_or_chance, CRAFT, "import secrets"),
    (purity.clock_or_chance, CRAFT, "from uuid import uuid4"),
    (purity.clock_or_chance, STORAGE, "import sqlalchemy as sa\nsa.func.now()"),
    (purity.clock_or_chance, STORAGE, "from sqlalchemy import func\nfunc.now()"),
    (purity.clock_or_chance, STORAGE, "text('SELECT CURRENT_TIMESTAMP')"),
    (purity.stopwatches, CRAFT, "from time import monotonic\nmonotonic()"),
    (purity.stopwatches, CRAFT, "import time\ntime.perf_counter_ns()"),
    (purity.stopwatches, CRAFT, "asyncio.get_running_loop().time()"),
    (purity.sql_outside_storage, CRAFT, "from sqlalchemy import select"),
    (purity.sql_outside_storage, CRAFT, "import sqlalchemy"),
    (purity.sql_outside_storage, CRAFT, "from sqlalchemy.ext.asyncio import AsyncEngine"),
    (purity.sql_outside_storage, CRAFT, "import sqlite3"),
    (purity.sql_outside_storage, CRAFT, "from psycopg import connect"),
    (purity.sql_outside_storage, CRAFT, "from heliogram.storage.tables.people import contacts"),
    (purity.sql_outside_storage, CRAFT, "async def f(connection): await connection.execute(q)"),
    (purity.branches_in_storage, STORAGE, "def f(row):\n    if row.state == 'held':\n        return None"),
    (purity.branches_in_storage, STORAGE, "def f(row):\n    return 1 if row['status'] == 'approved' else 0"),
    (purity.branches_in_storage, STORAGE, "def f(s):\n    return [x for x in s if x in (State.SENT,)]"),
    (purity.branches_in_storage, STORAGE, "def f(v):\n    while isinstance(v, Denied):\n        pass"),
    (purity.branches_in_storage, STORAGE, "def f(row):\n    match row.verdict:\n        case _: pass"),
    (purity.loads_by_name, CRAFT, "import importlib"),
    (purity.loads_by_name, CRAFT, "from importlib import import_module"),
    (purity.loads_by_name, CRAFT, "__import__('heliogram.storage')"),
    (purity.loads_by_name, CRAFT, "import sys\nsys.modules['heliogram.storage']"),
    (purity.loads_by_name, CRAFT, "exec('import os')"),
    (purity.pickles, CRAFT, "import pickle"),
    (purity.pickles, CRAFT, "from marshal import loads"),
    (purity.prints, CRAFT, "print('sent')"),
    (owned.unscoped, STORAGE, "async def all_of_them(connection: AsyncConnection): ..."),
    (owned.unscoped, STORAGE, "async def some(connection: AsyncConnection, phones: list[str]): ..."),
    (owned.unscoped, STORAGE, "async def some(connection: AsyncConnection, workspace_id: str): return 1"),
]

FINE: list[tuple[Rule, str, str]] = [
    (shape.too_long, CRAFT, "x = 1\n" * 400),
    (shape.too_long, TEST, "def f():\n" + "    x = 1\n" * 59),
    (shape.too_long, "src/heliogram/storage/migrations/versions/0001_x.py", "x = 1\n" * 401),
    (shape.refused_names, CRAFT, "class BadDatabaseUrl(BaseModel): ..."),
    (shape.refused_names, CRAFT, "class Utility: ..."),
    (shape.without_docstring, CRAFT, '"""What lives here."""\nx = 1'),
    (shape.without_docstring, "tests/consent/__init__.py", ""),
    (mirror.without_test_file, "src/heliogram/consent/__init__.py", '"""Only a sentence."""'),
    (mirror.without_test_file, "src/heliogram/consent/verdict.py", "x = 1"),
    (
        testing.without_assertion,
        TEST,
        "import pytest\ndef test_it():\n    with pytest.raises(ValueError):\n        run()",
    ),
    (testing.without_assertion, TEST, "def look():\n    assert run()\ndef test_it(): look()"),
    (testing.without_assertion, "tests/consent/scene.py", "def test_bench(): run()"),
    (testing.only_status, TEST, "def test_it():\n    assert a.status_code == 200\n    assert a.json() == []"),
    (testing.only_status, TEST, "def test_it():\n    assert parcel.status == OK"),
    (testing.patches_our_code, TEST, "def test_it(monkeypatch): monkeypatch.setenv('HELIOGRAM_PORT', '1')"),
    (testing.patches_our_code, TEST, "from tests.doors import open_doors\ndoors.app.now = clock.now"),
    (purity.clock_or_chance, "src/heliogram/clock.py", "import secrets\nfrom datetime import datetime\ndatetime.now()"),
    (purity.clock_or_chance, CRAFT, "from datetime import datetime\ndatetime.fromtimestamp(0)"),
    (purity.stopwatches, CRAFT, "import asyncio\nasyncio.timeout(3)"),
    (purity.sql_outside_storage, CRAFT, "from sqlalchemy.ext.asyncio import AsyncConnection"),
    (purity.sql_outside_storage, STORAGE, "from sqlalchemy import select"),
    (purity.branches_in_storage, STORAGE, "def f(row):\n    if row is None:\n        return State.SENT"),
    (purity.branches_in_storage, CRAFT, "def f(row):\n    if row.state is State.HELD:\n        return None"),
    (purity.loads_by_name, CRAFT, "from importlib.resources import files"),
    (purity.loads_by_name, CRAFT, "import re\nre.compile('x')"),
    (purity.prints, "src/heliogram/commands/planted.py", "print('sent')"),
    (owned.unscoped, STORAGE, "async def _inner(connection: AsyncConnection): ..."),
    (owned.unscoped, STORAGE, "async def of(connection: AsyncConnection, lane_id: str): ..."),
    (owned.unscoped, STORAGE, "async def of(connection: AsyncConnection, workspace_id: str): return q(workspace_id)"),
]


@pytest.mark.parametrize(("rule", "path", "text"), OFFENDERS)
def test_an_offender_is_caught(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) != []


@pytest.mark.parametrize(("rule", "path", "text"), FINE)
def test_what_is_fine_is_let_be(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []


def test_an_offence_says_where() -> None:
    (complaint,) = purity.prints(Source(CRAFT, "\n\nprint(1)"))
    assert complaint == "3 prints"


COUNTED = [
    (counts.n_any, "from typing import Any\ndef f(x: Any) -> list[Any]: ...", 2),
    (counts.n_any, "Any = 1\nx = Any", 0),
    (counts.n_type_ignores, "x = 1  # type: ignore[arg-type]\ny = '# type: ignore'", 1),
    (counts.n_noqas, "x = 1  # noqa: E501", 1),
    (counts.n_broad_excepts, "try: f()\nexcept Exception: pass", 1),
    (counts.n_broad_excepts, "try: f()\nexcept (OSError, BaseException): pass", 1),
    (counts.n_broad_excepts, "try: f()\nexcept: pass", 1),
    (counts.n_broad_excepts, "from contextlib import suppress\nwith suppress(Exception): f()", 1),
    (counts.n_broad_excepts, "try: f()\nexcept OSError: pass", 0),
    (counts.n_dialects, "if connection.dialect.name == 'postgresql': f()", 1),
    (counts.n_dialects, "if store.is_postgresql: f()", 1),
    (counts.n_dialects, "Index('i', sqlite_where=a, postgresql_where=b)", 2),
    (counts.n_dialects, "from sqlalchemy.ext.compiler import compiles\n@compiles(X, 'sqlite')\ndef f(): ...", 1),
]


@pytest.mark.parametrize(("count", "text", "n"), COUNTED)
def test_what_is_counted_is_found(count: object, text: str, n: int) -> None:
    assert callable(count)
    assert count(Source(STORAGE, text)) == n


def test_routes_are_read_off_their_decorators() -> None:
    resource = "router = APIRouter(prefix='/x')\n@router.put('/y/{id}')\nasync def put(): ..."
    both = "@router.api_route('/p', methods=['GET', 'HEAD', 'POST'])\nasync def show(): ..."
    fastapi = "from fastapi import APIRouter\n"
    assert set(manual.routes_of(Source("src/heliogram/api/resources/a.py", fastapi + resource))) == {
        ("PUT", "/api/v1/x/y/{id}")
    }
    assert set(manual.routes_of(Source("src/heliogram/pages/a.py", both))) == {("GET", "/p"), ("POST", "/p")}


@pytest.mark.parametrize(
    ("text", "carriers"),
    [
        ("@pytest.mark.parametrize('carrier', CARRIERS)\ndef test_it(): ...", manual.carriers()),
        ("KINDS = sorted(CARRIERS)\n@pytest.fixture(params=KINDS)\ndef side(): ...", manual.carriers()),
        ("@pytest.mark.parametrize('carrier', ['mm7'])\ndef test_it(): ...", {"mm7"}),
        ("def test_it(): CARRIERS['smpp']", set()),
    ],
)
def test_a_carrier_counts_as_tested_only_where_tests_are_run_over_it(text: str, carriers: set[str]) -> None:
    assert manual.run_over(Source("tests/carriers/test_conformance.py", f"import pytest\n{text}")) == carriers


CONTRACT = {"name": "c", "type": "layers", "exhaustive": True, "exhaustive_ignores": ["__main__"]}


@pytest.mark.parametrize(
    ("change", "n"),
    [
        ({}, 0),
        ({"ignore_imports": ["heliogram.wire -> heliogram.storage"]}, 1),
        ({"unmatched_ignore_imports_alerting": "none"}, 1),
        ({"exhaustive": False}, 1),
        ({"exhaustive_ignores": ["__main__", "side_door"]}, 1),
    ],
)
def test_an_exception_for_the_import_linter_is_seen(change: dict[str, object], n: int) -> None:
    assert len(exceptions_of({"contracts": [CONTRACT | change]})) == n
