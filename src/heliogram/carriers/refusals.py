"""One vocabulary for what HTTP carriers refuse, whatever their own codes: why, for how long, what to tell a person.

Here: why → outcome. Not here: which code of a carrier means what (each carrier's table), when to repeat (`delivery`).
Source: providers §2.10.
"""

from collections.abc import Mapping
from enum import StrEnum

from heliogram.carriers.exchange import without_numbers
from heliogram.model.parcel import MEDIA_REFUSED, NO_MMS, NOT_A_MOBILE, THROTTLED, Outcome, Refused, Unknown
from heliogram.model.reasons import sentence_for

MAX_SAID = 200
"""Characters of a carrier's own words that are kept."""


class Why(StrEnum):
    """Why a message was refused. The values are the codes of `model.reasons`."""

    BLOCKED = "blocked_by_carrier"
    NOT_MOBILE = NOT_A_MOBILE
    UNREACHABLE = "phone_unreachable"
    MEDIA = MEDIA_REFUSED
    MMS = NO_MMS
    FILTERED = "filtered"
    TOO_FAST = THROTTLED
    UNREGISTERED = "not_registered"
    SENDER = "sender_refused"
    DESTINATION = "destination_refused"
    ACCOUNT = "account_refused"
    REQUEST = "request_refused"
    LATE = "too_late"
    TROUBLE = "carrier_trouble"


PASSING = frozenset({Why.TOO_FAST, Why.TROUBLE, Why.ACCOUNT})
"""Not the message's fault, so that it may be tried again: an operator can mend an account meanwhile."""
WAIT_S = 1.0
"""How long to wait where a carrier says "too fast" and not for how long."""


def refused(why: Why, *, code: str = "", said: str = "", retry_after_s: float | None = None) -> Refused:
    """The refusal. `code` and `said` are the carrier's own: what an operator searches its manual for."""
    own = " ".join(each for each in (code, without_numbers(said)[:MAX_SAID].rstrip(".")) if each)
    return Refused(
        code=why.value,
        reason=sentence_for(why.value) + (f" It said: {own}." if own else ""),
        permanent=why not in PASSING,
        retry_after_s=(retry_after_s or WAIT_S) if why is Why.TOO_FAST else retry_after_s,
    )


def code_of(code: str, why: Why | None) -> str:
    """A receipt's code, with what it means where that is known."""
    if not code or why is None:
        return code
    return f"{code}: {sentence_for(why.value).rstrip('.')}"


_HTTP: dict[int, Why] = {
    400: Why.REQUEST,
    401: Why.ACCOUNT,
    402: Why.ACCOUNT,
    403: Why.ACCOUNT,
    404: Why.ACCOUNT,
    408: Why.TROUBLE,
    413: Why.MEDIA,
    422: Why.REQUEST,
    429: Why.TOO_FAST,
    503: Why.TROUBLE,
}


def outcome_of_http(
    status: int, headers: Mapping[str, str], *, why: Why | None = None, code: str = "", said: str = ""
) -> Outcome:
    """What an answer that takes nothing says: `why` where the carrier's own code tells it, else by its HTTP status.

    Header names are in lower case. An answer that does not say whether the message was taken is unknown.
    """
    why = why or _HTTP.get(status) or (Why.REQUEST if 300 <= status < 500 else None)
    if why is None:
        return Unknown(reason=f"The carrier answered HTTP {status} with nothing that says whether it took the message.")
    own_code = code or f"HTTP {status}"
    return refused(why, code=own_code, said=said, retry_after_s=retry_after(headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a Retry-After. Its other form, a date, is left aside."""
    wait = headers.get("retry-after", "")
    return float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else None
