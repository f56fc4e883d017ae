"""A picture message that a receipt sends back: the network says that the phone takes none, so the text goes instead.

Once, and only where it is certain that nothing arrived: what became of an *unknown* message nobody knows, so that none
is ever followed by a text. News of an attempt that another one has followed moves nothing either.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from heliogram.delivery.fold import Move, News
from heliogram.delivery.known import learnt_from
from heliogram.model.message import Channel, State
from heliogram.model.number import YES, Kind, NumberFact, Source, fact
from heliogram.model.parcel import NO_MMS
from heliogram.storage.deliveries import Tried

WITHIN = timedelta(hours=24)
"""How long after its attempt a message still goes the other way: news from a day ago is none. Our choice."""
FORCED = "number_no_mms"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt's news of attempt `n` of a message. `why` is its code in our vocabulary."""

    message_id: str
    n: int
    state: State
    reason: str
    why: str
    code: str


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """The news as they count, the messages to try again, and what was learnt of their numbers, by workspace."""

    news: list[News]
    again: dict[str, Tried]
    learnt: dict[str, list[NumberFact]]


def judge(told: Sequence[Told], tried: Mapping[str, Tried], now: datetime) -> Judged:
    """What becomes of each message. `tried` has the latest attempt of those that are looked at."""
    judged = Judged(news=[], again={}, learnt={})
    for each in told:
        latest = tried.get(each.message_id)
        if latest is not None and each.n < latest.n and each.state is not State.DELIVERED:
            continue
        again = False
        if latest is not None and each.n == latest.n and latest.channel is Channel.MMS:
            _learn(judged, each, latest, now)
            if again := goes_again(each, latest, now):
                judged.again[each.message_id] = latest
        judged.news.append(News(message_id=each.message_id, state=each.state, reason=each.reason, goes_again=again))
    return judged


def goes_again(told: Told, latest: Tried, now: datetime) -> bool:
    """Whether a text is to follow this picture message: handed over, and certainly not on the phone."""
    return (
        told.state is State.UNDELIVERED
        and told.why == NO_MMS
        and latest.media_id is not None
        and now - latest.at <= WITHIN
    )


def _learn(judged: Judged, told: Told, latest: Tried, now: datetime) -> None:
    found = None
    if told.state is State.DELIVERED:
        found = fact(latest.phone_e164, Kind.MMS, YES, Source.RECEIPT, now)
    elif told.state is State.UNDELIVERED:
        found = learnt_from(latest.phone_e164, latest.channel, told.why, Source.RECEIPT, now, detail=told.code)
    if found is not None:
        judged.learnt.setdefault(latest.workspace_id, []).append(found)


def ready_rows(again: Mapping[str, Tried], moves: Mapping[str, Move], now: datetime) -> list[dict[str, object]]:
    """Rows of `ready` for those whose state did go back to waiting with this very news."""
    return [
        {
            "message_id": message_id,
            "workspace_id": latest.workspace_id,
            "lane_id": latest.lane_id,
            "ready_at": now,
            "n_burned": 0,
            "forced_reason": FORCED,
            "waits_for": None,
        }
        for message_id, latest in again.items()
        if message_id in moves and (moves[message_id].before, moves[message_id].after) == (State.SENT, State.RETRYING)
    ]
