"""By which of a sender's accounts a message goes: the first that traffic has not left, and that it does not avoid."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final

from heliogram.model.queue import Detour
from heliogram.model.sender import Sender

NOT_JUST_NOW: Final = "account_not_just_now"
"""The account had this very message and could not take it."""


def account_for(
    accounts: Sequence[str], away: Mapping[str, str], avoids: str | None = None
) -> tuple[str, Detour | None]:
    """The account, and where it is not the first why not. `accounts` has one at least, the first choice first.

    `away` has the accounts that traffic has left, each with why. Where it has left them all, the message waits for the
    first: going from one that is down to another that is helps nobody.
    """
    first = accounts[0]
    here = [each for each in accounts if each not in away]
    chosen = next((each for each in here if each != avoids), here[0] if here else first)
    return chosen, None if chosen == first else Detour(instead_of=first, why=away.get(first, NOT_JUST_NOW))


def accounts_of(senders: Iterable[Sender]) -> frozenset[str]:
    """Every account that one of the senders may go by."""
    return frozenset(each for sender in senders for each in sender.sms_accounts() + sender.mms_accounts())


def left_behind(senders: Iterable[Sender], away: Container[str]) -> frozenset[str]:
    """The accounts that traffic has left, and that another of a sender's stands in for now."""
    orders = [order for sender in senders for order in (sender.sms_accounts(), sender.mms_accounts())]
    replaced = [order for order in orders if any(each not in away for each in order)]
    return frozenset(each for order in replaced for each in order if each in away)
