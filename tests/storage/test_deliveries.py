import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from heliogram.model.message import State
from heliogram.storage import deliveries, lanes
from heliogram.storage.deliveries import Claimed, Doubt, LastAttempt, Standing
from heliogram.storage.engine import Store
from heliogram.storage.tables.delivery import outcomes, receipts
from tests.world import GROUP, MMSC, NOON, SMSC, WORKSPACE, World

LANE = "g-offers"
LATER = NOON + timedelta(seconds=10)
ADA, BO = "+13125550001", "+13125550002"


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    async with world.store.write() as connection:
        await lanes.add_lane(connection, id=LANE, workspace_id=WORKSPACE, group_id=GROUP, campaign_id=None, priority=0)
    return world


async def _message(world: World, phone: str = ADA, state: State = State.SENDING, *, id: str = "m") -> str:
    """A message that has left the queue."""
    person = {"id": None, "workspace_id": WORKSPACE, "phone_e164": phone, "country": "US"}
    row = lanes.message_row(
        person,
        id=id,
        group_id=GROUP,
        purpose="marketing",
        priority=0,
        content="text",
        body="Hello",
        now=NOON,
    )
    async with world.store.write() as connection:
        await lanes.add_messages(connection, LANE, [row])
        await deliveries.add_states(connection, [_state(id, state)])
    return id


def _state(message_id: str, state: State = State.SENDING) -> dict[str, Any]:
    row = {"message_id": message_id, "workspace_id": WORKSPACE, "lane_id": LANE, "campaign_id": None}
    return row | {"state": state.value, "reason": "", "at": NOON}


def _attempt(message_id: str, n: int = 1, **changes: Any) -> dict[str, Any]:
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
    return row | changes


def _outcome(message_id: str, n: int = 1, kind: str = "accepted", **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "message_id": message_id,
        "n": n,
        "workspace_id": WORKSPACE,
        "at": NOON,
        "kind": kind,
        "code": "",
        "reason": "",
        "is_permanent": None,
        "carrier_ids": ["c1"],
        "exchange": "",
    }
    return row | changes


def _ref(carrier_id: str, message_id: str = "m", part: int = 0, n_parts: int = 1, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"account_id": SMSC, "carrier_id": carrier_id, "message_id": message_id, "n": 1}
    return row | {"part": part, "n_parts": n_parts, "workspace_id": WORKSPACE} | changes


def _receipt(carrier_id: str, news: str = "delivered", **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"account_id": SMSC, "carrier_id": carrier_id, "news": news, "about_e164": ADA}
    row |= {"workspace_id": WORKSPACE, "at": NOON, "code": "", "raw": "", "message_id": None}
    return row | changes


async def test_a_message_stands_where_its_state_says(store: Store, world: World) -> None:
    await _message(world)
    async with store.write() as connection:
        await deliveries.set_states(connection, ["m"], State.SENT, "why", LATER)
        found = await deliveries.states_of(connection, ["m", "still queued"])
    assert found == {"m": Standing(State.SENT, "why", WORKSPACE, None)}


async def test_states_are_read_and_set_in_bulk(store: Store, world: World) -> None:
    ids = [f"m{n:05d}" for n in range(4_100)]
    async with store.write() as connection:
        await deliveries.add_states(connection, [_state(each) for each in ids])
        await deliveries.set_states(connection, ids[1:], State.SENT, "", LATER)
        found = await deliveries.states_of(connection, ids)
    assert list(found) == ids
    assert [message_id for message_id, each in found.items() if each.state is State.SENDING] == ids[:1]


async def test_two_who_move_the_same_messages_wait_for_each_other_and_both_end(store: Store, world: World) -> None:
    ids = [f"m{n}" for n in range(6)]
    async with store.write() as connection:
        await deliveries.add_states(connection, [_state(each) for each in ids])

    async def move(in_order: list[str]) -> None:
        async with store.write() as connection:
            await deliveries.states_of(connection, in_order)
            await deliveries.set_states(connection, in_order, State.SENT, "", LATER)

    async with asyncio.TaskGroup() as group:
        for turn in range(8):
            group.create_task(move(ids if turn % 2 else ids[::-1]))
    async with store.write() as connection:
        found = await deliveries.states_of(connection, ids)
    assert {each.state for each in found.values()} == {State.SENT}


async def test_a_crash_leaves_in_doubt_the_attempts_without_an_outcome(store: Store, world: World) -> None:
    for message_id in ("m1", "m2", "m3"):
        await _message(world, id=message_id)
    async with store.write() as connection:
        await deliveries.add_attempts(connection, [_attempt("m1"), _attempt("m2"), _attempt("m2", 2), _attempt("m3")])
        await deliveries.add_outcomes(connection, [_outcome("m1"), _outcome("m2", kind="refused")])
        await deliveries.set_states(connection, ["m3"], State.UNKNOWN, "crashed", NOON)
        assert await deliveries.sending_in_lane(connection, LANE) == [("m2", 2)]
        assert await deliveries.sending_in_lane(connection, "another lane") == []


async def test_an_attempt_and_its_outcome_are_recorded_once(store: Store, world: World) -> None:
    await _message(world)
    async with store.write() as connection:
        await deliveries.add_attempts(connection, [_attempt("m")])
        await deliveries.add_outcomes(connection, [_outcome("m")])
    for add, row in ((deliveries.add_attempts, _attempt("m")), (deliveries.add_outcomes, _outcome("m"))):
        with pytest.raises(IntegrityError):
            async with store.write() as connection:
                await add(connection, [row])


async def test_an_attempt_given_up_after_a_crash_is_not_answered(store: Store, world: World) -> None:
    async with store.write() as connection:
        rows = [_outcome("m1"), _outcome("m1", 2, kind="refused"), _outcome("m2", kind="unknown", reason="no_answer")]
        rows += [_outcome("m3", kind="unknown", reason="crashed"), _outcome("m4")]
        await deliveries.add_outcomes(connection, rows)
        found = await deliveries.answered(connection, ["m1", "m2", "m3", "never tried"])
    assert found == {("m1", 1), ("m1", 2), ("m2", 1)}


async def test_a_late_answer_does_not_overwrite_what_was_recorded_meanwhile(store: Store, world: World) -> None:
    await _message(world)
    async with store.write() as connection:
        await deliveries.add_outcomes(connection, [_outcome("m", kind="unknown", carrier_ids=[])])
        await deliveries.add_late_outcomes(connection, [_outcome("m", kind="accepted"), _outcome("m", 2)])
        rows = (await connection.execute(select(outcomes).order_by(outcomes.c.n))).all()
    assert [(row.n, row.kind, row.carrier_ids) for row in rows] == [(1, "unknown", []), (2, "accepted", ["c1"])]


async def test_a_receipt_is_stored_once_for_each_news(store: Store, world: World) -> None:
    async with store.write() as connection:
        first = await deliveries.add_receipts(connection, [_receipt("c1", "en_route"), _receipt("c2")])
        again = await deliveries.add_receipts(connection, [_receipt("c1", "en_route"), _receipt("c1", at=LATER)])
        rows = (await connection.execute(select(receipts.c.carrier_id, receipts.c.news, receipts.c.at))).all()
    assert first == {("c1", "en_route"), ("c2", "delivered")}
    assert again == {("c1", "delivered")}
    assert sorted(map(tuple, rows)) == [("c1", "delivered", LATER), ("c1", "en_route", NOON), ("c2", "delivered", NOON)]


async def test_a_receipt_heard_twice_in_one_breath_is_stored_once(store: Store, world: World) -> None:
    async with store.write() as connection:
        assert await deliveries.add_receipts(connection, [_receipt("c1"), _receipt("c1")]) == {("c1", "delivered")}
        assert len((await connection.execute(select(receipts))).all()) == 1


async def test_two_accounts_may_give_the_same_id(store: Store, world: World) -> None:
    async with store.write() as connection:
        await deliveries.add_refs(connection, [_ref("c1"), _ref("c1", "other", account_id=MMSC)])
        await deliveries.add_receipts(connection, [_receipt("c1"), _receipt("c1", account_id=MMSC)])
        assert await deliveries.claims_of(connection, SMSC, ["c1"]) == {"c1": [Claimed("m", 1, 0, 1)]}
        assert await deliveries.claims_of(connection, MMSC, ["c1"]) == {"c1": [Claimed("other", 1, 0, 1)]}
        await deliveries.set_matched(connection, SMSC, [("c1", "m")])
        assert [row["account_id"] for row in await deliveries.unmatched(connection, MMSC, ["c1"])] == [MMSC]
        assert await deliveries.unmatched(connection, SMSC, ["c1"]) == []


async def test_an_id_that_a_carrier_repeats_names_every_message_that_was_given_it(store: Store, world: World) -> None:
    async with store.write() as connection:
        await deliveries.add_refs(connection, [_ref("c1", "m1"), _ref("c1", "m2"), _ref("c2", "m1", 1, 2)])
        found = await deliveries.claims_of(connection, SMSC, ["c1", "c2", "never given"])
    assert {each.message_id for each in found["c1"]} == {"m1", "m2"}
    assert found["c2"] == [Claimed("m1", 1, 1, 2)]
    assert "never given" not in found


async def test_claims_are_found_in_bulk(store: Store, world: World) -> None:
    ids = [f"c{n:05d}" for n in range(2_500)]
    async with store.write() as connection:
        await deliveries.add_refs(connection, [_ref(each, f"m{each}") for each in ids])
        found = await deliveries.claims_of(connection, SMSC, (each for each in ids))
    assert sorted(found) == ids


async def test_the_segments_of_a_text_come_with_the_news_each_has_had(store: Store, world: World) -> None:
    async with store.write() as connection:
        await deliveries.add_refs(connection, [_ref(f"c{part}", part=part, n_parts=3) for part in range(3)])
        await deliveries.add_receipts(connection, [_receipt("c0"), _receipt("c1", "en_route"), _receipt("c1")])
        await deliveries.set_matched(connection, SMSC, [("c0", "m"), ("c1", "m")])
        found = await deliveries.parts_of(connection, ["m"])
    news = sorted((row.part, row.n_parts, row.news or "") for row in found["m"])
    assert news == [(0, 3, "delivered"), (1, 3, "delivered"), (1, 3, "en_route"), (2, 3, "")]


async def test_a_receipt_that_overtook_the_answer_waits_until_it_is_matched(store: Store, world: World) -> None:
    async with store.write() as connection:
        await deliveries.add_receipts(connection, [_receipt("c1"), _receipt("c2", about_e164=BO)])
        assert len(await deliveries.unmatched(connection, SMSC, ["c1", "c2"])) == 2
        assert [row["carrier_id"] for row in await deliveries.unmatched_about(connection, SMSC, [BO])] == ["c2"]
        await deliveries.set_matched(connection, SMSC, [("c1", "m"), ("c2", "m2")])
        await deliveries.set_matched(connection, SMSC, [])
        assert await deliveries.unmatched(connection, SMSC, ["c1", "c2"]) == []
        assert await deliveries.unmatched_about(connection, SMSC, [BO]) == []


async def test_a_matched_receipt_stays_with_its_message(store: Store, world: World) -> None:
    async with store.write() as connection:
        await deliveries.add_receipts(connection, [_receipt("c1")])
        await deliveries.set_matched(connection, SMSC, [("c1", "m")])
        await deliveries.set_matched(connection, SMSC, [("c1", "another")])
        assert list((await connection.execute(select(receipts.c.message_id))).scalars()) == ["m"]


async def test_in_doubt_is_what_may_be_answered_yet_and_what_was_lost(store: Store, world: World) -> None:
    given = {"open": State.SENDING, "lost": State.UNKNOWN, "told": State.SENT, "refused": State.RETRYING}
    for message_id, state in given.items():
        await _message(world, state=state, id=message_id)
    await _message(world, BO, id="elsewhere")
    async with store.write() as connection:
        await deliveries.add_attempts(connection, [_attempt(each, n_segments=2) for each in given])
        await deliveries.add_attempts(connection, [_attempt("elsewhere", account_id=MMSC, n_segments=0)])
        kinds = {"lost": "unknown", "told": "accepted", "refused": "refused"}
        await deliveries.add_outcomes(connection, [_outcome(each, kind=kind) for each, kind in kinds.items()])
        through_smsc = await deliveries.in_doubt(connection, WORKSPACE, SMSC, [ADA, BO])
        through_mmsc = await deliveries.in_doubt(connection, WORKSPACE, MMSC, [ADA, BO])
        assert await deliveries.in_doubt(connection, "another workspace", SMSC, [ADA]) == {}
    assert {each.claim.message_id: each.is_open for each in through_smsc[ADA]} == {"open": True, "lost": False}
    assert BO not in through_smsc
    # A picture message has no segments, and one receipt.
    assert through_mmsc == {BO: [Doubt(Claimed("elsewhere", 1, 0, 1), NOON, True)]}


async def test_the_latest_attempt_is_the_one_with_the_highest_number(store: Store, world: World) -> None:
    async with store.write() as connection:
        await deliveries.add_attempts(
            connection, [_attempt("m", 2, channel="sms_link", reason="media_not_taken"), _attempt("m", 1)]
        )
        assert await deliveries.last_attempts(connection, ["m", "untried"]) == {
            "m": LastAttempt(2, "sms_link", "media_not_taken")
        }
        assert await deliveries.last_attempts(connection, []) == {}


async def test_numbers_are_told_by_the_account_they_went_through(store: Store, world: World) -> None:
    await _message(world, ADA, id="m1")
    await _message(world, BO, id="m2")
    async with store.write() as connection:
        await deliveries.add_attempts(connection, [_attempt("m1"), _attempt("m2", account_id=MMSC)])
        assert await deliveries.numbers_of(connection, ["m1", "m2"]) == {SMSC: [ADA], MMSC: [BO]}


async def test_an_answer_and_a_receipt_of_an_account_are_stored_one_after_the_other(store: Store, world: World) -> None:
    """Each side looks for the other after it has stored itself: whoever comes second must see the first."""

    async def answer(carrier_id: str) -> bool:
        async with store.write() as connection:
            await deliveries.lock_account(connection, SMSC)
            await deliveries.add_refs(connection, [_ref(carrier_id)])
            return bool(await deliveries.unmatched(connection, SMSC, [carrier_id]))

    async def hear(carrier_id: str) -> bool:
        async with store.write() as connection:
            await deliveries.lock_account(connection, SMSC)
            await deliveries.add_receipts(connection, [_receipt(carrier_id)])
            return bool(await deliveries.claims_of(connection, SMSC, [carrier_id]))

    for carrier_id in ("c1", "c2", "c3", "c4"):
        met = await asyncio.gather(answer(carrier_id), hear(carrier_id))
        assert sorted(met) == [False, True]


async def test_receipts_that_match_nothing_are_counted_by_account(store: Store, world: World) -> None:
    await world.add_workspace("other")
    row = {"news": "delivered", "about_e164": "", "at": NOON, "code": "", "raw": "", "answer_id": None}
    rows = [
        row | {"account_id": account_id, "carrier_id": carrier_id, "workspace_id": where, "message_id": message_id}
        for account_id, carrier_id, where, message_id in (
            (SMSC, "1", WORKSPACE, None),
            (SMSC, "2", WORKSPACE, None),
            (SMSC, "3", WORKSPACE, "m"),
            (MMSC, "4", WORKSPACE, None),
            ("theirs", "5", "other", None),
        )
    ]
    async with store.write() as connection:
        await deliveries.add_receipts(connection, rows)
        every = [SMSC, MMSC, "theirs"]
        assert await deliveries.n_unmatched(connection, WORKSPACE, every) == {SMSC: 2, MMSC: 1}
        assert await deliveries.n_unmatched(connection, WORKSPACE, [MMSC]) == {MMSC: 1}
