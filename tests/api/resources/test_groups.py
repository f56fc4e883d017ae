from typing import Any

import httpx
import pytest

from heliogram.model.consent import Subscription
from tests.api.kit import n_rows, problem, uploaded
from tests.doors import Doors
from tests.world import GROUP

V1 = "/api/v1"
SENDERS: list[tuple[dict[str, Any], bool, str]] = [
    ({"kind": "long_code", "address": "+13125550111"}, True, "Sends picture messages to US and Canadian phones."),
    ({"kind": "toll_free", "address": "+18005550111"}, True, "Sends picture messages to US and Canadian phones."),
    (
        {"kind": "long_code", "address": "+13125550112", "mms_enabled": False},
        False,
        "Not enabled for picture messages.",
    ),
    (
        {"kind": "long_code", "address": "+13125550113", "mms_account_id": None},
        False,
        "Not enabled for picture messages.",
    ),
    (
        {"kind": "long_code", "address": "+447700900111", "countries": ["GB"]},
        False,
        "Picture messages work from US and Canadian numbers only.",
    ),
    (
        {"kind": "alphanumeric", "address": "Northgate", "countries": ["GB"]},
        False,
        "A name cannot send pictures, and nobody can reply to it.",
    ),
    (
        {"kind": "short_code", "address": "72345"},
        False,
        "No network has approved this short code for pictures yet.",
    ),
    (
        {"kind": "short_code", "address": "72346", "approvals": {"att": "approved", "verizon": "pending"}},
        True,
        "Approved for pictures by att; not yet: verizon.",
    ),
    (
        {"kind": "short_code", "address": "72347", "approvals": {"att": "approved", "verizon": "approved"}},
        True,
        "Approved for pictures by att, verizon.",
    ),
]


@pytest.mark.parametrize(("sender", "can_mms", "note"), SENDERS)
async def test_what_a_sender_can_do_with_pictures_is_told_in_words(
    doors: Doors, sender: dict[str, Any], can_mms: bool, note: str
) -> None:
    await doors.world.add_sender("s", **sender)
    await doors.world.add_group("other", ["s"])
    (told,) = [each for each in (await doors.api.get(f"{V1}/groups")).json()["items"] if each["id"] == "other"]
    (shown,) = told["senders"]
    assert (shown["can_mms"], shown["mms_note"]) == (can_mms, note)
    assert (told["has_mms"], told["mms_tag"]) == (can_mms, "MMS" if can_mms else "SMS only")


async def test_a_group_says_how_many_are_in_it(doors: Doors) -> None:
    await doors.world.add_people(["+13125550101", "+13125550102", "+13125550103"])
    await doors.world.say(Subscription.UNSUBSCRIBED, ["+13125550103"])
    (told,) = (await doors.api.get(f"{V1}/groups")).json()["items"]
    assert (told["id"], told["n_subscribed"], told["n_unsubscribed"]) == (GROUP, 2, 1)


async def test_the_switches_of_a_group_are_changed_and_noted(doors: Doors) -> None:
    switches = {"carrier_not_approved": False, "sender_cannot_mms": True, "media_not_taken": False}
    told = (await doors.api.patch(f"{V1}/groups/{GROUP}", json={"fallback": switches})).json()
    assert told["fallback"] == switches
    (again,) = (await doors.api.get(f"{V1}/groups")).json()["items"]
    assert again["fallback"] == switches
    assert await n_rows(doors, "audit") == {"audit": 1}


async def test_an_approval_lets_a_short_code_send_pictures_and_can_be_taken_back(doors: Doors) -> None:
    await doors.world.add_sender("code", kind="short_code", address="72345")
    await doors.world.add_group("other", ["code"])
    path = f"{V1}/senders/code/approvals/att"
    seen = [(await doors.api.put(path, json={"status": word})).json() for word in ("pending", "approved", "rejected")]
    assert [each["can_mms"] for each in seen] == [False, True, False]
    assert seen[1]["approvals"] == [{"network": "att", "status": "approved"}]
    assert await n_rows(doors, "sender_approvals", "audit") == {"sender_approvals": 1, "audit": 3}


@pytest.mark.parametrize(("n", "is_taken"), [(1, True), (60, True), (61, False)])
async def test_a_network_has_a_name_of_1_to_60_characters(doors: Doors, n: int, is_taken: bool) -> None:
    answer = await doors.api.put(f"{V1}/senders/us/approvals/{'n' * n}", json={"status": "approved"})
    if is_taken:
        assert answer.json()["approvals"][0]["network"] == "n" * n
    else:
        assert problem(answer, "invalid").startswith("network: ")


async def test_a_sender_outside_any_group_has_nothing_to_show(doors: Doors) -> None:
    await doors.world.add_sender("alone", address="+13125550119")
    answer = await doors.api.put(f"{V1}/senders/alone/approvals/att", json={"status": "approved"})
    assert problem(answer, "not_found") == "There is no such sender in a group."


RULES = {"smart_encoding": True, "transliterate": False, "max_segments": 10, "too_long": "skip"}


async def test_the_rules_for_texts_are_changed_one_by_one_and_noted(doors: Doors) -> None:
    (told,) = (await doors.api.get(f"{V1}/groups")).json()["items"]
    assert told["text_rules"] == RULES
    told = (await doors.api.patch(f"{V1}/groups/{GROUP}", json={"text_rules": {"max_segments": 3}})).json()
    assert told["text_rules"] == RULES | {"max_segments": 3}
    wanted = {"too_long": "cut", "smart_encoding": False, "transliterate": True}
    told = (await doors.api.patch(f"{V1}/groups/{GROUP}", json={"text_rules": wanted})).json()
    assert told["text_rules"] == wanted | {"max_segments": 3}
    assert told["fallback"] == {"carrier_not_approved": True, "sender_cannot_mms": False, "media_not_taken": True}
    assert await n_rows(doors, "audit") == {"audit": 2}


async def test_what_unknown_numbers_get_is_the_groups_choice_and_noted(doors: Doors) -> None:
    (told,) = (await doors.api.get(f"{V1}/groups")).json()["items"]
    assert told["unknown_mms"] == "picture"
    for word in ("link", "picture"):
        told = (await doors.api.patch(f"{V1}/groups/{GROUP}", json={"unknown_mms": word})).json()
        (again,) = (await doors.api.get(f"{V1}/groups")).json()["items"]
        assert told["unknown_mms"] == again["unknown_mms"] == word
    answer = await doors.api.patch(f"{V1}/groups/{GROUP}", json={"unknown_mms": "perhaps"})
    assert problem(answer, "invalid").startswith("unknown_mms: ")
    assert await n_rows(doors, "audit") == {"audit": 2}


@pytest.mark.parametrize(("n", "status"), [(0, 422), (1, 200), (10, 200), (11, 422)])
async def test_a_text_may_have_one_to_ten_segments(doors: Doors, n: int, status: int) -> None:
    answer = await doors.api.patch(f"{V1}/groups/{GROUP}", json={"text_rules": {"max_segments": n}})
    assert answer.status_code == status


async def test_a_group_that_is_not_there_has_no_rules(doors: Doors) -> None:
    for changed in ({"text_rules": {"max_segments": 1}}, {}):
        assert "group" in problem(await doors.api.patch(f"{V1}/groups/gone", json=changed), "not_found")


async def test_a_group_has_its_short_links_on_its_own_domain_and_gives_it_back(doors: Doors) -> None:
    path = f"{V1}/groups/{GROUP}"
    (told,) = (await doors.api.get(f"{V1}/groups")).json()["items"]
    assert told["link_base_url"] is None
    told = (await doors.api.patch(path, json={"link_base_url": "https://Go.Example.com/"})).json()
    assert told["link_base_url"] == "https://go.example.com"
    picture = (await uploaded(doors))["id"]
    asked = {"group_id": GROUP, "body": "Look", "media_ids": [picture], "content": "text_link"}
    read = (await doors.api.post(f"{V1}/preview", json=asked)).json()
    assert read["link"].startswith("https://go.example.com/p/")
    refused = await doors.api.patch(path, json={"link_base_url": "http://go.example.com"})
    assert "begins with https://" in problem(refused, "invalid")
    assert (await doors.api.patch(path, json={"link_base_url": None})).json()["link_base_url"] is not None
    assert (await doors.api.patch(path, json={"link_base_url": ""})).json()["link_base_url"] is None
    assert await n_rows(doors, "audit") == {"audit": 2}


FAILOVER = f"{V1}/senders/us/failover"


async def test_the_accounts_that_stand_in_are_said_shown_and_noted_and_taken_back(doors: Doors) -> None:
    await doors.world.add_account("second", "twilio")
    for wanted in ({"sms": ["second"], "mms": ["second"]}, {"sms": [], "mms": []}):
        told = (await doors.api.put(FAILOVER, json=wanted)).json()
        (group,) = (await doors.api.get(f"{V1}/groups")).json()["items"]
        assert told["failover"] == group["senders"][0]["failover"] == wanted
    assert await n_rows(doors, "audit", "sender_failovers") == {"audit": 2, "sender_failovers": 0}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"sms": ["nobody"]}, "There is no account 'nobody'."),
        ({"sms": ["smsc"]}, "The account 'smsc' is named twice."),
        ({"sms": ["second", "second"]}, "The account 'second' is named twice."),
        ({"sms": ["mmsc"]}, "The account 'mmsc' carries no texts."),
        ({"mms": ["smsc"]}, "The account 'smsc' carries no picture messages."),
        ({"sms": ["a"] * 6}, "sms: "),
    ],
)
async def test_what_cannot_stand_in_is_refused(doors: Doors, wanted: dict[str, list[str]], said: str) -> None:
    await doors.world.add_account("second", "smpp")
    assert problem(await doors.api.put(FAILOVER, json=wanted), "invalid").startswith(said)
    assert await n_rows(doors, "sender_failovers") == {"sender_failovers": 0}


async def test_a_sender_of_another_workspace_has_nobody_standing_in(doors: Doors, stranger: httpx.AsyncClient) -> None:
    assert problem(await stranger.put(FAILOVER, json={}), "not_found") == "There is no such sender in a group."


async def test_an_account_that_stands_in_is_not_removed(doors: Doors) -> None:
    await doors.world.add_account("second", "smpp")
    await doors.api.put(FAILOVER, json={"sms": ["second"]})
    assert "+13125550100" in problem(await doors.api.delete(f"{V1}/accounts/second"), "conflict")
