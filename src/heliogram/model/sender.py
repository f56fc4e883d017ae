"""Senders (the number or name the recipient sees) and what makes one able to send a picture message."""

from dataclasses import dataclass, field
from enum import StrEnum

MMS_COUNTRIES = frozenset({"US", "CA"})
"""Where an A2P picture message can go. Source: AWS, Vonage and Bird list US and Canada only (protocols §5.2)."""


class SenderKind(StrEnum):
    SHORT_CODE = "short_code"
    LONG_CODE = "long_code"
    TOLL_FREE = "toll_free"
    ALPHANUMERIC = "alphanumeric"


class Approval(StrEnum):
    """What one network has said about picture messages from one short code."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """An account that stands in for another. `carrier` is its kind."""

    account_id: str
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One sender of a subscription group.

    `countries` are the countries it is at home in; `may_go_abroad` opens the others to a long code.
    `approvals` maps a network's name to its word on MMS and matters for short codes only.
    """

    id: str
    kind: SenderKind
    address: str
    countries: tuple[str, ...]
    mms_enabled: bool = False
    may_go_abroad: bool = False
    sms_account_id: str | None = None
    mms_account_id: str | None = None
    mms_carrier: str = ""
    """The kind of the account that its picture messages go by: "mm7", "twilio"."""
    approvals: dict[str, Approval] = field(default_factory=dict)
    sms_failover: tuple[Standby, ...] = ()
    mms_failover: tuple[Standby, ...] = ()
    """The accounts that stand in for the first, in their order."""

    def sms_accounts(self) -> tuple[str, ...]:
        """The accounts its texts can go by, the first choice first."""
        return self._with(self.sms_account_id, self.sms_failover)

    def mms_accounts(self) -> tuple[str, ...]:
        return self._with(self.mms_account_id, self.mms_failover)

    def _with(self, first: str | None, failover: tuple[Standby, ...]) -> tuple[str, ...]:
        return (first, *(each.account_id for each in failover)) if first is not None else ()

    def carrier_of(self, account_id: str) -> str:
        """The kind of an account that its picture messages go by."""
        kinds = {each.account_id: each.carrier for each in self.mms_failover}
        return kinds.get(account_id, self.mms_carrier)

    def can_mms(self) -> bool:
        """Whether it can send a picture message to anyone at all: what earns its group the MMS tag."""
        if self.kind is SenderKind.ALPHANUMERIC or not self.mms_enabled or self.mms_account_id is None:
            return False
        if MMS_COUNTRIES.isdisjoint(self.countries):
            return False
        return self.kind is not SenderKind.SHORT_CODE or Approval.APPROVED in self.approvals.values()

    def can_mms_on(self, network: str | None) -> bool:
        """Whether it can send a picture message to a customer of `network`.

        A short code needs that network's approval; on an unknown network it needs everyone's,
        because a picture message a network has not approved is dropped without a word. Carriers write names longer
        than networks do: an approval of "T-Mobile" is one of "T-Mobile USA, Inc.".
        """
        if not self.can_mms() or self.kind is not SenderKind.SHORT_CODE:
            return self.can_mms()
        if network is None:
            return all(word is Approval.APPROVED for word in self.approvals.values())
        said = _plain(network)
        meant = [name for name in self.approvals if (plain := _plain(name)) and said.startswith(plain)]
        return bool(meant) and self.approvals[max(meant, key=len)] is Approval.APPROVED


def _plain(network: str) -> str:
    return "".join(letter for letter in network.casefold() if letter.isalnum())
