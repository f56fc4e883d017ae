from collections.abc import Sequence
from typing import Any

import pytest

from heliogram.model.campaign import Audience, AudienceKind
from heliogram.model.consent import Subscription
from heliogram.storage import people
from heliogram.storage.engine import Store
from heliogram.storage.tables.people import imports
from tests.world import GROUP, NOON, WORKSPACE, World, phones_of

OTHER = "another workspace"
ADA, BO, CY = "+13125550001", "+13125550002", "+447911123456"
EVERYONE = Audience(kind=AudienceKind.ALL)
IN_GROUP = Audience(kind=AudienceKind.GROUP)


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_workspace(OTHER)
    return world


async def _put(world: World, *rows: dict[str, Any]) -> None:
    async with world.store.write() as connection:
        await people.put_contacts(connection, rows)


async def _all(store: Store, workspace_id: str = WORKSPACE) -> Sequence[Any]:
    async with store.read() as connection:
        return await people.search(connection, workspace_id, words="", after="", limit=100)


async def _found(store: Store, words: str) -> list[str]:
    async with store.read() as connection:
        rows = await people.search(connection, WORKSPACE, words=words, after="", limit=100)
    return [row["phone_e164"] for row in rows]


async def test_a_person_is_kept_as_given(store: Store, world: World) -> None:
    given = world.person(
        ADA, network="Verizon", is_landline=True, last_name="Løvelace", attributes={"table": 4, "é": []}
    )
    await _put(world, given)
    async with store.read() as connection:
        assert dict(await people.one(connection, WORKSPACE, given["id"]) or {}) == given
        assert dict(await people.first_of(connection, WORKSPACE) or {}) == given


async def test_a_number_known_already_keeps_its_person_and_takes_over_what_is_new(store: Store, world: World) -> None:
    first = world.person(ADA, first_name="Ada", last_name="Byron", attributes={"table": 4}, network="Verizon")
    await _put(world, first)
    await _put(
        world, world.person(ADA, first_name="Augusta", last_name="King", attributes={"table": 5}, network="AT&T")
    )
    (row,) = await _all(store)
    assert row["id"] == first["id"]
    assert (row["first_name"], row["last_name"], row["attributes"], row["network"]) == (
        "Augusta",
        "King",
        {"table": 5},
        "AT&T",
    )


async def test_what_an_import_leaves_empty_does_not_wipe_what_is_known(store: Store, world: World) -> None:
    await _put(world, world.person(ADA, last_name="Byron", attributes={"table": 4}, network="Verizon"))
    await _put(world, world.person(ADA, first_name="", last_name="", attributes={}, network=None))
    (row,) = await _all(store)
    assert (row["first_name"], row["last_name"], row["attributes"], row["network"]) == (
        "Ada",
        "Byron",
        {"table": 4},
        "Verizon",
    )


async def test_the_same_number_is_another_person_in_another_workspace(store: Store, world: World) -> None:
    ours, theirs = world.person(ADA), world.person(ADA, workspace_id=OTHER, first_name="Theirs")
    await _put(world, ours, theirs)
    assert [row["first_name"] for row in await _all(store)] == ["Ada"]
    assert [row["first_name"] for row in await _all(store, OTHER)] == ["Theirs"]


async def test_another_workspaces_people_are_never_returned(store: Store, world: World) -> None:
    theirs = world.person(ADA, workspace_id=OTHER)
    await _put(world, theirs)
    await world.add_list("list", [theirs["id"]])
    of_list = Audience(kind=AudienceKind.LIST, list_id="list")
    async with store.read() as connection:
        assert await people.one(connection, WORKSPACE, theirs["id"]) is None
        assert await people.first_of(connection, WORKSPACE) is None
        assert await people.ids_by_phone(connection, WORKSPACE, [ADA]) == {}
        assert await people.by_phones(connection, WORKSPACE, [ADA]) == {}
        assert await people.search(connection, WORKSPACE, words="Ada", after="", limit=9) == []
        assert await people.list_page(connection, OTHER, before="", limit=9) == []
        assert await people.list_names(connection, OTHER, ["list"]) == {}
        for audience in (EVERYONE, IN_GROUP, of_list):
            assert await people.audience_size(connection, WORKSPACE, GROUP, audience) == 0
            assert await people.audience_page(connection, WORKSPACE, GROUP, audience, after="", limit=9) == []


async def test_people_are_found_by_number_in_bulk(store: Store, world: World) -> None:
    phones = phones_of(2_500)
    await _put(world, *(world.person(phone) for phone in phones))
    async with store.read() as connection:
        ids = await people.ids_by_phone(connection, WORKSPACE, [*phones, CY])
        rows = await people.by_phones(connection, WORKSPACE, [phones[7], CY])
    assert list(sorted(ids)) == phones
    assert {phone: row["id"] for phone, row in rows.items()} == {phones[7]: ids[phones[7]]}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [ADA, BO, CY]),
        ("bo", [BO]),
        ("LOVELACE", [ADA]),
        ("ada love", [ADA]),
        ("ada smith", []),
        ("0002", [BO]),
        ("(312) 555-", [ADA, BO]),
        ("+44 7911", [CY]),
        ("100%", [CY]),
        ("_", []),
        ("'; DROP TABLE contacts; --", []),
    ],
)
async def test_people_are_searched_by_words_of_their_name_and_digits_of_their_number(
    store: Store, world: World, words: str, found: list[str]
) -> None:
    await _put(
        world,
        world.person(ADA, first_name="Ada", last_name="Lovelace"),
        world.person(BO, first_name="Bo", last_name="Smith"),
        world.person(CY, first_name="Cy", last_name="100%"),
    )
    assert await _found(store, words) == found


async def test_a_search_goes_on_after_the_last_person_shown(store: Store, world: World) -> None:
    rows = [world.person(phone) for phone in phones_of(5)]
    await _put(world, *rows)
    seen, after = [], ""
    async with store.read() as connection:
        while page := await people.search(connection, WORKSPACE, words="ada", after=after, limit=2):
            seen += [row["id"] for row in page]
            after = seen[-1]
    assert seen == [row["id"] for row in rows]


async def test_a_list_says_how_many_people_it_has_and_the_newest_comes_first(store: Store, world: World) -> None:
    ids = await world.add_people([ADA, BO])
    await world.add_list("1", ids)
    await world.add_list("2", [])
    async with store.read() as connection:
        found = await people.list_page(connection, WORKSPACE, before="", limit=9)
        names = await people.list_names(connection, WORKSPACE, ["1", "no such list"])
    assert [(row["id"], row["n_people"], row["created_at"]) for row in found] == [("2", 0, NOON), ("1", 2, NOON)]
    assert names == {"1": "1"}


async def test_an_audience_is_a_list_a_group_or_everyone(store: Store, world: World) -> None:
    ada, bo = await world.add_people([ADA, BO])
    (cy,) = await world.add_people([CY], subscribed=False)
    await world.add_list("list", [bo, cy])
    await world.add_list("another", [ada, bo])
    of_list = Audience(kind=AudienceKind.LIST, list_id="list")
    found = []
    async with store.read() as connection:
        for audience in (of_list, IN_GROUP, EVERYONE):
            page = await people.audience_page(connection, WORKSPACE, GROUP, audience, after="", limit=9)
            assert await people.audience_size(connection, WORKSPACE, GROUP, audience) == len(page)
            found.append([row["id"] for row in page])
    assert found == [[bo, cy], [ada, bo], [ada, bo, cy]]


async def test_a_groups_audience_keeps_those_who_opted_out_so_that_the_report_can_name_them(
    store: Store, world: World
) -> None:
    await world.add_people([ADA, BO])
    await world.say(Subscription.UNSUBSCRIBED, [BO])
    await world.add_group("news", ["us"])
    async with store.read() as connection:
        assert await people.audience_size(connection, WORKSPACE, GROUP, IN_GROUP) == 2
        assert await people.audience_size(connection, WORKSPACE, "news", IN_GROUP) == 0


async def test_pages_of_an_audience_leave_nobody_out_and_name_nobody_twice(store: Store, world: World) -> None:
    ids = await world.add_people(phones_of(11))
    seen, after = [], ""
    async with store.read() as connection:
        for _page in range(3):
            page = await people.audience_page(connection, WORKSPACE, GROUP, IN_GROUP, after=after, limit=4)
            seen += [row["id"] for row in page]
            after = seen[-1]
        assert await people.audience_page(connection, WORKSPACE, GROUP, IN_GROUP, after=after, limit=4) == []
    assert seen == ids


async def test_a_number_that_writes_to_us_becomes_a_person_once(store: Store, world: World) -> None:
    async with store.write() as connection:
        await people.add_missing_contact(connection, world.person(ADA, first_name=""))
        await people.add_missing_contact(connection, world.person(ADA, first_name="Other"))
    assert [row["first_name"] for row in await _all(store)] == [""]


async def test_an_import_keeps_its_report(store: Store, world: World) -> None:
    await world.add_list("list", [])
    row = {"id": "i", "workspace_id": WORKSPACE, "list_id": "list", "filename": "people.csv", "created_at": NOON}
    async with store.write() as connection:
        await people.add_import(connection, row | {"report": {"n_added": 2}})
        stored = (await connection.execute(imports.select())).mappings().one()
    assert dict(stored) == row | {"report": {"n_added": 2}}


async def test_no_people_at_all_are_no_trouble(store: Store, world: World) -> None:
    await _put(world)
    async with store.read() as connection:
        assert await people.ids_by_phone(connection, WORKSPACE, []) == {}
        assert await people.by_phones(connection, WORKSPACE, []) == {}
    assert await _all(store) == []
