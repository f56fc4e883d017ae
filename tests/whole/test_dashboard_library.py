"""The library in a real browser: files come in by several ways, are found, described, used again, and taken out."""

import base64
import io
import re
from collections.abc import Iterator

import pytest
import vobject
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.media.films import CALENDAR, CARD, film
from tests.whole.browser import quiet_page
from tests.whole.dashboard import ask, compose, demo_stage, empty_stage, new_draft, signed_in_state, upload
from tests.whole.pictures import small_jpeg
from tests.whole.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

DROP = """async ({ files }) => {
    const held = new DataTransfer();
    for (const { name, octets } of files) held.items.add(new File([Uint8Array.fromBase64(octets)], name));
    const tell = (kind) => window.dispatchEvent(new DragEvent(kind, { dataTransfer: held, cancelable: true }));
    tell('dragenter');
    window.drop = () => tell('drop');
}"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with demo_stage(tmp_path_factory.mktemp("library")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, state: object) -> Iterator[Page]:
    with quiet_page(browser, state=state) as opened:
        yield opened


def _tile(page: Page, name: str) -> Locator:
    return page.get_by_test_id("tile").filter(has_text=name)


def _choose(page: Page, **files: bytes) -> None:
    given = [
        {"name": name.replace("_", "."), "mimeType": "application/octet-stream", "buffer": octets}
        for name, octets in files.items()
    ]
    page.get_by_test_id("library-input").set_input_files(given)


def test_several_files_are_uploaded_at_once_and_each_says_what_became_of_it(
    browser: Browser, stage: Stage, state: object
) -> None:
    with quiet_page(browser, state=state, expected_errors=("422",)) as page:
        page.goto(f"{stage.url}/")
        page.get_by_role("link", name="Library").click()
        expect(page.get_by_label("You are here")).to_have_text("Library")
        _choose(
            page,
            lunch_jpg=small_jpeg(60),
            shop_mp4=film(),
            us_vcf=CARD,
            visit_ics=CALENDAR,
            notes_txt=b"Hello",
            big_jpg=b"x" * 5_000_001,
        )
        said = page.get_by_test_id("upload")
        expect(page.get_by_text("4 files in the library, 2 not added")).to_be_visible()
        expect(said.filter(has_text="notes.txt")).to_contain_text("it looks like a text file")
        expect(said.filter(has_text="big.jpg")).to_contain_text("big.jpg is 5.00 MB. A message can be at most 5.00 MB")
        expect(said.filter(has_text="lunch.jpg")).to_contain_text("Added")
        expect(_tile(page, "shop.mp4")).to_contain_text("640 × 360")
        expect(_tile(page, "us.vcf")).to_contain_text("Contact card")
        _choose(page, again_jpg=small_jpeg(60))
        expect(said.filter(has_text="again.jpg")).to_contain_text("Was here already")
        expect(_tile(page, "again.jpg")).to_have_count(0)
        page.get_by_role("button", name="Close this list").click()
        expect(said).to_have_count(0)


def test_what_is_dropped_on_the_page_goes_into_the_folder_that_is_open(page: Page, stage: Stage) -> None:
    upload(page, stage, "/media", "first.jpg", small_jpeg(61), folder="Menus")
    page.goto(f"{stage.url}/library?folder=Menus")
    expect(page.get_by_test_id("tile")).to_have_count(1)
    octets = base64.b64encode(small_jpeg(62)).decode()
    page.evaluate(DROP, {"files": [{"name": "second.jpg", "octets": octets}]})
    expect(page.get_by_text("Drop to upload into “Menus”")).to_be_visible()
    page.evaluate("window.drop()")
    expect(page.get_by_text("Drop to upload")).to_have_count(0)
    expect(page.get_by_test_id("tile")).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("^Menus 2"))).to_have_attribute("aria-pressed", "true")
    told = ask(page, stage, "GET", "/media?folder=Menus")["items"]
    assert [each["filename"] for each in told] == ["second.jpg", "first.jpg"]


def test_the_library_is_searched_and_the_address_keeps_what_was_asked(page: Page, stage: Stage) -> None:
    upload(page, stage, "/media", "p1.jpg", small_jpeg(63), alt_text="A giraffe at the till")
    page.goto(f"{stage.url}/library")
    page.get_by_role("searchbox", name="Search the library").fill("till giraffe")
    expect(page.get_by_test_id("tile")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/library\?q=till(\+|%20)giraffe$"))
    page.reload()
    expect(page.get_by_role("searchbox", name="Search the library")).to_have_value("till giraffe")
    expect(page.get_by_test_id("tile")).to_contain_text("p1.jpg")
    page.get_by_role("searchbox", name="Search the library").fill("okapi")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("button", name="Show the whole library").click()
    expect(_tile(page, "p1.jpg")).to_be_visible()
    expect(page).to_have_url(f"{stage.url}/library")


def test_a_description_is_written_on_the_tile_and_says_that_it_is_saved(page: Page, stage: Stage) -> None:
    media = upload(page, stage, "/media", "broth.jpg", small_jpeg(64))
    page.goto(f"{stage.url}/library")
    field = page.get_by_label("Description of broth.jpg")
    field.fill("A bowl of soup")
    tile = _tile(page, "broth.jpg")
    expect(tile).to_contain_text("Not saved yet")
    field.press("Enter")
    expect(tile.get_by_text("Saved", exact=True)).to_be_visible()
    expect(tile.get_by_role("img")).to_have_attribute("alt", "A bowl of soup")
    field.fill("Something else")
    field.press("Escape")
    expect(field).to_have_value("A bowl of soup")
    assert ask(page, stage, "GET", f"/media/{media['id']}")["alt_text"] == "A bowl of soup"


def test_a_description_that_could_not_be_saved_says_so_and_keeps_what_was_typed(
    browser: Browser, stage: Stage, state: object
) -> None:
    with quiet_page(browser, state=state, expected_errors=("503",)) as page:
        media = upload(page, stage, "/media", "tea.jpg", small_jpeg(65))
        page.goto(f"{stage.url}/library/{media['id']}")
        field = page.get_by_test_id("description")
        field.wait_for()
        page.route("**/api/v1/media/*", lambda route: route.fulfill(status=503, json={"detail": "Come back later."}))
        field.fill("A cup of tea")
        field.press("Tab")
        expect(page.get_by_text("Come back later.")).to_be_visible()
        expect(field).to_have_value("A cup of tea")
        page.unroute("**/api/v1/media/*")
        field.press("Enter")
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def test_a_medium_is_renamed_and_moved_to_a_folder_that_is_made_by_its_name(page: Page, stage: Stage) -> None:
    media = upload(page, stage, "/media", "IMG_1.jpg", small_jpeg(66))
    page.goto(f"{stage.url}/library")
    _tile(page, "IMG_1.jpg").get_by_role("link").click()
    page.get_by_label("Name", exact=True).fill("autumn.jpg")
    page.get_by_label("Folder").fill("  Autumn   2026 ")
    page.get_by_label("Folder").press("Enter")
    expect(page.get_by_label("Folder")).to_have_value("Autumn 2026")
    expect(page.get_by_role("heading", level=1)).to_have_text("autumn.jpg")
    expect(page.get_by_label("You are here")).to_contain_text("autumn.jpg")
    told = ask(page, stage, "GET", f"/media/{media['id']}")
    assert (told["filename"], told["folder"]) == ("autumn.jpg", "Autumn 2026")


def test_a_medium_says_who_uses_it_stays_while_it_is_used_and_goes_when_it_is_not(page: Page, stage: Stage) -> None:
    media = upload(page, stage, "/media", "used.jpg", small_jpeg(67))
    campaign = new_draft(page, stage, name="Lunch for all", content="mms", media_ids=[media["id"]])
    page.goto(f"{stage.url}/library/{media['id']}")
    page.get_by_role("button", name="Remove").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("alert")).to_have_text(
        "It is used by 1 campaign: “Lunch for all”. Take it out there first."
    )
    expect(sheet.get_by_role("button", name="Remove it")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page.get_by_role("button", name="Remove")).to_be_focused()
    page.get_by_role("link", name="Lunch for all").click()
    expect(page).to_have_url(f"{stage.url}/campaigns/{campaign}")
    ask(page, stage, "DELETE", f"/campaigns/{campaign}")
    page.goto(f"{stage.url}/library/{media['id']}")
    expect(page.get_by_text("Nowhere yet")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    sheet.get_by_role("button", name="Remove it").click()
    expect(page).to_have_url(f"{stage.url}/library")
    expect(_tile(page, "used.jpg")).to_have_count(0)


def test_a_campaign_that_took_it_meanwhile_keeps_it_and_the_sheet_says_why(
    browser: Browser, stage: Stage, state: object
) -> None:
    with quiet_page(browser, state=state, expected_errors=("409",)) as page:
        media = upload(page, stage, "/media", "late.jpg", small_jpeg(68))
        page.goto(f"{stage.url}/library/{media['id']}")
        page.get_by_role("button", name="Remove").click()
        new_draft(page, stage, name="Meanwhile", content="mms", media_ids=[media["id"]])
        sheet = page.get_by_role("dialog")
        sheet.get_by_role("button", name="Remove it").click()
        expect(sheet.get_by_role("alert")).to_contain_text("used by 1 campaign: “Meanwhile”")


def test_arrow_keys_go_from_tile_to_tile_and_enter_opens_one(page: Page, stage: Stage) -> None:
    for n in range(3):
        upload(page, stage, "/media", f"key{n}.jpg", small_jpeg(70 + n), folder="Keys")
    page.goto(f"{stage.url}/library?folder=Keys")
    _tile(page, "key2.jpg").get_by_role("link").focus()
    for key, name in (
        ("ArrowRight", "key1"),
        ("End", "key0"),
        ("ArrowLeft", "key1"),
        ("Home", "key2"),
        ("ArrowLeft", "key2"),
    ):
        page.keyboard.press(key)
        expect(_tile(page, name).get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("key2.jpg")
    expect(page.get_by_test_id("shown")).to_be_visible()


def test_a_picture_of_the_library_is_used_again_in_a_campaign(page: Page, stage: Stage) -> None:
    media = upload(page, stage, "/media", "again-and-again.jpg", small_jpeg(80), alt_text="Bread")
    campaign = compose(page, stage, body="Look")
    page.get_by_role("button", name="From the library").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("searchbox", name="Search the library").fill("again-and")
    expect(sheet.get_by_test_id("tile")).to_have_count(1)
    sheet.get_by_test_id("tile").get_by_role("button").click()
    expect(sheet).to_have_count(0)
    expect(page.get_by_test_id("medium").get_by_role("img")).to_have_attribute("alt", "Bread")
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile("saved [0-9]"))
    assert ask(page, stage, "GET", f"/campaigns/{campaign}")["media"][0]["id"] == media["id"]


def test_a_film_has_its_player_and_a_card_is_a_file_to_save(page: Page, stage: Stage) -> None:
    shop = upload(page, stage, "/media", "tour.mp4", film(seconds=6))
    us = upload(page, stage, "/media", "us.vcf", CARD.replace(b"Juniper", b"Fig"))
    page.goto(f"{stage.url}/library/{shop['id']}")
    expect(page.locator("video")).to_have_attribute("controls", "")
    page.goto(f"{stage.url}/library/{us['id']}")
    expect(page.get_by_role("link", name="Save a copy")).to_have_attribute("download", "us.vcf")
    expect(page.get_by_test_id("card-preview")).to_contain_text("Fig Cafe")
    expect(page.get_by_test_id("card-preview")).to_contain_text("+1 312 555 0100")


def test_a_file_of_the_web_is_fetched_or_refused_with_the_reason(browser: Browser, stage: Stage, state: object) -> None:
    with quiet_page(browser, state=state, expected_errors=("422",)) as page:
        page.goto(f"{stage.url}/library")
        page.get_by_role("button", name="From a web address").click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_label("Address of the file").fill(f"{stage.url}/favicon.svg")
        sheet.get_by_role("button", name="Fetch it").click()
        expect(sheet.get_by_role("alert")).to_contain_text("in a private network, where nothing is fetched")
        # What the server would answer of a public address, which no test may ask.
        known = upload(page, stage, "/media", "from-the-web.jpg", small_jpeg(90)) | {"is_known": False}
        page.route("**/api/v1/media/fetch", lambda route: route.fulfill(status=201, json=known))
        sheet.get_by_role("button", name="Fetch it").click()
        expect(sheet).to_have_count(0)
        expect(page.get_by_test_id("tile").first).to_contain_text("from-the-web.jpg")


def test_a_contact_card_is_made_while_one_sees_what_people_will_save(
    browser: Browser, stage: Stage, state: object
) -> None:
    with quiet_page(browser, state=state, expected_errors=("422",)) as page:
        upload(page, stage, "/media", "our-logo.jpg", small_jpeg(300), alt_text="Our logo")
        page.goto(f"{stage.url}/library")
        page.get_by_role("link", name="Make a contact card").click()
        make = page.get_by_role("button", name="Make the card")
        expect(make).to_be_disabled()
        shown = page.get_by_test_id("card-preview")
        company = page.get_by_label("Company or nickname")
        company.press_sequentially("Northgate Dental Care, Main Street")
        expect(company).to_have_value("Northgate Dental Car")
        expect(page.get_by_text("20 of 20 characters.")).to_be_visible()
        expect(shown).to_contain_text("Northgate Dental Car")
        page.get_by_label("Number").fill("+13125550100")
        expect(shown).to_contain_text("+1 312 555 0100")
        page.get_by_label("Name of a person").fill("Dr Ann Lee")
        expect(shown.locator("b")).to_have_text("Dr Ann Lee")
        page.get_by_role("button", name="Choose a picture").click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_test_id("tile").filter(has_text="our-logo.jpg").get_by_role("button").click()
        expect(shown.locator("img")).to_be_visible()
        page.get_by_label("E-mail").fill("nobody")
        make.click()
        expect(page.get_by_text("An e-mail address looks like desk@example.com.")).to_be_visible()
        page.get_by_label("E-mail").fill("ann@northgate.example")
        make.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("dr-ann-lee.vcf")
        url = page.get_by_role("link", name="Save a copy").get_attribute("href")
        card = vobject.readOne(page.request.get(f"{stage.url}{url}").text())
        assert (card.fn.value, card.tel.value, card.email.value) == (
            "Dr Ann Lee",
            "+13125550100",
            "ann@northgate.example",
        )
        assert Image.open(io.BytesIO(card.photo.value)).size == (240, 240)


def test_an_empty_library_says_what_it_is_for_and_one_that_cannot_be_read_how_to_try_again(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        empty_stage(tmp_path_factory.mktemp("empty")) as stage,
        quiet_page(browser, state=signed_in_state(browser, stage), expected_errors=("500",)) as page,
    ):
        page.goto(f"{stage.url}/library")
        expect(page.get_by_text("Nothing in the library yet")).to_be_visible()
        expect(page.get_by_role("search")).to_have_count(0)
        page.route("**/api/v1/media?*", lambda route: route.fulfill(status=500, json={"detail": "It broke."}))
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("It broke.")
        page.unroute("**/api/v1/media?*")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("Nothing in the library yet")).to_be_visible()
