"""Writes the sample business into an empty database, and points its carriers at the simulator at every start."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.app import App
from heliogram.consent.ledger import chain
from heliogram.demo.business import (
    ACCOUNTS,
    APPROVALS,
    DENTAL,
    DRAFTS,
    EVIDENCE,
    GROUPS,
    MMSC,
    NAME,
    ORDERS,
    SENDERS,
    SHOP,
    SMSC,
)
from heliogram.demo.people import SamplePerson, sample_people
from heliogram.media.probe import probe
from heliogram.media.sample import samples
from heliogram.model.consent import Fact, Source, Subscription
from heliogram.storage import access, campaigns, consent, media, people, senders

PASSWORD: Final = "secret"
"""The simulator's own, on loopback."""


async def seed(app: App) -> bool:
    """Make the business unless there is a workspace already. Returns whether it did."""
    async with app.store.write() as connection:
        if await access.workspaces_all(connection):
            return False
        workspace_id = app.new_id()
        now = app.now()
        await access.add_workspace(connection, {"id": workspace_id, "name": NAME, "created_at": now})
        for name, role in (("Robin", "owner"), ("Front desk", "desk")):
            row = {"id": app.new_id(), "workspace_id": workspace_id, "name": name, "role": role, "created_at": now}
            await access.add_member(connection, row)
        await _carriers(connection, app, workspace_id)
        ids = await _people(connection, app, workspace_id)
        await people.add_list(
            connection,
            id=app.new_id(),
            workspace_id=workspace_id,
            name="Regulars",
            contact_ids=sorted(ids)[::4],
            now=now,
        )
        await _drafts(connection, app, workspace_id, await _pictures(connection, app, workspace_id))
    return True


async def point_at_simulator(app: App, *, smpp_port: int, mm7_port: int) -> None:
    """Tell the demo's accounts where the simulator listens this time."""
    own = {
        SMSC: {"host": "127.0.0.1", "port": smpp_port, "system_id": "heliogram", "window": 64},
        MMSC: {
            "url": f"http://127.0.0.1:{mm7_port}/mm7",
            "username": "heliogram",
            "vaspid": "heliogram",
            "vasid": "heliogram",
            "window": 16,
        },
    }
    async with app.store.write() as connection:
        for account_id, settings in own.items():
            await senders.set_account_settings(connection, account_id, settings)


async def _carriers(connection: AsyncConnection, app: App, workspace_id: str) -> None:
    own = {"workspace_id": workspace_id, "created_at": app.now()}
    secret = app.locked(PASSWORD)
    for account in ACCOUNTS:
        await senders.add_account(connection, {**account, **own, "settings": {}, "secret": secret})
    for sender in SENDERS:
        await senders.add_sender(connection, {**sender, **own})
    for network, status in APPROVALS.items():
        await senders.put_approval(
            connection,
            {
                "sender_id": "demo-short-code",
                "network": network,
                "workspace_id": workspace_id,
                "status": status,
                "at": app.now(),
            },
        )
    for group, sender_ids in GROUPS:
        await senders.add_group(connection, {**group, **own, "link_base_url": None}, sender_ids)


async def _people(connection: AsyncConnection, app: App, workspace_id: str) -> list[str]:
    everyone = list(sample_people())
    now = app.now()
    rows = [
        {
            "id": app.new_id(),
            "workspace_id": workspace_id,
            "phone_e164": person.e164,
            "country": person.country,
            "network": person.network,
            "is_landline": person.is_landline,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "attributes": person.attributes,
            "created_at": now,
        }
        for person in everyone
    ]
    await people.put_contacts(connection, rows)
    await consent.add_facts(connection, workspace_id, _facts(app, everyone), chain=chain, new_id=app.new_id)
    return [str(row["id"]) for row in rows]


def _facts(app: App, everyone: Sequence[SamplePerson]) -> list[Fact]:
    """Most of the people agreed to offers, some left again, a few were never asked: as in life."""
    now = app.now()
    facts: list[Fact] = []
    for n, person in enumerate(everyone):
        if n % 12 != 11:
            facts.append(_agreed(SHOP, person, now - timedelta(days=30 + n % 200)))
        if n % 3 == 0:
            facts.append(_agreed(DENTAL, person, now - timedelta(days=10 + n % 300)))
        if n % 2 == 0:
            facts.append(_agreed(ORDERS, person, now - timedelta(days=1 + n % 20)))
        if n % 40 == 20:
            facts.append(_left(SHOP, person, now - timedelta(days=n % 25)))
    return sorted(facts, key=lambda fact: fact.at)


def _left(group_id: str, person: SamplePerson, at: datetime) -> Fact:
    return Fact(
        group_id=group_id,
        phone_e164=person.e164,
        state=Subscription.UNSUBSCRIBED,
        source=Source.KEYWORD,
        at=at,
        evidence="STOP",
    )


def _agreed(group_id: str, person: SamplePerson, at: datetime) -> Fact:
    return Fact(
        group_id=group_id,
        phone_e164=person.e164,
        state=Subscription.SUBSCRIBED,
        source=Source.IMPORT,
        at=at,
        evidence=EVIDENCE[group_id],
    )


async def _pictures(connection: AsyncConnection, app: App, workspace_id: str) -> dict[str, str]:
    """The media library. Returns its ids by filename."""
    ids: dict[str, str] = {}
    for sample in samples():
        picture = probe(sample.octets)
        ids[sample.filename] = app.new_id()
        await media.add(
            connection,
            {
                "id": ids[sample.filename],
                "workspace_id": workspace_id,
                "sha256": await app.blobs.put(sample.octets),
                "filename": sample.filename,
                "content_type": picture.content_type,
                "n_octets": len(sample.octets),
                "width": picture.width,
                "height": picture.height,
                "frames": picture.frames,
                "alt_text": sample.alt_text,
                "created_at": app.now(),
            },
        )
    return ids


async def _drafts(connection: AsyncConnection, app: App, workspace_id: str, pictures: Mapping[str, str]) -> None:
    for name, group_id, body, filename in DRAFTS:
        now = app.now()
        await campaigns.add(
            connection,
            {
                "id": app.new_id(),
                "workspace_id": workspace_id,
                "name": name,
                "state": "draft",
                "group_id": group_id,
                "body": body,
                "media_id": pictures[filename],
                "content": "mms",
                "audience_kind": "group",
                "list_id": None,
                "n_audience": 0,
                "version": 1,
                "created_at": now,
                "updated_at": now,
                "launched_at": None,
                "finished_at": None,
                "expanded_to": "",
                "is_expanded": False,
            },
        )
