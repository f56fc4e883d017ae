"""The steps of what a carrier said later: receipts, and its answers when it was asked."""

from heliogram.analytics.step import Row, TimelineStep, Tone
from heliogram.model.event import NEWS_STATE, News
from heliogram.model.message import State

_NEWS: dict[News, str] = {
    News.EN_ROUTE: "On its way to the handset",
    News.ACCEPTED: "The network took it",
    News.DELIVERED: "Confirmed on the handset",
    News.READ: "Read by the person",
    News.UNDELIVERED: "Not delivered",
    News.EXPIRED: "The network gave up",
    News.REJECTED: "The network rejected it",
    News.DELETED: "The network deleted it",
    News.UNKNOWN: "The network does not know what became of it",
}
_WHEN_ASKED = "Asked the carrier: this is its answer, not a receipt."
_STATE_TONE = {State.DELIVERED: Tone.OK, State.UNDELIVERED: Tone.BAD}


def heard(receipt: Row) -> TimelineStep:
    news = News(receipt["news"])
    state = NEWS_STATE[news]
    facts = [("Carrier's id", receipt["carrier_id"])]
    if receipt["code"]:
        facts.append(("Code", receipt["code"]))
    return TimelineStep(
        at=receipt["at"],
        kind="receipt",
        title=_NEWS[news],
        detail=_WHEN_ASKED if receipt["is_asked"] else "A receipt from the carrier.",
        facts=tuple(facts),
        raw=receipt["raw"] or None,
        tone=_STATE_TONE.get(state, Tone.INFO) if state else Tone.INFO,
    )


def asked(question: Row) -> TimelineStep:
    """The last question about a piece that was answered by no news; what is news stands there as a receipt."""
    return TimelineStep(
        at=question["asked_at"],
        kind="asked",
        title="Asked the carrier",
        detail=f"It did not say what became of it. {question['reason']}",
        facts=(
            ("Carrier's id", question["carrier_id"]),
            ("Code", question["code"]),
            ("Asked", f"{question['n_asked']} time{'' if question['n_asked'] == 1 else 's'}"),
        ),
        raw=question["raw"] or None,
        tone=Tone.WARN,
    )


def canceled(row: Row) -> TimelineStep:
    """Somebody wanted it back from the carrier. That it is back is told by the carrier's own word, as a receipt."""
    if row["done_at"] is None:
        detail, tone = "The carrier is being asked to take it back.", Tone.INFO
    elif row["code"]:
        detail, tone = f"It could not be taken back. {row['reason']}", Tone.WARN
    else:
        detail, tone = "The carrier took it back.", Tone.INFO
    return TimelineStep(
        at=row["done_at"] or row["at"],
        kind="cancel",
        title="Asked to be canceled",
        detail=detail,
        facts=(("Code", row["code"]),) if row["code"] else (),
        raw=row["raw"] or None,
        tone=tone,
    )
