"""Settings → Carriers in a real browser: looking, trying out, connecting, pausing, removing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from heliogram.demo.seed import PASSWORD
from tests.whole.browser import quiet_page
from tests.whole.dashboard import ask, demo_stage
from tests.whole.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

REFUSED = ("Failed to load resource",)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with demo_stage(tmp_path_factory.mktemp("carriers")) as running:
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
