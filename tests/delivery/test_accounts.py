"""An account can be used exactly while its carrier's link is up."""

from datetime import timedelta

import pytest

from heliogram.carriers.protocol import Link
from heliogram.delivery.accounts import Account
from heliogram.delivery.slots import Slots
from tests.delivery.carrier import CounterCarrier
from tests.world import NOON


@pytest.mark.parametrize(("link", "usable"), [(Link.UP, True), (Link.CONNECTING, False), (Link.DOWN, False)])
def test_an_account_is_usable_while_its_link_is_up(link: Link, usable: bool) -> None:
    carrier = CounterCarrier(link=link)
    account = Account("smsc", "workspace", "SMSC", "counter", carrier, Slots(carrier.capabilities.window))
    assert account.is_usable() is usable
    assert account.health().detail == f"The counter is {link.value}."


def test_what_was_handed_over_is_unreported_until_the_carrier_says_something() -> None:
    account = Account("smsc", "workspace", "SMSC", "counter", CounterCarrier(), Slots(10))
    assert (account.n_unreported, account.unreported_since) == (0, None)
    account.handed_over(NOON)
    account.handed_over(NOON + timedelta(seconds=1))
    assert (account.n_unreported, account.unreported_since) == (2, NOON)
    account.reported()
    assert (account.n_unreported, account.unreported_since) == (0, None)
