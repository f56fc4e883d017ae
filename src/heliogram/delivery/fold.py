"""Folds news into states and counters, in the transaction of the rows the news came with.

The only place that moves a message's state after it left the queue, by the one table `model.message.NEXT`.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.message import State, advance, go_again
from heliogram.storage import campaigns, deliveries

KEPT_REASONS = {State.SKIPPED: "skipped", State.FAILED: "failed", State.UNDELIVERED: "failed"}
"""The states whose reasons a report lists, and the kind of counter that holds them."""


class News(msgspec.Struct, frozen=True, kw_only=True):
    message_id: str
    state: State
    reason: str = ""
    goes_again: bool = False
    """It is undelivered, and the text with the link is to follow where `go_again` lets it."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Where a message was, and where its news has taken it: often nowhere."""

    before: State
    after: State


Deltas = Counter[campaigns.Count]
"""Counters to move at the end of a transaction, all at once: two transactions that lock the same counters in
several rounds could wait for each other for ever."""


async def fold(connection: AsyncConnection, news: Sequence[News], deltas: Deltas, now: datetime) -> dict[str, Move]:
    """Move each message to where its news takes it, if the table allows. Later news of the same message comes later.

    Adds to `deltas` what the caller passes to `campaigns.add_counts` as its last statement.
    """
    if not news:
        return {}
    standing = await deliveries.states_of(connection, list({each.message_id for each in news}))
    moved: dict[str, tuple[State, str]] = {}
    for each in news:
        known = standing.get(each.message_id)
        if known is None:
            continue
        current = moved[each.message_id][0] if each.message_id in moved else known.state
        following = advance(current, each.state)
        if each.goes_again:
            following = go_again(current)
        if following is current:
            continue
        moved[each.message_id] = (following, each.reason)
        if known.campaign_id is not None:
            count_move(deltas, known.campaign_id, known.workspace_id, current, following, each.reason)
    for (state, reason), ids in _grouped(moved).items():
        await deliveries.set_states(connection, ids, state, reason, now)
    return {
        message_id: Move(before=known.state, after=moved[message_id][0] if message_id in moved else known.state)
        for message_id, known in standing.items()
    }


def count_move(
    deltas: Deltas,
    campaign_id: str,
    workspace_id: str,
    before: State,
    after: State,
    reason: str,
    n: int = 1,
) -> None:
    """Note that `n` messages of a campaign went from one state to another."""
    deltas[campaign_id, workspace_id, "state", before.value] -= n
    deltas[campaign_id, workspace_id, "state", after.value] += n
    kind = KEPT_REASONS.get(after)
    if kind is not None:
        deltas[campaign_id, workspace_id, kind, reason] += n


def _grouped(moved: dict[str, tuple[State, str]]) -> dict[tuple[State, str], list[str]]:
    groups: dict[tuple[State, str], list[str]] = {}
    for message_id, where in moved.items():
        groups.setdefault(where, []).append(message_id)
    return groups
