"""What becomes of a message to a number: decided by the number's last digits, so that demos and tests repeat."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fate:
    """`stat` as in an SMPP receipt, `mm_status` as in an MM7 report, `err` the network's code."""

    stat: str
    mm_status: str
    err: str = "000"


DELIVERED = Fate("DELIVRD", "Retrieved")
CANCELED = Fate("DELETED", "Rejected")

BY_SUFFIX: dict[str, Fate] = {
    "0099": Fate("UNDELIV", "Unreachable", "001"),
    "0098": Fate("EXPIRED", "Expired", "027"),
    "0097": Fate("REJECTD", "Rejected", "069"),
    "0094": Fate("UNDELIV", "NotSupported", "001"),  # a landline
    "0095": Fate("DELIVRD", "NotSupported"),  # a phone that takes texts and no pictures
    "0096": Fate("UNKNOWN", "Indeterminate"),
}


def fate_of(number: str) -> Fate:
    return BY_SUFFIX.get(number[-4:], DELIVERED)
