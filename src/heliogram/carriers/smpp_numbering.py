"""How an account writes addresses: type of number and numbering plan (TON and NPI), by the kind of sender, as data.

SMPP leaves it to the two sides what a short code is (§5.2.5 and §5.2.6 list the values): network specific, national,
abbreviated or unknown, each carrier its own. An account writes each rule as TON/NPI, as `3/0`.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from heliogram.carriers.protocol import Misconfigured
from heliogram.model.sender import SenderKind
from heliogram.wire.smpp.message import Address

TONS: Final = range(7)
"""§5.2.5: unknown, international, national, network specific, subscriber number, alphanumeric, abbreviated."""
NPIS: Final = frozenset({0, 1, 3, 4, 6, 8, 9, 10, 14, 18})
"""§5.2.6: unknown, ISDN (E.164), data, telex, land mobile, national, private, ERMES, internet, WAP client."""
_RULE: Final = re.compile(r"([0-9])/([0-9]{1,2})")

Rule = tuple[int, int]
"""TON and NPI."""


def rule_of(written: str) -> Rule:
    """The rule of a setting. Raises Misconfigured."""
    found = _RULE.fullmatch(written.strip())
    if found is None or (ton := int(found[1])) not in TONS or (npi := int(found[2])) not in NPIS:
        npis = ", ".join(map(str, sorted(NPIS)))
        raise Misconfigured(f"TON and NPI are written as 3/0: a TON of 0 to 6 and an NPI of {npis}; not {written!r}.")
    return ton, npi


class Numbering(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of an account. Digits are those of E.164 whatever the rule, without the plus sign."""

    senders: Mapping[SenderKind, Rule]
    recipients: Rule

    def source(self, sender: str, kind: SenderKind) -> Address:
        digits = sender if kind is SenderKind.ALPHANUMERIC else sender.removeprefix("+")
        return Address(*self.senders[kind], digits)

    def destination(self, to_e164: str) -> Address:
        return Address(*self.recipients, to_e164.removeprefix("+"))
