import dataclasses
from pathlib import Path

import pytest

from heliogram.carriers.catalogue import _KINDS, _PASSWORDS, KINDS
from heliogram.carriers.registry import CARRIERS

PAGES = Path(__file__).parents[2] / "docs" / "carriers"


def test_every_carrier_is_in_the_catalogue() -> None:
    assert set(KINDS) == set(CARRIERS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_form_has_every_setting_of_the_carrier_once_and_no_password(kind: object) -> None:
    told = next(each for each in KINDS.values() if each is kind)
    known = {each.name for each in dataclasses.fields(_KINDS[told.kind].shape)} - _PASSWORDS
    assert sorted(each.name for each in told.settings) == sorted(known)
    assert set(_KINDS[told.kind].own) <= known


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_setting_has_words_and_stands_on_the_carriers_page(kind: str) -> None:
    page = (PAGES / f"{kind}.md").read_text()
    for setting in KINDS[kind].settings:
        assert setting.label and setting.help.endswith(".")
        assert f"`{setting.name}`" in page


def test_what_must_be_told_comes_first_and_what_is_rare_last() -> None:
    for kind in KINDS.values():
        order = [(not each.is_required, each.is_rare) for each in kind.settings]
        assert order == sorted(order)
        assert not any(each.is_required and each.is_rare for each in kind.settings)


@pytest.mark.parametrize(
    ("kind", "name", "type_", "default"),
    [
        ("smpp", "host", "text", None),
        ("smpp", "per_s", "number", None),
        ("smpp", "tls", "switch", False),
        ("mm7", "window", "integer", 10),
        ("twilio", "url", "text", "https://api.twilio.com"),
    ],
)
def test_types_and_defaults_are_the_carriers_own(kind: str, name: str, type_: str, default: object) -> None:
    setting = next(each for each in KINDS[kind].settings if each.name == name)
    assert (setting.type, setting.default) == (type_, default)
