from pathlib import Path

import pytest
from pydantic import ValidationError

from heliogram.config import Config

PAGE = (Path(__file__).parent.parent / "docs" / "configuration.md").read_text()


def test_the_page_lists_every_key_with_its_default_and_nothing_else() -> None:
    rows = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| `HELIOGRAM_")]
    listed = {row[0].removeprefix("| ").strip("`"): row[1].strip("`") for row in rows}
    defaults = {f"HELIOGRAM_{name.upper()}": _shown(field.default) for name, field in Config.model_fields.items()}
    for_commands = {"HELIOGRAM_URL", "HELIOGRAM_API_KEY", "HELIOGRAM_ACCOUNT_PASSWORD"}
    assert {name: default for name, default in listed.items() if name not in for_commands} == defaults
    assert for_commands <= set(listed)


def _shown(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default) or "(empty)"


@pytest.mark.parametrize("name", Config.model_fields)
def test_every_key_explains_itself(name: str) -> None:
    assert str(Config.model_fields[name].description).endswith(".")


def test_the_buckets_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAM_S3_SECRET_KEY", "wJalrXUtnFEMI")
    config = Config()
    assert "wJalr" not in f"{config!r} {config.model_dump_json()}"
    assert config.s3_secret_key.get_secret_value() == "wJalrXUtnFEMI"


def test_the_environment_is_read_and_what_is_given_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAM_PORT", "8111")
    monkeypatch.setenv("HELIOGRAM_SOMETHING_ELSE", "x")
    assert (Config().port, Config(port=8222).port) == (8111, 8222)


@pytest.mark.parametrize(
    ("database", "expected"),
    [("", "sqlite:///shop/heliogram.sqlite"), ("postgresql://h/n", "postgresql://h/n")],
)
def test_without_an_address_the_database_is_a_file_in_the_data_folder(database: str, expected: str) -> None:
    assert Config(data=Path("shop"), database=database).database_url() == expected


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        ("", "http://127.0.0.1:8025"),
        ("https://m.example", "https://m.example"),
        ("https://m.example/", "https://m.example"),
    ],
)
def test_links_begin_with_the_public_address_without_a_slash_at_its_end(public_url: str, expected: str) -> None:
    assert Config(public_url=public_url).own_url() == expected


@pytest.mark.parametrize(("port", "is_taken"), [(-1, False), (0, True), (65_535, True), (65_536, False)])
def test_a_port_has_sixteen_bits(port: int, is_taken: bool) -> None:
    if is_taken:
        assert Config(port=port).port == port
        return
    with pytest.raises(ValidationError, match="port"):
        Config(port=port)


def test_a_carrier_is_told_to_call_the_public_address() -> None:
    assert Config(public_url="https://sms.example.com/").callback_url("a1") == "https://sms.example.com/carriers/a1"
