import pytest

from heliogram.storage import campaigns, library, media
from heliogram.storage.engine import Store
from tests.world import NOON, WORKSPACE, World

OTHER = "another workspace"
SHA = "ab" * 32


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_workspace(OTHER)
    await world.add_picture("picture", SHA)
    return world


async def test_another_workspaces_library_is_never_shown_or_changed(store: Store, world: World) -> None:
    async with store.write() as connection:
        assert await library.page(connection, OTHER, before="", limit=9) == []
        assert await library.folders(connection, OTHER) == {}
        assert await library.same(connection, OTHER, SHA) == []
        assert not await library.change(connection, OTHER, "picture", {"folder": "Theirs"})
        assert await library.remove(connection, OTHER, "picture") is None
        row = await media.one(connection, WORKSPACE, "picture")
    assert row is not None and row["folder"] == ""


async def test_pictures_are_shown_newest_first_and_page_by_page(store: Store, world: World) -> None:
    for number in range(4):
        await world.add_picture(f"p{number}")
    seen, before = [], ""
    async with store.read() as connection:
        while page := await library.page(connection, WORKSPACE, before=before, limit=2):
            seen += [row["id"] for row in page]
            before = seen[-1]
    assert seen == ["picture", "p3", "p2", "p1", "p0"]


@pytest.mark.parametrize(
    ("search", "found"), [("MENU", True), ("menu a", True), ("menu soup", False), ("%", False), ("m_nu", False)]
)
async def test_every_word_is_looked_for_as_it_is_written(store: Store, world: World, search: str, found: bool) -> None:
    async with store.read() as connection:
        rows = await library.page(connection, WORKSPACE, search=search, before="", limit=9)
    assert bool(rows) is found


async def test_folders_are_told_by_name_with_how_much_is_in_each(store: Store, world: World) -> None:
    for name, folder in [("p0", "b"), ("p1", "A"), ("p2", "A")]:
        await world.add_picture(name)
        async with store.write() as connection:
            assert await library.change(connection, WORKSPACE, name, {"folder": folder})
    async with store.read() as connection:
        assert list((await library.folders(connection, WORKSPACE)).items()) == [("", 1), ("A", 2), ("b", 1)]
        rows = await library.page(connection, WORKSPACE, folder="A", before="", limit=9)
    assert [row["id"] for row in rows] == ["p2", "p1"]


async def test_the_same_octets_are_found_the_oldest_first(store: Store, world: World) -> None:
    await world.add_picture("a copy", SHA)
    await world.add_picture("something else")
    async with store.read() as connection:
        assert [row["id"] for row in await library.same(connection, WORKSPACE, SHA)] == ["a copy", "picture"]


async def test_a_campaign_is_told_with_its_messages_and_keeps_its_picture(store: Store, world: World) -> None:
    await world.add_campaign("campaign", media_id="picture", name="Sale")
    async with store.write() as connection:
        await campaigns.add_counts(connection, {("campaign", WORKSPACE, "state", "sent"): 3})
        await campaigns.add_counts(connection, {("campaign", WORKSPACE, "channel", "mms:"): 3})
        uses = await library.uses(connection, WORKSPACE, "picture")
        assert await library.remove(connection, WORKSPACE, "picture") == uses
        assert await media.one(connection, WORKSPACE, "picture") is not None
    assert (uses.n_campaigns, uses.n_messages, uses.is_used) == (1, 3, True)
    assert [(row["name"], row["n_messages"]) for row in uses.campaigns] == [("Sale", 3)]


async def test_what_nothing_uses_goes_with_what_was_made_of_it(store: Store, world: World) -> None:
    variant = {"media_id": "picture", "budget_octets": 1, "workspace_id": WORKSPACE, "sha256": SHA, "n_octets": 1}
    variant |= {"content_type": "image/jpeg", "width": 1, "height": 1, "quality": 80, "created_at": NOON}
    async with store.write() as connection:
        await media.add_variant(connection, variant)
        uses = await library.remove(connection, WORKSPACE, "picture")
        assert uses is not None and not uses.is_used
        assert await media.one(connection, WORKSPACE, "picture") is None
        assert await media.variants_of(connection, "picture") == {}
