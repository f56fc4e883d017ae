import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from heliogram.cli import COMMANDS, cli

PAGE = (Path(__file__).parent.parent / "docs" / "cli.md").read_text()
HEAVY = ("fastapi", "sqlalchemy", "uvicorn", "heliogram.app")


def _every_command() -> dict[str, object]:
    """Every command by the words one types, groups opened."""
    found: dict[str, object] = {}
    for name in COMMANDS:
        command = get_command(cli).get_command(None, name)
        below = getattr(command, "commands", None)
        if below is None:
            found[name] = command
        else:
            found |= {f"{name} {each}": below[each] for each in below}
    return found


EVERY = _every_command()


def _section(words: str) -> str:
    """What the page says of a command."""
    head = f"## heliogram {words}\n"
    assert PAGE.count(head) == 1, f"docs/cli.md has no section “heliogram {words}”"
    return PAGE.partition(head)[2].partition("\n## ")[0]


@pytest.mark.parametrize("words", EVERY)
def test_the_page_has_every_command_with_every_option_and_nothing_else(words: str) -> None:
    section = _section(words)
    named = [option for parameter in EVERY[words].params for option in _names(parameter)]
    listed = [line.removeprefix("| `").partition("`")[0] for line in section.splitlines() if line.startswith("| `")]
    assert listed == named


def _names(parameter: object) -> list[str]:
    if parameter.param_type_name == "argument":
        return [parameter.name.upper()]
    if parameter.name == "help":
        return []
    return [" / ".join(filter(None, (*parameter.opts, *parameter.secondary_opts)))]


def test_the_page_has_no_command_that_is_gone() -> None:
    heads = [line.removeprefix("## heliogram ") for line in PAGE.splitlines() if line.startswith("## heliogram ")]
    assert heads == list(EVERY)


@pytest.mark.parametrize("words", EVERY)
def test_every_command_and_every_option_explains_itself(words: str) -> None:
    command = EVERY[words]
    assert command.help
    assert [each.name for each in command.params if not getattr(each, "help", None)] == []


def test_the_help_lists_the_commands_in_their_order() -> None:
    told = CliRunner().invoke(cli, ["--help"], env={"COLUMNS": "200"})
    places = [told.output.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_an_unknown_command_is_bad_input() -> None:
    told = CliRunner().invoke(cli, ["sned"])
    assert told.exit_code == 2
    assert "No such command 'sned'" in told.output


@pytest.mark.parametrize("module", HEAVY)
def test_nothing_heavy_is_imported_before_a_command_needs_it(module: str) -> None:
    asked = f"import sys, heliogram.cli; print({module!r} in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout == "False\n"
