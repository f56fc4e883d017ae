"""Rules on how files look: their size, their names, the sentence they begin with."""

import ast
import re
from collections.abc import Iterator

from tests.house.source import MIGRATIONS, Function, Source

GENERATED = {"ui/src/lib/api/schema.d.ts": "by openapi-typescript, from the server's own description"}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
REFUSED = {"manager", "service", "helper", "util", "impl", "base"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def too_long(file: Source) -> Iterator[str]:
    """Files of at most 400 lines, functions of at most 60. What Alembic writes is a list of columns, and exempt."""
    if file.path.startswith(MIGRATIONS):
        return
    if (n := len(file.text.splitlines())) > MAX_FILE_LINES:
        yield f"1 has {n} lines"
    if not file.path.endswith(".py"):
        return
    for function in file.functions():
        if (n := (function.end_lineno or 0) - function.lineno + 1) > MAX_FUNCTION_LINES:
            yield f"{function.lineno} {function.name} has {n} lines"


def refused_names(file: Source) -> Iterator[str]:
    """No Manager, Service, Helper, Util, Impl or Base: as words, so that `BadDatabaseUrl` may be called so."""
    name = file.path.rpartition("/")[2].partition(".")[0]
    if words := _words(name) & REFUSED:
        yield f"1 is called {name}: {', '.join(words)} says nothing"
    if not file.path.endswith(".py"):
        return
    for node in file.nodes:
        if isinstance(node, ast.ClassDef) and (words := _words(node.name) & REFUSED):
            yield f"{node.lineno} {node.name}: {', '.join(words)} says nothing"


def _words(name: str) -> set[str]:
    words = {word.lower() for word in _WORD.findall(name)}
    return words | {word.removesuffix("s") for word in words}


def without_docstring(file: Source) -> Iterator[str]:
    """A module says what lives in it. An empty file is not a module."""
    if file.text.strip() and not ast.get_docstring(file.tree):
        yield "1 begins without a docstring"


def has_code(file: Source) -> bool:
    """Whether there is more than a docstring."""
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in file.tree.body)


def is_abstract(function: Function) -> bool:
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in function.body)
