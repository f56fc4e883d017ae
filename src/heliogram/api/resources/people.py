"""People, lists and imports."""

import asyncio
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from heliogram.api.auth import ContactsRead, ContactsWrite, Own
from heliogram.api.errors import Problem, not_found
from heliogram.api.once import OnceOnly
from heliogram.api.paging import DEFAULT_LIMIT, After, Limit, next_of
from heliogram.api.schema.people import Contact, ImportReport, ListShape, RejectedRow, SubscriptionShape
from heliogram.api.schema.shape import CLEAN, MAX_PAGE, Page
from heliogram.audience.importing import PeopleFile, read_people
from heliogram.campaigns.people import MAX_EVIDENCE_CHARS, Imported, import_people
from heliogram.storage import consent, people, senders
from heliogram.storage.types import storable

router = APIRouter(tags=["people"])

N_REJECTED_SHOWN = 1_000


@router.get("/contacts", summary="People, by name or number")
async def list_contacts(
    app: Own,
    caller: ContactsRead,
    q: Annotated[str, Query(max_length=100)] = "",
    limit: Limit = DEFAULT_LIMIT,
    after: After = "",
) -> Page[Contact]:
    async with app.store.read() as connection:
        rows = await people.search(connection, caller.workspace_id, words=q, after=after, limit=limit)
        phones = [row["phone_e164"] for row in rows]
        standings = await consent.subscriptions_of(connection, caller.workspace_id, phones)
    by_phone: dict[str, list[SubscriptionShape]] = {phone: [] for phone in phones}
    for each in standings:
        by_phone[each["phone_e164"]].append(SubscriptionShape(group_id=each["group_id"], state=each["state"]))
    items = [
        Contact(
            id=row["id"],
            phone=row["phone_e164"],
            country=row["country"],
            network=row["network"],
            first_name=row["first_name"],
            last_name=row["last_name"],
            attributes=row["attributes"],
            subscriptions=by_phone[row["phone_e164"]],
        )
        for row in rows
    ]
    return Page(items=items, next=next_of(rows, limit))


@router.get("/lists", summary="Lists of people, newest first")
async def list_lists(app: Own, caller: ContactsRead, limit: Limit = MAX_PAGE, after: After = "") -> Page[ListShape]:
    async with app.store.read() as connection:
        rows = await people.list_page(connection, caller.workspace_id, before=after, limit=limit)
    items = [
        ListShape(id=row["id"], name=row["name"], n_people=row["n_people"], created_at=row["created_at"])
        for row in rows
    ]
    return Page(items=items, next=next_of(rows, limit))


@router.post("/imports", status_code=201, response_model=ImportReport, summary="Import a CSV of people")
async def import_file(
    app: Own,
    caller: ContactsWrite,
    once: OnceOnly,
    file: Annotated[UploadFile, File(description="CSV with a header row; a column named phone")],
    list_name: Annotated[str, Form(max_length=200), CLEAN] = "",
    group_id: Annotated[str, Form(max_length=64), CLEAN] = "",
    attest_consent: Annotated[str, Form(max_length=MAX_EVIDENCE_CHARS), CLEAN] = "",
) -> Response:
    """Everything or nothing. `attest_consent` says how and when these people agreed; it is recorded for each of
    them that the group has never heard of, and never changes anyone who opted out."""
    octets = await file.read()
    read = await read_file(octets)
    attest_consent = attest_consent.strip()
    if attest_consent and not group_id:
        raise Problem("invalid", "Consent is for a group: say which.", [("group_id", "Choose a group.")])
    filename = storable(file.filename or "")[:200]
    said = (sha256(octets).digest(), list_name, group_id, attest_consent)
    async with app.store.write() as connection:
        if (answer := await once.earlier(connection, caller.workspace_id, *said)) is not None:
            return answer
        if group_id and group_id not in await senders.group_names(connection, caller.workspace_id):
            raise not_found("group")
        imported = await import_people(
            connection,
            caller.workspace_id,
            read,
            list_name=list_name or filename or "Imported people",
            filename=filename,
            group_id=group_id or None,
            evidence=attest_consent,
            actor=caller.actor,
            new_id=app.new_id,
            now=app.now(),
        )
        return await once.keep(connection, caller.workspace_id, 201, report_of(read, imported))


async def read_file(octets: bytes) -> PeopleFile:
    """The people of a file. In a thread: a million rows take a minute, and others ask meanwhile."""
    return await asyncio.to_thread(read_people, octets)


def report_of(file: PeopleFile, imported: Imported) -> ImportReport:
    """The report of an import: every row of the file accounted for."""
    return ImportReport(
        list_id=imported.list_id,
        n_rows=file.n_rows,
        n_people=imported.n_people,
        n_rejected=len(file.rejected),
        n_subscribed=imported.n_subscribed,
        n_already_opted_out=imported.n_already_opted_out,
        n_without_consent=imported.n_without_consent,
        rejected=rejected_rows(file),
    )


def rejected_rows(file: PeopleFile) -> list[RejectedRow]:
    return [
        RejectedRow(row_number=each.row_number, value=each.value, reason=each.reason, sentence=each.sentence)
        for each in file.rejected[:N_REJECTED_SHOWN]
    ]
