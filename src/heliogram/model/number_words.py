"""A fact about a number as a person reads it: what, said by whom, when, how old that is, and until when it is kept."""

from datetime import datetime, timedelta

from heliogram.model.number import NO, YES, Kind, Line, NumberFact, Source

_SAID: dict[Source, str] = {
    Source.LOOKUP: "a lookup said so",
    Source.RECEIPT: "the network said so",
    Source.ANSWER: "the carrier said so",
    Source.INBOUND: "a message from it said so",
}
_SHOWN: dict[tuple[Kind, str, Source], str] = {
    (Kind.MMS, YES, Source.RECEIPT): "one was delivered",
    (Kind.MMS, YES, Source.INBOUND): "the phone sent one",
}
"""Where the fact is not what somebody said but what happened."""
_WHAT: dict[tuple[Kind, str], str] = {
    (Kind.MMS, YES): "Takes pictures",
    (Kind.MMS, NO): "No pictures",
    (Kind.LINE, Line.MOBILE): "A mobile phone",
    (Kind.LINE, Line.LANDLINE): "A landline, so no pictures",
    (Kind.LINE, Line.VOIP): "An internet telephone",
    (Kind.LINE, Line.TOLL_FREE): "A toll-free number",
    (Kind.REACH, YES): "Could be reached",
    (Kind.REACH, NO): "Could not be reached",
}
_WITH_YEAR = timedelta(days=300)
"""How far a day is away that needs its year."""


def words_of(fact: NumberFact, at: datetime) -> str:
    """The sentence, as one reads it at `at`."""
    what = _WHAT.get((fact.kind, fact.value)) or f"Its network is {fact.value}"
    how = _SHOWN.get((fact.kind, fact.value, fact.source)) or _SAID[fact.source]
    return f"{what}: {how} on {_day(fact.at, at)} ({_age(at - fact.at)}), kept until {_day(fact.until, at)}."


def _day(day: datetime, at: datetime) -> str:
    year = f" {day.year}" if abs(day - at) > _WITH_YEAR else ""
    return f"{day.day} {day:%b}{year}"


def _age(age: timedelta) -> str:
    days = max(0, age.days)
    return "today" if not days else "1 day ago" if days == 1 else f"{days} days ago"
