"""An account can be used exactly while its carrier's link is up."""

import pytest

from heliogram.carriers.protocol import Link
from heliogram.delivery.accounts import Account
from heliogram.delivery.slots import Slots
from tests.delivery.carrier import CounterCarrier


@pytest.mark.parametrize(("link", "usable"), [(Link.UP, True), (Link.CONNECTING, False), (Link.DOWN, False)])
def test_an_account_is_usable_while_its_link_is_up(link: Link, usable: bool) -> None:
    carrier = CounterCarrier(link=link)
    account = Account("smsc", "workspace", "SMSC", "counter", carrier, Slots(carrier.capabilities.window))
    assert account.is_usable() is usable
    assert account.health().detail == f"The counter is {link.value}."
