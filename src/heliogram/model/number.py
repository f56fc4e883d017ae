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
    REACH = "reach"
    """Whether the phone could be reached a moment ago."""


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
    TOLL_FREE = "toll_free"


YES, NO = "yes", "no"
"""The values of a fact about MMS, and about reach."""

LIFE: dict[tuple[Kind, str], timedelta] = {
    (Kind.MMS, NO): timedelta(days=90),
    (Kind.MMS, YES): timedelta(days=365),
    (Kind.REACH, YES): timedelta(days=1),
    (Kind.REACH, NO): timedelta(days=1),
}
"""How long a fact holds, by what it says. Our choice: a number is given to somebody else after 45 days at the earliest
(47 CFR 52.15(f)(1)(ii)) and people change phones, so that "takes no pictures" is asked anew after a season. What a
network took once is taken for longer: being wrong there costs one message, which then falls back by itself. A phone
that is off is on again in the morning."""
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
    reach: NumberFact | None = None

    def takes_mms(self) -> bool | None:
        """True, False, or None where nobody can say. What a picture message has shown counts before what the line is:
        there are landlines that somebody has opened to messages."""
        if self.mms is not None:
            return self.mms.value == YES
        return False if self.is_landline() else None

    def is_landline(self) -> bool:
        return self.line is not None and self.line.value == Line.LANDLINE.value

    def why_no_mms(self) -> NumberFact | None:
        """The fact by which it takes no pictures; None where there is none."""
        if self.takes_mms() is not False:
            return None
        return self.mms or self.line


NOTHING = Known()


def fact(phone_e164: str, kind: Kind, value: str, source: Source, now: datetime, *, detail: str = "") -> NumberFact:
    """What is learnt now, with the time until which it holds."""
    life = LIFE.get((kind, value), LIFE_OF_OTHERS)
    return NumberFact(
        phone_e164=phone_e164, kind=kind, value=value, source=source, at=now, until=now + life, detail=detail
    )


class LookedUp(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrier says of a number when it is asked; None and "" for what it does not say.

    `mccmnc` is the network's code, five or six digits (ITU-T E.212). `is_stored`: a carrier said so before, it holds
    still, and none was asked now.
    """

    line: Line | None = None
    network: str = ""
    mccmnc: str = ""
    is_reachable: bool | None = None
    is_stored: bool = False


class NoLookup(msgspec.Struct, frozen=True, kw_only=True):
    """No word on the number, and why: a sentence for a person."""

    reason: str


Lookup = LookedUp | NoLookup


def facts_of(phone_e164: str, found: LookedUp, now: datetime) -> list[NumberFact]:
    """What a lookup teaches. What it leaves open teaches nothing."""
    learnt: list[NumberFact] = []
    if found.line is not None:
        learnt.append(fact(phone_e164, Kind.LINE, found.line.value, Source.LOOKUP, now))
    if name := found.network or found.mccmnc:
        learnt.append(fact(phone_e164, Kind.NETWORK, name, Source.LOOKUP, now, detail=found.mccmnc))
    if found.is_reachable is not None:
        learnt.append(fact(phone_e164, Kind.REACH, YES if found.is_reachable else NO, Source.LOOKUP, now))
    return learnt
