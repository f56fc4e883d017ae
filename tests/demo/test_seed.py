from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from heliogram.api.estimate import draft_of, estimate_of
from heliogram.app import App, build
from heliogram.campaigns.review import stops
from heliogram.config import Config
from heliogram.consent.ledger import first_break
from heliogram.demo.business import DENTAL, DRAFTS, MMSC, ORDERS, SHOP, SMSC
from heliogram.demo.seed import PASSWORD, point_at_simulator, seed
from heliogram.media.sample import samples
from heliogram.model.consent import Fact, Source, Subscription
from heliogram.model.message import Channel
from heliogram.storage import access, campaigns, consent, library, senders
from heliogram.storage.consent import GENESIS
from heliogram.storage.tables import metadata
from heliogram.storage.tables.people import list_members, lists


@pytest.fixture
async def app(sqlite_url: str, tmp_path: Path) -> AsyncIterator[App]:
    async with build(Config(data=tmp_path / "data", database=sqlite_url), with_accounts=False) as opened:
        assert await seed(opened)
        yield opened


async def _workspace(app: App) -> str:
    async with app.store.read() as connection:
        (row,) = await access.workspaces_all(connection)
    assert row["name"] == "Northgate"
    return str(row["id"])


async def _sizes(app: App) -> dict[str, int]:
    async with app.store.read() as connection:
        return {
            table.name: int((await connection.execute(select(func.count()).select_from(table))).scalar_one())
            for table in metadata.sorted_tables
        }


async def test_the_business_is_there_at_once(app: App) -> None:
    sizes = await _sizes(app)
    expected = {"contacts": 505, "groups": 3, "senders": 5, "accounts": 2, "members": 2, "lists": 1}
    expected |= {"media": len(samples()), "campaigns": len(DRAFTS), "messages": 0}
    assert {name: sizes[name] for name in expected} == expected


async def test_seeding_again_changes_nothing(app: App) -> None:
    before = await _sizes(app)
    assert not await seed(app)
    assert await _sizes(app) == before


async def test_a_database_that_has_a_workspace_already_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    async with build(Config(data=tmp_path / "own", database=sqlite_url), with_accounts=False) as own:
        async with own.store.write() as connection:
            await access.add_workspace(connection, {"id": "w", "name": "A real shop", "created_at": own.now()})
        assert not await seed(own)
        assert (await _sizes(own))["contacts"] == 0


async def test_every_chain_of_consent_facts_holds_and_shows_life(app: App) -> None:
    workspace_id = await _workspace(app)
    async with app.store.read() as connection:
        rows = await consent.chain_page(connection, workspace_id, after=0, limit=10_000)
        head = await consent.head(connection, workspace_id)
    facts = [(_fact(row), row["previous_hash"], row["hash"]) for row in rows]
    assert first_break(GENESIS, facts) == (None, head[1])
    assert head[0] == len(facts) > 700
    assert [fact.at for fact, _previous, _hash in facts] == sorted(fact.at for fact, _previous, _hash in facts)
    said = Counter((fact.group_id, fact.state) for fact, _previous, _hash in facts)
    assert {group_id for group_id, _state in said} == {SHOP, DENTAL, ORDERS}
    assert 0 < said[SHOP, Subscription.UNSUBSCRIBED] < 30
    assert 400 < said[SHOP, Subscription.SUBSCRIBED] < 505
    assert all(fact.at < app.now() and fact.evidence for fact, _previous, _hash in facts)


def _fact(row: Any) -> Fact:
    return Fact(
        group_id=row["group_id"],
        phone_e164=row["phone_e164"],
        state=Subscription(row["state"]),
        source=Source(row["source"]),
        at=row["at"],
        evidence=row["evidence"],
    )


async def test_who_left_agreed_first(app: App) -> None:
    workspace_id = await _workspace(app)
    async with app.store.read() as connection:
        rows = await consent.chain_page(connection, workspace_id, after=0, limit=10_000)
    agreed: set[tuple[str, str]] = set()
    for row in rows:
        key = (row["group_id"], row["phone_e164"])
        if row["state"] == "subscribed":
            agreed.add(key)
        else:
            assert key in agreed


async def test_the_media_library_has_every_picture_with_its_words(app: App) -> None:
    workspace_id = await _workspace(app)
    async with app.store.read() as connection:
        rows = {row["filename"]: row for row in await library.page(connection, workspace_id, before="", limit=50)}
    for sample in samples():
        row = rows[sample.filename]
        assert (row["alt_text"], row["content_type"]) == (sample.alt_text, sample.content_type)
        assert await app.blobs.get(row["sha256"]) == sample.octets
    assert rows["autumn-sale.gif"]["frames"] > 1


async def test_every_draft_could_be_launched_as_it_is_and_shows_pictures_and_links(app: App) -> None:
    workspace_id = await _workspace(app)
    async with app.store.read() as connection:
        drafts = await campaigns.page(connection, workspace_id, before="", limit=50)
    assert [draft["name"] for draft in drafts] == [name for name, *_rest in reversed(DRAFTS)]
    estimate = await estimate_of(app, await draft_of(app, workspace_id, drafts[0]))
    assert stops(estimate.checks) == ()
    going = Counter(channel for (channel, _why), n in estimate.forecast.channels.items() for _ in range(n))
    assert going[Channel.MMS] > 100 and going[Channel.SMS_LINK] > 100
    assert set(estimate.forecast.skipped) >= {"opted_out"}


async def test_the_carriers_are_pointed_at_the_simulator_of_this_start(app: App) -> None:
    for smpp_port, mm7_port in ((1, 2), (30_001, 30_002)):
        await point_at_simulator(app, smpp_port=smpp_port, mm7_port=mm7_port)
    async with app.store.read() as connection:
        rows = {row["id"]: row for row in await senders.all_accounts(connection)}
    assert (rows[SMSC]["settings"]["host"], rows[SMSC]["settings"]["port"]) == ("127.0.0.1", 30_001)
    assert rows[MMSC]["settings"]["url"] == "http://127.0.0.1:30002/mm7"


async def test_the_carriers_passwords_are_not_in_the_database(app: App) -> None:
    async with app.store.read() as connection:
        rows = await senders.all_accounts(connection)
    for row in rows:
        assert PASSWORD not in row["secret"] and PASSWORD not in str(row["settings"])
        assert app.box.decrypt(row["secret"].encode()).decode() == PASSWORD


async def test_the_regulars_are_a_quarter_of_the_people(app: App) -> None:
    async with app.store.read() as connection:
        regulars = (await connection.execute(select(lists))).mappings().one()
        n_on_it = (await connection.execute(select(func.count()).select_from(list_members))).scalar_one()
    assert (regulars["name"], regulars["n_people"], n_on_it) == ("Regulars", 127, 127)
