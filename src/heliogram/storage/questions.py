"""What carriers may be asked: messages that were handed over and have no final receipt, and what was asked before."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.event import FINAL_NEWS, Piece
from heliogram.model.message import State
from heliogram.model.sender import SenderKind
from heliogram.storage.among import among
from heliogram.storage.bulk import Row, plain, put_rows
from heliogram.storage.tables.delivery import attempts, carrier_refs, message_states, messages, questions, receipts
from heliogram.storage.tables.senders import senders
from heliogram.storage.types import Instant


class Waiting(msgspec.Struct, frozen=True):
    """A message without its end, and since when it is what it is."""

    message_id: str
    state: State
    at: datetime


# Written out, not bound: SQLite takes a partial index only where its own condition stands in the query.
_IS_WAITING = message_states.c.state.in_([literal_column("'sent'"), literal_column("'unknown'")])

_WAITING = (
    select(message_states.c.message_id, message_states.c.state, message_states.c.at)
    .where(
        _IS_WAITING,
        message_states.c.state == bindparam("in_state"),
        message_states.c.at >= bindparam("since", type_=Instant),
        message_states.c.at <= bindparam("until", type_=Instant),
        or_(
            message_states.c.at > bindparam("since", type_=Instant),
            message_states.c.message_id > bindparam("after"),
        ),
    )
    .order_by(message_states.c.at, message_states.c.message_id)
    .limit(bindparam("n"))
)


async def waiting(
    connection: AsyncConnection, state: State, since: datetime, until: datetime, *, after: str = "", limit: int
) -> list[Waiting]:
    """Messages that came into this state between the two moments, the oldest first.

    Of those at the moment `since` itself, only the ids behind `after`: where the page before ended.
    """
    where = {"in_state": state.value, "since": since, "until": until, "after": after, "n": limit}
    rows = await connection.execute(_WAITING, where)
    return [Waiting(message_id, State(in_state), at) for message_id, in_state, at in rows]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a message's attempt `n` that has no final receipt, and how often its carrier was asked about it."""

    piece: Piece
    message_id: str
    n: int
    account_id: str
    workspace_id: str
    n_asked: int
    asked_at: datetime | None


async def pieces_of(connection: AsyncConnection, message_ids: Sequence[str]) -> list[Asked]:
    """The pieces of these messages that a carrier gave an id and no final receipt is there for, in order."""
    has_ended = select(receipts.c.carrier_id).where(
        receipts.c.message_id == carrier_refs.c.message_id,
        receipts.c.account_id == carrier_refs.c.account_id,
        func.coalesce(receipts.c.answer_id, receipts.c.carrier_id) == carrier_refs.c.carrier_id,
        receipts.c.news.in_([news.value for news in FINAL_NEWS]),
    )
    of_attempt = and_(attempts.c.message_id == carrier_refs.c.message_id, attempts.c.n == carrier_refs.c.n)
    of_piece = and_(
        questions.c.account_id == carrier_refs.c.account_id,
        questions.c.carrier_id == carrier_refs.c.carrier_id,
        questions.c.message_id == carrier_refs.c.message_id,
    )
    query = (
        select(carrier_refs, senders.c.kind, senders.c.address, messages.c.phone_e164)
        .add_columns(func.coalesce(questions.c.n_asked, 0).label("n_asked"), questions.c.asked_at)
        .join(attempts, of_attempt)
        .join(senders, senders.c.id == attempts.c.sender_id)
        .join(messages, messages.c.id == carrier_refs.c.message_id)
        .outerjoin(questions, of_piece)
        .where(among(carrier_refs.c.message_id, message_ids), ~has_ended.exists())
        .order_by(carrier_refs.c.message_id, carrier_refs.c.n, carrier_refs.c.part)
    )
    return [
        Asked(
            piece=Piece(
                carrier_id=row.carrier_id,
                sender_kind=SenderKind(row.kind),
                sender=row.address,
                to_e164=row.phone_e164,
            ),
            message_id=row.message_id,
            n=row.n,
            account_id=row.account_id,
            workspace_id=row.workspace_id,
            n_asked=row.n_asked,
            asked_at=row.asked_at,
        )
        for row in await connection.execute(query)
    ]


async def put(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Record that carriers were asked, and what they said."""
    await put_rows(connection, questions, rows, change=("n_asked", "asked_at", "code", "reason", "raw"))


async def of_message(connection: AsyncConnection, message_id: str) -> list[Row]:
    """What carriers were asked about a message."""
    query = select(questions).where(questions.c.message_id == message_id).order_by(questions.c.asked_at)
    return [plain(row) for row in (await connection.execute(query)).mappings()]
