import json

import pytest

from tests.commands.desk import Desk

SMPP = ("--carrier", "smpp", "--set", "host=127.0.0.1", "--set", "port=2775", "--set", "system_id=heliogram")
MM7 = ("--carrier", "mm7", "--set", "url=http://127.0.0.1:8080/mm7")
PASSWORD = ("--password", "hush-hus")


def test_an_account_is_listed_without_its_password(desk: Desk) -> None:
    assert desk.run("accounts", "list").out.startswith("No accounts yet")
    assert desk.run("accounts", "add", "smsc", *SMPP, *PASSWORD).code == 0
    account_id, rest = desk.run("accounts", "list").out.split("  ", 1)
    name, carrier, settings = rest.rstrip("\n").split("  ", 2)
    assert (len(account_id), name, carrier) == (32, "smsc", "smpp")
    assert json.loads(settings) == {"host": "127.0.0.1", "port": 2775, "system_id": "heliogram"}


def test_a_password_is_stored_encrypted_with_a_key_that_is_not_in_the_database(desk: Desk) -> None:
    desk.run("accounts", "add", "smsc", *SMPP, *PASSWORD)
    octets = b"".join(path.read_bytes() for path in desk.stage.data.glob("heliogram.sqlite*"))
    assert b"hush-hus" not in octets
    key = desk.stage.data / "secret.key"
    assert key.read_bytes() not in octets
    assert key.stat().st_mode & 0o777 == 0o600


def test_the_password_can_come_from_the_environment(desk: Desk) -> None:
    assert desk.run("accounts", "add", "smsc", *SMPP, HELIOGRAM_ACCOUNT_PASSWORD="hush-hus").code == 0
    assert desk.query("SELECT count(*) FROM accounts WHERE secret != ''") == [(1,)]


def test_it_says_where_a_carrier_calls_back(desk: Desk) -> None:
    told = desk.run("accounts", "add", "mmsc", *MM7, *PASSWORD, HELIOGRAM_PUBLIC_URL="https://m.example/")
    ((account_id,),) = desk.query("SELECT id FROM accounts")
    assert told.out.endswith(f"have it call https://m.example/carriers/{account_id}\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x", "--carrier", "pigeon", "--set", "host=x"], "There is no carrier 'pigeon'"),
        (["x", "--carrier", "smpp", "--set", "host"], "“host” is not a setting: write name=value."),
        (["x", "--carrier", "smpp", "--set", "coop=1"], "coop"),
        (["x", "--carrier", "mm7", "--set", "url=gopher://x"], "must begin with http:// or https://"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_anything_is_stored(
    desk: Desk, arguments: list[str], sentence: str
) -> None:
    told = desk.run("accounts", "add", *arguments, *PASSWORD)
    assert told.code == 2
    assert sentence in told.err
    assert not desk.stage.data.exists()


def test_a_name_is_taken_once(desk: Desk) -> None:
    desk.run("accounts", "add", "smsc", *SMPP, *PASSWORD)
    told = desk.run("accounts", "add", "smsc", *MM7, *PASSWORD)
    assert (told.code, told.err) == (2, "There is an account “smsc” already.\n")
    assert desk.query("SELECT carrier FROM accounts") == [("smpp",)]
