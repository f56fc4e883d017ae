"""Lanes: adding messages at the end, leasing, and claiming the next ones.

A lane has one owner at a time. The owner reads a range and moves one cursor row; no message row is updated.
The statements of every turn are written once, below: writing one anew costs more than the database takes to run it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.group import Purpose
from heliogram.model.message import Content, State
from heliogram.model.queue import Lane, LaneState, Queued
from heliogram.model.text import TextRules, Wishes
from heliogram.storage.among import among
from heliogram.storage.bulk import Row, add_new_rows, add_rows, put_rows
from heliogram.storage.tables.delivery import lanes, message_states, messages, ready
from heliogram.storage.tables.people import contacts
from heliogram.storage.types import Instant


async def add_lane(
    connection: AsyncConnection,
    *,
    id: str,
    workspace_id: str,
    group_id: str,
    campaign_id: str | None,
    priority: int,
    text_rules: TextRules | None = None,
) -> None:
    """Add a lane unless there is one of this id."""
    row = {
        "id": id,
        "workspace_id": workspace_id,
        "group_id": group_id,
        "campaign_id": campaign_id,
        "state": LaneState.OPEN.value,
        "priority": priority,
        "tail": 0,
        "cursor": 0,
        "text_rules": text_rules,
    }
    await add_new_rows(connection, lanes, [row])


def campaign_lane_of(campaign_id: str) -> str:
    """A campaign has one lane, named after it."""
    return f"c-{campaign_id}"


def single_lane_of(group_id: str) -> str:
    """A group's single messages share one lane, named after it."""
    return f"g-{group_id}"


def message_row(
    contact: Mapping[str, Any],
    *,
    id: str,
    group_id: str,
    purpose: str,
    priority: int,
    content: str,
    body: str,
    now: datetime,
    campaign_id: str | None = None,
    media_id: str | None = None,
    album_id: str | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    from_address: str | None = None,
    fallback_body: str | None = None,
    text_wishes: Wishes | None = None,
) -> dict[str, Any]:
    """The row of one message to `contact`, for `add_messages`."""
    return {
        "id": id,
        "workspace_id": contact["workspace_id"],
        "group_id": group_id,
        "campaign_id": campaign_id,
        "contact_id": contact["id"],
        "phone_e164": contact["phone_e164"],
        "country": contact["country"],
        "purpose": purpose,
        "priority": priority,
        "content": content,
        "body": body,
        "media_id": media_id,
        "album_id": album_id,
        "created_at": now,
        "due_at": due_at,
        "expires_at": expires_at,
        "held_until": None,
        "held_reason": None,
        "from_address": from_address,
        "fallback_body": fallback_body,
        "text_rules": text_wishes,
    }


_MOVE_TAIL = (
    lanes.update()
    .where(lanes.c.id == bindparam("lane"))
    .values(tail=lanes.c.tail + bindparam("by"))
    .returning(lanes.c.tail)
)


async def add_messages(connection: AsyncConnection, lane_id: str, rows: Sequence[Row]) -> None:
    """Put messages at the end of a lane: rows of `message_row`.

    Moving the tail first locks the lane, so two writers cannot give out the same number.
    """
    tail = (await connection.execute(_MOVE_TAIL, {"lane": lane_id, "by": len(rows)})).scalar_one()
    first = tail - len(rows) + 1
    numbered = [{**row, "lane_id": lane_id, "number": first + index} for index, row in enumerate(rows)]
    await add_rows(connection, messages, numbered)


_FREE_FOR_ME = or_(
    lanes.c.owner.is_(None),
    lanes.c.owner == bindparam("me"),
    lanes.c.lease_until < bindparam("now", type_=Instant),
)


async def with_work(connection: AsyncConnection, now: datetime, me: str) -> Sequence[str]:
    """The lanes that have something to do now and no other living owner, the most urgent first.

    A lane whose owner is gone has something to do while attempts of it are without an answer, even when it is
    paused or at its end: they are to be marked unknown.
    """
    waiting = select(ready.c.lane_id).where(ready.c.ready_at <= now)
    canceled = and_(lanes.c.state == LaneState.CANCELED.value, lanes.c.id.in_(select(ready.c.lane_id)))
    to_send = and_(
        lanes.c.state != LaneState.PAUSED.value,
        or_(lanes.c.cursor < lanes.c.tail, lanes.c.id.in_(waiting), canceled),
    )
    left_behind = and_(or_(lanes.c.owner.is_(None), lanes.c.owner != me), _has_open_attempts())
    query = (
        select(lanes.c.id).where(or_(to_send, left_behind), _FREE_FOR_ME).order_by(lanes.c.priority.desc(), lanes.c.id)
    )
    return (await connection.execute(query, {"me": me, "now": now})).scalars().all()


_FREE_LANE = select(lanes).where(lanes.c.id == bindparam("lane"), _FREE_FOR_ME).with_for_update(key_share=True)


async def lease(
    connection: AsyncConnection, lane_id: str, *, me: str, now: datetime, until: datetime
) -> tuple[Lane, bool] | None:
    """Take or keep the lane. Returns it and whether it is newly ours; None when another owner lives.

    A lease of ours is written again only in its second half: a turn that moves nothing then costs no durable write.
    """
    row = (await connection.execute(_FREE_LANE, {"lane": lane_id, "me": me, "now": now})).first()
    if row is None:
        return None
    if row.owner != me or row.lease_until - now < (until - now) / 2:
        await connection.execute(lanes.update().where(lanes.c.id == lane_id).values(owner=me, lease_until=until))
    lane = Lane(
        id=row.id,
        workspace_id=row.workspace_id,
        group_id=row.group_id,
        campaign_id=row.campaign_id,
        state=LaneState(row.state),
        priority=row.priority,
        tail=row.tail,
        cursor=row.cursor,
        text_rules=TextRules().but(row.text_rules) if row.text_rules else None,
    )
    return lane, row.owner != me


def _has_open_attempts() -> ColumnElement[bool]:
    in_lane = and_(message_states.c.lane_id == lanes.c.id, message_states.c.state == State.SENDING.value)
    return select(message_states.c.message_id).where(in_lane).exists()


async def renew(connection: AsyncConnection, lane_ids: Sequence[str], *, me: str, until: datetime) -> None:
    """Keep lanes of ours that wait for answers: nobody else may take their attempts for a crash's."""
    await connection.execute(
        lanes.update().where(lanes.c.id.in_(lane_ids), lanes.c.owner == me).values(lease_until=until)
    )


async def release(connection: AsyncConnection, me: str) -> None:
    """Give back every lane of ours, so that a restart need not wait for the leases to run out."""
    await connection.execute(lanes.update().where(lanes.c.owner == me).values(owner=None, lease_until=None))


def _claimed(*more: Any) -> Select[Any]:
    landline = func.coalesce(contacts.c.is_landline, False).label("is_landline")
    joined = messages.outerjoin(contacts, contacts.c.id == messages.c.contact_id)
    return select(messages, contacts.c.network, landline, *more).select_from(joined)


_NEXT = (
    _claimed()
    .where(
        messages.c.lane_id == bindparam("lane"),
        messages.c.number > bindparam("after"),
        messages.c.number <= bindparam("last"),
    )
    .order_by(messages.c.number)
)


async def read_next(connection: AsyncConnection, lane: Lane, limit: int) -> list[Queued]:
    """The next messages after the cursor, in order."""
    where = {"lane": lane.id, "after": lane.cursor, "last": lane.cursor + limit}
    return [_queued(row) for row in await connection.execute(_NEXT, where)]


_ASIDE = (
    select(ready.c.waits_for, func.count())
    .where(ready.c.lane_id == bindparam("lane"), ready.c.ready_at <= bindparam("now"))
    .group_by(ready.c.waits_for)
)


async def standing_aside(connection: AsyncConnection, lane_id: str, now: datetime) -> dict[str | None, int]:
    """How many messages of the lane are ready, by the account that they wait for room of (None: for none)."""
    rows = await connection.execute(_ASIDE, {"lane": lane_id, "now": now})
    return {account_id: n for account_id, n in rows}


async def read_ready(
    connection: AsyncConnection,
    lane_id: str,
    now: datetime | None,
    limit: int,
    room: Mapping[str, int] | None = None,
) -> list[Queued]:
    """The messages whose time for another try has come, oldest first. Without `now`: all, whatever their time.

    Of those that wait for an account, only as many as `room` says it has; without `room`: all.
    """
    in_line = func.row_number().over(partition_by=ready.c.waits_for, order_by=(ready.c.ready_at, ready.c.message_id))
    of_lane = select(ready, in_line.label("place")).where(ready.c.lane_id == lane_id)
    queue = (of_lane if now is None else of_lane.where(ready.c.ready_at <= now)).subquery()
    query = (
        _claimed(queue.c.n_burned, queue.c.forced_reason, queue.c.avoids)
        .join(queue, queue.c.message_id == messages.c.id)
        .order_by(queue.c.ready_at, queue.c.message_id)
        .limit(limit)
    )
    if room is not None:
        has_room = [and_(queue.c.waits_for == account_id, queue.c.place <= n) for account_id, n in room.items()]
        query = query.where(or_(queue.c.waits_for.is_(None), *has_room))
    return [_queued(row, from_ready=True) for row in await connection.execute(query)]


def _queued(row: Any, *, from_ready: bool = False) -> Queued:
    return Queued(
        id=row.id,
        number=None if from_ready else row.number,
        workspace_id=row.workspace_id,
        lane_id=row.lane_id,
        group_id=row.group_id,
        campaign_id=row.campaign_id,
        phone_e164=row.phone_e164,
        country=row.country,
        network=row.network,
        is_landline=bool(row.is_landline),
        purpose=Purpose(row.purpose),
        content=Content(row.content),
        body=row.body,
        media_id=row.media_id,
        album_id=row.album_id,
        due_at=row.due_at,
        expires_at=row.expires_at,
        from_address=row.from_address,
        fallback_body=row.fallback_body,
        text_wishes=row.text_rules,
        is_canceled=row.canceled_at is not None,
        n_burned=row.n_burned if from_ready else 0,
        forced_reason=row.forced_reason if from_ready else None,
        avoids=row.avoids if from_ready else None,
    )


_MOVE_CURSOR = lanes.update().where(lanes.c.id == bindparam("lane")).values(cursor=bindparam("to"))


async def move_cursor(connection: AsyncConnection, lane_id: str, cursor: int) -> None:
    await connection.execute(_MOVE_CURSOR, {"lane": lane_id, "to": cursor})


async def drop_ready(connection: AsyncConnection, message_ids: Sequence[str]) -> None:
    if message_ids:
        await connection.execute(delete(ready).where(among(ready.c.message_id, message_ids)))


async def put_ready(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    await put_rows(connection, ready, rows, change=("ready_at", "n_burned", "forced_reason", "waits_for", "avoids"))


async def set_held(connection: AsyncConnection, message_id: str, until: datetime, reason: str) -> None:
    await connection.execute(
        messages.update().where(messages.c.id == message_id).values(held_until=until, held_reason=reason)
    )


async def set_state(connection: AsyncConnection, campaign_id: str, state: LaneState) -> None:
    """Open, pause or cancel a campaign's lane."""
    await connection.execute(lanes.update().where(lanes.c.campaign_id == campaign_id).values(state=state.value))


async def state_of(connection: AsyncConnection, lane_id: str) -> LaneState:
    return LaneState((await connection.execute(select(lanes.c.state).where(lanes.c.id == lane_id))).scalar_one())


async def is_drained(connection: AsyncConnection, campaign_id: str) -> bool:
    """Whether nothing of the campaign is queued, waiting for a retry, or without an answer."""
    query = select(lanes.c.id).where(lanes.c.campaign_id == campaign_id)
    busy = or_(
        lanes.c.cursor < lanes.c.tail,
        lanes.c.id.in_(select(ready.c.lane_id)),
        _has_open_attempts(),
    )
    return (await connection.execute(query.where(busy))).first() is None


async def queue_depth(connection: AsyncConnection, workspace_id: str) -> int:
    """How many messages wait in the workspace's open lanes."""
    query = select(func.coalesce(func.sum(lanes.c.tail - lanes.c.cursor), 0)).where(
        lanes.c.workspace_id == workspace_id, lanes.c.state == LaneState.OPEN.value
    )
    return int((await connection.execute(query)).scalar_one())


async def oldest_waiting(connection: AsyncConnection, workspace_id: str) -> datetime | None:
    """When the message was made that waits longest at the head of one of the workspace's open lanes."""
    at_head = and_(messages.c.lane_id == lanes.c.id, messages.c.number == lanes.c.cursor + 1)
    query = (
        select(func.min(messages.c.created_at))
        .join(lanes, at_head)
        .where(lanes.c.workspace_id == workspace_id, lanes.c.state == LaneState.OPEN.value)
    )
    found: datetime | None = (await connection.execute(query)).scalar()
    return found


async def n_waiting(connection: AsyncConnection, lane_id: str) -> int:
    query = select(lanes.c.tail - lanes.c.cursor).where(lanes.c.id == lane_id)
    return int((await connection.execute(query)).scalar_one())
