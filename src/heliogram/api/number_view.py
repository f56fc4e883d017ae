"""What is known of a number, in the API's shape."""

from datetime import datetime
from typing import Final, Literal

from heliogram.api.schema.numbers import NumberFactShape, NumberShape
from heliogram.model.number import YES, Known, Line, NumberFact
from heliogram.model.number_words import words_of
from heliogram.model.phone import Phone
from heliogram.model.sender import MMS_COUNTRIES

Mms = Literal["can", "cannot", "unknown"]

NOBODY_KNOWS: Final = "Nobody knows whether it takes picture messages."
NOT_THERE: Final = "No picture messages go to its country."


def number_shape(phone: Phone, known: Known, now: datetime) -> NumberShape:
    mms, note = _mms(phone, known, now)
    facts = [each for each in (known.mms, known.line, known.network, known.reach) if each is not None]
    return NumberShape(
        phone=phone.e164,
        country=phone.country,
        mms=mms,
        mms_note=note,
        line=Line(known.line.value) if known.line else "unknown",
        network=known.network.value if known.network else None,
        mccmnc=known.network.detail or None if known.network else None,
        is_reachable=known.reach.value == YES if known.reach else None,
        facts=[_fact(each, now) for each in facts],
    )


def _mms(phone: Phone, known: Known, now: datetime) -> tuple[Mms, str]:
    if phone.country not in MMS_COUNTRIES:
        return "cannot", NOT_THERE
    if (why := known.why_no_mms()) is not None:
        return "cannot", words_of(why, now)
    return ("can", words_of(known.mms, now)) if known.mms is not None else ("unknown", NOBODY_KNOWS)


def _fact(fact: NumberFact, now: datetime) -> NumberFactShape:
    return NumberFactShape(
        kind=fact.kind,
        value=fact.value,
        source=fact.source,
        since=fact.at,
        expires=fact.until,
        detail=fact.detail,
        sentence=words_of(fact, now),
    )
