from collections import Counter
from typing import Any

import pytest

from heliogram.api.estimate import N_BEFORE_LAUNCH, draft_of, estimate_of, n_to_look_at
from heliogram.compose.liquid import compile_text
from heliogram.delivery.forecast import Plan, forecast
from heliogram.media.limits import MESSAGE_LIMIT_OCTETS
from heliogram.model.album import Shown
from heliogram.model.consent import Subscription
from heliogram.model.message import Channel
from tests.api.kit import connected, draft, drafted, jpeg, problem, uploaded
from tests.doors import Doors
from tests.world import GROUP, SMSC, WORKSPACE, phones_of

V1 = "/api/v1"
BODY = "Hi {{ first_name }}. Reply STOP to opt out"


@pytest.fixture
async def mixed(doors: Doors) -> Doors:
    """Seven Americans, one of whom opted out, two British people, and one the group never heard of."""
    await doors.world.add_people(phones_of(7))
    await doors.world.add_people(["+447700900001", "+447700900002"])
    await doors.world.add_people(["+13125559999"], subscribed=False)
    await doors.world.say(Subscription.UNSUBSCRIBED, phones_of(1))
    return doors


async def estimated(doors: Doors, **changes: Any) -> dict[str, Any]:
    answer = await doors.api.post(f"{V1}/estimate", json=draft(body=BODY, **changes))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_what_the_group_sends_to_unknown_numbers_is_counted_and_said(mixed: Doors) -> None:
    picture = (await uploaded(mixed))["id"]
    wanted = {"media_ids": [picture], "content": "mms", "audience": {"kind": "all"}}
    before = await estimated(mixed, **wanted)
    await mixed.api.patch(f"{V1}/groups/{GROUP}", json={"unknown_mms": "link"})
    after = await estimated(mixed, **wanted)
    assert (before["mms"], after["mms"]) == (6, 0)
    assert after["sms_link"] == before["sms_link"] + 6
    (said,) = [each for each in after["channels_by_reason"] if each["reason"] == "mms_unknown"]
    assert said["n"] == 6
    assert said["sentence"].startswith("Nobody knows whether this number takes picture messages")


async def test_the_estimate_is_the_forecast_of_the_hand_over(mixed: Doors) -> None:
    picture = (await uploaded(mixed))["id"]
    told = await estimated(mixed, media_ids=[picture], content="mms", audience={"kind": "all"})
    row = {"group_id": "offers", "body": BODY, "content": "mms", "audience_kind": "all"}
    row |= {"list_id": None, "text_rules": None, "fallback_body": ""}
    drafted_ = await draft_of(mixed.app, WORKSPACE, row, [picture])
    plan = Plan(
        workspace_id=WORKSPACE,
        group=drafted_.group,
        audience=drafted_.audience,
        content=drafted_.content,
        template=compile_text(BODY),
        shown=Shown(WORKSPACE, picture),
    )
    app = mixed.app
    counted = await forecast(app.store, app.pictures, plan, now=app.now, link_base_url=app.config.own_url())
    by_channel: Counter[Channel] = Counter()
    for (channel, _), n in counted.channels.items():
        by_channel[channel] += n
    assert (told["mms"], told["sms_link"], told["sms"]) == (
        by_channel[Channel.MMS],
        by_channel[Channel.SMS_LINK],
        by_channel[Channel.SMS],
    )
    assert {each["reason"]: each["n"] for each in told["skipped_by_reason"]} == counted.skipped
    assert {each["segments"]: each["n"] for each in told["segments"]["spread"]} == counted.segments
    assert [each["octets"] for each in told["variants"]] == [
        sum(one.n_octets for one in each.fitted) for each in counted.variants if each.fitted
    ]
    for each in (fitted for variant in told["variants"] for fitted in variant["media"]):
        assert 40 <= each["quality"] <= 95 and 0.5 < each["similarity"] <= 1


async def test_everyone_of_the_audience_is_counted_once(mixed: Doors) -> None:
    picture = (await uploaded(mixed))["id"]
    told = await estimated(mixed, media_ids=[picture], content="mms", audience={"kind": "all"})
    assert (told["audience"], told["n_counted"]) == (10, 10)
    assert (told["mms"], told["sms_link"], told["sms"], told["skipped"]) == (6, 2, 0, 2)
    assert {each["reason"]: each["n"] for each in told["skipped_by_reason"]} == {"opted_out": 1, "no_consent": 1}
    ways = {(each["channel"], each["reason"]): each["n"] for each in told["channels_by_reason"]}
    assert ways == {("mms", "mms"): 6, ("sms_link", "destination_no_mms"): 2}
    assert told["segments"] == {
        "total": 2,
        "spread": [{"segments": 1, "n": 2}],
        "by_account": [{"account_id": SMSC, "n": 2, "segments": 2}],
    }
    assert told["weight"]["verdict"] == "ok"
    assert all(each["sentence"].endswith(".") for each in told["skipped_by_reason"] + told["channels_by_reason"])


async def test_a_draft_and_its_campaign_have_the_same_estimate(mixed: Doors) -> None:
    campaign_id = await drafted(mixed, body=BODY)
    of_campaign = (await mixed.api.get(f"{V1}/campaigns/{campaign_id}/estimate")).json()
    assert of_campaign == await estimated(mixed)
    assert of_campaign["sms"] == 8


async def test_a_mistake_in_the_text_is_named_by_line_and_column_and_counts_nobody(mixed: Doors) -> None:
    body = "Hi {{ first_name }}\nyour {{ order | upcas }}. STOP"
    told = (await mixed.api.post(f"{V1}/estimate", json=draft(body=body))).json()
    (found,) = [check for check in told["checks"] if check["id"] == "text"]
    assert (found["level"], found["title"]) == ("stop", "The text has a mistake")
    assert found["detail"] == "Line 2, column 17: There is no filter “upcas”. Did you mean “upcase”?"
    campaign_id = await drafted(mixed, body=body)
    refused = await mixed.api.post(f"{V1}/campaigns/{campaign_id}/launch", json={"confirm_warnings": True})
    assert "Line 2, column 17: There is no filter" in problem(refused, "not_launched")
    assert (await mixed.api.get(f"{V1}/campaigns/{campaign_id}")).json()["state"] == "draft"


async def test_a_carrier_that_is_away_is_warned_of_by_name(mixed: Doors) -> None:
    carrier = connected(mixed)
    before = [check["id"] for check in (await estimated(mixed))["checks"]]
    await carrier.close()
    (found,) = [check for check in (await estimated(mixed))["checks"] if check["id"] == "carrier"]
    assert "carrier" not in before
    assert (found["level"], "“SMSC”" in found["detail"]) == ("warning", True)


@pytest.mark.parametrize(("extra", "verdict"), [(0, "warned"), (1, "refused")])
async def test_the_longest_text_alone_can_make_a_message_too_large(doors: Doors, extra: int, verdict: str) -> None:
    await doors.world.add_people(["+13125550101"], first_name="A")
    await doors.world.add_people(["+13125550102"], first_name="B" * (100 + extra))
    body = "{{ first_name }} STOP"
    picture = await uploaded(doors, jpeg(64, n_octets=MESSAGE_LIMIT_OCTETS - 105))
    row = draft(body=body, media_ids=[picture["id"]], content="mms")
    told = (await doors.api.post(f"{V1}/estimate", json=row)).json()
    weight = told["weight"]
    assert (weight["verdict"], weight["total"]) == (verdict, MESSAGE_LIMIT_OCTETS + extra)
    assert weight["media_octets"] + weight["body_octets"] == weight["total"]
    (found,) = [check for check in told["checks"] if check["id"] == "picture"]
    assert found["level"] == {"warned": "warning", "refused": "stop"}[verdict]
    assert f"{weight['media_octets']:,}" in found["detail"] and f"{weight['body_octets']:,}" in found["detail"]


@pytest.mark.parametrize(("n_octets", "n"), [(4_993_600, N_BEFORE_LAUNCH), (4_993_601, None)])
async def test_a_launch_looks_at_everyone_where_one_text_could_make_the_message_too_large(
    doors: Doors, n_octets: int, n: int | None
) -> None:
    await doors.world.add_picture("picture")
    row = {"group_id": "offers", "body": "", "content": "mms", "audience_kind": "all"}
    rest = {"list_id": None, "text_rules": None, "fallback_body": ""}
    drafted_ = await draft_of(doors.app, WORKSPACE, row | rest, ["picture"])
    heavy = type(drafted_)(
        group=drafted_.group,
        body="",
        media=[{**drafted_.media[0], "n_octets": n_octets}],
        content=drafted_.content,
        audience=drafted_.audience,
    )
    assert n_to_look_at(heavy) == n


async def test_no_more_people_are_looked_at_than_wanted(doors: Doors) -> None:
    await doors.world.add_people(phones_of(3))
    row = {"group_id": "offers", "body": "Hi", "content": "text", "audience_kind": "all"}
    found = await estimate_of(
        doors.app,
        await draft_of(doors.app, WORKSPACE, row | {"list_id": None, "text_rules": None, "fallback_body": ""}, []),
        limit=2,
    )
    assert (found.forecast.audience, found.forecast.n_counted) == (3, 2)
