"""The history of handing over: attempts, outcomes, carrier ids, receipts, and the state folded from them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, and_, bindparam, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.message import Channel, State
from heliogram.storage.among import among, among_given
from heliogram.storage.bulk import Row, add_new_rows, add_rows
from heliogram.storage.tables.delivery import attempts, carrier_refs, message_states, messages, outcomes, receipts


class Standing(msgspec.Struct, frozen=True):
    """Where a message is now."""

    state: State
    reason: str
    workspace_id: str
    campaign_id: str | None


_STATES = (
    select(
        message_states.c.message_id,
        message_states.c.state,
        message_states.c.reason,
        message_states.c.workspace_id,
        message_states.c.campaign_id,
    )
    .where(among_given(message_states.c.message_id, "ids"))
    # Always in one order: two transactions that lock the same rows must not wait for each other.
    .order_by(message_states.c.message_id)
    .with_for_update()
)


async def states_of(connection: AsyncConnection, message_ids: Sequence[str]) -> dict[str, Standing]:
    """The state of each message that has left the queue, locked until the transaction ends."""
    rows = await connection.execute(_STATES, {"ids": list(message_ids)})
    return {
        message_id: Standing(State(state), reason, workspace_id, campaign_id)
        for message_id, state, reason, workspace_id, campaign_id in rows
    }


async def add_states(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    await add_rows(connection, message_states, rows)


_SET_STATES = (
    update(message_states)
    .where(among_given(message_states.c.message_id, "ids"))
    .values(state=bindparam("to"), reason=bindparam("why"), at=bindparam("when"))
)


async def set_states(
    connection: AsyncConnection, message_ids: Sequence[str], state: State, reason: str, at: datetime
) -> None:
    values = {"ids": list(message_ids), "to": state.value, "why": reason, "when": at}
    await connection.execute(_SET_STATES, values)


async def sending_in_lane(connection: AsyncConnection, lane_id: str) -> list[tuple[str, int]]:
    """(message id, attempt number) of the attempts of a lane that have no outcome: what a crash left in doubt."""
    query = (
        select(attempts.c.message_id, attempts.c.n)
        .join(message_states, message_states.c.message_id == attempts.c.message_id)
        .outerjoin(outcomes, and_(outcomes.c.message_id == attempts.c.message_id, outcomes.c.n == attempts.c.n))
        .where(
            message_states.c.lane_id == lane_id,
            message_states.c.state == "sending",
            outcomes.c.message_id.is_(None),
        )
        .order_by(attempts.c.message_id)
    )
    return [(message_id, n) for message_id, n in await connection.execute(query)]


async def add_attempts(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    await add_rows(connection, attempts, rows)


async def add_outcomes(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    await add_rows(connection, outcomes, rows)


async def answered(connection: AsyncConnection, message_ids: Sequence[str]) -> set[tuple[str, int]]:
    """(message id, attempt number) of the attempts whose answer is stored. One given up after a crash has none."""
    table = outcomes.c
    query = select(table.message_id, table.n).where(
        among(table.message_id, message_ids), or_(table.kind != "unknown", table.reason != "crashed")
    )
    return {(message_id, n) for message_id, n in await connection.execute(query)}


async def add_late_outcomes(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Answers to attempts that were given up meanwhile. What was recorded then stays."""
    await add_new_rows(connection, outcomes, rows)


async def add_refs(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Record which attempts were given which carrier ids."""
    await add_rows(connection, carrier_refs, rows)


async def lock_account(connection: AsyncConnection, account_id: str) -> None:
    """Keep answers and receipts of an account apart until the transaction ends.

    Otherwise an answer and the receipt that overtook it, each stored without seeing the other, would never meet.
    On SQLite there is one writer in any case.
    """
    if connection.dialect.name == "postgresql":
        key = func.hashtextextended(account_id, literal(0, BigInteger))
        await connection.execute(select(func.pg_advisory_xact_lock(key)))


_HEARD = select(receipts.c.account_id, receipts.c.carrier_id, receipts.c.news).where(
    among_given(receipts.c.account_id, "accounts"), among_given(receipts.c.carrier_id, "ids")
)


async def add_receipts(connection: AsyncConnection, rows: Sequence[Row]) -> set[tuple[str, str]]:
    """Store receipts; the ones stored before are left alone. Returns (carrier id, news) of those that are new.

    Their accounts are locked, so nobody else adds one between the question and the answer.
    """
    heard = {"accounts": [*{row["account_id"] for row in rows}], "ids": [*{row["carrier_id"] for row in rows}]}
    known = {(account_id, carrier_id, news) for account_id, carrier_id, news in await connection.execute(_HEARD, heard)}
    new: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = (row["account_id"], row["carrier_id"], row["news"])
        if key not in known:
            new.setdefault(key, row)
    await add_rows(connection, receipts, list(new.values()))
    return {(carrier_id, news) for _account_id, carrier_id, news in new}


class Claimed(msgspec.Struct, frozen=True):
    """A carrier id's attempt: segment `part` (from 0) of `n_parts`."""

    message_id: str
    n: int
    part: int
    n_parts: int


_CLAIMS = select(
    carrier_refs.c.carrier_id,
    carrier_refs.c.message_id,
    carrier_refs.c.n,
    carrier_refs.c.part,
    carrier_refs.c.n_parts,
).where(carrier_refs.c.account_id == bindparam("account"), among_given(carrier_refs.c.carrier_id, "ids"))


async def claims_of(
    connection: AsyncConnection, account_id: str, carrier_ids: Iterable[str]
) -> dict[str, list[Claimed]]:
    """Every attempt that was given each of the ids. More than one means that the carrier repeats its ids."""
    found: dict[str, list[Claimed]] = {}
    rows = await connection.execute(_CLAIMS, {"account": account_id, "ids": list(carrier_ids)})
    for carrier_id, message_id, n, part, n_parts in rows:
        found.setdefault(carrier_id, []).append(Claimed(message_id, n, part, n_parts))
    return found


async def parts_of(connection: AsyncConnection, message_ids: Sequence[str]) -> dict[str, list[Any]]:
    """Message id → its segments (n, part, n_parts) with the news each has had, for texts of several segments."""
    query = (
        select(
            carrier_refs.c.message_id, carrier_refs.c.n, carrier_refs.c.part, carrier_refs.c.n_parts, receipts.c.news
        )
        .outerjoin(
            receipts,
            and_(
                receipts.c.message_id == carrier_refs.c.message_id,
                receipts.c.account_id == carrier_refs.c.account_id,
                func.coalesce(receipts.c.answer_id, receipts.c.carrier_id) == carrier_refs.c.carrier_id,
            ),
        )
        .where(among(carrier_refs.c.message_id, message_ids))
    )
    found: dict[str, list[Any]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.message_id, []).append(row)
    return found


async def set_matched(
    connection: AsyncConnection,
    account_id: str,
    pairs: Sequence[tuple[str, str]],
    answer_ids: Mapping[str, str] | None = None,
) -> None:
    """Write to stored receipts which message they are about: (carrier id, message id).

    `answer_ids` has the ids that the answers wrote in another way.
    """
    if not pairs:
        return
    statement = (
        update(receipts)
        .where(
            receipts.c.account_id == account_id,
            receipts.c.carrier_id == bindparam("of_carrier_id"),
            receipts.c.message_id.is_(None),
        )
        .values(message_id=bindparam("about_message_id"), answer_id=bindparam("as_answered"))
    )
    spelt = answer_ids or {}
    await connection.execute(
        statement,
        [
            {"of_carrier_id": carrier_id, "about_message_id": message_id, "as_answered": spelt.get(carrier_id)}
            for carrier_id, message_id in pairs
        ],
    )


_UNMATCHED = select(receipts).where(
    receipts.c.account_id == bindparam("account"),
    among_given(receipts.c.carrier_id, "ids"),
    receipts.c.message_id.is_(None),
)


async def unmatched(connection: AsyncConnection, account_id: str, carrier_ids: Sequence[str]) -> list[Row]:
    """Stored receipts for these ids that no message was known for: they overtook the answer."""
    rows = await connection.execute(_UNMATCHED, {"account": account_id, "ids": list(carrier_ids)})
    return [dict(row) for row in rows.mappings()]


async def n_unmatched(connection: AsyncConnection, workspace_id: str, account_ids: Sequence[str]) -> dict[str, int]:
    """Account id → how many of its receipts match no message for certain; accounts without one are left out.

    By the accounts, because only they are in the index of such receipts: there are millions of others.
    """
    query = select(receipts.c.account_id, func.count()).where(
        receipts.c.workspace_id == workspace_id,
        among(receipts.c.account_id, account_ids),
        receipts.c.message_id.is_(None),
    )
    rows = await connection.execute(query.group_by(receipts.c.account_id))
    return {account_id: n for account_id, n in rows}


async def unmatched_about(connection: AsyncConnection, account_id: str, phones: Sequence[str]) -> list[Row]:
    """Stored receipts about these numbers that no message was known for."""
    query = select(receipts).where(
        receipts.c.account_id == account_id,
        among(receipts.c.about_e164, phones),
        receipts.c.message_id.is_(None),
    )
    return [dict(row) for row in (await connection.execute(query)).mappings()]


_ALL_UNMATCHED = (
    select(receipts)
    .where(receipts.c.account_id == bindparam("account"), receipts.c.message_id.is_(None))
    .order_by(receipts.c.at.desc())
    .limit(bindparam("n"))
)


async def all_unmatched(connection: AsyncConnection, account_id: str, limit: int) -> list[Row]:
    """The account's stored receipts that no message is known for, the newest first."""
    rows = await connection.execute(_ALL_UNMATCHED, {"account": account_id, "n": limit})
    return [dict(row) for row in rows.mappings()]


_PHONES = select(messages.c.id, messages.c.phone_e164).where(among_given(messages.c.id, "ids"))


async def phones_of(connection: AsyncConnection, message_ids: Sequence[str]) -> dict[str, str]:
    """Message id → the number it goes to."""
    rows = await connection.execute(_PHONES, {"ids": list(message_ids)})
    return {message_id: phone for message_id, phone in rows}


class Doubt(msgspec.Struct, frozen=True):
    """An attempt without a carrier id. It `is_open` while its answer may still come."""

    claim: Claimed
    at: datetime
    is_open: bool


async def in_doubt(
    connection: AsyncConnection, workspace_id: str, account_id: str, phones: Sequence[str]
) -> dict[str, list[Doubt]]:
    """Number → the attempts to it through this account whose answer is not known, or not known yet."""
    found: dict[str, list[Doubt]] = {}
    is_open = and_(message_states.c.state == State.SENDING.value, outcomes.c.kind.is_(None))
    is_lost = and_(message_states.c.state == State.UNKNOWN.value, outcomes.c.kind == "unknown")
    of_attempt = and_(outcomes.c.message_id == attempts.c.message_id, outcomes.c.n == attempts.c.n)
    query = (
        select(messages.c.phone_e164, attempts.c.message_id, attempts.c.n, attempts.c.n_segments)
        .add_columns(attempts.c.at, is_open.label("is_open"))
        .join(attempts, attempts.c.message_id == messages.c.id)
        .join(message_states, message_states.c.message_id == messages.c.id)
        .outerjoin(outcomes, of_attempt)
        .where(
            messages.c.workspace_id == workspace_id,
            among(messages.c.phone_e164, phones),
            attempts.c.account_id == account_id,
            or_(is_open, is_lost),
        )
    )
    for phone, message_id, n, n_segments, at, still_open in await connection.execute(query):
        # A picture message has no segments, and one receipt.
        claim = Claimed(message_id, n, 0, max(1, n_segments))
        found.setdefault(phone, []).append(Doubt(claim, at, bool(still_open)))
    return found


class LastAttempt(msgspec.Struct, frozen=True):
    n: int
    channel: str
    reason: str


async def last_attempts(connection: AsyncConnection, message_ids: Sequence[str]) -> dict[str, LastAttempt]:
    """The latest attempt of each message that has had one."""
    if not message_ids:
        return {}
    query = (
        select(attempts.c.message_id, attempts.c.n, attempts.c.channel, attempts.c.reason)
        .where(among(attempts.c.message_id, message_ids))
        .order_by(attempts.c.n)
    )
    return {
        message_id: LastAttempt(n, channel, reason)
        for message_id, n, channel, reason in await connection.execute(query)
    }


class Tried(msgspec.Struct, frozen=True):
    """A message's latest attempt."""

    n: int
    channel: Channel
    at: datetime
    phone_e164: str
    media_id: str | None
    lane_id: str
    workspace_id: str


_TRIED = (
    select(
        attempts.c.message_id,
        attempts.c.n,
        attempts.c.channel,
        attempts.c.at,
        messages.c.phone_e164,
        messages.c.media_id,
        messages.c.lane_id,
        messages.c.workspace_id,
    )
    .join(messages, messages.c.id == attempts.c.message_id)
    .where(among_given(attempts.c.message_id, "ids"))
    .order_by(attempts.c.n)
)


async def tried(connection: AsyncConnection, message_ids: Sequence[str]) -> dict[str, Tried]:
    """The latest attempt of each message."""
    rows = await connection.execute(_TRIED, {"ids": list(message_ids)})
    return {message_id: Tried(n, Channel(channel), at, *rest) for message_id, n, channel, at, *rest in rows}


async def numbers_of(connection: AsyncConnection, message_ids: Sequence[str]) -> dict[str, list[str]]:
    """Account id → the numbers that the latest attempts of these messages went to through it."""
    found: dict[str, list[str]] = {}
    query = (
        select(attempts.c.account_id, messages.c.phone_e164)
        .join(messages, messages.c.id == attempts.c.message_id)
        .where(among(attempts.c.message_id, message_ids))
    )
    for account_id, phone in await connection.execute(query):
        found.setdefault(account_id, []).append(phone)
    return found
