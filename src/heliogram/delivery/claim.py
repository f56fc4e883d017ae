"""One turn of a lane: claim the next messages, decide on each, and commit the attempts before any octet leaves.

Everything of a turn is one transaction: the verdict, the attempts, the states, the counts and the cursor.
"""

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.delivery.draft import Batch, Draft, Facts
from heliogram.delivery.fold import Deltas, News, count_move, fold
from heliogram.delivery.pictures import Pictures
from heliogram.delivery.pipeline import decide
from heliogram.delivery.slots import Reservation
from heliogram.model.group import Group
from heliogram.model.message import State
from heliogram.model.queue import Lane, LaneState, Queued, Stop
from heliogram.storage import campaigns, consent, deliveries, lanes, media
from heliogram.storage.deliveries import LastAttempt

LINK_LIFE = timedelta(days=365)
"""How long a picture link works: what Twilio, Sinch and Braze give theirs (providers §1.1, braze §1.2)."""
N_PICTURES = 8
"""How many different pictures one turn may bring: well below what `Pictures` keeps, so that none pushes out another."""
URGENT = 5
"""Lanes of this priority and above may use the reserved part of a window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A draft whose attempt is committed: the next thing is to hand it over."""

    draft: Draft
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a lane's turn is decided with."""

    now: datetime
    groups: Mapping[str, Group]
    pictures: Pictures
    reserved: Reservation
    link_base_url: str
    new_token: Callable[[], str]
    limit: int


async def take_turn(connection: AsyncConnection, lane: Lane, turn: Turn) -> tuple[list[Attempt], int]:
    """Claim and decide. Returns the attempts to hand over once this is committed, and how many messages moved on.

    The slots of those attempts are taken. A message whose carrier has no free slot ends the turn: order is kept.
    """
    is_canceled = lane.state is LaneState.CANCELED
    waiting = await lanes.read_ready(connection, lane.id, None if is_canceled else turn.now, turn.limit)
    fresh = await lanes.read_next(connection, lane, turn.limit - len(waiting))
    claimed = _of_few_pictures(waiting + fresh)
    if not claimed:
        return [], 0
    batch = await _decide(connection, lane, turn, claimed)
    going, n_moved = _that_fit(claimed, batch, turn, urgent=lane.priority >= URGENT)
    moved = claimed[:n_moved]
    if not moved:
        return [], 0
    last = await deliveries.last_attempts(connection, [each.id for each in moved if each.number is None])
    attempts = [Attempt(draft=draft, n=_next_n(draft.message, last)) for draft in going]
    moved_ids = {each.id for each in moved}
    stopped = [stop for stop in batch.stopped if stop.message.id in moved_ids]
    await _write(connection, turn, attempts, stopped, last)
    await lanes.drop_ready(connection, _done_waiting(moved, stopped))
    fresh_moved = [each.number for each in moved if each.number is not None]
    if fresh_moved:
        await lanes.move_cursor(connection, lane.id, max(fresh_moved))
    return attempts, n_moved


def _of_few_pictures(claimed: Sequence[Queued]) -> Sequence[Queued]:
    """The messages before the one that would bring more different pictures than memory is meant to hold."""
    seen: set[str] = set()
    for index, message in enumerate(claimed):
        if message.media_id is not None:
            seen.add(message.media_id)
            if len(seen) > N_PICTURES:
                return claimed[:index]
    return claimed


async def _decide(connection: AsyncConnection, lane: Lane, turn: Turn, claimed: Sequence[Queued]) -> Batch:
    if lane.state is LaneState.CANCELED:
        return Batch(
            going=(),
            stopped=tuple(Stop(message=each, state=State.CANCELED, reason="campaign_canceled") for each in claimed),
        )
    turn.pictures.require({(each.workspace_id, each.media_id) for each in claimed if each.media_id is not None})
    phones = list({each.phone_e164 for each in claimed})
    group = turn.groups[lane.group_id]
    facts = Facts(
        now=turn.now,
        group=group,
        standings=await consent.standings_of(connection, lane.workspace_id, lane.group_id, phones),
        variants=turn.pictures.variants,
        link_base_url=group.link_base_url or turn.link_base_url,
        new_token=turn.new_token,
    )
    return decide(facts, claimed)


def _that_fit(claimed: Sequence[Queued], batch: Batch, turn: Turn, *, urgent: bool) -> tuple[list[Draft], int]:
    """The drafts up to the first that finds no free slot, and how many messages that is, stopped ones included."""
    drafts = {draft.message.id: draft for draft in batch.going}
    going: list[Draft] = []
    for index, message in enumerate(claimed):
        draft = drafts.get(message.id)
        if draft is None:
            continue
        if not turn.reserved.take(draft.the_route().account_id, draft.n_slots(), urgent=urgent):
            return going, index
        going.append(draft)
    return going, len(claimed)


def _next_n(message: Queued, last: Mapping[str, LastAttempt]) -> int:
    return last[message.id].n + 1 if message.id in last else 1


def _done_waiting(moved: Sequence[Queued], stopped: Sequence[Stop]) -> list[str]:
    held = {stop.message.id for stop in stopped if stop.state is State.HELD}
    return [each.id for each in moved if each.number is None and each.id not in held]


async def _write(
    connection: AsyncConnection,
    turn: Turn,
    attempts: Sequence[Attempt],
    stopped: Sequence[Stop],
    last: Mapping[str, LastAttempt],
) -> None:
    await deliveries.add_attempts(connection, [_attempt_row(attempt, turn.now) for attempt in attempts])
    await media.add_links(connection, [_link_row(each, turn.now) for each in attempts if each.draft.link_token])
    news = [News(message_id=each.draft.message.id, state=State.SENDING) for each in attempts]
    news += [News(message_id=stop.message.id, state=stop.state, reason=stop.reason) for stop in stopped]
    messages = {each.draft.message.id: each.draft.message for each in attempts}
    messages |= {stop.message.id: stop.message for stop in stopped}
    deltas: Deltas = Counter()
    fresh = [each for each in news if messages[each.message_id].number is not None]
    await _add_first_states(connection, fresh, messages, deltas, turn.now)
    again = [each for each in news if messages[each.message_id].number is None]
    await fold(connection, again, deltas, turn.now)
    _count_channels(attempts, last, deltas)
    for stop in stopped:
        if stop.state is State.HELD and stop.until is not None:
            await lanes.set_held(connection, stop.message.id, stop.until, stop.reason)
    await lanes.put_ready(connection, [_held_row(stop) for stop in stopped if stop.state is State.HELD])
    await campaigns.add_counts(connection, deltas)


async def _add_first_states(
    connection: AsyncConnection, news: Sequence[News], messages: Mapping[str, Queued], deltas: Deltas, now: datetime
) -> None:
    """Messages fresh from the lane have no state row yet: adding one is cheaper than looking for it."""
    rows: list[dict[str, Any]] = []
    for each in news:
        message = messages[each.message_id]
        rows.append(
            {
                "message_id": each.message_id,
                "workspace_id": message.workspace_id,
                "lane_id": message.lane_id,
                "campaign_id": message.campaign_id,
                "state": each.state.value,
                "reason": each.reason,
                "at": now,
            }
        )
        if message.campaign_id is not None:
            count_move(deltas, message.campaign_id, message.workspace_id, State.QUEUED, each.state, each.reason)
    await deliveries.add_states(connection, rows)


def _count_channels(attempts: Sequence[Attempt], last: Mapping[str, LastAttempt], deltas: Deltas) -> None:
    """Each recipient is counted under what they get: a retry by another way moves them."""
    for attempt in attempts:
        message, route = attempt.draft.message, attempt.draft.the_route()
        if message.campaign_id is None:
            continue
        before = last.get(message.id)
        if before is not None:
            key = f"{before.channel}:{before.reason}"
            deltas[message.campaign_id, message.workspace_id, "channel", key] -= 1
        key = f"{route.channel.value}:{route.reason}"
        deltas[message.campaign_id, message.workspace_id, "channel", key] += 1


def reference_of(message_id: str) -> int:
    """The number (0-255) that ties a text's segments together: from the random end of the id, so it varies."""
    return int(message_id[-2:], 16)


def _attempt_row(attempt: Attempt, now: datetime) -> dict[str, Any]:
    draft, route = attempt.draft, attempt.draft.the_route()
    variant = draft.variant.part if draft.variant else None
    return {
        "message_id": draft.message.id,
        "n": attempt.n,
        "workspace_id": draft.message.workspace_id,
        "at": now,
        "account_id": route.account_id,
        "sender_id": route.sender.id,
        "channel": route.channel.value,
        "reason": route.reason,
        "encoding": draft.encoding,
        "n_segments": len(draft.parts),
        "link_token": draft.link_token,
        "variant_sha256": variant.sha256 if variant else None,
        "variant_octets": len(variant.octets) if variant else None,
        "fact_id": draft.fact_id,
        "reference": reference_of(draft.message.id),
    }


def _link_row(attempt: Attempt, now: datetime) -> dict[str, Any]:
    message = attempt.draft.message
    return {
        "token": attempt.draft.link_token,
        "workspace_id": message.workspace_id,
        "media_id": message.media_id,
        "message_id": message.id,
        "campaign_id": message.campaign_id,
        "expires_at": now + LINK_LIFE,
    }


def _held_row(stop: Stop) -> dict[str, Any]:
    return {
        "message_id": stop.message.id,
        "workspace_id": stop.message.workspace_id,
        "lane_id": stop.message.lane_id,
        "ready_at": stop.until,
        "n_burned": stop.message.n_burned,
        "forced_reason": stop.message.forced_reason,
    }


async def recover(
    connection: AsyncConnection, lane: Lane, now: datetime, *, but: Container[str] = frozenset()
) -> list[tuple[str, int]]:
    """Mark what was left without an outcome as unknown: by the lane's last owner, or by a turn of our own whose
    commit failed. `but` are the messages we do wait for. Returns the attempts.

    The octets may have left, so they are never repeated by themselves; a late receipt still resolves them.
    """
    left = await deliveries.sending_in_lane(connection, lane.id)
    doubtful = [(message_id, n) for message_id, n in left if message_id not in but]
    rows: list[dict[str, Any]] = [
        {
            "message_id": message_id,
            "n": n,
            "workspace_id": lane.workspace_id,
            "at": now,
            "kind": "unknown",
            "code": "",
            "reason": "crashed",
            "is_permanent": None,
            "carrier_ids": [],
            "exchange": "",
        }
        for message_id, n in doubtful
    ]
    await deliveries.add_outcomes(connection, rows)
    deltas: Deltas = Counter()
    news = [News(message_id=message_id, state=State.UNKNOWN, reason="crashed") for message_id, _n in doubtful]
    await fold(connection, news, deltas, now)
    await campaigns.add_counts(connection, deltas)
    return doubtful
