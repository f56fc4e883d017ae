"""Rows of people, lists and imports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.campaign import Audience, AudienceKind
from heliogram.storage.bulk import Row, add_new_rows, add_rows, insert_for
from heliogram.storage.tables.consent import consent_standings
from heliogram.storage.tables.people import contacts, imports, list_members, lists

_CHUNK = 2_000


async def put_contacts(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Add people, or where the workspace knows the number already, take over the names and attributes given.

    Each row has every column of `contacts`. An empty name leaves the stored one.
    """
    if not rows:
        return
    statement = insert_for(connection)(contacts)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "phone_e164"],
        set_={
            "first_name": func.coalesce(func.nullif(new.first_name, ""), contacts.c.first_name),
            "last_name": func.coalesce(func.nullif(new.last_name, ""), contacts.c.last_name),
            "attributes": func.coalesce(func.nullif(new.attributes, "{}"), contacts.c.attributes),
            "network": func.coalesce(new.network, contacts.c.network),
        },
    )
    for start in range(0, len(rows), _CHUNK):
        await connection.execute(statement, rows[start : start + _CHUNK])


async def ids_by_phone(connection: AsyncConnection, workspace_id: str, phones: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(phones), _CHUNK):
        query = select(contacts.c.phone_e164, contacts.c.id).where(
            contacts.c.workspace_id == workspace_id, contacts.c.phone_e164.in_(phones[start : start + _CHUNK])
        )
        found.update({phone: contact_id for phone, contact_id in await connection.execute(query)})
    return found


async def add_list(
    connection: AsyncConnection, *, id: str, workspace_id: str, name: str, contact_ids: Sequence[str], now: datetime
) -> None:
    await connection.execute(
        lists.insert(),
        {"id": id, "workspace_id": workspace_id, "name": name, "n_people": len(contact_ids), "created_at": now},
    )
    rows = [{"list_id": id, "contact_id": each, "workspace_id": workspace_id} for each in contact_ids]
    await add_rows(connection, list_members, rows)


async def list_page(connection: AsyncConnection, workspace_id: str, *, before: str, limit: int) -> Sequence[Any]:
    """Lists, newest first, those older than the id `before` ("" to begin)."""
    query = select(lists).where(lists.c.workspace_id == workspace_id)
    if before:
        query = query.where(lists.c.id < before)
    return (await connection.execute(query.order_by(lists.c.id.desc()).limit(limit))).mappings().all()


async def list_names(connection: AsyncConnection, workspace_id: str, list_ids: Sequence[str]) -> dict[str, str]:
    query = select(lists.c.id, lists.c.name).where(lists.c.workspace_id == workspace_id, lists.c.id.in_(list_ids))
    return {list_id: name for list_id, name in await connection.execute(query)}


async def first_of(connection: AsyncConnection, workspace_id: str) -> Any | None:
    """Somebody, to show a text by."""
    query = select(contacts).where(contacts.c.workspace_id == workspace_id).order_by(contacts.c.id).limit(1)
    return (await connection.execute(query)).mappings().first()


async def add_import(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(imports.insert(), row)


async def audience_page(
    connection: AsyncConnection, workspace_id: str, group_id: str, audience: Audience, *, after: str, limit: int
) -> Sequence[Any]:
    """The next people of an audience in the order of their ids, those after the id `after` ("" to begin)."""
    query = _audience(workspace_id, group_id, audience).where(contacts.c.id > after)
    return (await connection.execute(query.order_by(contacts.c.id).limit(limit))).mappings().all()


async def audience_size(connection: AsyncConnection, workspace_id: str, group_id: str, audience: Audience) -> int:
    query = _audience(workspace_id, group_id, audience).with_only_columns(func.count())
    return int((await connection.execute(query)).scalar_one())


def _audience(workspace_id: str, group_id: str, audience: Audience) -> Any:
    query = select(contacts).where(contacts.c.workspace_id == workspace_id)
    if audience.kind is AudienceKind.LIST:
        query = query.join(
            list_members, and_(list_members.c.contact_id == contacts.c.id, list_members.c.list_id == audience.list_id)
        )
    elif audience.kind is AudienceKind.GROUP:
        query = query.join(
            consent_standings,
            and_(
                consent_standings.c.phone_e164 == contacts.c.phone_e164,
                consent_standings.c.group_id == group_id,
            ),
        )
    return query


async def search(
    connection: AsyncConnection, workspace_id: str, *, words: str, after: str, limit: int
) -> Sequence[Any]:
    """People whose name or number holds `words`, in the order of their ids."""
    query = select(contacts).where(contacts.c.workspace_id == workspace_id, contacts.c.id > after)
    for word in words.split()[:5]:
        digits = "".join(letter for letter in word if letter.isdigit())
        conditions = [contacts.c.first_name.icontains(word, autoescape=True)]
        conditions.append(contacts.c.last_name.icontains(word, autoescape=True))
        if digits:
            conditions.append(contacts.c.phone_e164.contains(digits, autoescape=True))
        query = query.where(or_(*conditions))
    return (await connection.execute(query.order_by(contacts.c.id).limit(limit))).mappings().all()


async def by_phones(connection: AsyncConnection, workspace_id: str, phones: Sequence[str]) -> dict[str, Any]:
    query = select(contacts).where(contacts.c.workspace_id == workspace_id, contacts.c.phone_e164.in_(phones))
    return {row["phone_e164"]: row for row in (await connection.execute(query)).mappings()}


async def one(connection: AsyncConnection, workspace_id: str, contact_id: str) -> Any | None:
    query = select(contacts).where(contacts.c.workspace_id == workspace_id, contacts.c.id == contact_id)
    return (await connection.execute(query)).mappings().first()


async def add_missing_contact(connection: AsyncConnection, row: Row) -> None:
    """Make a person of a number that wrote to us, unless there is one."""
    await add_new_rows(connection, contacts, [row])
