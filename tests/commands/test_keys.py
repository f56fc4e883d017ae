import pytest

from heliogram.model.access import Scope
from tests.commands.desk import Desk


def test_a_key_needs_a_workspace(desk: Desk) -> None:
    told = desk.run("keys", "add", "till")
    assert told.code == 2
    assert told.err.startswith("Nothing is set up here yet.")


def test_a_key_is_shown_once_and_only_its_hash_is_stored(shop: Desk) -> None:
    key = shop.run("keys", "add", "till").out.strip()
    prefix, secret = key.removeprefix("hg_").split(".")
    ((stored,),) = shop.query(f"SELECT secret_hash FROM api_keys WHERE prefix = '{prefix}'")
    assert secret not in stored
    listed = shop.run("keys", "list").out
    assert f"hg_{prefix}…  till" in listed
    assert secret not in listed


@pytest.mark.parametrize(
    ("options", "scopes"),
    [
        ([], [scope.value for scope in Scope]),
        (["--scope", "messages:write", "--scope", "messages:read"], ["messages:write", "messages:read"]),
    ],
)
def test_a_key_may_do_everything_unless_its_scopes_are_named(shop: Desk, options: list[str], scopes: list[str]) -> None:
    shop.run("keys", "add", "till", *options)
    line = next(line for line in shop.run("keys", "list").out.splitlines() if "till" in line)
    assert line.rsplit("  ", 1)[1].split(", ") == scopes


@pytest.mark.parametrize("how", ["{prefix}", "hg_{prefix}", "{key}"])
def test_a_revoked_key_is_gone_from_the_list_and_cannot_be_revoked_again(shop: Desk, how: str) -> None:
    key = shop.run("keys", "add", "till").out.strip()
    named = how.format(prefix=key.removeprefix("hg_").partition(".")[0], key=key)
    assert shop.run("keys", "revoke", named).out == "Revoked.\n"
    assert "till" not in shop.run("keys", "list").out
    assert shop.run("keys", "revoke", named).code == 2


def test_the_command_lines_own_keys_are_not_listed(shop: Desk) -> None:
    shop.run("message", "none")
    assert "command line" not in shop.run("keys", "list").out
    assert shop.query("SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND prefix LIKE 'local-%'") == [(0,)]
