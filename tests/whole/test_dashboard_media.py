"""Several pictures and files in one message, in a real browser: chosen, put in order, described, sent and looked at."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.whole.browser import quiet_page
from tests.whole.dashboard import ask, compose, demo_stage, upload
from tests.whole.pictures import small_jpeg
from tests.whole.stage import Stage, wait_until

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nTEL:+13125550100\r\nEND:VCARD\r\n"
NAMES = ["soup.jpg", "bread.jpg", "ann.vcf"]
FILES = [
    {"name": "soup.jpg", "mimeType": "image/jpeg", "buffer": small_jpeg(700)},
    {"name": "bread.jpg", "mimeType": "image/jpeg", "buffer": small_jpeg(701)},
    {"name": "ann.vcf", "mimeType": "text/vcard", "buffer": CARD},
]


pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with demo_stage(tmp_path_factory.mktemp("media")) as stage:
        yield stage


@pytest.fixture
def page(browser: Browser, state: object) -> Iterator[Page]:
    with quiet_page(browser, state=state) as page:
        yield page


def _names(page: Page) -> list[str]:
    return [each.split(" · ")[0] for each in page.get_by_test_id("medium").locator("b").all_inner_texts()]


def test_several_files_are_chosen_at_once_put_in_order_described_and_taken_out(page: Page, stage: Stage) -> None:
    compose(page, stage, content="mms", body="The menu. Reply STOP to opt out")
    page.get_by_test_id("picture-input").set_input_files(FILES)
    expect(page.get_by_test_id("medium")).to_have_count(3)
    assert _names(page) == NAMES
    expect(page.get_by_test_id("phone-bubble").locator("img")).to_have_count(2)
    page.get_by_role("button", name="Earlier: file 3 of 3, ann.vcf").click()
    page.get_by_role("button", name="Later: file 1 of 3, soup.jpg").click()
    assert _names(page) == ["ann.vcf", "soup.jpg", "bread.jpg"]
    expect(page.get_by_role("button", name="Earlier: file 1 of 3, ann.vcf")).to_be_disabled()
    expect(page.get_by_role("button", name="Later: file 3 of 3, bread.jpg")).to_be_disabled()
    page.get_by_label("What does the picture show?").nth(1).fill("A loaf")
    page.get_by_label("What does the picture show?").nth(1).blur()
    page.get_by_role("button", name="Take it out: file 1 of 3, ann.vcf").click()
    expect(page.get_by_text("Draft · saved")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("medium")).to_have_count(2)
    assert _names(page) == ["soup.jpg", "bread.jpg"]
    expect(page.get_by_label("What does the picture show?").nth(1)).to_have_value("A loaf")


def test_the_same_file_again_and_an_eleventh_are_refused_with_a_sentence(page: Page, stage: Stage) -> None:
    media = [upload(page, stage, "/media", f"{n}.jpg", small_jpeg(710 + n))["id"] for n in range(9)]
    compose(page, stage, content="mms", body="Ten", media_ids=media)
    page.get_by_test_id("picture-input").set_input_files({**FILES[0], "buffer": small_jpeg(710)})
    expect(page.get_by_role("alert")).to_contain_text("is in this message already")
    page.get_by_test_id("picture-input").set_input_files(FILES[:2])
    expect(page.get_by_role("alert")).to_contain_text("A message has at most 10 files. bread.jpg was not uploaded.")
    expect(page.get_by_test_id("medium")).to_have_count(10)
    expect(page.get_by_test_id("picture-input")).to_have_count(0)


def test_a_message_that_waits_is_stopped_by_whoever_looks_at_it(page: Page, stage: Stage) -> None:
    group = ask(page, stage, "GET", "/groups")["items"][0]["id"]
    person = ask(page, stage, "GET", "/contacts?limit=1")["items"][0]["phone"]
    asked = {"group_id": group, "to": person, "body": "Tomorrow at nine", "due_at": "2199-01-01T09:00:00Z"}
    message = ask(page, stage, "POST", "/messages", asked)["id"]
    wait_until("it waits", lambda: ask(page, stage, "GET", f"/messages/{message}")["state"] == "held", within_s=30)
    page.goto(f"{stage.url}/messages/{message}")
    page.get_by_test_id("stop-message").click()
    expect(page.get_by_role("dialog")).to_contain_text("This person gets nothing")
    page.get_by_test_id("confirm-stop").click()
    expect(page.get_by_text("Canceled", exact=True).first).to_be_visible()
    expect(page.get_by_test_id("stop-message")).to_have_count(0)


def test_a_message_with_several_files_shows_each_to_its_sender_and_behind_its_link(page: Page, stage: Stage) -> None:
    ids = [upload(page, stage, "/media", each["name"], each["buffer"])["id"] for each in FILES]
    group = ask(page, stage, "GET", "/groups")["items"][0]["id"]
    asked = {"group_id": group, "to": "+13125550100", "body": "All three", "media_ids": ids, "content": "text_link"}
    person = ask(page, stage, "GET", "/contacts?limit=1")["items"][0]
    asked["to"] = person["phone"]
    message = ask(page, stage, "POST", "/messages", asked)["id"]
    wait_until("it left", lambda: ask(page, stage, "GET", f"/messages/{message}")["link"] is not None, within_s=30)
    page.goto(f"{stage.url}/messages/{message}")
    expect(page.get_by_text("The link opens a page with these 3 files.")).to_be_visible()
    expect(page.get_by_test_id("message-file")).to_have_text("ann.vcf")
    link = ask(page, stage, "GET", f"/messages/{message}")["link"]
    page.goto(link)
    pictures = page.get_by_test_id("picture")
    expect(pictures).to_have_count(2)
    pictures.nth(1).scroll_into_view_if_needed()
    sizes = [each.evaluate("image => image.decode().then(() => image.naturalWidth)") for each in pictures.all()]
    assert sizes == [700, 701]
    assert httpx.get(f"{link}/file/3", trust_env=False).content == CARD
