"""The consent ledger's rows: adding facts to the chain, and where numbers stand now."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.consent import Fact, Source, Standing, Subscription
from heliogram.storage.among import among_given
from heliogram.storage.bulk import add_new_rows, add_rows, put_rows
from heliogram.storage.tables.consent import consent_facts, consent_heads, consent_standings

GENESIS = "0" * 64

Chain = Callable[[str, Fact], str]
"""The hash of a fact from the hash of the one before it: `consent.ledger.chain`."""


async def add_facts(
    connection: AsyncConnection, workspace_id: str, facts: Sequence[Fact], *, chain: Chain, new_id: Callable[[], str]
) -> list[str]:
    """Add facts to the end of the workspace's chain and move the standings. Returns the facts' ids, in order.

    The head row is locked until the transaction ends, so facts written at the same time queue up, not fork.
    """
    if not facts:
        return []
    await add_new_rows(connection, consent_heads, [{"workspace_id": workspace_id, "position": 0, "hash": GENESIS}])
    head = select(consent_heads).where(consent_heads.c.workspace_id == workspace_id).with_for_update(key_share=True)
    row = (await connection.execute(head)).one()
    position, previous = row.position, row.hash
    rows: list[dict[str, Any]] = []
    for fact in facts:
        position += 1
        now_hash = chain(previous, fact)
        rows.append(
            {
                "id": new_id(),
                "workspace_id": workspace_id,
                "position": position,
                "group_id": fact.group_id,
                "phone_e164": fact.phone_e164,
                "state": fact.state.value,
                "source": fact.source.value,
                "at": fact.at,
                "evidence": fact.evidence,
                "previous_hash": previous,
                "hash": now_hash,
            }
        )
        previous = now_hash
    await add_rows(connection, consent_facts, rows)
    await connection.execute(
        consent_heads.update()
        .where(consent_heads.c.workspace_id == workspace_id)
        .values(position=position, hash=previous)
    )
    standings = [
        {
            "group_id": row["group_id"],
            "phone_e164": row["phone_e164"],
            "workspace_id": workspace_id,
            "state": row["state"],
            "source": row["source"],
            "fact_id": row["id"],
            "at": row["at"],
        }
        for row in rows
    ]
    await put_rows(connection, consent_standings, standings, change=("state", "source", "fact_id", "at"))
    return [row["id"] for row in rows]


_STANDINGS = select(
    consent_standings.c.phone_e164,
    consent_standings.c.state,
    consent_standings.c.fact_id,
    consent_standings.c.at,
    consent_standings.c.source,
).where(
    consent_standings.c.workspace_id == bindparam("workspace"),
    consent_standings.c.group_id == bindparam("group"),
    among_given(consent_standings.c.phone_e164, "phones"),
)


async def standings_of(
    connection: AsyncConnection, workspace_id: str, group_id: str, phones: Sequence[str]
) -> dict[str, Standing]:
    """Where each of `phones` stands in the group; a number the group never heard of is absent."""
    where = {"workspace": workspace_id, "group": group_id, "phones": list(phones)}
    return {
        phone: Standing(state=Subscription(state), fact_id=fact_id, at=at, source=Source(source))
        for phone, state, fact_id, at, source in await connection.execute(_STANDINGS, where)
    }


async def subscriptions_of(connection: AsyncConnection, workspace_id: str, phones: Sequence[str]) -> Sequence[Any]:
    table = consent_standings.c
    query = select(table.phone_e164, table.group_id, table.state).where(
        table.workspace_id == workspace_id, table.phone_e164.in_(phones)
    )
    return (await connection.execute(query)).mappings().all()


async def counts_by_group(connection: AsyncConnection, workspace_id: str) -> dict[tuple[str, str], int]:
    """(group id, state) → how many numbers."""
    table = consent_standings.c
    query = (
        select(table.group_id, table.state, func.count())
        .where(table.workspace_id == workspace_id)
        .group_by(table.group_id, table.state)
    )
    return {(group, state): n for group, state, n in await connection.execute(query)}


async def facts_of(connection: AsyncConnection, workspace_id: str, phone_e164: str) -> Sequence[Any]:
    table = consent_facts.c
    query = select(consent_facts).where(table.workspace_id == workspace_id, table.phone_e164 == phone_e164)
    return (await connection.execute(query.order_by(table.position.desc()).limit(500))).mappings().all()


async def fact(connection: AsyncConnection, workspace_id: str, fact_id: str) -> Any | None:
    query = select(consent_facts).where(consent_facts.c.workspace_id == workspace_id, consent_facts.c.id == fact_id)
    return (await connection.execute(query)).mappings().first()


async def facts_by_id(connection: AsyncConnection, workspace_id: str, fact_ids: Sequence[str]) -> dict[str, Any]:
    query = select(consent_facts).where(consent_facts.c.workspace_id == workspace_id, consent_facts.c.id.in_(fact_ids))
    return {row["id"]: row for row in (await connection.execute(query)).mappings()}


async def fact_as_of(
    connection: AsyncConnection, workspace_id: str, group_id: str, phone_e164: str, at: datetime
) -> Any | None:
    """The fact that decided where the number stood in the group at that moment; None when there was none yet."""
    table = consent_facts.c
    query = select(consent_facts).where(
        table.workspace_id == workspace_id,
        table.group_id == group_id,
        table.phone_e164 == phone_e164,
        table.at <= at,
    )
    return (await connection.execute(query.order_by(table.position.desc()).limit(1))).mappings().first()


async def chain_page(connection: AsyncConnection, workspace_id: str, *, after: int, limit: int) -> Sequence[Any]:
    """The next facts of the chain in order, for checking it."""
    table = consent_facts.c
    query = select(consent_facts).where(table.workspace_id == workspace_id, table.position > after)
    return (await connection.execute(query.order_by(table.position).limit(limit))).mappings().all()


async def head(connection: AsyncConnection, workspace_id: str) -> tuple[int, str]:
    """The position and hash of the chain's last fact."""
    query = select(consent_heads.c.position, consent_heads.c.hash).where(consent_heads.c.workspace_id == workspace_id)
    row = (await connection.execute(query)).first()
    return (row.position, row.hash) if row else (0, GENESIS)


async def opted_out_since(connection: AsyncConnection, workspace_id: str, since: datetime) -> int:
    table = consent_standings.c
    query = select(func.count()).where(
        table.workspace_id == workspace_id,
        table.state == Subscription.UNSUBSCRIBED.value,
        table.at >= since,
    )
    return int((await connection.execute(query)).scalar_one())
