"""A campaign on its way and afterwards, in a real browser: orders, losses of the line, the report, messages, STOP."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.whole.browser import quiet_page
from tests.whole.dashboard import SHOP, ask, demo_stage, new_draft, upload
from tests.whole.pictures import small_jpeg
from tests.whole.stage import Stage, control, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LOST_LINE = ("Failed to load resource", "net::ERR")
N_PEOPLE = 30
UNDELIVERED = ("+13123050099", "+13123050098")
"""The simulator's networks lose what goes to these."""
OPTED_OUT = "+13123050001"
BRITISH = tuple(f"+4474001000{n:02}" for n in range(6))
N_REFUSED = 2
ESME_RINVDSTADR = 0x0B


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    # Answers a moment late, so that a campaign lasts long enough to be stopped.
    with demo_stage(tmp_path_factory.mktemp("sending"), "--receipt-delay=0.2", "--answer-delay=0.4") as running:
        yield running


@pytest.fixture
def page(browser: Browser, state: object) -> Iterator[Page]:
    with quiet_page(browser, state=state) as opened:
        yield opened


@pytest.fixture(scope="module")
def reported(browser: Browser, stage: Stage, state: object) -> str:
    """The id of a finished campaign in which something of everything happened."""
    with quiet_page(browser, state=state) as page:
        media = upload(page, stage, "/media", "soup.jpg", small_jpeg(), alt_text="A bowl of soup")
        american = [f"+1312305{n:04}" for n in range(N_PEOPLE - len(UNDELIVERED) - len(BRITISH))]
        rows = "\n".join([*american, *UNDELIVERED, *BRITISH])
        fields = {"group_id": SHOP, "attest_consent": "Asked at the till", "list_name": "All sorts"}
        imported = upload(page, stage, "/imports", "people.csv", f"phone\n{rows}\n".encode(), **fields)
        no = {"group_id": SHOP, "phone": OPTED_OUT, "state": "unsubscribed", "evidence": "Said so on the phone"}
        ask(page, stage, "POST", "/consent", no)
        refused = {"refuse_status": ESME_RINVDSTADR, "refuse_n": N_REFUSED, "refuse_protocol": "smpp"}
        control(stage, "PUT", "/faults", refused)
        audience = {"kind": "list", "list_id": imported["list_id"]}
        fields = {"name": "All sorts", "body": "Soup. Reply STOP to opt out", "audience": audience}
        campaign_id = new_draft(page, stage, content="mms", media_ids=[media["id"]], **fields)
        ask(page, stage, "POST", f"/campaigns/{campaign_id}/launch", {"confirm_warnings": True})
        wait_until("it is done", lambda: _campaign(page, stage, campaign_id)["state"] == "done", within_s=60)
        return campaign_id


def _campaign(page: Page, stage: Stage, campaign_id: str) -> Any:
    return ask(page, stage, "GET", f"/campaigns/{campaign_id}")


def _launched(page: Page, stage: Stage) -> str:
    """Launch a text to everyone in the shop's group, and open it."""
    campaign_id = new_draft(page, stage, name="To all", body="Hello. Reply STOP to opt out")
    ask(page, stage, "POST", f"/campaigns/{campaign_id}/launch", {"confirm_warnings": True})
    page.goto(f"{stage.url}/campaigns/{campaign_id}")
    return campaign_id


def _n_submitted(stage: Stage) -> int:
    return sum(line["kind"] == "submit" for line in stage.journal())


def _shown(page: Page, counter: str) -> int:
    return int(page.get_by_test_id(f"count-{counter}").inner_text().replace(",", ""))


def test_pause_holds_resume_goes_on_and_cancel_accounts_for_everyone(page: Page, stage: Stage) -> None:
    control(stage, "PUT", "/faults", {"throttle_per_s": 60})
    n_before = _n_submitted(stage)
    campaign_id = _launched(page, stage)
    wait_until("it moves", lambda: _shown(page, "sent") > 20, within_s=30)
    page.get_by_test_id("pause").click()
    expect(page.get_by_test_id("campaign-state")).to_have_text("Paused", timeout=5_000)
    wait_until(
        "what was with the carrier has come back", lambda: _on_the_way(page, stage, campaign_id) == 0, within_s=20
    )
    held = _n_submitted(stage)
    page.reload()
    expect(page.get_by_test_id("resume")).to_be_visible()
    assert _n_submitted(stage) == held
    page.get_by_test_id("resume").click()
    wait_until("it goes on", lambda: _n_submitted(stage) > held + 20, within_s=30)
    page.get_by_test_id("cancel").click()
    page.get_by_test_id("confirm-cancel").click()
    expect(page.get_by_test_id("campaign-state")).to_have_text("Canceled")
    control(stage, "DELETE", "/faults")
    wait_until("nothing is on the way", lambda: _on_the_way(page, stage, campaign_id) == 0, within_s=30)
    progress = _campaign(page, stage, campaign_id)["progress"]
    ends = ("delivered", "undelivered", "failed", "unknown", "skipped", "canceled")
    assert sum(progress[each] for each in ends) == progress["total"]
    assert progress["canceled"] > 0 and _n_submitted(stage) - n_before < progress["total"]


def _on_the_way(page: Page, stage: Stage, campaign_id: str) -> int:
    progress = _campaign(page, stage, campaign_id)["progress"]
    return int(progress["sending"] + progress["sent"])


def test_a_lost_line_is_said_and_its_return_catches_up_without_counting_twice(
    browser: Browser, stage: Stage, state: object
) -> None:
    with quiet_page(browser, state=state, expected_errors=LOST_LINE) as page:
        n_before = _n_submitted(stage)
        campaign_id = _launched(page, stage)
        wait_until("it moves", lambda: _shown(page, "sent") > 20, within_s=30)
        stage.processes[1].kill()
        del stage.processes[1]
        expect(page.get_by_text("Reconnecting")).to_be_visible()
        stage.start_server()
        expect(page.get_by_text("Reconnecting")).to_have_count(0, timeout=20_000)
        expect(page.get_by_test_id("campaign-state")).to_have_text("Done", timeout=60_000)
        progress = _campaign(page, stage, campaign_id)["progress"]
        assert _shown(page, "sent") == progress["delivered"] + progress["undelivered"] + progress["unknown"]
        assert progress["total"] - progress["skipped"] >= _n_submitted(stage) - n_before


def test_every_bar_of_the_funnel_opens_a_list_of_as_many_messages(page: Page, stage: Stage, reported: str) -> None:
    page.goto(f"{stage.url}/campaigns/{reported}")
    bars = page.locator("a[data-testid=bar]")
    expect(bars.first).to_be_visible()
    found = {bar.locator(".label").inner_text(): _number_in(bar.locator(".n").inner_text()) for bar in bars.all()}
    assert found["Audience"] == N_PEOPLE
    assert (found["Undelivered"], found["Failed"], found["Skipped"]) == (len(UNDELIVERED), N_REFUSED, 1)
    for label, n in found.items():
        page.goto(f"{stage.url}/campaigns/{reported}")
        bars.filter(has_text=label).first.click()
        expect(page.get_by_role("status").filter(has_text=re.compile(rf"^{n} messages?$"))).to_be_visible()
        expect(page.locator("main tbody tr")).to_have_count(n)


def _number_in(text: str) -> int:
    return int(text.split()[0].replace(",", ""))


def test_what_did_not_arrive_adds_up_by_code(page: Page, stage: Stage, reported: str) -> None:
    page.goto(f"{stage.url}/campaigns/{reported}")
    card = page.locator("section").filter(has=page.get_by_role("heading", name="Why messages did not arrive"))
    rows = card.locator("tbody tr")
    expect(rows).not_to_have_count(0)
    by_code = [_number_in(row.locator("td").last.inner_text()) for row in rows.all()]
    assert sum(by_code) == len(UNDELIVERED) + N_REFUSED
    expect(card).to_contain_text(f"{sum(by_code)} failed or undelivered in all")


def test_a_message_is_found_by_number_id_and_code_and_the_address_says_it_all(
    page: Page, stage: Stage, reported: str
) -> None:
    failed = ask(page, stage, "GET", f"/messages?campaign_id={reported}&state=failed")["items"][0]
    code = _campaign(page, stage, reported)["progress"]["failed_by_reason"]
    page.goto(f"{stage.url}/messages?campaign_id={reported}")
    rows = page.locator("main tbody tr")
    search = page.get_by_role("searchbox")
    for words in (failed["phone"][-6:], failed["id"]):
        search.fill(words)
        expect(rows).to_have_count(1)
        expect(rows.first.get_by_role("link")).to_have_attribute("href", f"/messages/{failed['id']}")
    search.fill("")
    page.get_by_role("combobox", name="State").select_option("failed")
    expect(rows).to_have_count(N_REFUSED)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("main tbody tr")).to_have_count(N_REFUSED)
    expect(other.get_by_role("combobox", name="State")).to_have_value("failed")
    refused = next(each for each in code if each["n"] == N_REFUSED and "RINVDSTADR" in each["code"])
    page.goto(f"{stage.url}/messages?campaign_id={reported}&reason={refused['code']}")
    expect(rows).to_have_count(N_REFUSED)


def test_a_message_tells_its_story_with_times_gaps_and_the_raw_exchange(
    page: Page, stage: Stage, reported: str
) -> None:
    delivered = ask(page, stage, "GET", f"/messages?campaign_id={reported}&state=delivered&q={BRITISH[5][1:]}")["items"]
    page.goto(f"{stage.url}/messages/{delivered[0]['id']}")
    known = ask(page, stage, "GET", f"/messages/{delivered[0]['id']}")["number"]["mms_note"]
    expect(page.get_by_test_id("number-note")).to_have_text(known)
    steps = page.locator("main ol > li")
    expect(steps.first).to_contain_text("Queued")
    for title in ("Consent found", "Goes as text with a link", "Written as", "Attempt 1", "The carrier took it"):
        expect(steps.filter(has_text=title)).to_have_count(1)
    n = steps.count()
    expect(steps.locator("time")).to_have_count(n)
    expect(steps.get_by_text(re.compile(r"^\+[\d.,]+ (ms|s|min)$"))).to_have_count(n - 1)
    page.locator("summary").first.click()
    expect(page.locator("pre").first).to_contain_text(re.compile("submit_sm|deliver_sm"))
    expect(page.get_by_role("link", name="All sorts")).to_have_attribute("href", f"/campaigns/{reported}")


def test_a_link_opens_a_page_with_picture_and_description_without_a_script(
    browser: Browser, page: Page, stage: Stage, reported: str
) -> None:
    rows = ask(page, stage, "GET", f"/messages?campaign_id={reported}&state=delivered&q={BRITISH[5][1:]}")["items"]
    link = ask(page, stage, "GET", f"/messages/{rows[0]['id']}")["link"]
    context = browser.new_context(java_script_enabled=False)
    reader = context.new_page()
    reader.goto(link)
    expect(reader.get_by_role("img", name="A bowl of soup")).to_be_visible()
    box = reader.get_by_test_id("picture").bounding_box()
    assert box is not None and box["height"] == box["width"], "the square picture did not load"
    context.close()


def test_stop_on_a_phone_is_in_the_ledger_within_two_seconds(page: Page, stage: Stage, reported: str) -> None:
    number = BRITISH[4]
    page.goto(f"{stage.url}/phones/{number}")
    bubbles = page.get_by_test_id("phone-bubble")
    expect(bubbles.first).to_be_visible()
    said_at = datetime.now(UTC)
    page.get_by_role("button", name="STOP", exact=True).click()

    def refusals() -> list[Any]:
        facts = ask(page, stage, "GET", f"/consent?phone=%2B{number[1:]}")["items"]
        return [fact for fact in facts if fact["state"] == "unsubscribed"]

    wait_until("the ledger has it", refusals, within_s=20)
    fact = next(fact for fact in refusals() if fact["group_id"] == SHOP)
    assert fact["source"] == "keyword"
    assert datetime.fromisoformat(fact["at"]) - said_at < timedelta(seconds=2)
    expect(bubbles.last).to_contain_text("unsubscribed")
    audience = _campaign(page, stage, reported)["audience"]
    again = new_draft(page, stage, name="Again", body="Once more. Reply STOP to opt out", audience=audience)
    ask(page, stage, "POST", f"/campaigns/{again}/launch", {"confirm_warnings": True})
    page.goto(f"{stage.url}/messages?campaign_id={again}&state=skipped")
    expect(page.get_by_text("has unsubscribed").first).to_be_visible(timeout=15_000)
    expect(page.locator("main tbody tr").filter(has_text="100004")).to_have_count(1)


def test_messages_are_found_by_what_became_of_their_picture_and_the_address_says_so(
    page: Page, stage: Stage, reported: str
) -> None:
    page.goto(f"{stage.url}/messages?campaign_id={reported}")
    rows = page.locator("tbody tr")
    for label, word, channels in (
        ("Text + link", "link", {"sms_link"}),
        ("Picture or file in it", "with", {"mms", None}),
    ):
        page.get_by_label("Pictures and files").select_option(label)
        expect(page).to_have_url(re.compile(rf"campaign_id={reported}&media={word}$"))
        meant = ask(page, stage, "GET", f"/messages?campaign_id={reported}&media={word}&limit=50")["items"]
        assert {each["channel"] for each in meant} <= channels
        expect(rows).to_have_count(len(meant))
    page.reload()
    expect(page.get_by_label("Pictures and files")).to_have_value("with")
    page.get_by_label("Pictures and files").select_option("Text only")
    expect(page.get_by_text("No message matches")).to_be_visible()
