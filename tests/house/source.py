"""Our source, read and parsed once: what the rules of the house look at."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = "src/heliogram/"
MIGRATIONS = "src/heliogram/storage/migrations/"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file. `path` is relative to the project, with slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def imports(self) -> dict[str, str]:
        """Local name → the dotted name it stands for."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for each in node.names:
                    found[each.asname or each.name.partition(".")[0]] = (
                        each.name if each.asname else each.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        return found

    def imported(self) -> Iterator[tuple[int, str]]:
        """(line, dotted name) of everything the file imports."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, each.name) for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{each.name}") for each in node.names)

    def dotted(self, node: ast.AST) -> str:
        """The full name that an expression such as `dt.now` stands for; "" for what is not a chain of names."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imports.get(node.id, node.id), *reversed(names)])

    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes if isinstance(node, Function))


Rule = Callable[[Source], Iterator[str]]
"""Gives a complaint, beginning with the line, for each place that breaks the rule."""


@cache
def sources(*patterns: str) -> tuple[Source, ...]:
    """Every file that matches, in order."""
    paths = sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file())
    return tuple(Source(path.relative_to(ROOT).as_posix(), path.read_text()) for path in paths)


def product() -> tuple[Source, ...]:
    return sources("src/heliogram/**/*.py")


def tests() -> tuple[Source, ...]:
    return sources("tests/**/*.py")


def all_python() -> tuple[Source, ...]:
    return sources("src/**/*.py", "tests/**/*.py", "tools/**/*.py", "bench/**/*.py", "hatch_build.py")


def complaints(rule: Rule, files: tuple[Source, ...]) -> list[str]:
    return [f"{file.path}:{complaint}" for file in files for complaint in rule(file)]
