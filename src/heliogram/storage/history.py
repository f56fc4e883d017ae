"""Reads for people: lists of messages, and everything that happened to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, func, literal, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.message import Carrying, Channel, Content, State
from heliogram.storage.tables.campaigns import campaigns
from heliogram.storage.tables.delivery import attempts, message_states, messages, outcomes, receipts
from heliogram.storage.tables.media import link_opens, links, media
from heliogram.storage.tables.people import contacts
from heliogram.storage.tables.senders import accounts, groups, senders


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    campaign_id: str = ""
    states: tuple[State, ...] = ()
    reason: str = ""
    words: str = ""
    """Digits of a number, or a message's id."""
    carrying: Carrying | None = None


async def message_page(
    connection: AsyncConnection, workspace_id: str, wanted: MessageFilter, *, before: str, limit: int
) -> Sequence[Any]:
    """Messages, newest first, those older than the id `before` ("" to begin)."""
    query = _rows().where(messages.c.workspace_id == workspace_id)
    if before:
        query = query.where(messages.c.id < before)
    if wanted.campaign_id:
        query = query.where(messages.c.campaign_id == wanted.campaign_id)
    if wanted.states:
        in_state: ColumnElement[bool] = message_states.c.state.in_([state.value for state in wanted.states])
        if State.QUEUED in wanted.states:
            in_state = or_(in_state, message_states.c.state.is_(None))
        query = query.where(in_state)
    if wanted.reason:
        query = query.where(or_(message_states.c.reason == wanted.reason, attempts.c.reason == wanted.reason))
    if wanted.carrying is not None:
        query = query.where(_CARRYING[wanted.carrying])
    if wanted.words:
        digits = "".join(letter for letter in wanted.words if letter.isdigit())
        matches: list[ColumnElement[bool]] = [messages.c.id == wanted.words.strip()]
        if len(digits) >= 3:
            matches.append(messages.c.phone_e164.contains(digits, autoescape=True))
        query = query.where(or_(*matches))
    rows: Sequence[Any] = (await connection.execute(query.order_by(messages.c.id.desc()).limit(limit))).mappings().all()
    return rows


_IS_LINK = or_(
    attempts.c.channel == Channel.SMS_LINK.value,
    and_(attempts.c.channel.is_(None), messages.c.content == Content.TEXT_LINK.value),
)
"""By its last attempt, and before there is one by what it was made as."""
_CARRYING: dict[Carrying, ColumnElement[bool]] = {
    Carrying.WITHOUT: messages.c.content == Content.TEXT.value,
    Carrying.LINK: and_(messages.c.content != Content.TEXT.value, _IS_LINK),
    Carrying.WITH: and_(
        messages.c.content == Content.MMS.value,
        or_(attempts.c.channel.is_(None), attempts.c.channel != Channel.SMS_LINK.value),
    ),
}


async def message(connection: AsyncConnection, workspace_id: str, message_id: str) -> Any | None:
    query = _rows().where(messages.c.workspace_id == workspace_id, messages.c.id == message_id)
    return (await connection.execute(query)).mappings().first()


async def last_group_to(
    connection: AsyncConnection, workspace_id: str, phone_e164: str, group_ids: Sequence[str]
) -> str | None:
    """Which of the groups wrote to this number last; None when none of them did."""
    query = select(messages.c.group_id).where(
        messages.c.workspace_id == workspace_id,
        messages.c.phone_e164 == phone_e164,
        messages.c.group_id.in_(group_ids),
    )
    return (await connection.execute(query.order_by(messages.c.id.desc()).limit(1))).scalar()


def _rows() -> Select[Any]:
    """A message with its state, its last attempt, and the names a person knows things by."""
    every = attempts.alias()
    last = select(func.max(every.c.n)).where(every.c.message_id == messages.c.id).correlate(messages).scalar_subquery()
    return (
        select(
            messages,
            media.c.content_type.label("media_type"),
            func.coalesce(message_states.c.state, literal(State.QUEUED.value)).label("state"),
            func.coalesce(message_states.c.reason, literal("")).label("state_reason"),
            message_states.c.at.label("state_at"),
            attempts.c.channel,
            attempts.c.reason.label("channel_reason"),
            attempts.c.n_segments,
            senders.c.address.label("sender"),
            contacts.c.first_name,
            contacts.c.last_name,
            contacts.c.network,
            campaigns.c.name.label("campaign_name"),
            groups.c.name.label("group_name"),
        )
        .select_from(messages)
        .outerjoin(message_states, message_states.c.message_id == messages.c.id)
        .outerjoin(attempts, and_(attempts.c.message_id == messages.c.id, attempts.c.n == last))
        .outerjoin(media, media.c.id == messages.c.media_id)
        .outerjoin(senders, senders.c.id == attempts.c.sender_id)
        .outerjoin(contacts, contacts.c.id == messages.c.contact_id)
        .outerjoin(campaigns, campaigns.c.id == messages.c.campaign_id)
        .join(groups, groups.c.id == messages.c.group_id)
    )


async def attempts_of(connection: AsyncConnection, message_id: str) -> Sequence[Any]:
    """A message's attempts in order, each with its outcome (None while there is none) and its names."""
    first = accounts.alias()
    query = (
        select(
            attempts,
            outcomes.c.at.label("outcome_at"),
            outcomes.c.kind.label("outcome_kind"),
            outcomes.c.code.label("outcome_code"),
            outcomes.c.reason.label("outcome_reason"),
            outcomes.c.carrier_ids,
            outcomes.c.exchange,
            senders.c.address.label("sender"),
            senders.c.kind.label("sender_kind"),
            senders.c.countries.label("sender_countries"),
            accounts.c.name.label("account_name"),
            accounts.c.carrier,
            first.c.name.label("instead_of_name"),
        )
        .outerjoin(outcomes, and_(outcomes.c.message_id == attempts.c.message_id, outcomes.c.n == attempts.c.n))
        .outerjoin(senders, senders.c.id == attempts.c.sender_id)
        .outerjoin(accounts, accounts.c.id == attempts.c.account_id)
        .outerjoin(first, first.c.id == attempts.c.instead_of)
        .where(attempts.c.message_id == message_id)
        .order_by(attempts.c.n)
    )
    return (await connection.execute(query)).mappings().all()


async def receipts_of(connection: AsyncConnection, message_id: str) -> Sequence[Any]:
    query = select(receipts).where(receipts.c.message_id == message_id).order_by(receipts.c.at)
    return (await connection.execute(query)).mappings().all()


async def opens_of(connection: AsyncConnection, message_id: str) -> Sequence[Any]:
    query = (
        select(link_opens)
        .join(links, links.c.token == link_opens.c.token)
        .where(links.c.message_id == message_id)
        .order_by(link_opens.c.at)
    )
    return (await connection.execute(query)).mappings().all()


async def counts_of_opens(connection: AsyncConnection, campaign_ids: Sequence[str]) -> dict[str, int]:
    """Campaign id → how many of its links people opened: each link once, previews not counted."""
    table = link_opens.c
    query = (
        select(table.campaign_id, func.count(table.token.distinct()))
        .where(table.campaign_id.in_(campaign_ids), table.is_preview.is_(False))
        .group_by(table.campaign_id)
    )
    return {campaign_id: n for campaign_id, n in await connection.execute(query)}


async def count_states_since(connection: AsyncConnection, workspace_id: str, since: datetime) -> dict[State, int]:
    """How many messages reached each state since then."""
    table = message_states.c
    query = (
        select(table.state, func.count())
        .where(table.workspace_id == workspace_id, table.at >= since)
        .group_by(table.state)
    )
    return {State(state): n for state, n in await connection.execute(query)}


async def final_states_between(
    connection: AsyncConnection, workspace_id: str, since: datetime, bucket_s: int
) -> Sequence[Any]:
    """(bucket number since 1970, state, how many) of the messages that ended since then."""
    table = message_states.c
    ended = [State.DELIVERED.value, State.UNDELIVERED.value, State.FAILED.value]
    # Instants are stored as whole microseconds on both engines, so the bucket is plain integer division.
    bucket = (type_coerce(table.at, BigInteger) // (bucket_s * 1_000_000)).label("bucket")
    query = (
        select(bucket, table.state, func.count().label("n"))
        .where(table.workspace_id == workspace_id, table.at >= since, table.state.in_(ended))
        .group_by(bucket, table.state)
    )
    return (await connection.execute(query)).all()
