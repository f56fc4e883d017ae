import pytest

from heliogram.api.account_view import account_shape
from heliogram.carriers.protocol import Link
from tests.api.kit import connected
from tests.doors import Doors
from tests.world import NOON


@pytest.mark.parametrize("link", Link)
async def test_an_account_is_shown_as_it_is_at_this_moment(doors: Doors, link: Link) -> None:
    connected(doors, link=link)
    account = doors.app.accounts["smsc"]
    account.slots.take(3)
    assert account_shape(account, NOON, 7).model_dump() == {
        "id": "smsc",
        "name": "SMSC",
        "carrier": "smpp",
        "state": link.value,
        "since": NOON,
        "detail": f"The counter is {link.value}.",
        "in_flight": 3,
        "window": 10,
        "queue": 7,
    }
