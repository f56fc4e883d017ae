import pytest

from heliogram.api.account_opening import opened, settings_to_store
from heliogram.api.errors import Problem
from heliogram.api.schema.accounts import Value
from tests.doors import Doors

SMPP: dict[str, Value] = {"host": "127.0.0.1", "port": 2775, "system_id": "helio"}


def test_what_is_empty_or_as_the_carrier_has_it_is_not_stored() -> None:
    given = SMPP | {"window": 10, "system_type": "", "per_s": None, "binds": 2}
    assert settings_to_store("smpp", given) == SMPP | {"binds": 2}


@pytest.mark.parametrize(
    ("carrier", "given", "fields"),
    [
        ("pigeon", {}, ["carrier"]),
        ("smpp", {"host": "h"}, ["settings.port", "settings.system_id"]),
        ("mm7", {"url": ""}, ["settings.url"]),
    ],
)
def test_a_setting_that_is_missing_is_named(carrier: str, given: dict[str, Value], fields: list[str]) -> None:
    with pytest.raises(Problem) as refused:
        settings_to_store(carrier, given)
    assert [field for field, _sentence in refused.value.errors] == fields


@pytest.mark.parametrize(
    ("carrier", "given", "secret", "field", "words"),
    [
        ("smpp", SMPP | {"coop": 1}, "", "settings", "no setting coop"),
        ("smpp", SMPP | {"port": 0}, "", "settings", "A port is 1 to 65,535."),
        ("telnyx", {"public_key": "x"}, "", "secret", "needs its password"),
        ("webhook", {"url": "http://x"}, "short", "settings", "at least 16 octets"),
    ],
)
async def test_settings_that_cannot_work_are_refused_in_the_carriers_own_words(
    doors: Doors, carrier: str, given: dict[str, Value], secret: str, field: str, words: str
) -> None:
    with pytest.raises(Problem, match=words) as refused:
        opened(doors.app, carrier, given, secret)
    assert [name for name, _sentence in refused.value.errors] == [field]
