"""What becomes of a message after a carrier's answer: the policy as a table. Carriers report; this decides.

*Unknown* and *partly* are never repeated: the person may have the message already. The one exception is a repetition
that a carrier knows for what it is by its key (`SETTLES`, `delivery.repeat`).
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from heliogram.model.group import Fallbacks
from heliogram.model.message import Channel, State
from heliogram.model.parcel import (
    MEDIA_REFUSED,
    MEDIA_SMALLER,
    NO_MMS,
    THROTTLED,
    UNREACHABLE,
    Accepted,
    Outcome,
    Partly,
    Refused,
    Unknown,
)

REPEAT_WAITS_S = (1.0, 5.0, 15.0)
"""Waits before a message without an answer is sent again with the same key, where the carrier makes one of both. Few
and short: its place in the window is kept meanwhile, and a line that only fell is back within seconds."""

SETTLES: dict[type[Outcome], bool] = {
    Accepted: True,
    # Too fast, a wrong password, trouble: said before the key was looked at, so that the first may have been taken.
    Refused: False,
    Partly: False,
    Unknown: False,
}
"""Whether the answer to a repetition says what became of the first."""

BACKOFF_S = (5, 30, 120, 600)
"""Waits between tries of a temporary refusal; after the last one the message has failed."""

FREE_WAIT_S = 1.0


class Way(StrEnum):
    """By which route the next try goes."""

    SAME = "same"
    OTHER = "other"
    """By another account of the sender, where there is one: at once the first time, since nothing was taken."""


class After(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a temporary refusal. `is_free`: it says nothing of the message and burns no try, so that a
    carrier that is away for an hour loses nobody."""

    is_free: bool
    way: Way


AFTER: dict[str, After] = {
    # Too fast is a matter of pace: the next second has room. Where it lasts, all traffic moves (`delivery.shift`).
    THROTTLED: After(is_free=True, way=Way.SAME),
    UNREACHABLE: After(is_free=True, way=Way.OTHER),
}
OTHERWISE = After(is_free=False, way=Way.OTHER)
"""A queue that is full, an account without credit, trouble of the carrier's own: another account has none of it."""


class Conclusion(msgspec.Struct, frozen=True, kw_only=True):
    """The next state, why, and when to try again (with the reason for text + link, if that is what is left)."""

    state: State
    reason: str = ""
    again_at: datetime | None = None
    n_burned: int = 0
    forced_reason: str | None = None
    goes_elsewhere: bool = False
    """The next try avoids the account of this one."""


class Elsewhere(StrEnum):
    """Whether the sender has another account for this channel, and whether that is the first resort."""

    NONE = "none"
    UNTRIED = "untried"
    TRIED = "tried"
    """The message came here from another: going there again at once would be a race between two that are ill."""


def conclude(
    outcome: Outcome,
    *,
    channel: Channel,
    n_burned: int,
    fallbacks: Fallbacks,
    now: datetime,
    may_shrink: bool = False,
    elsewhere: Elsewhere = Elsewhere.NONE,
) -> Conclusion:
    """Decide. `n_burned` counts the tries before this one that a temporary refusal used up.

    `may_shrink`: the picture can go smaller than it went, and has not been tried so.
    """
    match outcome:
        case Accepted():
            return Conclusion(state=State.SENT)
        case Unknown(reason=reason):
            return Conclusion(state=State.UNKNOWN, reason=reason)
        case Partly(code=code):
            return Conclusion(state=State.UNKNOWN, reason=code)
        case Refused():
            if channel is Channel.MMS and outcome.code == MEDIA_REFUSED and may_shrink:
                return _again_at_once(outcome.code, n_burned, MEDIA_SMALLER, now)
            concluded = _after_refusal(outcome, channel=channel, n_burned=n_burned, fallbacks=fallbacks, now=now)
            return _elsewhere(concluded, outcome, elsewhere, now)


def settled(first: Unknown, again: Outcome) -> Outcome:
    """What is known of a message after the answer to its repetition with the same key."""
    return again if SETTLES[type(again)] else first


def _elsewhere(concluded: Conclusion, refused: Refused, elsewhere: Elsewhere, now: datetime) -> Conclusion:
    """The same, by another account where the table says so and there is one."""
    is_same_way = concluded.forced_reason is not None or AFTER.get(refused.code, OTHERWISE).way is Way.SAME
    if concluded.state is not State.RETRYING or is_same_way or elsewhere is Elsewhere.NONE:
        return concluded
    again_at = now if elsewhere is Elsewhere.UNTRIED else concluded.again_at
    return msgspec.structs.replace(concluded, again_at=again_at, goes_elsewhere=True)


def _again_at_once(code: str, n_burned: int, forced_reason: str, now: datetime) -> Conclusion:
    return Conclusion(state=State.RETRYING, reason=code, again_at=now, n_burned=n_burned, forced_reason=forced_reason)


def _after_refusal(
    refused: Refused, *, channel: Channel, n_burned: int, fallbacks: Fallbacks, now: datetime
) -> Conclusion:
    if channel is Channel.MMS and refused.code == NO_MMS:
        # The conversion is what the channel promises where a phone takes no pictures: not the group's to switch off.
        return _again_at_once(refused.code, n_burned, "number_no_mms", now)
    if channel is Channel.MMS and refused.code == MEDIA_REFUSED and fallbacks.media_not_taken:
        return _again_at_once(refused.code, n_burned, "media_not_taken", now)
    if refused.permanent:
        return Conclusion(state=State.FAILED, reason=refused.code)
    if AFTER.get(refused.code, OTHERWISE).is_free:
        wait_s = refused.retry_after_s or FREE_WAIT_S
        return Conclusion(
            state=State.RETRYING,
            reason=refused.code,
            again_at=now + timedelta(seconds=wait_s),
            n_burned=n_burned,
        )
    if n_burned >= len(BACKOFF_S):
        return Conclusion(state=State.FAILED, reason=refused.code)
    wait_s = max(refused.retry_after_s or 0, BACKOFF_S[n_burned])
    return Conclusion(
        state=State.RETRYING,
        reason=refused.code,
        again_at=now + timedelta(seconds=wait_s),
        n_burned=n_burned + 1,
    )
