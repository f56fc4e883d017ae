"""Settings → Groups in a real browser: what a group does with numbers nobody knows, and with long texts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.whole.browser import quiet_page
from tests.whole.dashboard import ask, demo_stage
from tests.whole.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with demo_stage(tmp_path_factory.mktemp("groups")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, state: object) -> Iterator[Page]:
    # A refusal is an answer that the browser logs.
    with quiet_page(browser, state=state, expected_errors=("status of 422",)) as opened:
        yield opened


def test_a_group_says_what_unknown_numbers_get_and_how_long_its_texts_may_be(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/")
    page.get_by_role("link", name="Groups").click()
    expect(page.get_by_label("You are here")).to_contain_text("Groups")
    own = page.get_by_test_id("group-settings").first
    own.get_by_label("Send text + link").check()
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    expect(own).to_contain_text("once it has shown that it takes pictures")
    own.get_by_text("Spelling and length").click()
    own.get_by_test_id("max-segments").select_option("3")
    own.get_by_label("The picture is not taken on the way to them").uncheck()
    expect(own.get_by_test_id("text-rules")).to_contain_text("at most 3 segments")
    expect(own.get_by_label("The picture is not taken on the way to them")).not_to_be_checked()
    own.get_by_test_id("link-address").fill("go.example.com")
    own.get_by_test_id("link-address").blur()
    expect(page.get_by_role("status").first).to_contain_text("The address of links begins with https://")
    own.get_by_test_id("link-address").fill("https://Go.Example.com/")
    own.get_by_test_id("link-address").blur()
    expect(own.get_by_test_id("link-address")).to_have_value("https://go.example.com")
    page.reload()
    expect(page.get_by_test_id("group-settings").first.get_by_label("Send text + link")).to_be_checked()
    told = ask(page, stage, "GET", "/groups")["items"][0]
    assert (told["unknown_mms"], told["text_rules"]["max_segments"]) == ("link", 3)
    assert told["fallback"]["media_not_taken"] is False


def test_a_refusal_is_not_covered_by_the_late_answer_to_an_earlier_change(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/settings/groups")
    own = page.get_by_test_id("group-settings").first
    held: list[Route] = []
    page.route("**/api/v1/groups/*", lambda route: route.continue_() if held else held.append(route))
    own.get_by_label("The person’s network has not approved the short code").uncheck()
    own.get_by_label("The sender for their country").uncheck()
    own.get_by_test_id("link-address").fill("go.example.com")
    own.get_by_test_id("link-address").blur()
    held[0].continue_()
    expect(page.get_by_role("status").first).to_contain_text("The address of links begins with https://")
    told = ask(page, stage, "GET", "/groups")["items"][0]["fallback"]
    assert (told["carrier_not_approved"], told["sender_cannot_mms"]) == (False, False)
