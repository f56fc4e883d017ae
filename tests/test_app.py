"""Building: what can be wrong outside is a sentence, the key is made once, ids and secrets are what they say."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from heliogram.alerts.telling import Hook, Mail
from heliogram.app import KEYS_LAST, App, build, country_of
from heliogram.commands.serving import have_workspace
from heliogram.config import CannotStart, Config
from heliogram.storage import access, senders

SECOND = timedelta(seconds=1)
SMPP = {"host": "127.0.0.1", "port": 1, "system_id": "heliogram"}


async def _add_account(app: App, **changes: Any) -> None:
    await have_workspace(app)
    async with app.store.write() as connection:
        row = {
            "id": "smsc",
            "workspace_id": (await access.workspaces_all(connection))[0]["id"],
            "name": "SMSC",
            "carrier": "smpp",
            "settings": SMPP,
            "secret": app.locked("secret"),
            "created_at": app.now(),
        }
        await senders.add_account(connection, row | changes)


async def _refusal(config: Config) -> str:
    with pytest.raises(CannotStart) as refused:
        async with build(config):
            pass
    return str(refused.value)


async def test_a_new_folder_gets_a_database_and_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path / "new" / "data")) as app:
        assert (app.accounts, app.config.data.is_dir()) == ({}, True)
    key = tmp_path / "new" / "data" / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in key.parent.glob("secret*")) == ["secret.key"]


async def test_the_key_is_made_once_and_every_later_start_uses_it(tmp_path: Path) -> None:
    async def sealed() -> bytes:
        async with build(Config(data=tmp_path), with_accounts=False) as app:
            return app.box.encrypt(b"secret")

    notes = await asyncio.gather(*(sealed() for _ in range(4)))
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        assert [app.box.decrypt(note) for note in notes] == [b"secret"] * 4


async def test_an_idempotency_key_is_remembered_for_a_day_and_no_longer(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        await have_workspace(app)
        async with app.store.write() as connection:
            workspace_id = (await access.workspaces_all(connection))[0]["id"]
            row = {"workspace_id": workspace_id, "request_hash": "r", "status": 0, "response": ""}
            for key, age in (("old", KEYS_LAST + SECOND), ("young", KEYS_LAST - SECOND * 30)):
                await access.take_key(connection, row | {"key": key, "created_at": app.now() - age})
        assert await app.tidy() == 1
        async with app.store.read() as connection:
            assert await access.remembered(connection, workspace_id, "old") is None
            assert await access.remembered(connection, workspace_id, "young") is not None


async def test_an_account_is_opened_with_its_own_settings_and_password(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        await _add_account(app, settings=SMPP | {"window": 7})
        assert app.accounts == {}
    async with build(Config(data=tmp_path)) as app:
        account = app.accounts["smsc"]
        assert (account.name, account.kind, account.carrier.capabilities.window) == ("SMSC", "smpp", 7)


async def test_another_key_than_the_one_the_passwords_were_stored_with_is_a_sentence(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        await _add_account(app)
    said = await _refusal(Config(data=tmp_path, secret_key=Fernet.generate_key().decode()))
    assert said.startswith("The password of the carrier account “SMSC” cannot be read")


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"carrier": "pigeon"}, "There is no carrier 'pigeon'"), ({"settings": {"hist": 1}}, "hist")],
)
async def test_an_account_this_version_cannot_open_is_a_sentence_with_its_name(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    async with build(Config(data=tmp_path), with_accounts=False) as app:
        await _add_account(app, **changes)
    said = await _refusal(Config(data=tmp_path))
    assert said.startswith("The carrier account “SMSC” cannot be used: ")
    assert words in said


@pytest.mark.parametrize("key", ["short", "not base64 at all, is it? no, it is not."])
async def test_a_key_that_is_none_is_a_sentence(tmp_path: Path, key: str) -> None:
    assert "HELIOGRAM_SECRET_KEY is not 32 octets" in await _refusal(Config(data=tmp_path, secret_key=key))
    (tmp_path / "secret.key").write_text(key)
    assert f"{tmp_path / 'secret.key'} is not 32 octets" in await _refusal(Config(data=tmp_path))


async def test_a_data_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("notes")
    assert "The data folder" in await _refusal(Config(data=path))
    assert path.read_text() == "notes"


@pytest.mark.parametrize(
    ("e164", "country"), [("+13125550111", "US"), ("+447400100113", "GB"), ("72975", ""), ("NORTHGATE", "")]
)
def test_the_country_of_what_is_no_number_is_empty(e164: str, country: str) -> None:
    assert country_of(e164) == country


HOOK: dict[str, Any] = {"alert_webhook_url": "https://ops.example/hook"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"alert_email": "a@x.example"}, "needs a mail server"),
        ({"alert_email": "a@x.example", "smtp_url": "imap://x"}, "needs a mail server"),
        (HOOK, "has at least 16 octets"),
        (HOOK | {"alert_webhook_secret": "whsec_!"}, "cannot be used"),
        ({"alert_webhook_url": "ftp://x", "alert_webhook_secret": "s" * 16}, "must begin with http"),
    ],
)
async def test_alerts_that_could_tell_nobody_are_a_sentence(
    tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    assert words in await _refusal(Config(data=tmp_path, **settings))


async def test_operators_are_told_by_every_way_that_is_configured(tmp_path: Path) -> None:
    mail: dict[str, Any] = {"alert_email": "a@x.example, b@x.example", "smtp_url": "smtp://127.0.0.1"}
    config = Config(data=tmp_path, alert_webhook_secret="s" * 16, **mail, **HOOK)
    async with build(config) as app:
        letter, hook = app.alerts.channels
    assert isinstance(letter, Mail) and isinstance(hook, Hook)
    assert (letter.to, letter.sender) == (("a@x.example", "b@x.example"), "a@x.example")
    assert hook.url == "https://ops.example/hook"


async def test_a_password_is_locked_and_one_of_another_key_is_as_if_there_were_none(tmp_path: Path) -> None:
    async with build(Config(data=tmp_path)) as app:
        stored = app.locked("hush")
        assert "hush" not in stored
        assert app.unlocked(stored) == "hush"
        assert app.unlocked(Fernet(Fernet.generate_key()).encrypt(b"hush").decode()) == ""
        assert app.unlocked("") == ""
