import asyncio
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from heliogram.consent.ledger import chain, first_break
from heliogram.model.consent import Fact, Source, Standing, Subscription
from heliogram.storage import consent
from heliogram.storage.consent import GENESIS
from heliogram.storage.engine import Store
from heliogram.storage.tables.consent import consent_facts
from tests.world import GROUP, NOON, WORKSPACE, World, phones_of

OTHER = "another workspace"
ADA, BO = "+13125550001", "+13125550002"
YES, NO = Subscription.SUBSCRIBED, Subscription.UNSUBSCRIBED


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_group("news", ["us"])
    await world.add_workspace(OTHER)
    await world.add_group("theirs", [], workspace_id=OTHER)
    return world


async def _add(store: Store, world: World, *facts: Fact, workspace_id: str = WORKSPACE) -> list[str]:
    async with store.write() as connection:
        return await consent.add_facts(connection, workspace_id, facts, chain=chain, new_id=world.ids.new_id)


def _fact(phone: str = ADA, state: Subscription = YES, *, group_id: str = GROUP, **changes: Any) -> Fact:
    given: dict[str, Any] = {"source": Source.API, "at": NOON, "evidence": "Ticked the box"}
    return Fact(group_id=group_id, phone_e164=phone, state=state, **given | changes)


def _read(row: Any) -> tuple[Fact, str, str]:
    fact = Fact(
        group_id=row["group_id"],
        phone_e164=row["phone_e164"],
        state=Subscription(row["state"]),
        source=Source(row["source"]),
        at=row["at"],
        evidence=row["evidence"],
    )
    return fact, row["previous_hash"], row["hash"]


async def _first_break(store: Store, workspace_id: str = WORKSPACE) -> int | None:
    """The position of the first fact of the stored chain that does not fit."""
    previous, after = GENESIS, 0
    async with store.read() as connection:
        while page := await consent.chain_page(connection, workspace_id, after=after, limit=3):
            index, previous = first_break(previous, map(_read, page))
            if index is not None:
                return int(page[index]["position"])
            after = page[-1]["position"]
        position, last = await consent.head(connection, workspace_id)
    return None if (position, last) == (after, previous) else after + 1


async def _standing(store: Store, phone: str = ADA, group_id: str = GROUP) -> Standing | None:
    async with store.read() as connection:
        return (await consent.standings_of(connection, WORKSPACE, group_id, [phone])).get(phone)


async def test_facts_are_chained_and_the_chain_holds(store: Store, world: World) -> None:
    await _add(store, world, _fact(ADA), _fact(BO, evidence="“Ja” – ✔"))
    await _add(store, world, *(_fact(phone) for phone in phones_of(12)))
    await _add(store, world, _fact(ADA, NO, source=Source.KEYWORD, evidence="STOP"))
    assert await _first_break(store) is None
    async with store.read() as connection:
        page = await consent.chain_page(connection, WORKSPACE, after=0, limit=99)
        assert await consent.head(connection, WORKSPACE) == (15, page[-1]["hash"])
    assert [row["position"] for row in page] == list(range(1, 16))
    assert page[0]["previous_hash"] == GENESIS


@pytest.mark.parametrize("column", ["phone_e164", "state", "evidence", "source", "hash", "previous_hash"])
async def test_a_fact_altered_in_the_database_is_found(store: Store, world: World, column: str) -> None:
    await _add(store, world, *(_fact(phone) for phone in phones_of(5)))
    forged = {"state": NO.value, "source": Source.STAFF.value}.get(column, "+13125559999")
    async with store.write() as connection:
        await connection.execute(consent_facts.update().where(consent_facts.c.position == 4).values({column: forged}))
    assert await _first_break(store) == 4


@pytest.mark.parametrize("position", [1, 3, 5], ids=["first", "middle", "last"])
async def test_a_fact_taken_out_of_the_database_is_found(store: Store, world: World, position: int) -> None:
    await _add(store, world, *(_fact(phone) for phone in phones_of(5)))
    async with store.write() as connection:
        await connection.execute(consent_facts.delete().where(consent_facts.c.position == position))
    assert await _first_break(store) in (position, position + 1)


async def test_an_opt_out_is_a_new_fact_and_the_consent_before_it_stays_on_record(store: Store, world: World) -> None:
    (yes,) = await _add(store, world, _fact())
    (no,) = await _add(
        store, world, _fact(state=NO, source=Source.KEYWORD, evidence="STOP", at=NOON + timedelta(days=1))
    )
    async with store.read() as connection:
        facts = await consent.facts_of(connection, WORKSPACE, ADA)
        kept = await consent.fact(connection, WORKSPACE, yes)
    assert [(row["id"], row["state"]) for row in facts] == [(no, "unsubscribed"), (yes, "subscribed")]
    assert kept is not None and kept["evidence"] == "Ticked the box"
    standing = Standing(state=NO, fact_id=no, at=NOON + timedelta(days=1), source=Source.KEYWORD)
    assert await _standing(store) == standing


async def test_of_facts_added_together_the_last_counts(store: Store, world: World) -> None:
    ids = await _add(store, world, _fact(state=YES), _fact(state=NO), _fact(state=YES), _fact(state=NO))
    standing = await _standing(store)
    assert standing is not None and (standing.state, standing.fact_id) == (NO, ids[-1])


async def test_consent_to_one_group_says_nothing_about_another(store: Store, world: World) -> None:
    await _add(store, world, _fact(ADA), _fact(ADA, NO, group_id="news"))
    assert [each and each.state for each in (await _standing(store), await _standing(store, group_id="news"))] == [
        YES,
        NO,
    ]
    assert await _standing(store, BO) is None
    async with store.read() as connection:
        rows = await consent.subscriptions_of(connection, WORKSPACE, [ADA, BO])
    assert {(row["group_id"], row["state"]) for row in rows} == {(GROUP, "subscribed"), ("news", "unsubscribed")}


async def test_another_workspaces_facts_are_never_returned(store: Store, world: World) -> None:
    (theirs,) = await _add(store, world, _fact(group_id="theirs"), workspace_id=OTHER)
    async with store.read() as connection:
        assert await consent.fact(connection, WORKSPACE, theirs) is None
        assert await consent.facts_by_id(connection, WORKSPACE, [theirs]) == {}
        assert await consent.facts_of(connection, WORKSPACE, ADA) == []
        assert await consent.standings_of(connection, WORKSPACE, "theirs", [ADA]) == {}
        assert await consent.subscriptions_of(connection, WORKSPACE, [ADA]) == []
        assert await consent.counts_by_group(connection, WORKSPACE) == {}
        assert await consent.chain_page(connection, WORKSPACE, after=0, limit=9) == []
        assert await consent.head(connection, WORKSPACE) == (0, GENESIS)
        assert await consent.opted_out_since(connection, WORKSPACE, NOON) == 0


async def test_each_workspace_has_a_chain_of_its_own(store: Store, world: World) -> None:
    await _add(store, world, _fact(ADA), _fact(BO))
    await _add(store, world, _fact(group_id="theirs"), workspace_id=OTHER)
    assert [await _first_break(store, each) for each in (WORKSPACE, OTHER)] == [None, None]
    async with store.read() as connection:
        assert [(await consent.head(connection, each))[0] for each in (WORKSPACE, OTHER)] == [2, 1]


async def test_facts_written_at_the_same_time_queue_up_and_do_not_fork_the_chain(store: Store, world: World) -> None:
    async with asyncio.TaskGroup() as group:
        for phone in phones_of(8):
            group.create_task(_add(store, world, _fact(phone), _fact(phone, NO)))
    assert await _first_break(store) is None
    async with store.read() as connection:
        assert (await consent.head(connection, WORKSPACE))[0] == 16


async def test_facts_of_a_write_that_failed_leave_no_gap(store: Store, world: World) -> None:
    await _add(store, world, _fact(ADA))
    with pytest.raises(ZeroDivisionError):
        async with store.write() as connection:
            ids = count()
            await consent.add_facts(connection, WORKSPACE, [_fact(BO)], chain=chain, new_id=lambda: f"lost{next(ids)}")
            raise ZeroDivisionError
    await _add(store, world, _fact(BO, NO))
    assert await _first_break(store) is None
    async with store.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(consent_facts))).scalar_one() == 2


async def test_standings_are_read_in_bulk(store: Store, world: World) -> None:
    phones = phones_of(2_500)
    await _add(store, world, *(_fact(phone) for phone in phones))
    async with store.read() as connection:
        found = await consent.standings_of(connection, WORKSPACE, GROUP, [*phones, "+13125559999"])
    assert list(sorted(found)) == phones


async def test_groups_are_counted_by_state(store: Store, world: World) -> None:
    await _add(store, world, *(_fact(phone) for phone in phones_of(3)), _fact(phones_of(1)[0], NO))
    await _add(store, world, _fact(ADA, group_id="news"))
    async with store.read() as connection:
        counts = await consent.counts_by_group(connection, WORKSPACE)
    assert counts == {(GROUP, "subscribed"): 2, (GROUP, "unsubscribed"): 1, ("news", "subscribed"): 1}


async def test_opt_outs_are_counted_from_a_moment_on(store: Store, world: World) -> None:
    await _add(store, world, _fact(ADA, NO, at=NOON - timedelta(seconds=1)), _fact(BO, NO, at=NOON))
    async with store.read() as connection:
        assert await consent.opted_out_since(connection, WORKSPACE, NOON) == 1
        assert await consent.opted_out_since(connection, WORKSPACE, NOON - timedelta(days=1)) == 2


async def test_no_facts_change_nothing(store: Store, world: World) -> None:
    assert await _add(store, world) == []
    async with store.read() as connection:
        assert await consent.head(connection, WORKSPACE) == (0, GENESIS)
