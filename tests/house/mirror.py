"""The rule that `tests/` mirrors `src/`, and the files it lets off. The list may only get shorter."""

import ast
from collections.abc import Iterator

from tests.house.shape import has_code
from tests.house.source import PRODUCT, ROOT, Source

WITHOUT_A_TEST_FILE = {
    "__init__.py": "the version and nothing else; `tests/test_house.py` holds it against pyproject.toml",
    "__main__.py": "one line; every process that `tests/whole` starts goes through it",
    "storage/migrations/env.py": "what Alembic runs; `tests/storage/test_migrate.py` goes through it",
    "storage/tables/__init__.py": "columns, not code: the migrations are held against them in `test_migrate.py`",
    "storage/tables/access.py": "columns",
    "storage/tables/campaigns.py": "columns",
    "storage/tables/consent.py": "columns",
    "storage/tables/delivery.py": "columns",
    "storage/tables/inbound.py": "columns",
    "storage/tables/media.py": "columns",
    "storage/tables/people.py": "columns",
    "storage/tables/senders.py": "columns",
}

STEPS = f"{PRODUCT}storage/migrations/versions/"
"""What `tests/storage/test_migrate.py` takes, every one of them on both engines."""


def test_file_of(path: str) -> str:
    folder, _, name = path.removeprefix(PRODUCT).rpartition("/")
    return f"tests/{folder}/test_{name}" if folder else f"tests/test_{name}"


def without_test_file(file: Source) -> Iterator[str]:
    """Every module has its test file in the same place under `tests/`, with a test in it."""
    if not has_code(file) or file.path.removeprefix(PRODUCT) in WITHOUT_A_TEST_FILE:
        return
    if file.path.startswith(STEPS):
        return
    wanted = ROOT / test_file_of(file.path)
    if not wanted.exists():
        yield f"1 has no {test_file_of(file.path)}"
    elif not _holds_a_test(wanted.read_text()):
        yield f"1 has a {test_file_of(file.path)} without a test"


def _holds_a_test(text: str) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for node in ast.walk(ast.parse(text))
    )


def stale_exemptions() -> list[str]:
    """Exemptions of files that are gone, or that have a test file by now."""
    return [
        path
        for path in WITHOUT_A_TEST_FILE
        if not (ROOT / PRODUCT / path).exists() or (ROOT / test_file_of(PRODUCT + path)).exists()
    ]
