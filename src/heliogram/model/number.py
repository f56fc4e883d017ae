"""What is known of a number: whether it takes pictures, whose it is, what it is; from whom, since when, and how long.

Never from its prefix: numbers are ported. What is not known, or no longer, is unknown, and each group says what
unknown numbers get.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What a fact is about."""

    MMS = "mms"
    NETWORK = "network"
    LINE = "line"


class Source(StrEnum):
    """How a fact came to us."""

    LOOKUP = "lookup"
    RECEIPT = "receipt"
    ANSWER = "answer"
    """A carrier's immediate answer to an attempt."""
    INBOUND = "inbound"


class Line(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"


YES, NO = "yes", "no"
"""The values of a fact about MMS."""

LIFE: dict[tuple[Kind, str], timedelta] = {
    (Kind.MMS, NO): timedelta(days=90),
    (Kind.MMS, YES): timedelta(days=365),
}
"""How long a fact holds, by what it says. Our choice: a number is given to somebody else after 45 days at the earliest
(47 CFR 52.15(f)(1)(ii)) and people change phones, so that "takes no pictures" is asked anew after a season. What a
network took once is taken for longer: being wrong there costs one message, which then falls back by itself."""
LIFE_OF_OTHERS = timedelta(days=180)
"""The same for networks and lines: people port their numbers rarely."""
REFRESHED_AFTER = timedelta(days=30)
"""What is known and said again is written again only when it is this old: a campaign confirms it a million times."""


class NumberFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing about one number. `detail` is the carrier's own code or word."""

    phone_e164: str
    kind: Kind
    value: str
    source: Source
    at: datetime
    until: datetime
    detail: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """All that holds of one number now; None is unknown."""

    mms: NumberFact | None = None
    network: NumberFact | None = None
    line: NumberFact | None = None

    def takes_mms(self) -> bool | None:
        """True, False, or None where nobody can say."""
        return None if self.mms is None else self.mms.value == YES


NOTHING = Known()


def fact(phone_e164: str, kind: Kind, value: str, source: Source, now: datetime, *, detail: str = "") -> NumberFact:
    """What is learnt now, with the time until which it holds."""
    life = LIFE.get((kind, value), LIFE_OF_OTHERS)
    return NumberFact(
        phone_e164=phone_e164, kind=kind, value=value, source=source, at=now, until=now + life, detail=detail
    )
