"""What may only become rarer: `Any`, silenced checkers, broad excepts, statements that differ by database."""

import ast
import io
import tokenize
import tomllib
from collections.abc import Callable, Iterable

from tests.house.mirror import WITHOUT_A_TEST_FILE
from tests.house.source import ROOT, Source, product

COUNTS = ROOT / "tests/house/counts.toml"
_BROAD = {"Exception", "BaseException"}


def n_any(file: Source) -> int:
    return sum(isinstance(node, ast.Name) and file.imports.get(node.id) == "typing.Any" for node in file.nodes)


def n_type_ignores(file: Source) -> int:
    return sum("type: ignore" in comment for comment in _comments(file))


def n_noqas(file: Source) -> int:
    return sum("noqa" in comment for comment in _comments(file))


def _comments(file: Source) -> Iterable[str]:
    tokens = tokenize.generate_tokens(io.StringIO(file.text).readline)
    return (token.string for token in tokens if token.type == tokenize.COMMENT)


def n_broad_excepts(file: Source) -> int:
    """`except:`, `except Exception`, `suppress(Exception)`."""
    return sum(_is_broad(file, node) for node in file.nodes)


def _is_broad(file: Source, node: ast.AST) -> bool:
    match node:
        case ast.ExceptHandler(type=caught):
            return caught is None or _names_all(caught)
        case ast.Call(func=called, args=caught):
            return file.dotted(called) == "contextlib.suppress" and any(map(_names_all, caught))
        case _:
            return False


def _names_all(caught: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in _BROAD for node in ast.walk(caught))


def n_dialects(file: Source) -> int:
    """Places that ask which database it is, or are written for one of them."""
    return sum(
        (
            isinstance(node, ast.Attribute)
            and (node.attr == "is_postgresql" or file.dotted(node).endswith("dialect.name"))
        )
        or (isinstance(node, ast.keyword) and (node.arg or "").startswith(("sqlite_", "postgresql_")))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy.dialects"))
        or (isinstance(node, ast.Call) and file.dotted(node.func) == "sqlalchemy.ext.compiler.compiles")
        for node in file.nodes
        if "/migrations/" not in file.path
    )


_COUNTED: dict[str, Callable[[Source], int]] = {
    "any": n_any,
    "type_ignore": n_type_ignores,
    "noqa": n_noqas,
    "broad_except": n_broad_excepts,
    "differs_by_dialect": n_dialects,
}


def present() -> dict[str, int]:
    """How many there are in the product now."""
    counted = {name: sum(map(count, product())) for name, count in _COUNTED.items()}
    return counted | {"without_a_test_file": len(WITHOUT_A_TEST_FILE)}


def recorded() -> dict[str, int]:
    counts: dict[str, int] = tomllib.loads(COUNTS.read_text())["counts"]
    return counts
