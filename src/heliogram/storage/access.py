"""Workspaces, members, sign-in links, sessions, API keys, the audit log, and answers remembered for a key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.storage.bulk import Row, insert_for
from heliogram.storage.tables.access import (
    api_keys,
    audit,
    idempotency_keys,
    members,
    sessions,
    sign_in_links,
    workspaces,
)


async def workspaces_all(connection: AsyncConnection) -> Sequence[Any]:
    return (await connection.execute(select(workspaces).order_by(workspaces.c.id))).mappings().all()


async def add_workspace(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(workspaces.insert(), row)


async def add_member(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(members.insert(), row)


async def members_of(connection: AsyncConnection, workspace_id: str) -> Sequence[Any]:
    query = select(members).where(members.c.workspace_id == workspace_id).order_by(members.c.id)
    return (await connection.execute(query)).mappings().all()


async def add_sign_in_link(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(sign_in_links.insert(), row)


async def use_sign_in_link(connection: AsyncConnection, token_hash: str, now: datetime) -> Any | None:
    """Spend a link. Returns (workspace_id, member_id), or None when it is unknown, old or spent."""
    spent = (
        sign_in_links.update()
        .where(
            sign_in_links.c.token_hash == token_hash,
            sign_in_links.c.used_at.is_(None),
            sign_in_links.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(sign_in_links.c.workspace_id, sign_in_links.c.member_id)
    )
    return (await connection.execute(spent)).mappings().first()


async def add_session(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(sessions.insert(), row)


async def session(connection: AsyncConnection, token_hash: str, now: datetime) -> Any | None:
    query = (
        select(sessions.c.workspace_id, members.c.id.label("member_id"), members.c.name, members.c.role)
        .join(members, members.c.id == sessions.c.member_id)
        .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now)
    )
    return (await connection.execute(query)).mappings().first()


async def end_session(connection: AsyncConnection, token_hash: str) -> None:
    await connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))


async def add_api_key(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(api_keys.insert(), row)


async def api_key(connection: AsyncConnection, prefix: str) -> Any | None:
    query = select(api_keys).where(api_keys.c.prefix == prefix, api_keys.c.revoked_at.is_(None))
    return (await connection.execute(query)).mappings().first()


async def add_audit(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(audit.insert(), row)


async def audit_page(connection: AsyncConnection, workspace_id: str, *, before: str, limit: int) -> Sequence[Any]:
    query = select(audit).where(audit.c.workspace_id == workspace_id)
    if before:
        query = query.where(audit.c.id < before)
    return (await connection.execute(query.order_by(audit.c.id.desc()).limit(limit))).mappings().all()


async def remembered(connection: AsyncConnection, workspace_id: str, key: str) -> Any | None:
    """The answer given to an earlier request with this Idempotency-Key."""
    query = select(idempotency_keys).where(
        idempotency_keys.c.workspace_id == workspace_id, idempotency_keys.c.key == key
    )
    return (await connection.execute(query)).mappings().first()


async def take_key(connection: AsyncConnection, row: Row) -> bool:
    """Take an Idempotency-Key. False when it was taken before; on PostgreSQL after waiting for whoever takes it."""
    statement = insert_for(connection)(idempotency_keys).on_conflict_do_nothing()
    # Not `rowcount`: psycopg's is -1 for this statement.
    taken = await connection.execute(statement.returning(idempotency_keys.c.key), row)
    return taken.first() is not None


async def forget_keys(connection: AsyncConnection, before: datetime) -> int:
    """Forget the Idempotency-Keys taken before that. Returns how many."""
    old = idempotency_keys.delete().where(idempotency_keys.c.created_at < before)
    return (await connection.execute(old)).rowcount


async def remember(connection: AsyncConnection, workspace_id: str, key: str, *, status: int, response: str) -> None:
    """Keep an answer, in the transaction of what it answers for."""
    await connection.execute(
        idempotency_keys.update()
        .where(idempotency_keys.c.workspace_id == workspace_id, idempotency_keys.c.key == key)
        .values(status=status, response=response)
    )


async def workspace(connection: AsyncConnection, workspace_id: str) -> Any | None:
    query = select(workspaces).where(workspaces.c.id == workspace_id)
    return (await connection.execute(query)).mappings().first()


async def keys_of(connection: AsyncConnection, workspace_id: str) -> Sequence[Any]:
    query = select(api_keys).where(api_keys.c.workspace_id == workspace_id).order_by(api_keys.c.id.desc())
    return (await connection.execute(query)).mappings().all()


async def revoke_key(connection: AsyncConnection, prefix: str, now: datetime) -> bool:
    done = await connection.execute(
        api_keys.update().where(api_keys.c.prefix == prefix, api_keys.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    return bool(done.rowcount == 1)
