"""Messages without their end, the pieces that can be asked about, and what was asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from heliogram.model.event import News, Piece
from heliogram.model.message import State
from heliogram.model.sender import SenderKind
from heliogram.storage import deliveries, lanes, questions
from heliogram.storage.questions import Waiting
from tests.world import GROUP, MMSC, NOON, SMSC, WORKSPACE, World

LANE = "g-offers"
ADA = "+13125550001"


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    async with world.store.write() as connection:
        await lanes.add_lane(connection, id=LANE, workspace_id=WORKSPACE, group_id=GROUP, campaign_id=None, priority=0)
    return world


async def message(world: World, id: str, state: State = State.SENT, *, after_s: float = 0) -> None:
    """A message that came into its state so long after noon, and the attempt at it."""
    person = {"id": None, "workspace_id": WORKSPACE, "phone_e164": ADA, "country": "US"}
    row = {"group_id": GROUP, "purpose": "marketing", "priority": 0, "content": "text", "body": "Hello", "now": NOON}
    at = NOON + timedelta(seconds=after_s)
    of_message = {"message_id": id, "workspace_id": WORKSPACE}
    async with world.store.write() as connection:
        await lanes.add_messages(connection, LANE, [lanes.message_row(person, id=id, **row)])
        standing = {"lane_id": LANE, "campaign_id": None, "state": state.value, "reason": "", "at": at}
        await deliveries.add_states(connection, [of_message | standing])
        way = {"account_id": SMSC, "sender_id": "us", "channel": "sms", "reason": "text", "encoding": "GSM-7"}
        rest = {"n_segments": 1, "link_token": None, "variant_sha256": None, "variant_octets": None, "fact_id": None}
        await deliveries.add_attempts(
            connection, [of_message | way | rest | {"n": 1, "at": NOON, "reference": 0, "rewriting": None}]
        )


async def given(world: World, message_id: str, *carrier_ids: str, account_id: str = SMSC) -> None:
    rows = [
        {"account_id": account_id, "carrier_id": carrier_id, "message_id": message_id, "n": 1, "part": part}
        | {"n_parts": len(carrier_ids), "workspace_id": WORKSPACE}
        for part, carrier_id in enumerate(carrier_ids)
    ]
    async with world.store.write() as connection:
        await deliveries.add_refs(connection, rows)


async def reported(world: World, message_id: str, carrier_id: str, news: News, answer_id: str | None = None) -> None:
    row: dict[str, Any] = {"account_id": SMSC, "carrier_id": carrier_id, "news": news.value, "about_e164": ""}
    row |= {"workspace_id": WORKSPACE, "at": NOON, "code": "", "why": "", "raw": "", "is_asked": False}
    async with world.store.write() as connection:
        await deliveries.add_receipts(connection, [row | {"message_id": message_id, "answer_id": answer_id}])


def question(carrier_id: str, message_id: str, **changes: Any) -> Mapping[str, Any]:
    row = {"account_id": SMSC, "carrier_id": carrier_id, "message_id": message_id, "workspace_id": WORKSPACE}
    return row | {"n_asked": 1, "asked_at": NOON, "code": "", "reason": "", "raw": ""} | changes


async def ids(world: World, state: State = State.SENT, **where: Any) -> list[str]:
    until = where.pop("until", NOON + timedelta(days=1))
    async with world.store.read() as connection:
        found = await questions.waiting(
            connection, state, where.pop("since", NOON), until, limit=where.pop("limit", 10), **where
        )
    return [each.message_id for each in found]


async def test_messages_of_a_state_come_by_their_age_and_those_that_ended_do_not(world: World) -> None:
    for id, state, after_s in (
        ("m1", State.SENT, 9),
        ("m2", State.UNKNOWN, 0),
        ("m3", State.DELIVERED, 0),
        ("m4", State.SENT, 3),
        ("m5", State.SENDING, 0),
    ):
        await message(world, id, state, after_s=after_s)
    assert (await ids(world), await ids(world, State.UNKNOWN)) == (["m4", "m1"], ["m2"])
    async with world.store.read() as connection:
        found = await questions.waiting(connection, State.SENT, NOON, NOON + timedelta(seconds=3), limit=9)
    assert found == [Waiting("m4", State.SENT, NOON + timedelta(seconds=3))]


async def test_a_page_goes_on_where_the_one_before_ended_also_within_one_moment(world: World) -> None:
    for id, after_s in (("m1", 0), ("m2", 5), ("m3", 5), ("m4", 5), ("m5", 6)):
        await message(world, id, after_s=after_s)
    assert await ids(world, limit=3) == ["m1", "m2", "m3"]
    assert await ids(world, since=NOON + timedelta(seconds=5), after="m3", limit=3) == ["m4", "m5"]
    assert await ids(world, until=NOON + timedelta(seconds=4)) == ["m1"]


async def test_the_pieces_are_those_with_an_id_and_without_their_end(world: World) -> None:
    await message(world, "m1")
    await given(world, "m1", "a", "b", "c", "d")
    await reported(world, "m1", "a", News.DELIVERED)
    await reported(world, "m1", "b", News.EN_ROUTE)
    await reported(world, "m1", "000c", News.UNDELIVERED, answer_id="c")
    await message(world, "m2", State.UNKNOWN)
    async with world.store.write() as connection:
        await questions.put(connection, [question("d", "m1", n_asked=2)])
        found = await questions.pieces_of(connection, ["m1", "m2"])
    assert [(each.piece.carrier_id, each.n_asked, each.asked_at) for each in found] == [("b", 0, None), ("d", 2, NOON)]
    assert found[0].piece == Piece(carrier_id="b", sender_kind=SenderKind.LONG_CODE, sender="+13125550100", to_e164=ADA)
    assert (found[0].message_id, found[0].n, found[0].account_id) == ("m1", 1, SMSC)


async def test_the_same_id_of_two_accounts_is_two_pieces(world: World) -> None:
    for id, account_id in (("m1", SMSC), ("m2", MMSC)):
        await message(world, id)
        await given(world, id, "a", account_id=account_id)
    await reported(world, "m1", "a", News.DELIVERED)
    async with world.store.read() as connection:
        found = await questions.pieces_of(connection, ["m1", "m2"])
    assert [(each.message_id, each.account_id) for each in found] == [("m2", MMSC)]


async def test_the_last_question_about_a_piece_is_what_is_kept_of_it(world: World) -> None:
    await message(world, "m1")
    async with world.store.write() as connection:
        await questions.put(connection, [question("a", "m1", code="ESME_RQUERYFAIL", reason="No.")])
        again = question("a", "m1", n_asked=2, code="ESME_RINVMSGID", reason="Gone.", raw="query_sm")
        await questions.put(connection, [again])
        (row,) = await questions.of_message(connection, "m1")
        assert await questions.of_message(connection, "m2") == []
    assert (row["n_asked"], row["code"], row["reason"], row["raw"]) == (2, "ESME_RINVMSGID", "Gone.", "query_sm")


async def test_looking_for_them_does_not_read_the_messages_that_ended(sqlite_world_of: World) -> None:
    query = str(questions._WAITING.compile(compile_kwargs={"render_postcompile": True}))
    async with sqlite_world_of.store.read() as connection:
        plan = await connection.execute(text(f"EXPLAIN QUERY PLAN {query}"), _where())
    assert any("ix_message_states_waiting" in row[3] for row in plan)


@pytest.fixture
async def sqlite_world_of(small_world: World) -> World:
    await small_world.build()
    return small_world


def _where() -> dict[str, Any]:
    return {"in_state": "sent", "since": 0, "since_1": 0, "until": 1, "after": "", "n": 1}
