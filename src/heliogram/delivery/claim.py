"""One turn of a lane: claim the next messages, decide on each, and commit the attempts before any octet leaves.

Everything of a turn is one transaction: the verdict, the attempts, the states, the counts and the cursor.
"""

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.delivery.draft import Batch, Draft, Facts
from heliogram.delivery.fold import Deltas, News, count_move, fold
from heliogram.delivery.known import fact_behind, with_known
from heliogram.delivery.pictures import Pictures
from heliogram.delivery.pipeline import decide
from heliogram.delivery.slots import Reservation
from heliogram.model.cut import Cut
from heliogram.model.group import Group
from heliogram.model.message import State
from heliogram.model.parcel import MediaPart
from heliogram.model.queue import Lane, LaneState, Queued, Stop
from heliogram.routing.standby import accounts_of, left_behind
from heliogram.storage import campaigns, consent, deliveries, lanes, media
from heliogram.storage.deliveries import LastAttempt

LINK_LIFE = timedelta(days=365)
"""How long a picture link works: what Twilio, Sinch and Braze give theirs (providers §1.1, braze §1.2)."""
N_PICTURES = 8
"""How many different pictures one turn may bring: well below what `Pictures` keeps, so that none pushes out another."""
N_CLAIMED = 250
N_CANCELED = 2_000
N_ASIDE = 1_000
"""How many messages of a lane may stand aside: enough to find work for another carrier, few enough to stay cheap."""
URGENT = 5
"""Lanes of this priority and above may use the reserved part of a window."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A draft whose attempt is committed: the next thing is to hand it over."""

    draft: Draft
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a lane's turn is decided with: the lane's group, and the free part of the carriers' windows."""

    now: datetime
    group: Group
    pictures: Pictures
    reserved: Reservation
    link_base_url: str
    new_token: Callable[[], str]
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    away: Mapping[str, str] = field(default_factory=dict)
    """The accounts that traffic has left for others of their senders, each with why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a turn came to: the attempts to hand over once it is committed, and how many messages moved on.

    `has_more` says that another turn may find something, or could if the lane's `accounts` had room; `is_full` that
    an account in use had none for a message that was looked at.
    """

    attempts: Sequence[Attempt] = ()
    n_moved: int = 0
    has_more: bool = False
    is_full: bool = False
    accounts: frozenset[str] = frozenset()
    is_urgent: bool = False


async def take_turn(connection: AsyncConnection, lane: Lane, turn: Turn) -> Taken:
    """Claim and decide. The slots of the attempts are taken.

    A message whose carrier has no room stands aside for those behind it that another carrier can take. Where there
    are none, or enough stand aside already, it ends the turn: a carrier's own messages keep their order.
    """
    if lane.state is LaneState.CANCELED:
        return await _cancel(connection, lane, turn)
    accounts, is_urgent = accounts_of(turn.group.senders), lane.priority >= URGENT
    room = turn.reserved.room(accounts, urgent=is_urgent)
    # One at least is looked at: it may need no slot to be done with.
    limit = max(1, min(N_CLAIMED, sum(room.values())))
    aside = await lanes.standing_aside(connection, lane.id, turn.now)
    # Those who wait for an account that the group no longer uses, or that traffic has left, are decided anew.
    behind = left_behind(turn.group.senders, turn.away)
    gone = {each: n for each, n in aside.items() if each is not None and (each not in accounts or each in behind)}
    waiting = await lanes.read_ready(connection, lane.id, turn.now, limit, room | gone) if aside else []
    fresh = await lanes.read_next(connection, lane, limit - len(waiting))
    claimed = await with_known(connection, lane.workspace_id, _of_few_pictures(waiting + fresh), turn.now)
    if not claimed:
        return Taken(has_more=bool(aside), accounts=accounts, is_urgent=is_urgent)
    batch = await _decide(connection, lane, turn, claimed)
    placed = _place(claimed, batch, turn, room, urgent=is_urgent, aside=aside)
    attempts = await _store(connection, lane, turn, placed)
    left = len(aside) > 0 or len(claimed) == limit or len(claimed) < len(waiting) + len(fresh)
    return Taken(
        attempts=attempts,
        # Who is parked waits as before: a turn that does no more than that must not be followed by another at once.
        n_moved=len(placed.moved) + len(placed.aside),
        has_more=left or bool(placed.aside) or placed.is_full,
        is_full=placed.is_full,
        accounts=accounts,
        is_urgent=is_urgent,
    )


async def _cancel(connection: AsyncConnection, lane: Lane, turn: Turn) -> Taken:
    waiting = await lanes.read_ready(connection, lane.id, None, N_CANCELED)
    claimed = waiting + await lanes.read_next(connection, lane, N_CANCELED - len(waiting))
    stopped = [Stop(message=each, state=State.CANCELED, reason="campaign_canceled") for each in claimed]
    await _store(connection, lane, turn, Placed(stopped=stopped, moved=claimed))
    return Taken(n_moved=len(claimed), has_more=len(claimed) == N_CANCELED)


def _of_few_pictures(claimed: Sequence[Queued]) -> Sequence[Queued]:
    """The messages before the one that would bring more different pictures than memory is meant to hold."""
    seen: set[str] = set()
    for index, message in enumerate(claimed):
        if (shown := message.shown()) is not None:
            seen.add(shown.key)
            if len(seen) > N_PICTURES:
                return claimed[:index]
    return claimed


async def _decide(connection: AsyncConnection, lane: Lane, turn: Turn, claimed: Sequence[Queued]) -> Batch:
    phones = {each.phone_e164 for each in claimed}
    facts = Facts(
        now=turn.now,
        group=turn.group,
        standings=await consent.standings_of(connection, lane.workspace_id, lane.group_id, list(phones)),
        variants=turn.pictures.variants,
        link_base_url=turn.group.link_base_url or turn.link_base_url,
        new_token=turn.new_token,
        cuts=turn.cuts,
        away=turn.away,
        text_rules=lane.text_rules or turn.group.text_rules,
    )
    # Nothing is waited for between this and the decision: another lane's pictures might push these out.
    turn.pictures.require({shown for each in claimed if (shown := each.shown()) is not None})
    return decide(facts, claimed)


@dataclass(slots=True, kw_only=True)
class Placed:
    """Where the claimed messages of a turn went. `moved` are those that go or stopped; `aside` wait for an account.

    `parked` were ready again, and now wait for an account too.
    """

    going: list[Draft] = field(default_factory=list)
    stopped: list[Stop] = field(default_factory=list)
    moved: list[Queued] = field(default_factory=list)
    aside: list[tuple[Queued, str]] = field(default_factory=list)
    parked: list[tuple[Queued, str]] = field(default_factory=list)
    is_full: bool = False


def _place(
    claimed: Sequence[Queued],
    batch: Batch,
    turn: Turn,
    room: Mapping[str, int],
    *,
    urgent: bool,
    aside: Mapping[str | None, int],
) -> Placed:
    """Give each message that goes its slots. `aside` counts those of the lane that stand aside already."""
    drafts = {draft.message.id: draft for draft in batch.going}
    stops = {stop.message.id: stop for stop in batch.stopped}
    placed = Placed()
    full: set[str] = set()
    n_aside = sum(n for account_id, n in aside.items() if account_id is not None)
    for message in claimed:
        if message.id in stops:
            placed.stopped.append(stops[message.id])
            placed.moved.append(message)
            continue
        draft = drafts[message.id]
        account_id = draft.the_route().account_id
        if message.number is not None and aside.get(account_id, 0) > room.get(account_id, 0):
            # Not all who wait for this account were read. Slots that came back since are theirs.
            full.add(account_id)
        if account_id not in full and turn.reserved.take(account_id, draft.n_slots(), urgent=urgent):
            placed.going.append(draft)
            placed.moved.append(message)
            continue
        full.add(account_id)
        if message.number is None:
            if account_id not in room:
                # Until then it was read whatever its account: enough of these would fill every turn of the lane.
                placed.parked.append((message, account_id))
            continue
        if not room.keys() - full or n_aside + len(placed.aside) >= N_ASIDE:
            break
        placed.aside.append((message, account_id))
    placed.is_full = any(account_id in room for account_id in full)
    if placed.going:
        # They stand aside to let others pass, and to be let pass has a price: not where nobody did.
        passed = max((each.number for each in placed.moved if each.number is not None), default=-1)
        placed.aside = [each for each in placed.aside if each[0].number is not None and each[0].number < passed]
    return placed


async def _store(connection: AsyncConnection, lane: Lane, turn: Turn, placed: Placed) -> list[Attempt]:
    """Write all that the turn decided."""
    moved, aside = placed.moved, placed.aside
    last = await deliveries.last_attempts(connection, [each.id for each in moved if each.number is None])
    attempts = [Attempt(draft=draft, n=_next_n(draft.message, last)) for draft in placed.going]
    await _write(connection, turn, attempts, placed, last)
    await lanes.drop_ready(connection, _done_waiting(moved, placed.stopped))
    numbers = [each.number for each in moved if each.number is not None]
    numbers += [each.number for each, _account_id in aside if each.number is not None]
    if numbers:
        await lanes.move_cursor(connection, lane.id, max(numbers))
    return attempts


def _next_n(message: Queued, last: Mapping[str, LastAttempt]) -> int:
    return last[message.id].n + 1 if message.id in last else 1


def _done_waiting(moved: Sequence[Queued], stopped: Sequence[Stop]) -> list[str]:
    held = {stop.message.id for stop in stopped if stop.state is State.HELD}
    return [each.id for each in moved if each.number is None and each.id not in held]


async def _write(
    connection: AsyncConnection,
    turn: Turn,
    attempts: Sequence[Attempt],
    placed: Placed,
    last: Mapping[str, LastAttempt],
) -> None:
    await deliveries.add_attempts(connection, [_attempt_row(attempt, turn.now) for attempt in attempts])
    await media.add_links(connection, [_link_row(each, turn.now) for each in attempts if each.draft.link_token])
    decided = [(each.draft.message, State.SENDING, "") for each in attempts]
    decided += [(stop.message, stop.state, stop.reason) for stop in placed.stopped]
    deltas: Deltas = Counter()
    fresh = [each for each in decided if each[0].number is not None]
    await _add_first_states(connection, fresh, placed.aside, deltas, turn.now)
    again = [each for each in decided if each[0].number is None]
    news = [News(message_id=message.id, state=state, reason=reason) for message, state, reason in again]
    await fold(connection, news, deltas, turn.now)
    _count_channels(attempts, last, deltas)
    held = [stop for stop in placed.stopped if stop.state is State.HELD and stop.until is not None]
    for stop in held:
        await lanes.set_held(connection, stop.message.id, stop.until or turn.now, stop.reason)
    rows = [_ready_row(stop.message, stop.until) for stop in held]
    apart = [*placed.aside, *placed.parked]
    rows += [_ready_row(message, turn.now, waits_for=account_id) for message, account_id in apart]
    await lanes.put_ready(connection, rows)
    await campaigns.add_counts(connection, deltas)


async def _add_first_states(
    connection: AsyncConnection,
    decided: Sequence[tuple[Queued, State, str]],
    aside: Sequence[tuple[Queued, str]],
    deltas: Deltas,
    now: datetime,
) -> None:
    """Messages fresh from the lane have no state row yet: adding one is cheaper than looking for it."""
    rows = [_state_row(message, state, reason, now) for message, state, reason in decided]
    rows += [_state_row(message, State.QUEUED, "", now) for message, _account_id in aside]
    for message, state, reason in decided:
        if message.campaign_id is not None:
            count_move(deltas, message.campaign_id, message.workspace_id, State.QUEUED, state, reason)
    await deliveries.add_states(connection, rows)


def _state_row(message: Queued, state: State, reason: str, now: datetime) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "workspace_id": message.workspace_id,
        "lane_id": message.lane_id,
        "campaign_id": message.campaign_id,
        "state": state.value,
        "reason": reason,
        "at": now,
    }


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
    """The number (0-65,535) that ties a text's segments together: from the random end of the id, so it varies."""
    return int(message_id[-4:], 16)


def _attempt_row(attempt: Attempt, now: datetime) -> dict[str, Any]:
    draft, route = attempt.draft, attempt.draft.the_route()
    parts = [each.part for each in draft.variants]
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
        "variant_sha256": parts[0].sha256 if parts else None,
        "variant_octets": sum(len(part.octets) for part in parts) if parts else None,
        "variants": [_went(part) for part in parts] if len(parts) > 1 else None,
        "fact_id": draft.fact_id,
        "reference": reference_of(draft.message.id),
        "rewriting": draft.rewriting,
        "number_fact": fact_behind(draft.message, route.reason),
        "instead_of": route.detour.instead_of if route.detour else None,
        "instead_why": route.detour.why if route.detour else None,
    }


def _went(part: MediaPart) -> dict[str, Any]:
    return {"sha256": part.sha256, "content_type": part.content_type, "n_octets": len(part.octets)}


def _link_row(attempt: Attempt, now: datetime) -> dict[str, Any]:
    message = attempt.draft.message
    return {
        "token": attempt.draft.link_token,
        "workspace_id": message.workspace_id,
        "media_id": message.media_id,
        "album_id": message.album_id,
        "message_id": message.id,
        "campaign_id": message.campaign_id,
        "expires_at": now + LINK_LIFE,
    }


def _ready_row(message: Queued, at: datetime | None, *, waits_for: str | None = None) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "workspace_id": message.workspace_id,
        "lane_id": message.lane_id,
        "ready_at": at,
        "n_burned": message.n_burned,
        "forced_reason": message.forced_reason,
        "waits_for": waits_for,
        "avoids": message.avoids,
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
