from typing import Any

import pytest
from sqlalchemy import select

from heliogram.model.access import Scope
from heliogram.model.consent import Subscription
from heliogram.model.message import State
from heliogram.model.number import NO, Kind, Source, fact
from heliogram.storage import deliveries, lanes, media, numbers
from heliogram.storage.tables.access import audit
from heliogram.storage.tables.delivery import attempts, messages, outcomes, receipts
from tests.api.kit import jpeg, launched, n_rows, problem, uploaded
from tests.doors import Doors
from tests.world import GROUP, NOON, SMSC, WORKSPACE

V1 = "/api/v1"
ADA = "+13125550101"


async def sent(doors: Doors, to: str = ADA, **changes: Any) -> Any:
    asked = {"group_id": GROUP, "to": to, "body": "Hello"} | changes
    answer = await doors.api.post(f"{V1}/messages", json=asked)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def listed(doors: Doors, **query: str) -> list[str]:
    answer = await doors.api.get(f"{V1}/messages", params=query)
    return [each["id"] for each in answer.json()["items"]]


async def stand(doors: Doors, message_id: str, state: State, reason: str = "") -> None:
    row = {"message_id": message_id, "workspace_id": WORKSPACE, "lane_id": "g-offers", "campaign_id": None}
    async with doors.app.store.write() as connection:
        await deliveries.add_states(connection, [row | {"state": state.value, "reason": reason, "at": NOON}])


async def test_one_message_is_queued_and_its_person_is_made_known(doors: Doors) -> None:
    told = await sent(doors, "(312) 555-0101")
    assert (told["phone"], told["state"], told["group_name"], told["campaign_id"]) == (ADA, "queued", "Offers", None)
    people = (await doors.api.get(f"{V1}/contacts")).json()["items"]
    assert [(each["phone"], each["country"], each["subscriptions"]) for each in people] == [(ADA, "US", [])]
    await sent(doors)
    assert await n_rows(doors, "messages", "contacts", "lanes") == {"messages": 2, "contacts": 1, "lanes": 1}


async def test_a_picture_makes_a_message_a_picture_message_unless_it_says_otherwise(doors: Doors) -> None:
    picture = (await uploaded(doors, jpeg(64)))["id"]
    ids = [
        (await sent(doors, media_ids=[picture]))["id"],
        (await sent(doors, media_ids=[picture], content="text_link"))["id"],
        (await sent(doors))["id"],
    ]
    async with doors.app.store.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT id, content FROM messages")).all()
    assert [dict(rows)[each] for each in ids] == ["mms", "text_link", "text"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"content": "mms"}, "invalid", "media_ids"),
        ({"content": "text_link"}, "invalid", "media_ids"),
        ({"body": ""}, "invalid", "body"),
        ({"body": " \n"}, "invalid", "body"),
    ],
)
async def test_a_message_with_nothing_in_it_is_not_queued(
    doors: Doors, changed: dict[str, str], code: str, field: str
) -> None:
    answer = await doors.api.post(f"{V1}/messages", json={"group_id": GROUP, "to": ADA, "body": "Hi"} | changed)
    assert problem(answer, code)
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert await n_rows(doors, "messages", "contacts") == {"messages": 0, "contacts": 0}


async def test_messages_are_found_by_campaign_state_reason_number_and_id(doors: Doors) -> None:
    await doors.world.add_people(["+13125550101"])
    one, two, three = [(await sent(doors, f"+1312555010{n}"))["id"] for n in (1, 2, 3)]
    await stand(doors, two, State.FAILED, "unreachable")
    await stand(doors, three, State.SKIPPED, "no_consent")
    assert await listed(doors) == [three, two, one]
    assert await listed(doors, state="failed") == [two]
    assert await listed(doors, state="failed, skipped") == [three, two]
    assert await listed(doors, state="queued") == [one]
    assert await listed(doors, reason="no_consent") == [three]
    assert await listed(doors, q="555-0102") == [two]
    assert await listed(doors, q=one) == [one]
    assert await listed(doors, q="nobody") == []
    assert await listed(doors, campaign_id="unknown") == []
    assert [await listed(doors, media=each) for each in ("with", "link", "without")] == [[], [], [three, two, one]]
    answer = await doors.api.get(f"{V1}/messages", params={"media": "film"})
    assert problem(answer, "invalid").startswith("media: ")
    campaign = await launched(doors)
    await doors.app.expander.step()
    (of_campaign,) = await listed(doors, campaign_id=campaign)
    told = (await doors.api.get(f"{V1}/messages/{of_campaign}")).json()
    assert (told["campaign_name"], told["person_name"], told["body"]) == (
        "Sale",
        "Ada",
        "Hi Ada. Reply STOP to opt out",
    )


async def test_a_message_tells_its_story_from_the_rule_to_the_receipt(doors: Doors) -> None:
    await doors.world.add_people([ADA])
    (fact_id,) = await doors.world.say(Subscription.SUBSCRIBED, [ADA])
    picture = await uploaded(doors, jpeg(64))
    message = (await sent(doors, media_ids=[picture["id"]]))["id"]
    await _went_out(doors, message, picture["id"], fact_id)
    told = (await doors.api.get(f"{V1}/messages/{message}")).json()
    kinds = [step["kind"] for step in told["timeline"]]
    assert kinds == ["queued", "consent", "route", "written", "attempt", "outcome", "receipt", "open"]
    by_kind = {step["kind"]: step for step in told["timeline"]}
    assert by_kind["consent"]["detail"] == "said so"
    assert by_kind["route"]["detail"].startswith("This destination takes no picture messages")
    assert {each["label"]: each["value"] for each in by_kind["written"]["facts"]}["Link"] == "/p/Token12345"
    assert by_kind["outcome"]["raw"] == "submit_sm … +1312•••0101"
    assert (by_kind["receipt"]["title"], by_kind["receipt"]["tone"]) == ("Confirmed on the handset", "ok")
    assert (told["link"], told["media"][0]["id"]) == ("http://heliogram.test/p/Token12345", picture["id"])
    assert (told["channel"], told["segments"], told["sender"]) == ("sms_link", 2, "+13125550100")
    assert [step["at"] for step in told["timeline"]] == sorted(step["at"] for step in told["timeline"])


async def _went_out(doors: Doors, message: str, picture: str, fact_id: str) -> None:
    key = {"message_id": message, "n": 1, "workspace_id": WORKSPACE, "at": NOON}
    attempt = key | {"account_id": SMSC, "sender_id": "us", "channel": "sms_link", "reason": "destination_no_mms"}
    attempt |= {"encoding": "GSM-7", "n_segments": 2, "link_token": "Token12345", "variant_sha256": None}
    attempt |= {"variant_octets": None, "fact_id": fact_id, "reference": 7}
    outcome = key | {"kind": "accepted", "code": "", "reason": "", "is_permanent": None, "carrier_ids": ["c1", "c2"]}
    receipt = {"account_id": SMSC, "carrier_id": "c1", "news": "delivered", "about_e164": ADA, "at": NOON}
    receipt |= {"workspace_id": WORKSPACE, "code": "", "raw": "", "message_id": message}
    link = {"token": "Token12345", "workspace_id": WORKSPACE, "media_id": picture, "message_id": message}
    opened = {"id": "o", "workspace_id": WORKSPACE, "token": "Token12345", "campaign_id": None, "at": NOON}
    async with doors.app.store.write() as connection:
        await connection.execute(attempts.insert(), attempt)
        await connection.execute(outcomes.insert(), outcome | {"exchange": "submit_sm … +1312•••0101"})
        await connection.execute(receipts.insert(), receipt)
        await media.add_links(connection, [link | {"campaign_id": None, "expires_at": doors.clock.now()}])
        await media.add_open(connection, opened | {"is_preview": False, "user_agent": ""})
    await stand(doors, message, State.DELIVERED)


async def test_a_message_that_was_skipped_says_why(doors: Doors) -> None:
    message = (await sent(doors))["id"]
    await stand(doors, message, State.SKIPPED, "opted_out")
    told = (await doors.api.get(f"{V1}/messages/{message}")).json()
    assert (told["reason"], told["sentence"]) == ("opted_out", "This person has unsubscribed from this group.")
    assert told["timeline"][-1]["detail"] == told["sentence"]


async def test_a_queued_message_is_one_lane_away_from_the_worker(doors: Doors) -> None:
    await sent(doors)
    async with doors.app.store.read() as connection:
        assert await lanes.queue_depth(connection, WORKSPACE) == 1
        assert list(await lanes.with_work(connection, NOON, "me")) == [lanes.single_lane_of(GROUP)]


async def test_a_message_may_want_its_text_otherwise_than_its_group(doors: Doors) -> None:
    asked = {"group_id": GROUP, "to": "+13125550101", "body": "It’s"}
    made = await doors.api.post(f"{V1}/messages", json=asked | {"text_rules": {"smart_encoding": False}})
    assert made.status_code == 202
    async with doors.app.store.read() as connection:
        wishes = (await connection.execute(select(messages.c.text_rules))).scalar_one()
    assert wishes == {"smart_encoding": False}
    answer = await doors.api.post(f"{V1}/messages", json=asked | {"text_rules": {"max_segments": 11}})
    problem(answer, "invalid")


async def test_only_a_picture_message_has_a_text_for_phones_without_pictures(doors: Doors) -> None:
    asked = {"group_id": GROUP, "to": "+13125550101", "body": "Look", "fallback_body": "At {{ link }}, {{ name }}"}
    problem(await doors.api.post(f"{V1}/messages", json=asked), "invalid")
    made = await doors.api.post(f"{V1}/messages", json=asked | {"media_ids": [(await uploaded(doors))["id"]]})
    told = (await doors.api.get(f"{V1}/messages/{made.json()['id']}")).json()
    assert (told["body"], told["link_text"]) == ("Look", "At {{ link }}, {{ name }}")


# ── canceling ──


async def _canceled(doors: Doors, message_id: str) -> Any:
    return await doors.api.post(f"{V1}/messages/{message_id}/cancel")


async def test_a_message_that_waits_is_stopped_and_the_audit_log_says_by_whom(doors: Doors) -> None:
    told = await sent(doors)
    answer = await _canceled(doors, told["id"])
    assert (answer.status_code, answer.json()["id"]) == (202, told["id"])
    async with doors.app.store.read() as connection:
        (at,) = (await connection.execute(select(messages.c.canceled_at))).scalars()
        (row,) = (await connection.execute(select(audit).where(audit.c.action == "message.cancel"))).all()
    assert (at, row.subject, row.actor != "") == (NOON, told["id"], True)


@pytest.mark.parametrize(
    ("state", "words"), [(State.SENDING, "handed over at this moment"), (State.DELIVERED, "come to its end")]
)
async def test_what_cannot_be_canceled_any_more_is_refused_with_the_reason(
    doors: Doors, state: State, words: str
) -> None:
    told = await sent(doors)
    await stand(doors, told["id"], state)
    answer = await _canceled(doors, told["id"])
    assert words in problem(answer, "conflict")


async def test_nobody_cancels_what_is_not_there_or_what_they_may_not(doors: Doors) -> None:
    assert problem(await _canceled(doors, "nothing"), "not_found") == "There is no such message."
    told = await sent(doors)
    reader = await doors.key(Scope.MESSAGES_READ)
    problem(await reader.post(f"{V1}/messages/{told['id']}/cancel"), "forbidden")
    assert await n_rows(doors, "cancellations", "audit") == {"cancellations": 0, "audit": 0}


async def test_what_a_carrier_has_is_asked_for_once_and_the_timeline_says_so(doors: Doors) -> None:
    told = await sent(doors)
    await stand(doors, told["id"], State.SENT)
    assert "gave it no id" in problem(await _canceled(doors, told["id"]), "conflict")
    ref = {"account_id": SMSC, "carrier_id": "c1", "message_id": told["id"], "n": 1, "part": 0, "n_parts": 1}
    attempt = {"message_id": told["id"], "n": 1, "workspace_id": WORKSPACE, "at": NOON, "account_id": SMSC}
    attempt |= {"sender_id": "us", "channel": "sms", "reason": "text", "encoding": "GSM-7", "n_segments": 1}
    attempt |= {"link_token": None, "variant_sha256": None, "variant_octets": None, "fact_id": None, "reference": 1}
    async with doors.app.store.write() as connection:
        await deliveries.add_attempts(connection, [attempt | {"rewriting": None}])
        await deliveries.add_refs(connection, [ref | {"workspace_id": WORKSPACE}])
    assert (await _canceled(doors, told["id"])).status_code == 202
    assert await n_rows(doors, "cancellations") == {"cancellations": 1}
    steps = (await doors.api.get(f"{V1}/messages/{told['id']}")).json()["timeline"]
    assert [step["detail"] for step in steps if step["kind"] == "cancel"] == [
        "The carrier is being asked to take it back."
    ]


async def test_a_message_says_what_is_known_of_its_number_now(doors: Doors) -> None:
    message = (await sent(doors))["id"]
    assert (await doors.api.get(f"{V1}/messages/{message}")).json()["number"]["mms"] == "unknown"
    async with doors.app.store.write() as connection:
        await numbers.learn(connection, WORKSPACE, [fact(ADA, Kind.MMS, NO, Source.RECEIPT, NOON)], NOON)
    told = (await doors.api.get(f"{V1}/messages/{message}")).json()["number"]
    assert (told["phone"], told["mms"]) == (ADA, "cannot")
    assert told["mms_note"] == "No pictures: the network said so on 2 Mar (today), kept until 31 May."
