"""The carriers there are. Adding one is one file, one line here, one test file and one page of docs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.protocol import Carrier
from heliogram.carriers.smpp import SmppCarrier


class UnknownCarrier(Exception):
    """An account names a kind of carrier this version does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One account as configured. `secret` is the password in clear: never logged, never shown."""

    settings: Mapping[str, Any]
    secret: str
    callback_url: str
    new_id: Callable[[], str]


CARRIERS: Mapping[str, Callable[[AccountSettings], Carrier]] = {
    "smpp": lambda account: SmppCarrier.configured(account.settings, account.secret, account.new_id),
    "mm7": lambda account: Mm7Carrier.configured(account.settings, account.secret),
}


def carrier_for(kind: str, account: AccountSettings) -> Carrier:
    """The carrier of an account. Raises UnknownCarrier, or the carrier's own complaint about its settings."""
    if kind not in CARRIERS:
        raise UnknownCarrier(f"There is no carrier {kind!r}; there are {', '.join(sorted(CARRIERS))}.")
    return CARRIERS[kind](account)
