from typing import Any

import pytest
from pydantic import ValidationError

from heliogram.api.schema.accounts import AccountAsk, AccountChange

ASKED: dict[str, Any] = {"name": "A", "carrier": "smpp", "settings": {}}


@pytest.mark.parametrize(
    ("changes", "is_taken"),
    [
        ({}, True),
        ({"name": "a" * 60}, True),
        ({"name": "a" * 61}, False),
        ({"name": ""}, False),
        ({"settings": {f"s{n}": n for n in range(40)}}, True),
        ({"settings": {f"s{n}": n for n in range(41)}}, False),
        ({"settings": {"host": ["a"]}}, False),
        ({"secret": "s" * 4_000}, True),
        ({"secret": "s" * 4_001}, False),
        ({"password": "x"}, False),
    ],
)
def test_an_account_that_is_asked_for_is_bounded(changes: dict[str, Any], is_taken: bool) -> None:
    if is_taken:
        assert AccountAsk(**(ASKED | changes)).carrier == "smpp"
    else:
        with pytest.raises(ValidationError):
            AccountAsk(**(ASKED | changes))


def test_numbers_switches_and_texts_stay_what_they_are() -> None:
    settings = {"port": 2775, "per_s": 1.5, "tls": True, "host": "h", "none": None}
    asked = AccountChange(settings=settings).settings
    assert asked == settings
    assert asked is not None and [type(each) for each in asked.values()] == [type(each) for each in settings.values()]
