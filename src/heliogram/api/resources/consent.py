"""Consent: recorded, read back, and the chain checked."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from heliogram.api.auth import ConsentRead, ConsentWrite, Own
from heliogram.api.errors import not_found
from heliogram.api.once import OnceOnly
from heliogram.api.schema.people import ConsentAsk, ConsentCheck, ConsentFact
from heliogram.api.schema.shape import Page
from heliogram.audience.phones import parse_phone
from heliogram.consent.ledger import chain, first_break
from heliogram.model.consent import Fact, Source, Subscription
from heliogram.storage import consent, senders

router = APIRouter(tags=["consent"])

N_CHECKED = 5_000


@router.post("/consent", status_code=201, response_model=ConsentFact, summary="Record a person's consent or refusal")
async def record(asked: ConsentAsk, app: Own, caller: ConsentWrite, once: OnceOnly) -> Response:
    """A fact is only ever added. What a person said last counts."""
    phone = parse_phone(asked.phone)
    fact = Fact(
        group_id=asked.group_id,
        phone_e164=phone.e164,
        state=asked.state,
        source=Source.STAFF if caller.is_session else Source.API,
        at=app.now(),
        evidence=asked.evidence,
    )
    async with app.store.write() as connection:
        earlier = await once.earlier(connection, caller.workspace_id, asked.model_dump_json())
        if earlier is not None:
            return earlier
        names = await senders.group_names(connection, caller.workspace_id)
        if asked.group_id not in names:
            raise not_found("group")
        await consent.add_facts(connection, caller.workspace_id, [fact], chain=chain, new_id=app.new_id)
        stored = (await consent.facts_of(connection, caller.workspace_id, phone.e164))[0]
        return await once.keep(connection, caller.workspace_id, 201, _shape(stored, names))


@router.get("/consent", summary="The ledger of one number, newest first")
async def facts(app: Own, caller: ConsentRead, phone: Annotated[str, Query(max_length=40)]) -> Page[ConsentFact]:
    number = parse_phone(phone)
    async with app.store.read() as connection:
        names = await senders.group_names(connection, caller.workspace_id)
        rows = await consent.facts_of(connection, caller.workspace_id, number.e164)
    return Page(items=[_shape(row, names) for row in rows])


@router.get("/consent/check", summary="Whether the chain of facts is unbroken")
async def check(app: Own, caller: ConsentRead) -> ConsentCheck:
    position, previous = 0, consent.GENESIS
    async with app.store.read() as connection:
        last, head = await consent.head(connection, caller.workspace_id)
        while True:
            rows = await consent.chain_page(connection, caller.workspace_id, after=position, limit=N_CHECKED)
            if not rows:
                break
            broken, previous = first_break(previous, [(_fact(row), row["previous_hash"], row["hash"]) for row in rows])
            if broken is not None:
                return ConsentCheck(ok=False, n=last, broken_at=rows[broken]["position"])
            position = rows[-1]["position"]
    # The head also gives away facts that were cut off the end.
    is_whole = position == last and previous == head
    return ConsentCheck(ok=is_whole, n=last, broken_at=None if is_whole else position + 1)


def _fact(row: Any) -> Fact:
    return Fact(
        group_id=row["group_id"],
        phone_e164=row["phone_e164"],
        state=Subscription(row["state"]),
        source=Source(row["source"]),
        at=row["at"],
        evidence=row["evidence"],
    )


def _shape(row: Any, names: dict[str, str]) -> ConsentFact:
    return ConsentFact(
        id=row["id"],
        at=row["at"],
        group_id=row["group_id"],
        group_name=names.get(row["group_id"], ""),
        phone=row["phone_e164"],
        state=row["state"],
        source=row["source"],
        evidence=row["evidence"],
        hash=row["hash"],
        previous_hash=row["previous_hash"],
    )
