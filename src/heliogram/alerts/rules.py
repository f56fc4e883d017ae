"""What is worth an alert, and when: pure. A trouble that lasts is told once, and once when it has stayed away.

What comes and goes within `CALM` is one trouble, so a carrier that flaps makes two alerts, not two hundred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

CALM: Final = timedelta(minutes=2)
"""How long a trouble must stay away before it counts as over."""
N_UNREPORTED: Final = 20
"""How many messages must be without a receipt before silence is strange: one phone may be off for hours."""


class AlertKind(StrEnum):
    CARRIER_DOWN = "carrier_down"
    QUEUE_AGE = "queue_age"
    NO_RECEIPTS = "no_receipts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a trouble is about: of one kind and one subject (an account, or the workspace) there is one at a time."""

    workspace_id: str
    kind: AlertKind
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong at this moment, and how long it must be so before somebody is told."""

    key: Key
    title: str
    sentence: str
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A trouble over time. `clear_since`: since when it has not been seen, None while it is there."""

    key: Key
    title: str
    sentence: str
    since: datetime
    told_at: datetime | None = None
    clear_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`standing` is what there is to know from now on; `begun` and `over` are to be told."""

    standing: tuple[Standing, ...]
    begun: tuple[Standing, ...]
    over: tuple[Standing, ...]


def judge(known: Mapping[Key, Standing], found: Sequence[Trouble], now: datetime) -> Judged:
    """What follows from what is wrong now. Whoever tells sets `told_at`, and forgets what is over, once it is told."""
    standing: list[Standing] = []
    begun: list[Standing] = []
    for trouble in found:
        each = known.get(trouble.key) or Standing(
            key=trouble.key, title=trouble.title, sentence=trouble.sentence, since=now
        )
        each = replace(each, title=trouble.title, sentence=trouble.sentence, clear_since=None)
        standing.append(each)
        if each.told_at is None and now - each.since >= trouble.after:
            begun.append(each)
    over: list[Standing] = []
    here = {trouble.key for trouble in found}
    for each in known.values():
        if each.key in here:
            continue
        each = replace(each, clear_since=each.clear_since or now)
        if each.clear_since is not None and now - each.clear_since < CALM:
            standing.append(each)
        elif each.told_at is not None:
            over.append(each)
    return Judged(standing=tuple(standing), begun=tuple(begun), over=tuple(over))
