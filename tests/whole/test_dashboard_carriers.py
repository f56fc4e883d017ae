"""Settings → Carriers in a real browser: looking, trying out, connecting, pausing, removing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from heliogram.demo.seed import PASSWORD
from tests.whole.browser import quiet_page
from tests.whole.dashboard import ask, demo_stage, new_draft
from tests.whole.stage import Stage, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

REFUSED = ("Failed to load resource",)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with demo_stage(tmp_path_factory.mktemp("carriers"), "--receipt-ids=hex") as running:
        yield running


@pytest.fixture
def page(browser: Browser, state: object) -> Iterator[Page]:
    with quiet_page(browser, state=state, expected_errors=REFUSED) as opened:
        yield opened


def _fill_in(page: Page, stage: Stage, password: str) -> None:
    """The form of an SMPP account, with where the simulator listens."""
    own = ask(page, stage, "GET", "/accounts/demo-smsc")["settings"]
    page.goto(f"{stage.url}/settings/carriers/new?kind=smpp")
    fields = {"What you call it": "Second line", "Password": password}
    fields |= {"Host": own["host"], "Port": str(own["port"]), "System id": own["system_id"]}
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)


def test_the_accounts_are_listed_with_how_they_are(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/")
    page.get_by_role("link", name="Carriers").click()
    rows = page.get_by_test_id("account-row")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="SMPP 3.4")).to_contain_text("Connected")
    rows.filter(has_text="Picture messages").or_(rows.filter(has_text="MM7")).first.get_by_role("link").click()
    expect(page.get_by_test_id("callback")).to_have_text(f"{stage.url}/carriers/demo-mmsc")
    expect(page.get_by_role("button", name="Remove…")).to_be_disabled()


def test_what_is_wrong_is_told_in_words_before_anything_is_stored(page: Page, stage: Stage) -> None:
    _fill_in(page, stage, "wrong")
    page.get_by_role("button", name="Test bind").click()
    expect(page.get_by_test_id("trial")).to_contain_text("The carrier says the password is wrong.")
    page.get_by_label("Port", exact=True).fill("1")
    page.get_by_role("button", name="Test bind").click()
    expect(page.get_by_test_id("trial")).to_contain_text("nothing listens there")
    assert len(ask(page, stage, "GET", "/accounts")["items"]) == 2


def test_what_is_missing_is_said_beside_its_field(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/settings/carriers/new?kind=mm7")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Address is needed.")
    expect(page.get_by_label("Address", exact=True)).to_have_attribute("aria-invalid", "true")


def test_a_carrier_is_connected_paused_changed_and_removed_without_a_restart(page: Page, stage: Stage) -> None:
    _fill_in(page, stage, PASSWORD)
    page.get_by_role("button", name="Test bind").click()
    expect(page.get_by_test_id("trial")).to_contain_text("let us in")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second line")
    link = page.get_by_test_id("account-state")
    expect(link).to_have_text("Connected")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    page.get_by_role("button", name="Pause").click()
    expect(link).to_have_text("Paused")
    page.get_by_role("button", name="Let it go on").click()
    expect(link).to_have_text("Connected")
    page.get_by_text("More settings").click()
    page.get_by_label("Sessions", exact=True).fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    expect(page.get_by_text("(2 of 2 sessions)")).to_be_visible()
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("button", name="Remove the account").click()
    expect(page.get_by_test_id("account-row")).to_have_count(2)


def _second_line(page: Page, stage: Stage) -> str:
    """Another account at the same simulator."""
    own = ask(page, stage, "GET", "/accounts/demo-smsc")["settings"]
    asked = {"name": "Second line", "carrier": "smpp", "settings": own, "secret": PASSWORD}
    return str(ask(page, stage, "POST", "/accounts", asked)["id"])


def _stand_in(page: Page, name: str = "+1 312 555 0100") -> Locator:
    return page.get_by_test_id("stand-in").filter(has_text=name)


def test_who_stands_in_is_chosen_among_those_that_can_and_a_refusal_is_said(page: Page, stage: Stage) -> None:
    second = _second_line(page, stage)
    try:
        page.goto(f"{stage.url}/settings/carriers/demo-smsc")
        first = _stand_in(page).get_by_label("Who stands in")
        # The account for picture messages carries no texts.
        expect(first.get_by_role("option")).to_have_text(["Nobody: messages wait", "Second line"])
        first.select_option("Second line")
        expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        kept = ask(page, stage, "GET", "/accounts/demo-smsc")["stand_ins"]
        assert [each["failover"] for each in kept if each["address"] == "+13125550100"] == [
            {"sms": [second], "mms": []}
        ]
        expect(
            page.get_by_test_id("stand-in").filter(has_text="NORTHGATE").get_by_label("Who stands in")
        ).to_have_value("")
        # One that was removed meanwhile is refused in words, and the field shows what is stored.
        other = ask(page, stage, "GET", f"/accounts/{second}")["settings"]
        asked = {"name": "Third line", "carrier": "smpp", "settings": other, "secret": PASSWORD}
        third = ask(page, stage, "POST", "/accounts", asked)["id"]
        page.reload()
        then = _stand_in(page).get_by_label("Then, as number 2")
        expect(then.get_by_role("option")).to_have_text(["Nobody after that", "Third line"])
        ask(page, stage, "DELETE", f"/accounts/{third}")
        then.select_option("Third line")
        expect(page.get_by_role("status").filter(has_text="There is no account")).to_be_visible()
        expect(then).to_have_value("")
        first.select_option("Nobody: messages wait")
        expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    finally:
        ask(page, stage, "DELETE", f"/accounts/{second}")


def test_while_another_stands_in_its_name_and_the_time_are_on_the_page(page: Page, stage: Stage) -> None:
    second = _second_line(page, stage)
    detail = ask(page, stage, "GET", "/accounts/demo-smsc")
    own, sender_id = detail["settings"], detail["stand_ins"][0]["sender_id"]
    ask(page, stage, "PUT", f"/senders/{sender_id}/failover", {"sms": [second]})
    page.goto(f"{stage.url}/settings/carriers/demo-smsc")
    expect(page.get_by_test_id("stand-in").first).to_be_visible()
    expect(page.get_by_test_id("away")).to_have_count(0)
    ask(page, stage, "PATCH", "/accounts/demo-smsc", {"settings": own | {"port": 1}, "secret": PASSWORD})
    try:
        said = re.compile(r"Sending over “Second line” until .* at the earliest\..* it had no line to the carrier")
        expect(page.get_by_test_id("away")).to_have_text(said, timeout=30_000)
        page.goto(f"{stage.url}/settings/carriers")
        expect(page.get_by_test_id("account-row").filter(has_text="Simulator SMSC")).to_contain_text(
            "Sending over “Second"
        )
        page.goto(f"{stage.url}/")
        expect(page.get_by_text("Its messages go by “Second line” meanwhile.")).to_be_visible()
    finally:
        ask(page, stage, "PUT", f"/senders/{sender_id}/failover", {})
        ask(page, stage, "PATCH", "/accounts/demo-smsc", {"settings": own, "secret": PASSWORD})
        ask(page, stage, "DELETE", f"/accounts/{second}")


def test_the_desk_sees_who_stands_in_and_who_may_change_it(page: Page, stage: Stage) -> None:
    second = _second_line(page, stage)
    page.route("**/api/v1/me", lambda route: route.fulfill(json=_as_desk(ask(page, stage, "GET", "/me"))))
    page.goto(f"{stage.url}/settings/carriers/demo-smsc")
    expect(page.get_by_text("Only an owner changes who stands in.")).to_be_visible()
    expect(_stand_in(page).get_by_label("Who stands in")).to_be_disabled()
    ask(page, stage, "DELETE", f"/accounts/{second}")


def _as_desk(me: Any) -> Any:
    return me | {"member": me["member"] | {"role": "desk"}}


def test_how_receipts_write_ids_is_shown_once_it_is_learnt_with_since_when(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/settings/carriers/demo-smsc")
    expect(page.get_by_test_id("receipt-ids")).to_contain_text("Not known yet how receipts write the ids")
    draft = new_draft(page, stage, body="The menu is here. Reply STOP to opt out")
    ask(page, stage, "POST", f"/campaigns/{draft}/launch", {"confirm_warnings": True})
    wait_until(
        "the form is learnt",
        lambda: ask(page, stage, "GET", "/accounts/demo-smsc")["receipt_ids"]["is_learnt"],
        within_s=60,
    )
    page.reload()
    learnt = "Answers write the ids of messages in decimal, receipts in hexadecimal. Learnt "
    expect(page.get_by_test_id("receipt-ids")).to_contain_text(learnt)
    page.goto(f"{stage.url}/settings/carriers")
    smsc = page.get_by_test_id("account-row").filter(has_text="SMPP 3.4")
    expect(smsc.get_by_test_id("receipt-ids")).to_contain_text(learnt)
    expect(page.get_by_test_id("receipt-ids")).to_have_count(1)
