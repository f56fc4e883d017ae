"""The laws of the house, one sentence each. The rules are in `tests/house/`, where each is shown an offender."""

import tomllib
from typing import Any

import pytest

from heliogram import __version__
from heliogram.api.errors import PROBLEMS
from heliogram.storage.tables import metadata
from tests.doors import Doors
from tests.house import counts, manual, mirror, owned, purity, shape, source, testing
from tests.house.source import ROOT, all_python, complaints, product, sources

# How it looks


def test_no_file_is_longer_than_400_lines_and_no_function_than_60() -> None:
    pages = sources("ui/src/**/*.svelte", "ui/src/**/*.ts", "ui/tests/*.ts")
    ours = tuple(file for file in pages if file.path not in shape.GENERATED)
    assert complaints(shape.too_long, all_python() + ours) == []


def test_nothing_is_called_manager_service_helper_util_impl_or_base() -> None:
    pages = sources("ui/src/**/*.svelte", "ui/src/**/*.ts", "docs/**/*.md")
    assert complaints(shape.refused_names, all_python() + pages) == []


def test_every_module_begins_with_what_lives_in_it() -> None:
    # A test file is named after what it tests, and its tests are sentences.
    modules = tuple(file for file in all_python() if not file.path.rpartition("/")[2].startswith("test_"))
    assert complaints(shape.without_docstring, modules) == []


# What is tested


def test_every_source_file_has_its_test_file() -> None:
    assert complaints(mirror.without_test_file, product()) == []


def test_no_file_is_let_off_that_has_a_test_file_or_is_gone() -> None:
    assert mirror.stale_exemptions() == []


def test_the_version_is_the_one_of_the_package() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__


def test_every_test_asserts_something() -> None:
    assert complaints(testing.without_assertion, source.tests()) == []


def test_no_test_looks_at_nothing_but_a_status() -> None:
    assert complaints(testing.only_status, source.tests()) == []


def test_no_test_patches_our_code() -> None:
    assert complaints(testing.patches_our_code, source.tests()) == []


def test_every_carrier_passes_conformance() -> None:
    assert manual.conformance() == manual.carriers()


# What is written down


@pytest.mark.parametrize("carrier", sorted(manual.carriers()))
def test_every_carrier_has_a_page(carrier: str) -> None:
    assert manual.page(f"carriers/{carrier}.md").startswith("# ")


def test_every_setting_is_in_the_manual() -> None:
    assert {name for name in manual.settings() if name not in manual.page("configuration.md")} == set()


def test_every_command_is_in_the_manual() -> None:
    assert {name for name in manual.commands() if name not in manual.page("cli.md")} == set()


def test_every_route_is_in_the_manual_and_no_other() -> None:
    assert manual.documented_routes() == manual.routes()


def test_every_problem_is_in_the_manual_with_its_status() -> None:
    assert manual.documented_problems() == {code: status for code, (status, _title) in PROBLEMS.items()}


async def test_the_decorators_tell_every_route_that_the_api_has(doors: Doors) -> None:
    described = (await doors.anyone.get("/api/openapi.json")).json()["paths"]
    served = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert served
    assert served <= manual.routes()


def test_every_kind_of_step_event_news_and_audited_action_is_in_the_manual_and_no_other() -> None:
    assert manual.documented_kinds() == manual.kinds()


# What code may touch


def test_no_clock_and_no_chance_outside_app() -> None:
    assert complaints(purity.clock_or_chance, product()) == []


def test_no_stopwatch_but_where_the_list_says() -> None:
    assert complaints(purity.stopwatches, product()) == []


def test_no_sql_and_no_driver_outside_storage() -> None:
    assert complaints(purity.sql_outside_storage, product()) == []


def test_storage_does_not_branch_on_a_state_or_a_denial() -> None:
    assert complaints(purity.branches_in_storage, product()) == []


def test_nothing_is_loaded_behind_the_import_linter() -> None:
    assert complaints(purity.loads_by_name, product()) == []


def test_the_import_linter_makes_no_exceptions() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert exceptions_of(linter) == []


def test_nothing_is_pickled() -> None:
    assert complaints(purity.pickles, all_python()) == []


def test_nothing_prints_but_the_command_line() -> None:
    assert complaints(purity.prints, product()) == []


@pytest.mark.parametrize("path", [*purity.MAY_READ_THE_CLOCK, *purity.MAY_USE_A_STOPWATCH])
def test_who_may_look_at_a_clock_does(path: str) -> None:
    (file,) = sources(path)
    allowed = purity.Source("src/heliogram/elsewhere.py", file.text)
    assert [*purity.clock_or_chance(allowed), *purity.stopwatches(allowed)] != []


# Whose rows they are


def test_every_table_but_the_owners_names_its_workspace() -> None:
    without = {
        table.name
        for table in metadata.sorted_tables
        if "workspace_id" not in table.c
        or table.c.workspace_id.nullable
        or not any(key.column.table.name == "workspaces" for key in table.c.workspace_id.foreign_keys)
    }
    assert without == owned.NOT_OWNED.keys()


def test_every_query_asks_by_the_workspace_or_by_what_came_out_of_one() -> None:
    assert complaints(owned.unscoped, sources("src/heliogram/storage/*.py")) == []


def test_no_function_is_let_off_that_is_gone() -> None:
    assert owned.OF_EVERY_WORKSPACE.keys() <= owned.every_workspace_named(sources("src/heliogram/storage/*.py"))


# What may only become rarer


@pytest.mark.parametrize("name", counts.recorded())
def test_what_is_counted_only_falls(name: str) -> None:
    now, then = counts.present()[name], counts.recorded()[name]
    assert now <= then, f"{now} of {name}, and there were {then}: write it without"
    assert now >= then, f"only {now} of {name} are left: say so in tests/house/counts.toml, so that it stays"


def test_everything_that_is_counted_has_a_record() -> None:
    assert counts.recorded().keys() == counts.present().keys()


def exceptions_of(linter: dict[str, Any]) -> list[str]:
    """What of the import linter's settings lets an import through: one entry point is all there may be."""
    found = []
    for contract in linter["contracts"]:
        found += [f"{contract['name']}: {key}" for key in contract if key.startswith(("ignore", "unmatched"))]
        if contract["type"] == "layers" and not contract.get("exhaustive"):
            found.append(f"{contract['name']}: not exhaustive")
        found += [
            f"{contract['name']}: {each}" for each in contract.get("exhaustive_ignores", []) if each != "__main__"
        ]
    return found
