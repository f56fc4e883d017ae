"""The same parcel once more, with its key, to a carrier that makes one message of both: what can settle an *unknown*.

Here: asking again, and whether it may. Not here: how often, and what settles it (the table in `delivery.retry`).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec

from heliogram.carriers.protocol import Carrier
from heliogram.consent.verdict import may_send
from heliogram.delivery.retry import settled
from heliogram.model.consent import Allowed
from heliogram.model.parcel import Accepted, Outcome, Parcel, Unknown
from heliogram.model.queue import LaneState, Queued
from heliogram.storage import consent, lanes
from heliogram.storage.engine import Store


async def repeated(
    carrier: Carrier,
    parcel: Parcel,
    first: Unknown,
    *,
    waits_s: Sequence[float],
    may_go: Callable[[float], Awaitable[bool]],
) -> Outcome:
    """The outcome after asking again, at most once for each of `waits_s`.

    `may_go` waits that long and says whether the message may still leave. It is the very same parcel, so that a carrier
    which has it already changes nothing. Without an answer that settles it, it stays unknown.
    """
    outcome: Outcome = first
    n = 0
    for wait_s in waits_s:
        if not await may_go(wait_s):
            break
        n += 1
        outcome = settled(first, await carrier.send(parcel))
        if isinstance(outcome, Accepted):
            note = f"No answer came at first; the same was sent again with the same key, {_times(n)}."
            return msgspec.structs.replace(outcome, exchange=f"{outcome.exchange}\n{note}")
    if not n:
        return first
    reason = f"{first.reason} Nor when it was repeated with the same key, {_times(n)}."
    return msgspec.structs.replace(first, reason=reason)


async def may_still_go(store: Store, message: Queued, now: datetime) -> bool:
    """Whether a message may leave at this moment, as it did before: its lane is open, and the person still agrees."""
    async with store.read() as connection:
        if await lanes.state_of(connection, message.lane_id) is not LaneState.OPEN:
            return False
        phones = [message.phone_e164]
        standings = await consent.standings_of(connection, message.workspace_id, message.group_id, phones)
    return isinstance(may_send(message, standings.get(message.phone_e164), now), Allowed)


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"
