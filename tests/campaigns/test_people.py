from typing import Any

import pytest
from sqlalchemy import func, select

from heliogram.audience.importing import PeopleFile, read_people
from heliogram.campaigns.people import Imported, import_people
from heliogram.consent.ledger import first_break
from heliogram.model.consent import Fact, Source, Subscription
from heliogram.storage import consent, people
from heliogram.storage.consent import GENESIS
from heliogram.storage.tables.access import audit
from heliogram.storage.tables.consent import consent_facts
from heliogram.storage.tables.people import contacts, imports, list_members, lists
from tests.world import GROUP, WORKSPACE, World

from .crash import AT_COMMIT, Crash, crashing

CSV = b"phone,first_name,dish\n+13125550001,Ada,soup\n+13125550002,Bob,\n+13125550003,,cake\n"
EVIDENCE = "Ticked the box on the till form, March 2026"


async def _import(world: World, file: PeopleFile | None = None, **changes: Any) -> Imported:
    values: dict[str, Any] = {"list_name": "Regulars", "filename": "people.csv", "group_id": GROUP, "evidence": ""}
    async with world.store.write() as connection:
        return await import_people(
            connection,
            WORKSPACE,
            file or read_people(CSV),
            **values | changes,
            actor="Robin",
            new_id=world.ids.new_id,
            now=world.clock.now(),
        )


async def _standing(world: World, phone: str) -> Any:
    async with world.store.read() as connection:
        return (await consent.standings_of(connection, WORKSPACE, GROUP, [phone])).get(phone)


async def test_a_file_becomes_contacts_and_a_list(world: World) -> None:
    await world.build()
    imported = await _import(world)
    assert (imported.n_people, imported.n_subscribed, imported.n_without_consent) == (3, 0, 3)
    async with world.store.read() as connection:
        found = await people.by_phones(connection, WORKSPACE, [f"+1312555000{n}" for n in (1, 2, 3)])
        on_list = (await connection.execute(select(list_members.c.contact_id))).scalars().all()
        the_list = (await connection.execute(select(lists))).mappings().one()
    assert {row["first_name"]: row["attributes"] for row in found.values()} == {
        "Ada": {"dish": "soup"},
        "Bob": {},
        "": {"dish": "cake"},
    }
    assert sorted(on_list) == sorted(row["id"] for row in found.values())
    assert (the_list["id"], the_list["name"], the_list["n_people"]) == (imported.list_id, "Regulars", 3)


async def test_without_an_attestation_no_consent_is_assumed(world: World) -> None:
    await world.build()
    await _import(world)
    assert await _standing(world, "+13125550001") is None


async def test_attested_consent_is_recorded_for_those_the_group_never_heard_of_and_for_no_one_else(
    world: World,
) -> None:
    await world.build()
    await world.add_people(["+13125550001", "+13125550002"])
    await world.say(Subscription.UNSUBSCRIBED, ["+13125550001"])
    imported = await _import(world, evidence=EVIDENCE)
    assert (imported.n_subscribed, imported.n_already_opted_out, imported.n_without_consent) == (1, 1, 0)
    left, stayed, new = [await _standing(world, f"+1312555000{n}") for n in (1, 2, 3)]
    assert (left.state, stayed.source) == (Subscription.UNSUBSCRIBED, Source.STAFF)
    assert (new.state, new.source, new.at) == (Subscription.SUBSCRIBED, Source.IMPORT, world.clock.now())
    async with world.store.read() as connection:
        fact = await consent.fact(connection, WORKSPACE, new.fact_id)
        rows = await consent.chain_page(connection, WORKSPACE, after=0, limit=100)
    assert fact is not None and fact["evidence"] == EVIDENCE
    facts = [(_fact(row), row["previous_hash"], row["hash"]) for row in rows]
    assert (first_break(GENESIS, facts)[0], len(facts)) == (None, 4)


def _fact(row: Any) -> Fact:
    return Fact(
        group_id=row["group_id"],
        phone_e164=row["phone_e164"],
        state=Subscription(row["state"]),
        source=Source(row["source"]),
        at=row["at"],
        evidence=row["evidence"],
    )


async def test_importing_the_same_file_again_adds_no_people_and_no_facts(world: World) -> None:
    await world.build()
    await _import(world, evidence=EVIDENCE)
    again = await _import(world, evidence=EVIDENCE, list_name="Again")
    assert (again.n_people, again.n_subscribed) == (3, 0)
    async with world.store.read() as connection:
        n_facts = (await connection.execute(select(func.count()).select_from(consent_facts))).scalar_one()
        n_people = (await connection.execute(select(func.count()).select_from(contacts))).scalar_one()
    assert (n_facts, n_people) == (3, 3)


async def test_without_a_group_there_is_nothing_to_consent_to(small_world: World) -> None:
    await small_world.build()
    imported = await _import(small_world, group_id=None, evidence=EVIDENCE)
    assert (imported.n_subscribed, imported.n_without_consent) == (0, 0)
    assert await _standing(small_world, "+13125550001") is None


async def test_an_import_leaves_a_report_and_an_audit_row(small_world: World) -> None:
    await small_world.build()
    imported = await _import(small_world, evidence=EVIDENCE)
    report = {"n_rows": 3, "n_people": 3, "n_subscribed": 3}
    async with small_world.store.read() as connection:
        kept = (await connection.execute(select(imports))).mappings().one()
        noted = (await connection.execute(select(audit))).mappings().one()
    assert (kept["filename"], kept["list_id"], kept["report"]) == ("people.csv", imported.list_id, report)
    assert (noted["action"], noted["actor"], noted["subject"], noted["detail"]) == (
        "people.import",
        "Robin",
        imported.list_id,
        report,
    )


@pytest.mark.parametrize("tables", [(contacts, lists, list_members, imports, consent_facts, audit)])
async def test_a_crash_at_any_statement_of_an_import_leaves_nothing_half_made(world: World, tables: Any) -> None:
    await world.build()
    with crashing(world.store, 10_000) as seen:
        await _import(world, evidence=EVIDENCE, list_name="First")
    before = await _sizes(world, tables)
    other = read_people(CSV.replace(b"+1312555", b"+1312556"))
    for at in [*range(len(seen)), AT_COMMIT]:
        with crashing(world.store, at), pytest.raises(Crash):
            await _import(world, other, evidence=EVIDENCE)
        assert await _sizes(world, tables) == before
    await _import(world, other, evidence=EVIDENCE)
    assert (await _sizes(world, tables))[0] == before[0] + 3


async def _sizes(world: World, tables: Any) -> list[int]:
    async with world.store.read() as connection:
        return [
            int((await connection.execute(select(func.count()).select_from(table))).scalar_one()) for table in tables
        ]
