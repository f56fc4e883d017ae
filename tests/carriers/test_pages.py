"""The page of each carrier that is a web service, held to the settings there are and to what was recorded."""

import re
from dataclasses import fields
from typing import Any

import pytest

from heliogram.carriers.aggregator import HttpCarrier
from heliogram.carriers.registry import CARRIERS
from tests.house.manual import page

from .kit import account, facts
from .sides import WEB_CARRIERS

MARKS = ("recorded", "documented", "unverified")


def told(kind: str) -> str:
    return page(f"carriers/{kind}.md")


def operations(kind: str) -> list[list[str]]:
    """The rows (operation, basis, how) of the page's last table."""
    table = told(kind).partition("| operation | basis | how |\n|---|---|---|\n")[2]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines() if row.startswith("|")]


def recorded(kind: str) -> set[str]:
    """The names of everything in the fixture."""
    found: set[str] = set()
    for part in facts(kind).values():
        if isinstance(part, list):
            found |= {each["name"] for each in part}
    return found


@pytest.mark.parametrize("kind", sorted(WEB_CARRIERS))
def test_every_operation_says_what_it_is_based_on(kind: str) -> None:
    rows = operations(kind)
    assert len(rows) >= 6
    for operation, basis, how in rows:
        assert operation and how
        assert re.fullmatch(r"\*recorded\*: `.+`|\*documented\*|\*unverified\*", basis), (operation, basis)


@pytest.mark.parametrize("kind", sorted(WEB_CARRIERS))
def test_what_is_called_recorded_is_in_the_fixture_and_all_of_the_fixture_is_named(kind: str) -> None:
    named = {name for _, basis, _ in operations(kind) for name in re.findall(r"`([^`]+)`", basis)}
    assert named == recorded(kind)


@pytest.mark.parametrize("kind", sorted(WEB_CARRIERS))
def test_a_fixture_says_where_it_is_from(kind: str) -> None:
    source: Any = facts(kind)["source"]
    assert len(source) > 40


@pytest.mark.parametrize("kind", sorted(WEB_CARRIERS))
def test_every_setting_is_on_the_page_with_its_default(kind: str) -> None:
    carrier = CARRIERS[kind](
        account("secret-12345:and-more:and-a-key", {"url": "http://127.0.0.1:9", **WEB_CARRIERS[kind][0]})
    )
    assert isinstance(carrier, HttpCarrier)
    table = told(kind).partition("| setting | meaning | default |")[2].partition("\n\n")[0]
    for each in fields(carrier.dialect.settings):
        if each.name != "secret":
            assert f"`{each.name}`" in table, each.name
    assert "`--password`" in table
