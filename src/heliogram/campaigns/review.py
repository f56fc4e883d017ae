"""The review before a launch: what stands in the way ("stop"), what should be read first ("warning"), what is well.

It reads figures that delivery's own forecast counted; nothing is decided here that delivery would decide otherwise.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from heliogram.media.limits import Weight, WeightVerdict
from heliogram.media.nouns import PICTURE, about
from heliogram.model.group import Group, Purpose
from heliogram.model.message import Content
from heliogram.model.reasons import sentence_for

_OPT_OUT_WORDS = re.compile(r"\b(stop|opt[ -]?out|unsubscribe|stopp|arr[êe]t|parar)\b", re.IGNORECASE)


NOBODY = "nobody"
"""The check that everyone of the audience would be left out: by rule, not by mistake."""


class Level(StrEnum):
    PASS = "pass"
    WARNING = "warning"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A way out: a page to go to, or something the composer can do itself."""

    label: str
    href: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    id: str
    level: Level
    title: str
    detail: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What a draft adds up to. `mistake` is what is wrong with its text, "" for nothing; `fallback_mistake` the same
    of its text for phones without pictures, `fallback_body`.

    `n_audience` people are in the audience; of the `n_counted` looked at, `n_going` would be sent something.
    """

    group: Group
    content: Content
    body: str
    mistake: str
    has_media: bool
    n_audience: int
    n_counted: int
    n_going: int
    skipped: Mapping[str, int]
    most_segments: int
    weight: Weight | None
    n_cut: int = 0
    fallback_body: str = ""
    fallback_mistake: str = ""
    carriers_down: tuple[str, ...] = ()
    noun: str = PICTURE


def review(drafted: Drafted) -> tuple[Check, ...]:
    """Every check, in the order in which a person reads them."""
    found = [
        _text(drafted),
        _fallback(drafted),
        _picture(drafted),
        _group(drafted),
        _audience(drafted),
        _segments(drafted),
        _cut(drafted),
        _opt_out(drafted),
        _opt_out_of_fallback(drafted),
        _carriers(drafted),
    ]
    return tuple(check for check in found if check is not None)


def stops(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.level is Level.STOP)


def warnings(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.level is Level.WARNING)


def _text(drafted: Drafted) -> Check:
    if drafted.mistake:
        return Check(id="text", level=Level.STOP, title="The text has a mistake", detail=drafted.mistake)
    if not drafted.body.strip():
        return Check(id="text", level=Level.STOP, title="The text is empty", detail="Write what people should read.")
    return Check(id="text", level=Level.PASS, title="The text can be read by everyone", detail="Its fields are known.")


def _fallback(drafted: Drafted) -> Check | None:
    if not drafted.fallback_mistake:
        return None
    title = "The text for phones without pictures has a mistake"
    return Check(id="fallback", level=Level.STOP, title=title, detail=drafted.fallback_mistake)


def _picture(drafted: Drafted) -> Check | None:
    if drafted.content is Content.TEXT:
        return None
    if not drafted.has_media:
        return Check(
            id="picture",
            level=Level.STOP,
            title="There is no picture yet",
            detail="Add a picture, or send a text only.",
            fix=Fix(label="Send text only", action="content:text"),
        )
    weight = drafted.weight
    if weight is None or weight.verdict is WeightVerdict.OK:
        detail = weight.sentence if weight else "It goes out as a link."
        return Check(id="picture", level=Level.PASS, title=about("The picture fits", drafted.noun), detail=detail)
    level = Level.STOP if weight.verdict is WeightVerdict.REFUSED else Level.WARNING
    title = "The message is too large" if level is Level.STOP else about("The picture is large", drafted.noun)
    return Check(id="picture", level=level, title=title, detail=weight.sentence)


def _group(drafted: Drafted) -> Check:
    group = drafted.group
    if not group.senders:
        return Check(
            id="group",
            level=Level.STOP,
            title="The group has no senders",
            detail=f"“{group.name}” has no number or name to send from. Add a sender to it, or choose another group.",
        )
    if drafted.content is Content.MMS and not group.has_mms():
        return Check(
            id="group",
            level=Level.STOP,
            title="The group cannot send pictures",
            detail=f"No sender of “{group.name}” is enabled for picture messages. The text can end in a link instead.",
            fix=Fix(label="Send text + link", action="content:text_link"),
        )
    kind = "picture messages" if drafted.content is Content.MMS else "texts"
    return Check(id="group", level=Level.PASS, title=f"“{group.name}” can send {kind}", detail="")


def _audience(drafted: Drafted) -> Check:
    if drafted.n_audience == 0:
        return Check(
            id="audience", level=Level.STOP, title="Nobody is in the audience", detail="Choose people to send to."
        )
    if drafted.mistake or not drafted.body.strip():
        return Check(id="audience", level=Level.PASS, title=f"{drafted.n_audience:,} people are in it", detail="")
    if drafted.n_going == 0:
        return Check(
            id=NOBODY,
            level=Level.STOP,
            title="Nobody would get this message",
            detail=_skipped_words(drafted) or "No one of the audience can be sent to.",
        )
    if drafted.skipped:
        n = sum(drafted.skipped.values())
        title = f"{n:,} {'person is' if n == 1 else 'people are'} left out"
        return Check(id="audience", level=Level.WARNING, title=title, detail=_skipped_words(drafted))
    return Check(id="audience", level=Level.PASS, title=f"{drafted.n_audience:,} people get it", detail="")


def _skipped_words(drafted: Drafted) -> str:
    most_first = sorted(drafted.skipped.items(), key=lambda item: -item[1])
    return " ".join(f"{n:,}: {about(sentence_for(reason), drafted.noun)}" for reason, n in most_first)


def _segments(drafted: Drafted) -> Check | None:
    if drafted.most_segments <= 3:
        return None
    return Check(
        id="segments",
        level=Level.WARNING,
        title=f"Some texts have {drafted.most_segments} segments",
        detail="Carriers bill each segment. A shorter text, or one without unusual characters, costs less.",
    )


def _cut(drafted: Drafted) -> Check | None:
    if not drafted.n_cut:
        return None
    n = drafted.n_cut
    title = f"{n:,} {'text is' if n == 1 else 'texts are'} too long, and lose{'s' if n == 1 else ''} the end"
    detail = "These people read the beginning, in whole words. What must be read should stand there, or be shorter."
    return Check(id="cut", level=Level.WARNING, title=title, detail=detail)


def _opt_out(drafted: Drafted) -> Check | None:
    if drafted.group.purpose is not Purpose.MARKETING:
        return None
    if _OPT_OUT_WORDS.search(drafted.body):
        return Check(id="opt_out", level=Level.PASS, title="People are told how to opt out", detail="")
    return Check(
        id="opt_out",
        level=Level.WARNING,
        title="The text does not say how to opt out",
        detail="Marketing texts should (CTIA): add, for example, “Reply STOP to opt out”.",
        fix=Fix(label="Add it", action="append:Reply STOP to opt out"),
    )


def _opt_out_of_fallback(drafted: Drafted) -> Check | None:
    said = drafted.fallback_body
    if drafted.group.purpose is not Purpose.MARKETING or not said.strip() or _OPT_OUT_WORDS.search(said):
        return None
    return Check(
        id="fallback_opt_out",
        level=Level.WARNING,
        title="The text for phones without pictures does not say how to opt out",
        detail="Marketing texts should (CTIA): add, for example, “Reply STOP to opt out”.",
    )


def _carriers(drafted: Drafted) -> Check | None:
    if not drafted.carriers_down:
        return None
    names = " and ".join(f"“{name}”" for name in drafted.carriers_down)
    is_not, back = ("is not", "it is") if len(drafted.carriers_down) == 1 else ("are not", "they are")
    return Check(
        id="carrier",
        level=Level.WARNING,
        title="A carrier cannot be reached" if len(drafted.carriers_down) == 1 else "Carriers cannot be reached",
        detail=f"{names} {is_not} connected. Messages wait, and go out by themselves when {back} back.",
    )
