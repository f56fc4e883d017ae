"""What is known of numbers: learnt one by one, read for a batch."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.number import REFRESHED_AFTER, Kind, Known, NumberFact, Source
from heliogram.storage.among import among_given
from heliogram.storage.bulk import put_rows
from heliogram.storage.tables.people import number_facts
from heliogram.storage.types import Instant, storable

_KNOWN = select(number_facts).where(
    number_facts.c.workspace_id == bindparam("workspace"),
    among_given(number_facts.c.phone_e164, "phones"),
    number_facts.c.until > bindparam("now", type_=Instant),
)


async def known_of(
    connection: AsyncConnection, workspace_id: str, phones: Sequence[str], now: datetime
) -> dict[str, Known]:
    """What holds now of each of these numbers; those of which nothing does are left out."""
    if not phones:
        return {}
    found: dict[str, dict[str, NumberFact]] = {}
    rows = await connection.execute(_KNOWN, {"workspace": workspace_id, "phones": list(phones), "now": now})
    for row in rows.mappings():
        found.setdefault(row["phone_e164"], {})[row["kind"]] = _fact(row)
    return {phone: Known(**facts) for phone, facts in found.items()}


async def looked_up(connection: AsyncConnection, workspace_id: str, phone_e164: str) -> dict[Kind, NumberFact]:
    """What lookups of a number have said and nothing newer has replaced, whether it still holds or not."""
    table = number_facts.c
    query = select(number_facts).where(
        table.workspace_id == workspace_id, table.phone_e164 == phone_e164, table.source == Source.LOOKUP.value
    )
    return {Kind(row["kind"]): _fact(row) for row in (await connection.execute(query)).mappings()}


def _fact(row: RowMapping) -> NumberFact:
    return NumberFact(
        phone_e164=row["phone_e164"],
        kind=Kind(row["kind"]),
        value=row["value"],
        source=Source(row["source"]),
        at=row["at"],
        until=row["until"],
        detail=row["detail"],
    )


async def learn(
    connection: AsyncConnection, workspace_id: str, facts: Sequence[NumberFact], now: datetime, *, anew: bool = False
) -> None:
    """Keep what was learnt: the newest word on each thing.

    What is known already and not old is left as it is, but for `anew`: what somebody has just asked for.
    """
    newest = {(each.phone_e164, each.kind): each for each in facts}
    if not newest:
        return
    known = {} if anew else await known_of(connection, workspace_id, [*{phone for phone, _kind in newest}], now)
    # In one order for all: two transactions that learn of the same numbers must not wait for each other.
    rows = [
        {
            "workspace_id": workspace_id,
            "phone_e164": each.phone_e164,
            "kind": each.kind.value,
            "value": storable(each.value),
            "source": each.source.value,
            "at": each.at,
            "until": each.until,
            "detail": storable(each.detail),
        }
        for _key, each in sorted(newest.items())
        if not _is_fresh(getattr(known.get(each.phone_e164), each.kind.value, None), each)
    ]
    await put_rows(connection, number_facts, rows, change=("value", "source", "at", "until", "detail"))


def _is_fresh(known: NumberFact | None, new: NumberFact) -> bool:
    return known is not None and known.value == new.value and new.at - known.at < REFRESHED_AFTER
