"""What carriers answer that were asked what a number is, in one vocabulary: a line, a network, or why there is no word.

Here: what all of them share. Not here: their fields and their words for lines (each carrier's file).
"""

import re
from collections.abc import Mapping
from typing import Final

from heliogram.carriers.exchange import without_numbers
from heliogram.carriers.http import Answered
from heliogram.carriers.refusals import MAX_SAID, Why, outcome_of_http
from heliogram.carriers.signed import network_of
from heliogram.model.number import Line, LookedUp, Lookup, NoLookup
from heliogram.model.parcel import Refused
from heliogram.model.reasons import sentence_for

UNREADABLE: Final = NoLookup(reason="The carrier answered with nothing that can be read.")
_MCCMNC: Final = re.compile(r"[2-7][0-9]{4,5}")
"""A mobile country code begins with 2 to 7 for geographic networks. Source: ITU-T E.212."""


def mccmnc_of(code: str | None) -> str:
    """A network's code of five or six digits, "" for what is none."""
    return code if code and _MCCMNC.fullmatch(code) else ""


def found_in(
    lines: Mapping[str, Line], *, line: str | None, network: str | None, mcc: str | None, mnc: str | None
) -> Lookup:
    """What a carrier says of a number, its word for the line by its table. Where it says nothing, that is no word."""
    found = LookedUp(
        line=lines.get(line or ""), network=network_of(network), mccmnc=mccmnc_of(f"{mcc or ''}{mnc or ''}")
    )
    return no_word("") if found == LookedUp() else found


def no_word(said: str) -> NoLookup:
    """The carrier answered, and knows nothing; `said` are its own words or code, "" for none."""
    own = without_numbers(said)[:MAX_SAID].rstrip(".")
    return NoLookup(reason="The carrier has no word on this number." + (f" It said: {own}." if own else ""))


def refused_lookup(answer: Answered, *, why: Why | None = None, code: str = "", said: str = "") -> NoLookup:
    """Why an answer that is no success gives no word. A number that is not found is none of the account's faults."""
    if answer.status == 404:
        return no_word(" ".join(filter(None, (code, said))) or "HTTP 404")
    outcome = outcome_of_http(answer.status, answer.headers, why=why, code=code, said=said)
    if isinstance(outcome, Refused):
        return NoLookup(reason=outcome.reason)
    return NoLookup(reason=f"{sentence_for(Why.TROUBLE.value)} It said: HTTP {answer.status}.")
