import pytest

from heliogram.model.queue import Detour
from heliogram.model.sender import Sender, SenderKind, Standby
from heliogram.routing.standby import NOT_JUST_NOW, account_for, accounts_of, left_behind

A_AWAY = Detour(instead_of="a", why="account_down")
NOT_NOW = Detour(instead_of="a", why=NOT_JUST_NOW)
DOWN = "account_down"


@pytest.mark.parametrize(
    ("accounts", "away", "avoids", "chosen", "detour"),
    [
        (("a",), (), None, "a", None),
        (("a", "b"), (), None, "a", None),
        (("a", "b"), ("a",), None, "b", A_AWAY),
        (("a", "b", "c"), ("a", "b"), None, "c", A_AWAY),
        (("a", "b"), ("b",), None, "a", None),
        (("a", "b"), ("a", "b"), None, "a", None),
        (("a",), ("a",), None, "a", None),
        (("a", "b"), (), "a", "b", NOT_NOW),
        (("a", "b"), (), "b", "a", None),
        (("a", "b"), ("b",), "a", "a", None),
        (("a", "b"), ("a",), "b", "b", A_AWAY),
        (("a", "b", "c"), ("a",), "b", "c", A_AWAY),
        (("a",), (), "a", "a", None),
    ],
)
def test_the_first_that_is_there_and_not_avoided_is_taken(
    accounts: tuple[str, ...], away: tuple[str, ...], avoids: str | None, chosen: str, detour: Detour | None
) -> None:
    assert account_for(accounts, dict.fromkeys(away, DOWN), avoids) == (chosen, detour)


def _sender(sms: str | None, *sms_failover: str, mms: str | None = None) -> Sender:
    standby = tuple(Standby(account_id=each, carrier="smpp") for each in sms_failover)
    kind, address = SenderKind.LONG_CODE, "+13125550100"
    return Sender(
        id="s",
        kind=kind,
        address=address,
        countries=("US",),
        sms_account_id=sms,
        mms_account_id=mms,
        sms_failover=standby,
    )


def test_every_account_that_may_be_used_is_one_of_the_senders() -> None:
    assert accounts_of([_sender("a", "b", mms="m"), _sender(None), _sender("c")]) == {"a", "b", "c", "m"}


def test_only_what_somebody_stands_in_for_is_left_behind() -> None:
    senders = [_sender("a", "b", mms="m"), _sender("c")]
    assert left_behind(senders, {"a", "c", "m"}) == {"a"}
    assert left_behind(senders, {"a", "b"}) == frozenset()
    assert left_behind(senders, ()) == frozenset()
