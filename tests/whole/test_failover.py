"""The failover test: a sender with two carriers, each a process of its own; the first dies in the middle of a campaign.

The journals of both are the judge: everybody is in one of them, and nobody in both.
"""

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.whole.scene import GROUP, KEY, people_csv, set_scene
from tests.whole.stage import Api, Stage, wait_until

N = 1_200
KILLED_AT = 200


def _texted(stage: Stage) -> Counter[str]:
    return Counter(line["to"] for line in stage.journal() if line["kind"] == "submit" and line.get("part", 1) == 1)


def _launch(api: Api) -> str:
    people = {"group_id": GROUP, "attest_consent": "test", "list_name": "all"}
    imported = api.upload("/imports", "people.csv", people_csv(N), **people)
    audience = {"kind": "list", "list_id": imported["list_id"]}
    body = "Hi {{ first_name }}, the menu is here. Reply STOP to opt out"
    draft = {"name": "Two carriers", "group_id": GROUP, "body": body, "content": "text", "audience": audience}
    campaign = api.post("/campaigns", draft)
    api.post(f"/campaigns/{campaign['id']}/launch", {"confirm_warnings": True})
    return str(campaign["id"])


def _second_account(api: Api, second: Stage) -> None:
    settings = {"host": "127.0.0.1", "port": second.smpp_port, "system_id": "heliogram", "window": 64}
    account = {"name": "Second SMSC", "carrier": "smpp", "settings": settings, "secret": "secret"}
    account_id = api.post("/accounts", account)["id"]
    api.call("PUT", "/senders/sender-us/failover", {"sms": [account_id]})


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_when_a_carrier_dies_everybody_else_is_texted_by_the_second_and_nobody_twice(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    first, second = Stage(folder=tmp_path), Stage(folder=tmp_path / "second")
    set_scene(first, window=20)
    try:
        dying = first.start_simulator("--answer-delay=0.02")
        second.start_simulator()
        first.start_server()
        api = Api(first.url, KEY)
        _second_account(api, second)
        campaign_id = _launch(api)
        wait_until("the campaign is on its way", lambda: len(_texted(first)) >= KILLED_AT, within_s=60)
        dying.kill()
        wait_until("it is done", lambda: api.get(f"/campaigns/{campaign_id}")["state"] == "done", within_s=180)
        _judge(api, campaign_id, _texted(first), _texted(second))
    finally:
        second.stop()
        first.stop()


def _judge(api: Api, campaign_id: str, by_first: Counter[str], by_second: Counter[str]) -> None:
    sys.stderr.write(f"{len(by_first)} by the first, {len(by_second)} by the second\n")
    twice = [number for number, n in (by_first + by_second).items() if n > 1]
    assert not twice, f"texted twice: {twice[:5]}"
    states: dict[str, str] = {}
    after = ""
    while True:
        page = api.get(f"/messages?campaign_id={campaign_id}&limit=200&after={after}")
        states |= {each["phone"]: each["state"] for each in page["items"]}
        if not (after := page["next"] or ""):
            break
    assert len(states) == N
    unknown = {number for number, state in states.items() if state == "unknown"}
    missing = set(states) - set(by_first) - set(by_second) - unknown
    assert not missing, f"in neither journal: {sorted(missing)[:5]}"
    # What the first may have had without an answer is the one doubt there is, and the second never got it.
    assert len(unknown) <= 20 and not unknown & set(by_second)
    wait_until(
        "the second's receipts are in",
        lambda: api.get(f"/campaigns/{campaign_id}")["progress"]["delivered"] >= len(by_second),
        within_s=60,
    )
    number = next(iter(by_second))
    (message,) = api.get(f"/messages?q={number.removeprefix('+')}")["items"]
    story = api.get(f"/messages/{message['id']}")["timeline"]
    (attempt,) = [step for step in story if step["kind"] == "attempt" and "Second SMSC" in step["title"]]
    assert attempt["detail"].startswith("Instead of “Simulator SMSC”: it ")
