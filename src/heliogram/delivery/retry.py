"""What becomes of a message after a carrier's answer: the policy as a table. Carriers report; this decides.

*Unknown* and *partly* are never repeated: the person may have the message already.
"""

from datetime import datetime, timedelta

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

BACKOFF_S = (5, 30, 120, 600)
"""Waits between tries of a temporary refusal; after the last one the message has failed."""

FREE_OF_CHARGE = frozenset({THROTTLED, UNREACHABLE})
"""Refusals that say nothing of the message: they burn no try, so a carrier that is away for an hour loses nobody."""
FREE_WAIT_S = 1.0


class Conclusion(msgspec.Struct, frozen=True, kw_only=True):
    """The next state, why, and when to try again (with the reason for text + link, if that is what is left)."""

    state: State
    reason: str = ""
    again_at: datetime | None = None
    n_burned: int = 0
    forced_reason: str | None = None


def conclude(
    outcome: Outcome,
    *,
    channel: Channel,
    n_burned: int,
    fallbacks: Fallbacks,
    now: datetime,
    may_shrink: bool = False,
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
            return _after_refusal(outcome, channel=channel, n_burned=n_burned, fallbacks=fallbacks, now=now)


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
    if refused.code in FREE_OF_CHARGE:
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
