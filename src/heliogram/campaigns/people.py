"""A file of people into contacts, a list, and the consent facts it may add: everything or nothing, in one transaction.

Consent is never assumed: only with an attestation ("how, when") does an import add facts, only for numbers the group
has never heard of, and never for one that opted out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.audience.importing import PeopleFile
from heliogram.consent.ledger import attested, chain
from heliogram.model.consent import Standing, Subscription
from heliogram.storage import access, consent, people

MAX_EVIDENCE_CHARS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What one file did. `n_without_consent` people of it may not be sent to in that group."""

    list_id: str
    n_people: int
    n_subscribed: int
    n_already_opted_out: int
    n_without_consent: int


async def import_people(
    connection: AsyncConnection,
    workspace_id: str,
    file: PeopleFile,
    *,
    list_name: str,
    filename: str,
    group_id: str | None,
    evidence: str,
    actor: str,
    new_id: Callable[[], str],
    now: datetime,
) -> Imported:
    """Store the file's people. `evidence` is the attestation, "" for none; it needs a `group_id`."""
    await people.put_contacts(connection, [contact_row(workspace_id, each, new_id(), now) for each in file.people])
    phones = [each.phone.e164 for each in file.people]
    ids = await people.ids_by_phone(connection, workspace_id, phones)
    list_id = new_id()
    await people.add_list(
        connection, id=list_id, workspace_id=workspace_id, name=list_name, contact_ids=sorted(ids.values()), now=now
    )
    standings: dict[str, Standing] = {}
    n_new = 0
    if group_id is not None:
        standings = await consent.standings_of(connection, workspace_id, group_id, phones)
        if evidence:
            facts = attested(phones, standings, group_id=group_id, evidence=evidence, at=now)
            await consent.add_facts(connection, workspace_id, facts, chain=chain, new_id=new_id)
            n_new = len(facts)
    imported = Imported(
        list_id=list_id,
        n_people=len(phones),
        n_subscribed=n_new,
        n_already_opted_out=sum(each.state is Subscription.UNSUBSCRIBED for each in standings.values()),
        n_without_consent=len(phones) - len(standings) - n_new if group_id is not None else 0,
    )
    await _record(connection, workspace_id, file, imported, filename=filename, actor=actor, new_id=new_id, now=now)
    return imported


def contact_row(workspace_id: str, person: Any, contact_id: str, now: datetime) -> dict[str, Any]:
    """A person of a file as a row of `contacts`."""
    return {
        "id": contact_id,
        "workspace_id": workspace_id,
        "phone_e164": person.phone.e164,
        "country": person.phone.country,
        "network": None,
        "is_landline": False,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "attributes": person.attributes,
        "created_at": now,
    }


async def _record(
    connection: AsyncConnection,
    workspace_id: str,
    file: PeopleFile,
    imported: Imported,
    *,
    filename: str,
    actor: str,
    new_id: Callable[[], str],
    now: datetime,
) -> None:
    report = {"n_rows": file.n_rows, "n_people": imported.n_people, "n_subscribed": imported.n_subscribed}
    await people.add_import(
        connection,
        {
            "id": new_id(),
            "workspace_id": workspace_id,
            "list_id": imported.list_id,
            "filename": filename,
            "created_at": now,
            "report": report,
        },
    )
    await access.add_audit(
        connection,
        {
            "id": new_id(),
            "workspace_id": workspace_id,
            "at": now,
            "actor": actor,
            "action": "people.import",
            "subject": imported.list_id,
            "detail": report,
        },
    )
