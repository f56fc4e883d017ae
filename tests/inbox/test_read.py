import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from heliogram.campaigns.single import Single, queue_single
from heliogram.consent.verdict import may_send
from heliogram.inbox.read import REPLY_PRIORITY, Reader
from heliogram.model.consent import Allowed, Subscription
from heliogram.model.message import Content
from heliogram.model.phone import Phone
from heliogram.model.queue import Lane, LaneState
from heliogram.storage import consent, inbound, lanes, people
from heliogram.storage.tables.consent import consent_facts
from heliogram.storage.tables.delivery import messages
from heliogram.storage.tables.inbound import inbound as inbound_rows
from tests.campaigns.crash import AT_COMMIT, Crash, crashing
from tests.world import GROUP, SMSC, WORKSPACE, World

ADA = "+13125550001"
LONG_CODE = "+13125550100"
GOODBYE = "You are unsubscribed from {}. No more messages will be sent. Reply HELP for help."
WELCOME = "You are subscribed to {}. Msg & data rates may apply. Reply HELP for help, STOP to opt out."


def _reader(world: World) -> Reader:
    return Reader(
        world.store,
        new_id=world.ids.new_id,
        now=world.clock.now,
        country_of=lambda e164: "GB" if e164.startswith("+44") else "US",
    )


async def _hear(world: World, text: str, *, read: bool = True, **changes: Any) -> None:
    """A phone wrote: stored as the carrier's sink stores it, and read."""
    row: dict[str, Any] = {
        "id": world.ids.new_id(),
        "workspace_id": WORKSPACE,
        "account_id": SMSC,
        "unique_key": f"k{world.ids.new_id()}",
        "from_e164": ADA,
        "to_address": LONG_CODE,
        "text": text,
        "concat_reference": None,
        "concat_total": None,
        "concat_number": None,
        "media": [],
        "at": world.clock.now(),
        "raw": "",
        "read_as": None,
    }
    async with world.store.write() as connection:
        await inbound.add(connection, [row | changes])
    if read:
        await _reader(world).step()


async def _standing(world: World, group_id: str = GROUP, phone: str = ADA) -> Subscription | None:
    async with world.store.read() as connection:
        found = (await consent.standings_of(connection, WORKSPACE, group_id, [phone])).get(phone)
    return found.state if found else None


async def _replies(world: World) -> Sequence[Any]:
    async with world.store.read() as connection:
        query = select(messages).where(messages.c.purpose == "reply").order_by(messages.c.id)
        return (await connection.execute(query)).mappings().all()


async def _facts(world: World) -> Sequence[Any]:
    async with world.store.read() as connection:
        return (await connection.execute(select(consent_facts).order_by(consent_facts.c.position))).mappings().all()


async def _read_as(world: World) -> list[str | None]:
    async with world.store.read() as connection:
        return list((await connection.execute(select(inbound_rows.c.read_as).order_by(inbound_rows.c.id))).scalars())


@pytest.fixture
async def world(world: World) -> World:
    await world.build()
    await world.add_people([ADA])
    return world


@pytest.fixture
async def small_world(small_world: World) -> World:
    await small_world.build()
    await small_world.add_people([ADA])
    return small_world


# ── STOP, START, HELP ──


@pytest.mark.parametrize(
    "text", ["STOP", "stop", " Stop. ", "unsubscribe", "CANCEL", "quit", "END", "ARRÊT", "please stop texting me"]
)
async def test_a_stop_is_a_fact_with_the_words_it_was_said_in(small_world: World, text: str) -> None:
    small_world.clock.move(seconds=60)
    await _hear(small_world, text)
    assert await _standing(small_world) is Subscription.UNSUBSCRIBED
    fact = (await _facts(small_world))[-1]
    assert (fact["source"], fact["at"]) == ("keyword", small_world.clock.now())
    assert fact["evidence"] == f"Texted “{text.strip()}” to {LONG_CODE}"
    assert await _read_as(small_world) == ["stop"]


async def test_the_confirmation_is_queued_behind_the_fact_before_everything_else_and_says_from_what(
    world: World,
) -> None:
    await _hear(world, "STOP")
    (reply,) = await _replies(world)
    assert (reply["body"], reply["priority"]) == (GOODBYE.format("Offers"), REPLY_PRIORITY)
    assert (reply["phone_e164"], reply["lane_id"], reply["campaign_id"]) == (ADA, lanes.single_lane_of(GROUP), None)
    assert (reply["content"], reply["contact_id"]) == ("text", world.people[ADA])
    assert reply["from_address"] == LONG_CODE
    fact = (await _facts(world))[-1]
    assert fact["state"] == "unsubscribed" and fact["id"] < reply["id"]


async def test_the_confirmation_may_leave_although_the_person_has_unsubscribed_and_nothing_else_may(
    small_world: World,
) -> None:
    async with small_world.store.write() as connection:
        offer = Single(group_id=GROUP, to=Phone(e164=ADA, country="US"), body="Soup!", content=Content.TEXT)
        await queue_single(connection, WORKSPACE, offer, new_id=small_world.ids.new_id, now=small_world.clock.now())
    await _hear(small_world, "STOP")
    lane = Lane(
        id=lanes.single_lane_of(GROUP),
        workspace_id=WORKSPACE,
        group_id=GROUP,
        campaign_id=None,
        state=LaneState.OPEN,
        priority=0,
        tail=2,
        cursor=0,
    )
    async with small_world.store.read() as connection:
        queued = await lanes.read_next(connection, lane, 9)
        standing = (await consent.standings_of(connection, WORKSPACE, GROUP, [ADA]))[ADA]
    verdicts = {message.body: may_send(message, standing, small_world.clock.now()) for message in queued}
    assert isinstance(verdicts[GOODBYE.format("Offers")], Allowed)
    assert not isinstance(verdicts["Soup!"], Allowed)


async def test_a_stop_is_confirmed_once_however_often_it_is_said_until_the_person_comes_back(world: World) -> None:
    for _ in range(3):
        await _hear(world, "STOP")
    assert len(await _replies(world)) == 1
    assert [fact["state"] for fact in await _facts(world)][1:] == ["unsubscribed"] * 3
    await _hear(world, "START")
    await _hear(world, "STOP")
    bodies = [reply["body"] for reply in await _replies(world)]
    assert bodies == [GOODBYE.format("Offers"), WELCOME.format("Offers"), GOODBYE.format("Offers")]


async def test_who_was_unsubscribed_by_staff_and_then_says_stop_gets_the_confirmation(small_world: World) -> None:
    await small_world.say(Subscription.UNSUBSCRIBED, [ADA])
    await _hear(small_world, "STOP")
    assert [reply["body"] for reply in await _replies(small_world)] == [GOODBYE.format("Offers")]


async def test_a_start_after_a_stop_subscribes_again(world: World) -> None:
    await _hear(world, "STOP")
    await _hear(world, "Start")
    assert await _standing(world) is Subscription.SUBSCRIBED
    assert [fact["state"] for fact in await _facts(world)] == ["subscribed", "unsubscribed", "subscribed"]


async def test_help_answers_with_the_groups_own_words_and_changes_nothing(small_world: World) -> None:
    n_facts = len(await _facts(small_world))
    await _hear(small_world, "HELP")
    assert [reply["body"] for reply in await _replies(small_world)] == ["Northgate: call 312 555 0100."]
    assert (len(await _facts(small_world)), await _standing(small_world)) == (n_facts, Subscription.SUBSCRIBED)


async def test_help_is_answered_after_a_stop_too(small_world: World) -> None:
    await _hear(small_world, "STOP")
    await _hear(small_world, "HELP")
    assert len(await _replies(small_world)) == 2
    assert await _standing(small_world) is Subscription.UNSUBSCRIBED


@pytest.mark.parametrize("text", ["Thanks!", "When do you open?", "", "🍲", "don't stop the music"])
async def test_any_other_text_changes_nothing_and_is_answered_by_nobody(small_world: World, text: str) -> None:
    await _hear(small_world, text)
    assert (await _replies(small_world), await _standing(small_world)) == ([], Subscription.SUBSCRIBED)
    assert (await _read_as(small_world), len(await _facts(small_world))) == (["other"], 1)


async def test_a_stranger_becomes_a_contact_and_their_stop_counts(world: World) -> None:
    stranger = "+447700900001"
    await _hear(world, "STOP", from_e164=stranger)
    assert await _standing(world, phone=stranger) is Subscription.UNSUBSCRIBED
    async with world.store.read() as connection:
        contact = (await people.by_phones(connection, WORKSPACE, [stranger]))[stranger]
    assert (contact["country"], [reply["phone_e164"] for reply in await _replies(world)]) == ("GB", [stranger])


# ── whose STOP it is ──


async def test_a_stop_to_a_shared_sender_concerns_every_group_that_uses_it_and_no_other(world: World) -> None:
    await world.add_group("visits", ["us"])
    await world.add_sender("uk", address="+447700900100", countries=["GB"])
    await world.add_group("abroad", ["uk"])
    for group_id in ("visits", "abroad"):
        await world.say(Subscription.SUBSCRIBED, [ADA], group_id)
    await _hear(world, "STOP")
    assert [await _standing(world, each) for each in (GROUP, "visits", "abroad")] == [
        Subscription.UNSUBSCRIBED,
        Subscription.UNSUBSCRIBED,
        Subscription.SUBSCRIBED,
    ]
    assert [reply["body"] for reply in await _replies(world)] == [GOODBYE.format("Offers and Visits")]


async def test_the_group_that_wrote_last_answers_for_a_shared_sender(small_world: World) -> None:
    await small_world.add_group("visits", ["us"], help_text="Visits: call 312 555 0101.")
    async with small_world.store.write() as connection:
        for group_id in (GROUP, "visits"):
            await queue_single(
                connection,
                WORKSPACE,
                Single(group_id=group_id, to=Phone(e164=ADA, country="US"), body="Hello", content=Content.TEXT),
                new_id=small_world.ids.new_id,
                now=small_world.clock.now(),
            )
    await _hear(small_world, "HELP")
    assert [reply["body"] for reply in await _replies(small_world)] == ["Visits: call 312 555 0101."]


async def test_a_start_takes_back_what_a_stop_did_and_subscribes_to_nothing_else(small_world: World) -> None:
    await _hear(small_world, "STOP")
    await small_world.add_group("news", ["us"])  # came to the sender later: this person has never heard of it
    await _hear(small_world, "START")
    assert await _standing(small_world) is Subscription.SUBSCRIBED
    assert await _standing(small_world, "news") is None
    assert (await _replies(small_world))[-1]["body"] == WELCOME.format("Offers")


async def test_a_text_to_a_sender_of_no_group_is_kept_and_nothing_follows(small_world: World) -> None:
    await _hear(small_world, "STOP", to_address="62449")
    assert (await _read_as(small_world), await _replies(small_world)) == (["stop"], [])
    assert await _standing(small_world) is Subscription.SUBSCRIBED


async def test_a_stop_in_one_workspace_says_nothing_in_another(small_world: World) -> None:
    await small_world.add_workspace("another")
    await _hear(small_world, "STOP", workspace_id="another")
    assert await _standing(small_world) is Subscription.SUBSCRIBED


# ── segments and repetition ──

PARTS = ("please", " stop texting", " me")


async def _hear_part(world: World, number: int, **changes: Any) -> None:
    concat = {"concat_reference": 7, "concat_total": len(PARTS), "concat_number": number}
    text = changes.pop("text", PARTS[number - 1])
    await _hear(world, text, **concat | changes)


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
async def test_a_text_in_segments_is_read_when_the_last_is_there_whatever_their_order(
    small_world: World, order: tuple[int, ...]
) -> None:
    for number in order[:-1]:
        await _hear_part(small_world, number)
        assert (await _replies(small_world), await _standing(small_world)) == ([], Subscription.SUBSCRIBED)
    await _hear_part(small_world, order[-1])
    assert len(await _replies(small_world)) == 1
    assert "please stop texting me" in (await _facts(small_world))[-1]["evidence"]
    assert await _read_as(small_world) == ["stop"] * 3


@pytest.mark.parametrize("repeated", [1, 2, 3])
async def test_a_segment_that_comes_twice_under_another_key_is_one_segment(small_world: World, repeated: int) -> None:
    for number in (1, 2, 3):
        await _hear_part(small_world, number)
        if number == repeated:
            await _hear_part(small_world, number)
    assert len(await _replies(small_world)) == 1
    assert "please stop texting me" in (await _facts(small_world))[-1]["evidence"]


async def test_segments_that_were_stored_together_are_read_as_one_text(small_world: World) -> None:
    for number in (3, 1, 2):
        await _hear_part(small_world, number, read=False)
    assert await _reader(small_world).step() == 3
    assert len(await _replies(small_world)) == 1


async def test_a_segment_stored_without_its_octets_is_read_as_it_said_beside_one_that_has_them(
    world: World,
) -> None:
    emoji = "🎉".encode("utf-16-be")
    coded = {"coding": "utf-16-be", "text": "\ufffd"}
    await _hear_part(world, 1)
    await _hear_part(world, 2, octets=emoji[:2], **coded)
    await _hear_part(world, 3, octets=emoji[2:], **coded)
    async with world.store.read() as connection:
        query = select(inbound_rows.c.text).order_by(inbound_rows.c.concat_number)
        assert list((await connection.execute(query)).scalars()) == ["please", "", "🎉"]


async def test_a_stop_is_read_across_a_character_that_was_cut(small_world: World) -> None:
    octets = "🛑stop".encode("utf-16-be")
    for number, part in enumerate((octets[:2], octets[2:4], octets[4:]), 1):
        await _hear_part(small_world, number, octets=part, coding="utf-16-be", text="\ufffd")
    assert [fact["state"] for fact in await _facts(small_world)][-1] == "unsubscribed"
    assert "“🛑stop”" in (await _facts(small_world))[-1]["evidence"]


async def test_segments_of_two_people_are_two_texts(small_world: World) -> None:
    await _hear_part(small_world, 1)
    await _hear_part(small_world, 2, from_e164="+13125550002")
    await _hear_part(small_world, 3)
    assert (await _replies(small_world), await _read_as(small_world)) == ([], ["part"] * 3)


async def test_a_message_the_carrier_repeats_is_read_and_answered_once(world: World) -> None:
    for _ in range(3):
        await _hear(world, "HELP", unique_key="the same")
    assert len(await _replies(world)) == 1


async def test_a_crash_at_any_statement_loses_no_stop_and_confirms_it_once(world: World) -> None:
    await _hear(world, "STOP", read=False)
    n_crashes = 0
    for at in itertools.chain([AT_COMMIT], itertools.count()):
        try:
            with crashing(world.store, at):
                await _reader(world).step()
        except Crash:
            n_crashes += 1
            assert (await _standing(world), await _replies(world)) == (Subscription.SUBSCRIBED, [])
            continue
        break
    assert n_crashes >= 10
    await _reader(world).step()
    assert (await _standing(world), len(await _replies(world))) == (Subscription.UNSUBSCRIBED, 1)
    assert len(await _facts(world)) == 2


async def test_two_processes_that_read_at_once_answer_once(world: World) -> None:
    for _ in range(4):
        await _hear(world, "HELP", read=False)
    both = await asyncio.gather(_reader(world).step(), _reader(world).step())
    await _reader(world).step()
    assert (sum(both), len(await _replies(world))) == (4, 4)
