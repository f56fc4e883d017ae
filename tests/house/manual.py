"""What the manual in `docs/` has to name: routes, commands, settings, carriers, every kind of thing that happens."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import typer

from heliogram.analytics import timeline
from heliogram.carriers.registry import CARRIERS
from heliogram.cli import cli
from heliogram.config import Config
from heliogram.model.event import News
from tests.house.source import ROOT, Source, sources

_VERBS = {"get", "post", "put", "patch", "delete"}
_ROUTE = re.compile(r"^\| ([A-Z]+) \| `(/[^`]*)` \|", re.MULTILINE)
_PROBLEM = re.compile(r"^\| `([a-z_]+)` \| (\d+) \|", re.MULTILINE)
_KIND = re.compile(r"^\| `([a-z_.]+)` \|", re.MULTILINE)

ANYTHING = "{path:path}"
"""The end of what answers for every other address: the dashboard's files, and problems for what is not there."""


def page(name: str) -> str:
    """A page of the manual, "" while it is not written."""
    path = ROOT / "docs" / name
    return path.read_text() if path.exists() else ""


def routes() -> set[tuple[str, str]]:
    """(method, path) of every door, as the decorators declare them."""
    files = sources("src/heliogram/api/**/*.py", "src/heliogram/pages/*.py", "src/heliogram/server.py")
    found = {route for file in files for route in routes_of(file)}
    return {(method, path) for method, path in found if not path.endswith(ANYTHING)}


def routes_of(file: Source) -> Iterator[tuple[str, str]]:
    prefix = ("/api/v1" if "/resources/" in file.path else "") + _prefix(file)
    for function in file.functions():
        for each in function.decorator_list:
            match each:
                case ast.Call(func=ast.Attribute(attr=verb), args=[ast.Constant(value=str(path)), *_], keywords=more):
                    if verb in _VERBS:
                        yield verb.upper(), prefix + path
                    elif verb == "api_route":
                        yield from ((method, prefix + path) for method in _methods(more))
                case _:
                    pass


def _prefix(file: Source) -> str:
    for node in file.nodes:
        if isinstance(node, ast.Call) and file.dotted(node.func) == "fastapi.APIRouter":
            for each in node.keywords:
                if each.arg == "prefix":
                    return str(ast.literal_eval(each.value)).removeprefix("/api/v1")
    return ""


def _methods(keywords: list[ast.keyword]) -> list[str]:
    # HEAD is GET without the body.
    named = [ast.literal_eval(each.value) for each in keywords if each.arg == "methods"]
    return [method for methods in named for method in methods if method != "HEAD"]


def documented_routes() -> set[tuple[str, str]]:
    return set(_ROUTE.findall(page("api.md")))


def documented_problems() -> dict[str, int]:
    return {code: int(status) for code, status in _PROBLEM.findall(page("api.md"))}


def commands() -> set[str]:
    """Every command as one types it: "heliogram keys add"."""
    return set(_commands(typer.main.get_command(cli), "heliogram"))


def _commands(command: Any, name: str) -> Iterator[str]:
    if not hasattr(command, "list_commands"):
        yield name
        return
    context = typer.Context(command)
    for each in command.list_commands(context):
        yield from _commands(command.get_command(context, each), f"{name} {each}")


def settings() -> set[str]:
    return {f"HELIOGRAM_{name.upper()}" for name in Config.model_fields}


def carriers() -> set[str]:
    return set(CARRIERS)


def kinds() -> set[str]:
    """Every kind of step in a timeline, of event in the stream, of news in a receipt, of action in the audit log."""
    return (
        _constants("src/heliogram/analytics/timeline.py", "kind")
        | _constants("src/heliogram/analytics/later.py", "kind")
        | {state.value for state in timeline._ENDS}
        | topics()
        | {news.value for news in News}
        | audited()
    )


def topics() -> set[str]:
    """The first word given to `_tell`: what the stream of events is about."""
    (watch,) = sources("src/heliogram/api/watch.py")
    return {
        node.args[1].value
        for node in watch.nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "_tell"
        and isinstance(node.args[1], ast.Constant)
    }


def audited() -> set[str]:
    """Every action that the code writes into the audit log, as "thing.verb"."""
    found: set[str] = set()
    for file in sources("src/heliogram/**/*.py"):
        if "add_audit" in file.text:
            found |= {
                node.value
                for node in file.nodes
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_action(node.value)
            }
    steps = _constants("src/heliogram/campaigns/lifecycle.py", "action")
    return found | {f"campaign.{step}" for step in steps}


def _is_action(text: str) -> bool:
    return re.fullmatch(r"[a-z_]+\.[a-z_]+", text) is not None


def _constants(path: str, keyword: str) -> set[str]:
    (file,) = sources(path)
    return {
        each.value.value
        for node in file.nodes
        if isinstance(node, ast.Call)
        for each in node.keywords
        if each.arg == keyword and isinstance(each.value, ast.Constant)
    }


def documented_kinds() -> set[str]:
    return set(_KIND.findall(page("events.md")))


def conformance() -> set[str]:
    """The carriers that the conformance suite runs over: `CARRIERS` itself stands for all of them."""
    suite = sources("tests/carriers/test_conformance.py")
    return run_over(suite[0]) if suite else set()


def run_over(suite: Source) -> set[str]:
    """The carriers in the parameters of the suite's tests and fixtures."""
    every = {"CARRIERS"} | {name for name, value in _assigned(suite) if "CARRIERS" in _names(value)}
    given = [
        keyword_or_argument
        for function in suite.functions()
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        and suite.dotted(decorator.func) in {"pytest.mark.parametrize", "pytest.fixture"}
        for keyword_or_argument in (*decorator.args, *(each.value for each in decorator.keywords))
    ]
    if any(every & _names(each) for each in given):
        return carriers()
    said = {node.value for each in given for node in ast.walk(each) if isinstance(node, ast.Constant)}
    return carriers() & said


def _assigned(file: Source) -> Iterator[tuple[str, ast.expr]]:
    for node in file.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
