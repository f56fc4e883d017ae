"""Numbers: what is known of one, and asking a carrier about it."""

from typing import Annotated

from fastapi import APIRouter, Path

from heliogram.api.account_opening import opened
from heliogram.api.audit import audit_row
from heliogram.api.auth import Caller, ContactsRead, ContactsWrite, Own
from heliogram.api.errors import Problem, not_found
from heliogram.api.number_view import number_shape
from heliogram.api.schema.numbers import LookupAsk, NumberShape
from heliogram.app import App
from heliogram.audience.phones import parse_phone
from heliogram.carriers.protocol import Carrier
from heliogram.delivery.lookup import look_up
from heliogram.model.number import NOTHING, NoLookup
from heliogram.model.phone import Phone
from heliogram.storage import access, numbers, senders
from heliogram.storage.bulk import Row

router = APIRouter(tags=["people"])

Number = Annotated[str, Path(max_length=40, description="In E.164, as +13125550142.")]


@router.get("/numbers/{number}", summary="What is known of a number, from whom and since when")
async def read_number(number: Number, app: Own, caller: ContactsRead) -> NumberShape:
    return await _known(app, caller, parse_phone(number))


@router.post("/numbers/{number}/lookup", summary="Ask a carrier what a number is, and keep the answer")
async def look_number_up(number: Number, asked: LookupAsk, app: Own, caller: ContactsWrite) -> NumberShape:
    """Carriers charge for it, so nothing of Heliogram asks by itself, and nobody twice while the answer holds."""
    phone = parse_phone(number)
    account_id, carrier = await _whom_to_ask(app, caller, asked.account_id)
    try:
        found = await look_up(app.store, carrier, caller.workspace_id, phone.e164, app.now)
    finally:
        await carrier.close()
    async with app.store.write() as connection:
        is_asked = isinstance(found, NoLookup) or not found.is_stored
        detail = {"account_id": account_id, "is_asked": is_asked, "is_answered": not isinstance(found, NoLookup)}
        await access.add_audit(connection, audit_row(app, caller, "number.lookup", phone.e164, detail))
    if isinstance(found, NoLookup):
        raise Problem("no_lookup", found.reason)
    return await _known(app, caller, phone)


async def _known(app: App, caller: Caller, phone: Phone) -> NumberShape:
    async with app.store.read() as connection:
        known = await numbers.known_of(connection, caller.workspace_id, [phone.e164], app.now())
    return number_shape(phone, known.get(phone.e164, NOTHING), app.now())


async def _whom_to_ask(app: App, caller: Caller, account_id: str | None) -> tuple[str, Carrier]:
    """The account that is asked, and a carrier of it for this one question: some processes have no lines of their own.

    Raises Problem where there is no such account, or none that can be asked.
    """
    async with app.store.read() as connection:
        rows = await senders.accounts_of(connection, caller.workspace_id)
    if account_id is not None:
        rows = [row for row in rows if row["id"] == account_id]
        if not rows:
            raise not_found("account")
    for row in rows:
        carrier = _opened(app, row)
        if carrier is not None and carrier.capabilities.looks_up:
            return row["id"], carrier
        if carrier is not None:
            await carrier.close()
    what = "This account cannot" if account_id is not None else "No carrier account can"
    which = "One of Twilio, Telnyx or a webhook with the setting “lookups” can."
    raise Problem("conflict", f"{what} be asked about numbers. {which}")


def _opened(app: App, row: Row) -> Carrier | None:
    """None for an account that cannot be used now: it says so elsewhere."""
    try:
        return opened(app, row["carrier"], row["settings"], app.unlocked(row["secret"]))
    except Problem:
        return None
