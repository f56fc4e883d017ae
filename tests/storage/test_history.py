from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.message import Carrying, State
from heliogram.storage import deliveries, history, lanes
from heliogram.storage import media as pictures
from heliogram.storage.engine import Store
from heliogram.storage.history import MessageFilter
from tests.world import GROUP, NOON, SMSC, WORKSPACE, World

OTHER = "another workspace"
LANE = "g-offers"
ADA, BO, CY = "+13125550001", "+13125550002", "+447700900123"
LATER = NOON + timedelta(minutes=30)
ALL = MessageFilter()


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_group("news", ["us"])
    await world.add_workspace(OTHER)
    await world.add_people([ADA, BO, CY])
    await world.add_campaign()
    await world.add_picture("menu")
    async with world.store.write() as connection:
        await lanes.add_lane(connection, id=LANE, workspace_id=WORKSPACE, group_id=GROUP, campaign_id=None, priority=0)
    return world


async def _message(world: World, id: str, phone: str = ADA, **changes: Any) -> str:
    person = {"id": world.people[phone], "workspace_id": WORKSPACE, "phone_e164": phone, "country": "US"}
    given: dict[str, Any] = {"group_id": GROUP, "purpose": "marketing", "priority": 0, "content": "text"}
    row = lanes.message_row(person, id=id, body="Hello", now=NOON, **given | changes)
    async with world.store.write() as connection:
        await lanes.add_messages(connection, LANE, [row])
    return id


async def _state(connection: AsyncConnection, message_id: str, state: State, reason: str = "", at: Any = NOON) -> None:
    row = {"message_id": message_id, "workspace_id": WORKSPACE, "lane_id": LANE, "campaign_id": None}
    await deliveries.add_states(connection, [row | {"state": state.value, "reason": reason, "at": at}])


async def _attempt(connection: AsyncConnection, message_id: str, n: int = 1, **changes: Any) -> None:
    row: dict[str, Any] = {
        "message_id": message_id,
        "n": n,
        "workspace_id": WORKSPACE,
        "at": NOON,
        "account_id": SMSC,
        "sender_id": "us",
        "channel": "sms",
        "reason": "text",
        "encoding": "GSM-7",
        "n_segments": 1,
        "link_token": None,
        "variant_sha256": None,
        "variant_octets": None,
        "fact_id": None,
        "reference": 7,
    }
    await deliveries.add_attempts(connection, [row | changes])


async def _answered(connection: AsyncConnection, message_id: str, n: int, kind: str) -> None:
    row = {"message_id": message_id, "n": n, "workspace_id": WORKSPACE, "at": LATER, "kind": kind, "code": "88"}
    row |= {"reason": "too fast", "is_permanent": False, "carrier_ids": [], "exchange": "submit_sm …"}
    await deliveries.add_outcomes(connection, [row])


async def _ids(store: Store, wanted: MessageFilter = ALL, *, before: str = "", limit: int = 9) -> list[str]:
    async with store.read() as connection:
        page = await history.message_page(connection, WORKSPACE, wanted, before=before, limit=limit)
    return [row["id"] for row in page]


async def test_messages_are_shown_newest_first_and_page_by_page(store: Store, world: World) -> None:
    for n in range(5):
        await _message(world, f"m{n}")
    assert await _ids(store, limit=3) == ["m4", "m3", "m2"]
    assert await _ids(store, before="m2", limit=3) == ["m1", "m0"]


async def test_a_message_in_line_is_queued_and_knows_no_sender_yet(store: Store, world: World) -> None:
    await _message(world, "m", campaign_id="campaign")
    async with store.read() as connection:
        row = await history.message(connection, WORKSPACE, "m")
    assert row is not None
    assert (row["state"], row["state_reason"], row["state_at"], row["sender"]) == ("queued", "", None, None)
    assert (row["first_name"], row["campaign_name"], row["group_name"]) == ("Ada", "Campaign", "Offers")


async def test_a_message_shows_its_last_attempt_once(store: Store, world: World) -> None:
    await _message(world, "m")
    async with store.write() as connection:
        await _state(connection, "m", State.SENT, "why", LATER)
        await _attempt(connection, "m", 1, channel="mms", reason="mms", n_segments=0)
        await _attempt(connection, "m", 2, channel="sms_link", reason="media_not_taken", n_segments=2)
        row = await history.message(connection, WORKSPACE, "m")
    assert row is not None
    assert (row["state"], row["state_reason"], row["state_at"]) == ("sent", "why", LATER)
    assert (row["channel"], row["channel_reason"], row["n_segments"]) == ("sms_link", "media_not_taken", 2)
    assert row["sender"] == "+13125550100"
    assert await _ids(store) == ["m"]


async def test_messages_are_found_by_what_became_of_them(store: Store, world: World) -> None:
    await _message(world, "m1", campaign_id="campaign")
    await _message(world, "m2", BO)
    await _message(world, "m3", CY)
    async with store.write() as connection:
        await _state(connection, "m1", State.SKIPPED, "opted_out")
        await _state(connection, "m2", State.SENT)
        await _attempt(connection, "m2", reason="destination_no_mms")
    assert await _ids(store, MessageFilter(campaign_id="campaign")) == ["m1"]
    assert await _ids(store, MessageFilter(states=(State.SENT,))) == ["m2"]
    assert await _ids(store, MessageFilter(states=(State.QUEUED,))) == ["m3"]
    assert await _ids(store, MessageFilter(states=(State.QUEUED, State.SKIPPED))) == ["m3", "m1"]
    assert await _ids(store, MessageFilter(reason="opted_out")) == ["m1"]
    assert await _ids(store, MessageFilter(reason="destination_no_mms")) == ["m2"]
    assert await _ids(store, MessageFilter(reason="opted_out", states=(State.SENT,))) == []


async def test_messages_are_found_by_how_they_go_with_their_pictures(store: Store, world: World) -> None:
    for id, content in (("text", "text"), ("chosen", "text_link"), ("fell", "mms"), ("mms", "mms"), ("waits", "mms")):
        await _message(world, id, content=content, media_id=None if content == "text" else "menu")
    await _message(world, "sent", content="text_link", media_id="menu")
    await _message(world, "plain", content="text")
    async with store.write() as connection:
        await _attempt(connection, "mms", channel="mms")
        await _attempt(connection, "fell", channel="mms")
        await _attempt(connection, "fell", 2, channel="sms_link")
        await _attempt(connection, "sent", channel="sms_link")
        await _attempt(connection, "plain", channel="sms")
    found = {each: set(await _ids(store, MessageFilter(carrying=each))) for each in Carrying}
    assert found == {
        Carrying.WITH: {"mms", "waits"},
        Carrying.LINK: {"chosen", "fell", "sent"},
        Carrying.WITHOUT: {"text", "plain"},
    }


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("0001", ["m1"]),
        ("+1 (312) 555-0002", ["m2"]),
        ("312555", ["m2", "m1"]),
        ("m2", ["m2"]),
        (" m1 ", ["m1"]),
        ("31", []),
        ("nobody", []),
        ("%", []),
    ],
)
async def test_messages_are_found_by_digits_of_the_number_or_their_id(
    store: Store, world: World, words: str, found: list[str]
) -> None:
    await _message(world, "m1")
    await _message(world, "m2", BO)
    assert await _ids(store, MessageFilter(words=words)) == found


async def test_another_workspaces_messages_are_never_returned(store: Store, world: World) -> None:
    await _message(world, "m")
    async with store.write() as connection:
        await _state(connection, "m", State.DELIVERED)
        assert await history.message_page(connection, OTHER, ALL, before="", limit=9) == []
        assert await history.message(connection, OTHER, "m") is None
        assert await history.last_group_to(connection, OTHER, ADA, [GROUP]) is None
        assert await history.count_states_since(connection, OTHER, NOON) == {}
        assert await history.final_states_between(connection, OTHER, NOON, 1_800) == []


async def test_the_group_that_wrote_last_is_the_one_a_reply_is_about(store: Store, world: World) -> None:
    await _message(world, "m1")
    await _message(world, "m2", group_id="news")
    await _message(world, "m3", BO)
    async with store.read() as connection:
        assert await history.last_group_to(connection, WORKSPACE, ADA, [GROUP, "news"]) == "news"
        assert await history.last_group_to(connection, WORKSPACE, ADA, [GROUP]) == GROUP
        assert await history.last_group_to(connection, WORKSPACE, CY, [GROUP, "news"]) is None


async def test_attempts_come_in_order_each_with_its_answer_and_its_names(store: Store, world: World) -> None:
    await _message(world, "m")
    async with store.write() as connection:
        await _attempt(connection, "m", 2)
        await _attempt(connection, "m", 1)
        await _answered(connection, "m", 1, "refused")
        first, second = await history.attempts_of(connection, "m")
    assert (first["n"], first["outcome_kind"], first["outcome_code"], first["outcome_at"]) == (
        1,
        "refused",
        "88",
        LATER,
    )
    assert (first["sender"], first["sender_countries"], first["carrier"]) == ("+13125550100", ["US", "CA"], "smpp")
    assert (second["n"], second["outcome_kind"], second["exchange"]) == (2, None, None)


async def test_receipts_and_openings_of_one_message_come_in_order(store: Store, world: World) -> None:
    receipt: dict[str, Any] = {"account_id": SMSC, "carrier_id": "c", "about_e164": ADA, "workspace_id": WORKSPACE}
    receipt |= {"code": "", "raw": "", "message_id": "m"}
    link: dict[str, Any] = {"workspace_id": WORKSPACE, "media_id": "menu", "campaign_id": None, "expires_at": LATER}
    opened = {"workspace_id": WORKSPACE, "campaign_id": None, "is_preview": False, "user_agent": ""}
    async with store.write() as connection:
        await deliveries.add_receipts(
            connection,
            [receipt | {"news": "delivered", "at": LATER}, receipt | {"news": "en_route", "at": NOON}],
        )
        await deliveries.add_receipts(
            connection, [receipt | {"carrier_id": "d", "news": "en_route", "at": NOON, "message_id": "n"}]
        )
        await pictures.add_links(connection, [link | {"token": "T", "message_id": "m"}])
        await pictures.add_links(connection, [link | {"token": "U", "message_id": "n"}])
        for id, token, at in (("o1", "T", LATER), ("o2", "T", NOON), ("o3", "U", NOON)):
            await pictures.add_open(connection, opened | {"id": id, "token": token, "at": at})
        assert [row["news"] for row in await history.receipts_of(connection, "m")] == ["en_route", "delivered"]
        assert [row["id"] for row in await history.opens_of(connection, "m")] == ["o2", "o1"]


async def test_a_link_counts_as_opened_once_and_not_when_only_a_program_looked(store: Store, world: World) -> None:
    opened = {"workspace_id": WORKSPACE, "campaign_id": "campaign", "at": NOON, "user_agent": ""}
    async with store.write() as connection:
        for id, token, is_preview in (("1", "T", False), ("2", "T", False), ("3", "U", False), ("4", "V", True)):
            await pictures.add_open(connection, opened | {"id": id, "token": token, "is_preview": is_preview})
        await pictures.add_open(
            connection, opened | {"id": "5", "token": "W", "is_preview": False, "campaign_id": None}
        )
        assert await history.counts_of_opens(connection, ["campaign", "another"]) == {"campaign": 2}


async def test_states_are_counted_from_a_moment_on(store: Store, world: World) -> None:
    async with store.write() as connection:
        await _state(connection, "m1", State.SENT, at=NOON - timedelta(microseconds=1))
        await _state(connection, "m2", State.SENT, at=NOON)
        await _state(connection, "m3", State.DELIVERED, at=LATER)
        assert await history.count_states_since(connection, WORKSPACE, NOON) == {State.SENT: 1, State.DELIVERED: 1}


async def test_ends_are_counted_by_the_bucket_they_fall_into(store: Store, world: World) -> None:
    async with store.write() as connection:
        await _state(connection, "m1", State.DELIVERED, at=NOON)
        await _state(connection, "m2", State.DELIVERED, at=LATER - timedelta(microseconds=1))
        await _state(connection, "m3", State.FAILED, at=LATER)
        await _state(connection, "m4", State.SENT, at=LATER)
        await _state(connection, "m5", State.DELIVERED, at=NOON - timedelta(microseconds=1))
        rows = await history.final_states_between(connection, WORKSPACE, NOON, 1_800)
    first = int(NOON.timestamp()) // 1_800
    assert sorted(map(tuple, rows)) == [(first, "delivered", 2), (first + 1, "failed", 1)]
