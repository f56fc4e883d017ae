"""The story of one message, in the order it happened: each rule's word, each attempt, each receipt, with its facts.

Pure: rows in, steps out. The CLI, the API and the dashboard tell the same story from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from heliogram.analytics.later import asked, canceled, heard
from heliogram.analytics.step import Row, TimelineStep, Tone
from heliogram.compose.fallback import LINK_MARK
from heliogram.compose.written import body_sent, replaced_in
from heliogram.media.nouns import about, first, noun_of
from heliogram.model.message import Channel, State
from heliogram.model.number import NumberFact
from heliogram.model.number_words import words_of
from heliogram.model.reasons import WHY_ELSEWHERE, sentence_for, sentence_for_way
from heliogram.model.text import Rewriting, Spelling
from heliogram.wire.smpp.status import sentence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything stored about one message.

    `answers` are what the phone sent back, `pictures` the media of each by its id.
    `facts` are the consent facts its attempts were allowed by, by id; `forbidden_by` is the one that ended it.
    """

    message: Row
    attempts: Sequence[Row]
    receipts: Sequence[Row]
    questions: Sequence[Row]
    cancellations: Sequence[Row]
    opens: Sequence[Row]
    answers: Sequence[Row]
    pictures: Mapping[str, Sequence[Row]]
    facts: Mapping[str, Row]
    forbidden_by: Row | None
    media: Sequence[Row]
    variants: Sequence[Row] = ()
    """What was made of the pictures for their routes."""

    def noun(self) -> str:
        return noun_of([each["content_type"] for each in self.media])


CHANNEL_WORDS = {
    Channel.MMS: "picture message (MMS)",
    Channel.SMS: "text (SMS)",
    Channel.SMS_LINK: "text with a link to the picture",
}


def timeline_of(history: History) -> tuple[TimelineStep, ...]:
    """The steps, oldest first; those of one moment in the order they were decided."""
    steps = [_queued(history.message)]
    if released := _released(history.message):
        steps.append(released)
    for attempt in history.attempts:
        steps += _decided(history, attempt)
        steps.append(_attempted(attempt))
        if attempt["outcome_at"] is not None:
            steps.append(_answered(history, attempt))
    steps += [heard(receipt) for receipt in history.receipts]
    steps += [asked(each) for each in history.questions if each["code"]]
    steps += [canceled(each) for each in history.cancellations]
    steps += [_opened(history, each) for each in history.opens]
    steps += [_answer_of(texts, history) for texts in _joined(history.answers)]
    if history.forbidden_by is not None:
        steps.append(_forbidden(history.message, history.forbidden_by))
    if stopped := _stopped(history):
        steps.append(stopped)
    return tuple(sorted(steps, key=lambda step: step.at))


def _queued(message: Row) -> TimelineStep:
    came_from = f"Campaign “{message['campaign_name']}”" if message["campaign_id"] else "A single message"
    facts = [("Purpose", message["purpose"]), ("Group", message["group_name"])]
    if message["due_at"] is not None:
        facts.append(("Due", message["due_at"].isoformat()))
    return TimelineStep(
        at=message["created_at"], kind="queued", title="Queued", detail=f"{came_from}.", facts=tuple(facts)
    )


def _released(message: Row) -> TimelineStep | None:
    """The end of a wait that is over: the message itself only remembers until when and why."""
    until = message["held_until"]
    if (
        until is None
        or message["state"] == State.HELD.value
        or message["state_at"] is None
        or until > message["state_at"]
    ):
        return None
    return TimelineStep(
        at=until, kind="released", title="No longer held", detail=f"Until then: {sentence_for(message['held_reason'])}"
    )


def _decided(history: History, attempt: Row) -> list[TimelineStep]:
    at = attempt["at"]
    fact = history.facts.get(attempt["fact_id"] or "")
    steps = []
    if fact is not None:
        steps.append(
            TimelineStep(
                at=at,
                kind="consent",
                title="Consent found",
                detail=fact["evidence"],
                facts=_evidence("Subscribed", fact),
                tone=Tone.OK,
            )
        )
    elif attempt["fact_id"] is None:
        steps.append(
            TimelineStep(at=at, kind="consent", title="No consent needed", detail="A reply that the person asked for.")
        )
    channel = Channel(attempt["channel"])
    facts = [("Sender", f"{attempt['sender']} ({attempt['sender_kind'].replace('_', ' ')})")]
    if attempt["sender_kind"]:
        facts.append(("Why this sender", _why_sender(history.message, attempt)))
    if attempt["number_fact"]:
        known = msgspec.convert(attempt["number_fact"], NumberFact)
        facts.append(("Known of the number", words_of(known, at)))
    steps.append(
        TimelineStep(
            at=at,
            kind="route",
            title=f"Goes as {about(CHANNEL_WORDS[channel], history.noun())}",
            detail=about(sentence_for_way(attempt["reason"]), history.noun()),
            facts=tuple(facts),
        )
    )
    steps.append(_written(history, attempt, channel))
    return steps


def _forbidden(message: Row, fact: Row) -> TimelineStep:
    return TimelineStep(
        at=message["state_at"],
        kind="consent",
        title="Consent was withdrawn",
        detail=fact["evidence"],
        facts=_evidence("Unsubscribed", fact),
        tone=Tone.WARN,
    )


def _evidence(what: str, fact: Row) -> tuple[tuple[str, str], ...]:
    return (
        (what, f"{fact['at']:%Y-%m-%d %H:%M} UTC"),
        ("How", fact["source"]),
        ("Record", fact["hash"][:16]),
    )


def _why_sender(message: Row, attempt: Row) -> str:
    country = message["country"]
    if attempt["sender"] == message["from_address"]:
        return "It is the number that the person wrote to."
    if country in (attempt["sender_countries"] or ()):
        return f"It is at home in the recipient's country ({country})."
    return f"The group has no sender at home in {country or 'that country'}; this long code may text abroad."


def _written(history: History, attempt: Row, channel: Channel) -> TimelineStep:
    facts: list[tuple[str, str]] = []
    if channel is Channel.MMS:
        went = attempt["variants"] or ()
        for n, each in enumerate(history.media, 1):
            label = first(noun_of([each["content_type"]])) + (f" {n}" if len(history.media) > 1 else "")
            goes = _goes(history, went[n - 1]) if len(went) >= n else ""
            facts.append((label, f"{each['filename']}, {each['n_octets']:,} bytes as uploaded{goes}"))
        if attempt["variant_octets"] is not None:
            how_well = "" if went else _how_well(history, attempt["variant_sha256"])
            facts.append(("Made for this route", f"{attempt['variant_octets']:,} bytes{how_well}"))
        title = f"{first(history.noun())} fitted"
        detail = _AS_FILM if _went_as_film(history, attempt) else ""
        return TimelineStep(at=attempt["at"], kind="written", title=title, detail=detail, facts=tuple(facts))
    n = attempt["n_segments"]
    facts += [("Segments", str(n)), ("Encoding", attempt["encoding"])]
    body = history.message["body"]
    if attempt["link_token"]:
        body = history.message["fallback_body"] or body
        facts.append(("Text", _OWN_FALLBACK if history.message["fallback_body"] else _DEFAULT_FALLBACK))
        facts.append(("Link", f"/p/{attempt['link_token']}"))
    rewriting = msgspec.convert(attempt["rewriting"], Rewriting) if attempt["rewriting"] else None
    return TimelineStep(
        at=attempt["at"],
        kind="written",
        title=f"Written as {_segments(n)}",
        detail=_rewritten(rewriting, n) if rewriting else "",
        facts=(*facts, *(_changes(body, rewriting) if rewriting else ())),
        tone=Tone.WARN if rewriting and rewriting.n_uncut else Tone.INFO,
    )


_AS_FILM = "The animation cannot be made small enough for this route as a GIF, so it went as a video (MP4)."


def _went_as_film(history: History, attempt: Row) -> bool:
    """Whether one of the pictures left as an MP4."""
    sent = {each["sha256"] for each in attempt["variants"] or ()} or {attempt["variant_sha256"]}
    return any(each["sha256"] in sent and each["content_type"].startswith("video/") for each in history.variants)


def _goes(history: History, went: Row) -> str:
    """One of several media as it went."""
    return f", {went['n_octets']:,} as it goes{_how_well(history, went['sha256'])}"


def _how_well(history: History, sha256: str) -> str:
    """What the route's budget cost a picture, where that was measured."""
    made = next((each for each in history.variants if each["sha256"] == sha256), None)
    if made is None or made["similarity"] is None:
        return ""
    quality = f", quality {made['quality']}" if made["quality"] is not None else ""
    return f"{quality}, similarity {made['similarity']:.3f}"


_OWN_FALLBACK = "the one written for phones without pictures"
_DEFAULT_FALLBACK = "the message's own, with the link behind it"

_RESPELLED: dict[Spelling, str] = {
    Spelling.PLAIN: "Typographic characters were made plain",
    Spelling.LATIN: "Letters lost their accents",
}


def _rewritten(rewriting: Rewriting, n: int) -> str:
    said = []
    if word := _RESPELLED.get(rewriting.spelling):
        n_saved = rewriting.n_before - (rewriting.n_uncut or n)
        said.append(f"{word}: it saves {_segments(n_saved)}." if n_saved else f"{word}.")
    if rewriting.n_uncut:
        said.append(f"It had {_segments(rewriting.n_uncut)}, more than it may have, so it was cut at a word.")
    return " ".join(said)


def _changes(body: str, rewriting: Rewriting) -> tuple[tuple[str, str], ...]:
    replaced = replaced_in(body, rewriting.spelling).most_common()
    said = ", ".join(f"{character} → {plain or 'nothing'} ({n})" for (character, plain), n in replaced)
    return (
        *((("Replaced", said),) if said else ()),
        ("Text as sent", body_sent(body, rewriting).replace(LINK_MARK, "{{ link }}")),
    )


def _segments(n: int) -> str:
    return f"{n} segment{'' if n == 1 else 's'}"


def _attempted(attempt: Row) -> TimelineStep:
    return TimelineStep(
        at=attempt["at"],
        kind="attempt",
        title=f"Attempt {attempt['n']}: handed to “{attempt['account_name']}”",
        detail=_instead(attempt) or "Recorded before the first byte left.",
        facts=(("Carrier", (attempt["carrier"] or "").upper()),),
    )


def _instead(attempt: Row) -> str:
    """Why another account stood in for the sender's first one."""
    if not attempt["instead_of"]:
        return ""
    first = attempt["instead_of_name"] or "an account that is gone"
    return f"Instead of “{first}”: {WHY_ELSEWHERE[attempt['instead_why']]}"


_OUTCOMES: dict[str, tuple[str, Tone]] = {
    "accepted": ("The carrier took it", Tone.OK),
    "partly": ("The carrier took only a part", Tone.BAD),
    "refused": ("The carrier refused it", Tone.BAD),
    "unknown": ("No answer came", Tone.WARN),
}


def _answered(history: History, attempt: Row) -> TimelineStep:
    title, tone = _OUTCOMES.get(attempt["outcome_kind"], (attempt["outcome_kind"], Tone.INFO))
    ids = attempt["carrier_ids"] or []
    facts = [("Carrier's id", ", ".join(ids))] if ids else []
    if attempt["outcome_code"]:
        facts.append(("Code", attempt["outcome_code"]))
    return TimelineStep(
        at=attempt["outcome_at"],
        kind="outcome",
        title=title,
        detail=about(sentence_for(attempt["outcome_reason"]), history.noun()),
        facts=tuple(facts),
        raw=attempt["exchange"] or None,
        tone=tone,
    )


def _opened(history: History, row: Row) -> TimelineStep:
    if row["is_preview"]:
        return TimelineStep(at=row["at"], kind="preview", title="Link previewed", detail="By a program, not a person.")
    return TimelineStep(at=row["at"], kind="open", title=f"{first(history.noun())} opened", tone=Tone.OK)


_READ_AS = {
    "stop": "It asks to stop: this person is unsubscribed.",
    "start": "It asks to begin again: this person is subscribed.",
    "help": "It asks for help, which was sent.",
}


def _joined(answers: Sequence[Row]) -> list[list[Row]]:
    """The answers, the segments of a longer text together."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in answers:
        own = (row["account_id"], row["concat_reference"], row["concat_total"])
        found.setdefault((row["id"],) if row["concat_reference"] is None else own, []).append(row)
    return [sorted(rows, key=lambda row: row["concat_number"] or 0) for rows in found.values()]


def _answer_of(texts: Sequence[Row], history: History) -> TimelineStep:
    last = max(texts, key=lambda row: row["at"])
    media = [each for row in texts for each in history.pictures.get(row["id"], ())]
    facts = [("To", last["to_address"])]
    if meant := _READ_AS.get(last["read_as"] or ""):
        facts.append(("Read as", meant))
    facts += [(f"File {n}", _file(each)) for n, each in enumerate(media, 1)]
    return TimelineStep(
        at=last["at"],
        kind="answer",
        title="The person answered" + (f" with {_a(media)}" if media else ""),
        # A part that came twice is one part.
        detail="".join({row["concat_number"] or row["id"]: row["text"] for row in texts}.values()),
        facts=tuple(facts),
        raw=last["raw"] or None,
        tone=Tone.WARN if last["read_as"] == "stop" else Tone.OK,
        pictures=tuple(each["id"] for each in media if each["state"] == "kept"),
    )


def _a(media: Sequence[Row]) -> str:
    noun = noun_of([each["content_type"] or "" for each in media])
    return noun if len(media) > 1 else f"a {noun}"


def _file(row: Row) -> str:
    match row["state"]:
        case "kept":
            return f"{row['content_type']}, {row['width']} × {row['height']}, {row['n_octets']:,} bytes"
        case "refused":
            return f"not shown: {row['reason']}"
        case "lost":
            return f"never got: {row['reason']}"
    return f"not here yet: {row['reason'] or 'it is being fetched.'}"


_ENDS: dict[State, tuple[str, Tone]] = {
    State.SKIPPED: ("Not sent", Tone.WARN),
    State.EXPIRED: ("Not sent: too late", Tone.WARN),
    State.CANCELED: ("Canceled", Tone.WARN),
    State.HELD: ("Held", Tone.WARN),
    State.RETRYING: ("Tried again soon", Tone.WARN),
    State.FAILED: ("Failed", Tone.BAD),
    State.UNKNOWN: ("What became of it is not known", Tone.WARN),
}


def _stopped(history: History) -> TimelineStep | None:
    message = history.message
    state = State(message["state"])
    if state not in _ENDS or message["state_at"] is None:
        return None
    title, tone = _ENDS[state]
    facts = (("Until", message["held_until"].isoformat()),) if message["held_until"] is not None else ()
    return TimelineStep(
        at=message["state_at"],
        kind=state.value,
        title=title,
        detail=sentence_of(message["state_reason"]) or about(sentence_for(message["state_reason"]), history.noun()),
        facts=facts,
        tone=tone,
    )
