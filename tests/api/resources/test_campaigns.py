from typing import Any

import pytest

from tests.api.kit import draft, drafted, jpeg, launched, n_rows, problem, uploaded
from tests.doors import Doors
from tests.world import GROUP

V1 = "/api/v1"
RULES = {"smart_encoding": True, "transliterate": False, "max_segments": 10, "too_long": "skip"}


@pytest.fixture
async def peopled(doors: Doors) -> Doors:
    await doors.world.add_people(["+13125550101", "+13125550102"])
    return doors


async def step(doors: Doors, campaign_id: str, name: str, **body: Any) -> Any:
    return await doors.api.post(f"{V1}/campaigns/{campaign_id}/{name}", json=body or None)


async def test_a_draft_is_kept_as_it_was_asked_for(doors: Doors) -> None:
    picture = await uploaded(doors, alt_text="The menu")
    asked = draft(name="Été", body="Grüße ✨", media_ids=[picture["id"]], content="mms", audience={"kind": "all"})
    made = (await doors.api.post(f"{V1}/campaigns", json=asked)).json()
    assert made == (await doors.api.get(f"{V1}/campaigns/{made['id']}")).json()
    assert (made["name"], made["body"], made["state"], made["version"]) == ("Été", "Grüße ✨", "draft", 1)
    assert (made["media"][0]["alt_text"], made["audience"]["label"], made["progress"]) == ("The menu", "Everyone", None)


async def test_several_media_are_kept_in_the_order_in_which_they_are_named(doors: Doors) -> None:
    one, two, three = [(await uploaded(doors, jpeg(side)))["id"] for side in (40, 50, 60)]
    path = f"{V1}/campaigns/{await drafted(doors, media_ids=[two, one], content='mms')}"
    assert [each["id"] for each in (await doors.api.get(path)).json()["media"]] == [two, one]
    changed = (await doors.api.patch(path, json={"version": 1, "media_ids": [three, one, two]})).json()
    assert [each["id"] for each in changed["media"]] == [three, one, two]
    listed = (await doors.api.get(f"{V1}/campaigns")).json()["items"][0]
    assert [each["id"] for each in listed["media"]] == [three, one, two]
    uses = [(await doors.api.get(f"{V1}/media/{each}")).json()["uses"]["n_campaigns"] for each in (one, two, three)]
    assert uses == [1, 1, 1]
    gone = await doors.api.patch(path, json={"version": 2, "media_ids": [one, "gone"]})
    assert problem(gone, "not_found") and (await doors.api.get(path)).json()["version"] == 2


@pytest.mark.parametrize(("n", "status"), [(10, 404), (11, 422)])
async def test_a_message_has_at_most_ten_media(doors: Doors, n: int, status: int) -> None:
    """Ten are looked for, eleven are refused before anybody looks."""
    ids = [f"m{number}" for number in range(n)]
    message = {"group_id": GROUP, "to": "+13125550101", "body": "", "media_ids": ids}
    answers = [await doors.api.post(f"{V1}/campaigns", json=draft(media_ids=ids, content="mms"))]
    answers.append(await doors.api.post(f"{V1}/messages", json=message))
    assert [answer.status_code for answer in answers] == [status, status]


async def test_a_medium_is_named_once(doors: Doors) -> None:
    picture = (await uploaded(doors))["id"]
    refused = await doors.api.post(f"{V1}/campaigns", json=draft(media_ids=[picture, picture], content="mms"))
    assert refused.status_code == 422 and "name each medium once" in refused.text


async def test_only_what_is_given_changes(doors: Doors) -> None:
    picture = (await uploaded(doors))["id"]
    made = await drafted(doors, media_ids=[picture], content="mms")
    path = f"{V1}/campaigns/{made}"
    await doors.world.add_list("regulars", [])
    renamed = (await doors.api.patch(path, json={"version": 1, "name": "Other"})).json()
    assert (renamed["name"], renamed["body"], renamed["media"][0]["id"]) == ("Other", draft()["body"], picture)
    bare = (await doors.api.patch(path, json={"version": 2, "media_ids": [], "body": None})).json()
    assert (bare["media"], bare["body"], bare["version"]) == ([], draft()["body"], 3)
    audience = {"kind": "list", "list_id": "regulars"}
    listed = (await doors.api.patch(path, json={"version": 3, "audience": audience})).json()
    assert listed["audience"] == {"kind": "list", "list_id": "regulars", "label": "regulars"}
    everyone = {"kind": "all", "list_id": "regulars"}
    unlisted = (await doors.api.patch(path, json={"version": 4, "audience": everyone})).json()
    assert unlisted["audience"]["list_id"] is None


async def test_two_windows_cannot_overwrite_each_other(doors: Doors) -> None:
    path = f"{V1}/campaigns/{await drafted(doors)}"
    first = await doors.api.patch(path, json={"version": 1, "name": "First"})
    second = await doors.api.patch(path, json={"version": 1, "name": "Second"})
    assert problem(second, "changed_elsewhere").startswith("This draft was changed in another window.")
    assert (await doors.api.get(path)).json()["name"] == first.json()["name"] == "First"


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"group_id": "gone"}, "group"),
        ({"media_ids": ["gone"]}, "picture"),
        ({"audience": {"kind": "list", "list_id": "gone"}}, "list"),
        ({"audience": {"kind": "list"}}, "list"),
    ],
)
async def test_a_draft_names_only_what_exists(doors: Doors, changed: dict[str, Any], what: str) -> None:
    path = f"{V1}/campaigns/{await drafted(doors)}"
    made = await doors.api.post(f"{V1}/campaigns", json=draft(**changed))
    kept = await doors.api.patch(path, json={"version": 1} | changed)
    assert problem(made, "not_found") == problem(kept, "not_found") == f"There is no such {what}."
    assert (await doors.api.get(path)).json()["version"] == 1


async def test_a_campaign_is_launched_paused_resumed_and_canceled(peopled: Doors) -> None:
    campaign_id = await drafted(peopled)
    seen = []
    for name in ("launch", "pause", "resume", "cancel"):
        told = (
            await step(peopled, campaign_id, name, **({"confirm_warnings": True} if name == "launch" else {}))
        ).json()
        seen.append((told["state"], told["n_audience"], told["progress"]["queued"], told["progress"]["canceled"]))
    assert seen == [("sending", 2, 2, 0), ("paused", 2, 2, 0), ("sending", 2, 2, 0), ("canceled", 2, 0, 2)]
    async with peopled.app.store.read() as connection:
        rows = await connection.exec_driver_sql("SELECT actor, action, subject FROM audit ORDER BY id")
        noted = [tuple(row) for row in rows]
    actions = ["campaign.launch", "campaign.pause", "campaign.resume", "campaign.cancel"]
    assert noted == [("key:tests", action, campaign_id) for action in actions]


REFUSED_STEPS = {
    "draft": {"pause": "still a draft cannot be paused", "resume": "cannot be resumed", "cancel": "cannot be canceled"},
    "sending": {"launch": "being sent cannot be launched", "resume": "being sent cannot be resumed"},
    "paused": {"launch": "paused cannot be launched", "pause": "paused cannot be paused"},
    "done": {name: "done cannot be" for name in ("launch", "pause", "resume", "cancel")},
    "canceled": {name: "canceled cannot be" for name in ("launch", "pause", "resume", "cancel")},
}


@pytest.mark.parametrize("state", REFUSED_STEPS)
async def test_a_step_that_its_state_does_not_allow_is_refused_in_words(peopled: Doors, state: str) -> None:
    await peopled.world.add_campaign(state=state)
    for name, said in REFUSED_STEPS[state].items():
        refused = await step(peopled, "campaign", name, **({"confirm_warnings": True} if name == "launch" else {}))
        assert said in problem(refused, "conflict"), name
    assert (await peopled.api.get(f"{V1}/campaigns/campaign")).json()["state"] == state
    assert await n_rows(peopled, "audit") == {"audit": 0}


@pytest.mark.parametrize("state", ["sending", "paused", "done", "canceled"])
async def test_what_was_launched_is_neither_changed_nor_thrown_away(doors: Doors, state: str) -> None:
    await doors.world.add_campaign(state=state)
    changed = await doors.api.patch(f"{V1}/campaigns/campaign", json={"version": 1, "name": "Other"})
    assert problem(changed, "conflict") == "The campaign has been launched, so it cannot be changed any more."
    deleted = await doors.api.delete(f"{V1}/campaigns/campaign")
    assert problem(deleted, "conflict") == "Only a draft can be thrown away."
    assert (await doors.api.get(f"{V1}/campaigns/campaign")).json()["name"] == "Campaign"


async def test_a_draft_is_thrown_away_for_good(doors: Doors) -> None:
    path = f"{V1}/campaigns/{await drafted(doors)}"
    assert (await doors.api.delete(path)).content == b""
    assert problem(await doors.api.get(path), "not_found") == "There is no such campaign."


async def test_a_warning_wants_a_confirmation_and_names_itself(peopled: Doors) -> None:
    campaign_id = await drafted(peopled, body="Come in")
    refused = await step(peopled, campaign_id, "launch", confirm_warnings=False)
    assert "The text does not say how to opt out: Marketing texts should" in problem(refused, "warnings")
    assert [each["field"] for each in refused.json()["errors"]] == ["opt_out"]
    assert (await step(peopled, campaign_id, "launch", confirm_warnings=True)).json()["state"] == "sending"


@pytest.mark.parametrize(
    ("changed", "check", "said"),
    [
        ({"body": "  "}, "text", "The text is empty: Write what people should read."),
        ({"body": "Hi {{"}, "text", "The text has a mistake: Line 1, column 4: "),
        ({"content": "mms"}, "picture", "There is no picture yet: Add a picture, or send a text only."),
        ({"audience": {"kind": "list", "list_id": "empty"}}, "audience", "Nobody is in the audience: Choose people"),
        (
            {"audience": {"kind": "list", "list_id": "strangers"}},
            "nobody",
            "Nobody would get this message: 1: No consent",
        ),
        ({"group_id": "senderless"}, "group", "The group has no senders: “Senderless” has no number"),
    ],
)
async def test_what_stands_in_the_way_of_a_launch_cannot_be_confirmed_away(
    peopled: Doors, changed: dict[str, Any], check: str, said: str
) -> None:
    await peopled.world.add_group("senderless", [])
    await peopled.world.add_list("empty", [])
    await peopled.world.add_list("strangers", await peopled.world.add_people(["+13125559999"], subscribed=False))
    campaign_id = await drafted(peopled, **changed)
    refused = await step(peopled, campaign_id, "launch", confirm_warnings=True)
    assert said in problem(refused, "not_launched")
    assert check in [each["field"] for each in refused.json()["errors"]]
    assert await n_rows(peopled, "lanes", "audit") == {"lanes": 0, "audit": 0}


async def test_a_picture_too_heavy_with_its_text_keeps_a_campaign_from_being_launched(peopled: Doors) -> None:
    picture = (await uploaded(peopled, jpeg(64, n_octets=4_999_999)))["id"]
    campaign_id = await drafted(peopled, media_ids=[picture], content="mms")
    sentence = problem(await step(peopled, campaign_id, "launch", confirm_warnings=True), "not_launched")
    assert "The message is too large: pictures 4,999,999 + text " in sentence and "at most 5,000,000" in sentence


async def test_campaigns_are_listed_newest_first_with_their_numbers(peopled: Doors) -> None:
    older, newer = await launched(peopled), await drafted(peopled, name="Newer")
    listed = (await peopled.api.get(f"{V1}/campaigns")).json()["items"]
    assert [(each["id"], each["state"]) for each in listed] == [(newer, "draft"), (older, "sending")]
    assert (listed[1]["progress"]["total"], listed[1]["group_id"]) == (2, GROUP)


async def test_a_draft_has_its_groups_rules_for_texts_but_for_what_it_wants_otherwise(peopled: Doors) -> None:
    draft = {"name": "N", "group_id": GROUP, "body": "Hi STOP", "content": "text", "audience": {"kind": "group"}}
    made = (await peopled.api.post(f"{V1}/campaigns", json=draft)).json()
    assert made["text_rules"] is None
    url = f"{V1}/campaigns/{made['id']}"
    wished = (await peopled.api.patch(url, json={"version": 1, "text_rules": {"max_segments": 2}})).json()
    assert wished["text_rules"] == dict.fromkeys(RULES) | {"max_segments": 2}
    kept = (await peopled.api.patch(url, json={"version": 2, "name": "M"})).json()
    assert kept["text_rules"] == wished["text_rules"]
    reset = (await peopled.api.patch(url, json={"version": 3, "text_rules": {}})).json()
    assert reset["text_rules"] is None
    await peopled.api.patch(f"{V1}/groups/{GROUP}", json={"text_rules": {"too_long": "cut"}})
    launched = (await peopled.api.post(f"{url}/launch", json={"confirm_warnings": True})).json()
    assert launched["text_rules"] == RULES | {"too_long": "cut"}
    problem(await peopled.api.post(f"{V1}/campaigns", json=draft | {"text_rules": {"max_segments": 0}}), "invalid")
