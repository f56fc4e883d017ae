"""The composer in a real browser: counting, marking, previewing, pictures, and drafts that are not lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.whole.browser import quiet_page
from tests.whole.dashboard import NOTICES, SHOP, ask, compose, demo_stage, new_draft, upload
from tests.whole.pictures import small_jpeg
from tests.whole.stage import Stage, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

HEBREW = "שלום {{ first_name }}, התור שלך ביום ראשון בשעה 11:15. לשאלות"
PEOPLE = (
    "phone,first_name,last_name,nickname\n+12025550101,Nia,Odd,\n+12025550102,Max,Even,Maxi\n+972505550101,ליאור,כהן,\n"
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with demo_stage(tmp_path_factory.mktemp("composer")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, state: object) -> Iterator[Page]:
    with quiet_page(browser, state=state) as opened:
        yield opened


def _import_people(page: Page, stage: Stage) -> str:
    fields = {"group_id": SHOP, "attest_consent": "Asked at the till", "list_name": "Odd ones"}
    return str(upload(page, stage, "/imports", "people.csv", PEOPLE.encode(), **fields)["list_id"])


def _preview_as(page: Page, name: str) -> None:
    page.get_by_role("searchbox", name="Find a person").fill(name)
    expect(page.locator("#preview-as option")).to_have_count(1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 160, "1 segment"),
        ("a" * 161, "2 segments"),
        ("a" * 158 + "€", "1 segment"),
        ("a" * 159 + "€", "2 segments"),
        ("a" * 68 + "🙂", "1 segment"),
        ("a" * 69 + "🙂", "2 segments"),
        ("ש" * 70, "1 segment"),
        ("ש" * 71, "2 segments"),
    ],
)
def test_the_counter_turns_at_the_limits_of_both_alphabets(page: Page, stage: Stage, text: str, words: str) -> None:
    compose(page, stage)
    page.get_by_test_id("body").fill(text)
    expect(page.get_by_test_id("segment-count")).to_have_text(words)


def test_a_curly_apostrophe_is_marked_named_and_replaced_by_one_click_that_can_be_undone(
    page: Page, stage: Stage
) -> None:
    compose(page, stage)
    body = page.get_by_test_id("body")
    body.fill("It’s here")
    expect(page.get_by_text("curly apostrophe")).to_be_visible()
    mark = page.locator("mark.odd")
    expect(mark).to_have_text("’")
    page.get_by_test_id("fix-character").click()
    expect(body).to_have_value("It's here")
    expect(page.get_by_test_id("encoding-pill")).to_have_text("GSM-7")
    expect(body).to_be_focused()
    page.keyboard.press("Control+z")
    expect(body).to_have_value("It’s here")
    expect(mark).to_have_count(1)


def test_a_text_is_counted_and_shown_as_it_leaves_by_the_rules_that_its_author_chose(page: Page, stage: Stage) -> None:
    compose(page, stage)
    page.get_by_test_id("body").fill("It’s " + "word " * 60)
    pill, count = page.get_by_test_id("encoding-pill"), page.get_by_test_id("segment-count")
    expect(pill).to_have_text("GSM-7")
    expect(count).to_have_text("2 segments")
    expect(page.get_by_test_id("sent-plain")).to_contain_text("saves 3 segments")
    expect(page.get_by_test_id("phone-bubble")).to_contain_text("It's word")
    page.get_by_test_id("text-rules").locator("summary").click()
    page.get_by_test_id("max-segments").select_option("1")
    expect(page.get_by_test_id("text-too-long")).to_be_visible()
    page.get_by_label("Longer: cut at a word").check()
    expect(page.get_by_test_id("text-cut")).to_contain_text("has 2 segments")
    expect(count).to_have_text("1 segment")
    expect(page.get_by_test_id("rewritten")).to_contain_text("cut at a word")
    page.get_by_test_id("smart-encoding").uncheck()
    expect(pill).to_have_text("UCS-2")
    page.reload()
    expect(page.get_by_test_id("text-rules").locator("summary")).to_contain_text(
        "characters as written, at most 1 segment"
    )


def test_phones_without_pictures_get_the_text_that_its_author_wrote_for_them(page: Page, stage: Stage) -> None:
    compose(page, stage, body="Look!")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "menu.jpg", "mimeType": "image/jpeg", "buffer": small_jpeg()}
    )
    fallback = page.get_by_test_id("fallback-text")
    expect(fallback.locator("summary")).to_contain_text("the same text, with a link to the picture")
    fallback.locator("summary").click()
    page.get_by_test_id("fallback-body").fill("Our menu: {{ link }} – see you, {{ first_name }}")
    bubble = page.get_by_test_id("phone-bubble")
    expect(bubble).to_contain_text(re.compile(r"Our menu: http://\S+/p/x+ - see you, \w+"))
    expect(page.get_by_test_id("fallback-count")).to_have_text("1 segment")
    page.get_by_test_id("fallback-body").fill("{{ link | upcase }}")
    expect(fallback.get_by_role("alert")).to_contain_text("The link can only stand alone")
    page.get_by_test_id("fallback-body").fill("Menu: {{ link }}")
    expect(page.get_by_text("Draft · saved")).to_be_visible()
    page.reload()
    expect(fallback.locator("summary")).to_contain_text("your own")
    fallback.locator("summary").click()
    expect(page.get_by_test_id("fallback-body")).to_have_value("Menu: {{ link }}")


def test_a_hebrew_text_is_no_text_full_of_mistakes(page: Page, stage: Stage) -> None:
    compose(page, stage, body=HEBREW)
    expect(page.get_by_text("Hebrew uses 70 characters a segment")).to_be_visible()
    expect(page.locator("mark.liquid")).to_have_count(1)
    expect(page.locator("mark.odd")).to_have_count(0)


def test_a_hebrew_preview_reads_from_the_right_and_its_readers_number_from_the_left(page: Page, stage: Stage) -> None:
    _import_people(page, stage)
    compose(page, stage, body=HEBREW)
    _preview_as(page, "ליאור")
    words = page.get_by_test_id("phone-bubble").locator("p")
    expect(words).to_contain_text("שלום ליאור")
    assert words.evaluate("each => getComputedStyle(each).direction") == "rtl"
    label = page.locator("#preview-as option").inner_text()
    assert re.search("\u2066\\+972 [0-9 ]+\u2069", label), label


def test_another_person_changes_the_bubble_and_an_empty_field_is_said_in_red(page: Page, stage: Stage) -> None:
    _import_people(page, stage)
    compose(page, stage, body="Hi {{ first_name }} ({{ nickname }}), {{ nickname | default: 'friend' }}!")
    bubble = page.get_by_test_id("phone-bubble")
    missing = page.get_by_test_id("missing-fields")
    _preview_as(page, "Even")
    expect(bubble).to_have_text("Hi Max (Maxi), Maxi!")
    expect(missing).to_have_count(0)
    _preview_as(page, "Odd")
    expect(bubble).to_have_text("Hi Nia (), friend!")
    expect(missing).to_contain_text("nickname")


def test_broken_liquid_says_which_line_and_cannot_be_reviewed(page: Page, stage: Stage) -> None:
    compose(page, stage, body="Fine so far")
    review = page.get_by_test_id("review")
    expect(review).to_be_enabled()
    page.get_by_test_id("body").fill("Hello\n{{ first_name | default: 'you' }")
    expect(page.get_by_role("alert")).to_contain_text("Line 2")
    expect(review).to_be_disabled()
    page.get_by_test_id("body").fill("Hello\n{{ first_name | default: 'you' }}")
    expect(review).to_be_enabled()


def test_a_composer_left_alone_asks_the_server_nothing(page: Page, stage: Stage) -> None:
    page.clock.install()
    compose(page, stage, body="Hello. Reply STOP to opt out")
    expect(page.get_by_test_id("will-be-sent")).to_contain_text(re.compile(r"to \d+ of \d+"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert [url for url in asked if "/estimate" in url or "/preview" in url] == []


def test_a_picture_of_8_mb_is_refused_before_an_octet_is_uploaded(page: Page, stage: Stage) -> None:
    compose(page, stage, content="mms")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    picture = {"name": "huge.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8" + bytes(7_999_998)}
    page.get_by_test_id("picture-input").set_input_files(picture)
    expect(page.get_by_role("alert")).to_contain_text("8.00 MB")
    expect(page.get_by_role("alert")).to_contain_text("5.00 MB")
    assert [url for url in posted if url.endswith("/media")] == []


def test_a_picture_appears_in_the_meter_and_on_the_phone(page: Page, stage: Stage) -> None:
    compose(page, stage, content="mms", body="Look")
    octets = small_jpeg(1_600)
    picture = {"name": "soup.jpg", "mimeType": "image/jpeg", "buffer": octets}
    page.get_by_test_id("picture-input").set_input_files(picture)
    expect(page.get_by_text(f"soup.jpg · {round(len(octets) / 1000)} kB")).to_be_visible()
    shown = page.get_by_test_id("phone-bubble").locator("img")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1_600


def test_the_fallback_shows_text_and_link_and_no_picture(page: Page, stage: Stage) -> None:
    media = upload(page, stage, "/media", "soup.jpg", small_jpeg(), alt_text="Soup")
    compose(page, stage, content="mms", media_ids=[media["id"]], body="The soup is on")
    bubble = page.get_by_test_id("phone-bubble")
    expect(bubble.locator("img")).to_have_count(1)
    page.get_by_role("radio", name="Fallback").check()
    expect(bubble.locator("img")).to_have_count(0)
    expect(bubble).to_contain_text(re.compile(r"The soup is on http://\S+/p/\w+"))


LOOK = """phone => {
    const screen = phone.querySelector('.screen'), bubble = phone.querySelector('[data-testid=phone-bubble] p');
    const style = getComputedStyle(bubble), log = phone.querySelector('.log').getBoundingClientRect();
    return {
        screen: getComputedStyle(screen).backgroundColor, font: getComputedStyle(screen).fontFamily,
        bubble: style.backgroundColor, corner: style.borderEndStartRadius,
        header: getComputedStyle(phone.querySelector('.who')).gridTemplateColumns.split(' ').length,
        from_start: bubble.getBoundingClientRect().left - log.left,
    };
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_the_two_phones_differ_and_the_business_speaks_from_the_reading_side(
    browser: Browser, stage: Stage, state: object, dark: bool
) -> None:
    with quiet_page(browser, state=state, dark=dark) as page:
        compose(page, stage, body="Hello")
        phone = page.locator(".phone")
        expect(phone.get_by_test_id("phone-bubble")).to_have_text("Hello")
        iphone = phone.evaluate(LOOK)
        page.get_by_role("radio", name="Android").check()
        expect(phone).to_have_attribute("data-os", "android")
        android = phone.evaluate(LOOK)
        assert all(iphone[each] != android[each] for each in ("font", "bubble", "corner", "header"))
        assert 0 <= iphone["from_start"] < 20 and 0 <= android["from_start"] < 20
        brightness = [sum(map(int, re.findall(r"\d+", each["screen"])[:3])) for each in (iphone, android)]
        assert all((each < 120) == dark for each in brightness), brightness


def test_a_text_only_group_offers_the_link_as_a_choice_before_anything_is_saved(page: Page, stage: Stage) -> None:
    media = upload(page, stage, "/media", "soup.jpg", small_jpeg(), alt_text="Soup")
    campaign_id = compose(page, stage, content="mms", media_ids=[media["id"]], body="Water is off on Monday")
    expect(page.get_by_test_id("will-be-sent")).to_be_visible()
    page.get_by_role("radio", name=re.compile("Service notices")).check()
    page.locator("#audience").select_option("all")
    offer = page.get_by_role("alert").filter(has_text="cannot send pictures")
    expect(offer).to_contain_text(re.compile(r"\d+ (person|people)|Everyone"))
    expect(page.get_by_test_id("review")).to_be_disabled()
    assert ask(page, stage, "GET", f"/campaigns/{campaign_id}")["content"] == "mms"
    page.get_by_test_id("choose-link").click()
    expect(offer).to_have_count(0)
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile("saved [0-9]"))
    saved = ask(page, stage, "GET", f"/campaigns/{campaign_id}")
    assert (saved["group_id"], saved["content"]) == (NOTICES, "text_link")


def test_what_is_typed_survives_a_reload_and_a_restart_of_the_server(page: Page, stage: Stage) -> None:
    campaign_id = compose(page, stage)
    body = page.get_by_test_id("body")
    body.fill("Typed, then reloaded at once")
    page.reload()
    expect(body).to_have_value("Typed, then reloaded at once")
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile("saved [0-9]"))
    stage.processes[1].stop()
    del stage.processes[1]
    # The browser itself reports the lost server; the page must show it in words instead.
    page.evaluate("console.error = () => {}")
    stage.start_server()
    page.goto(f"{stage.url}/campaigns/{campaign_id}")
    expect(body).to_have_value("Typed, then reloaded at once")
    assert ask(page, stage, "GET", f"/campaigns/{campaign_id}")["body"] == "Typed, then reloaded at once"


def test_what_is_typed_while_the_answer_to_a_save_is_lost_survives_a_reload(page: Page, stage: Stage) -> None:
    campaign_id = compose(page, stage)
    held: list[Route] = []
    page.route(
        "**/api/v1/campaigns/*",
        lambda route: held.append(route) if _is_save(route) and not held else route.continue_(),
    )
    page.get_by_test_id("body").fill("Stored by the server")
    page.get_by_test_id("text-rules").locator("summary").click()
    page.get_by_test_id("max-segments").select_option("2")
    wait_until("the page saves", lambda: (page.wait_for_timeout(50), held)[1], within_s=10)
    page.get_by_test_id("body").fill("Stored by the server, and then more")
    held[0].fetch()  # the server has it; the page never hears so
    assert ask(page, stage, "GET", f"/campaigns/{campaign_id}")["body"] == "Stored by the server"
    page.reload()
    expect(page.get_by_test_id("body")).to_have_value("Stored by the server, and then more")
    expect(page.get_by_test_id("save-state")).to_contain_text(re.compile("saved [0-9]"))
    stored = ask(page, stage, "GET", f"/campaigns/{campaign_id}")
    assert (stored["body"], stored["text_rules"]["max_segments"]) == ("Stored by the server, and then more", 2)


def _is_save(route: Route) -> bool:
    return route.request.method == "PATCH"


def test_two_tabs_on_one_draft_warn_instead_of_overwriting(browser: Browser, stage: Stage, state: object) -> None:
    with quiet_page(browser, state=state, expected_errors=("409",)) as page:
        campaign_id = compose(page, stage, body="First")
        other = page.context.new_page()
        other.goto(f"{stage.url}/campaigns/{campaign_id}")
        other.get_by_test_id("body").fill("From the other tab")
        expect(other.get_by_test_id("save-state")).to_contain_text(re.compile("saved [0-9]"))
        page.get_by_test_id("body").fill("From this tab")
        warning = page.get_by_role("alert").filter(has_text="another tab")
        expect(warning).to_be_visible()
        assert ask(page, stage, "GET", f"/campaigns/{campaign_id}")["body"] == "From the other tab"
        warning.get_by_role("button", name="Load the other version").click()
        expect(page.get_by_test_id("body")).to_have_value("From the other tab")


def test_the_review_lists_checks_with_fixes_and_a_warning_needs_a_tick(page: Page, stage: Stage) -> None:
    body = "It’s soup day at Northgate, all you can eat from noon on, and bread is on the house — come"
    compose(page, stage, body=body, text_rules={"smart_encoding": False})
    page.get_by_test_id("review").click()
    sheet = page.get_by_role("dialog")
    launch = sheet.get_by_test_id("launch")
    expect(sheet.get_by_role("listitem").filter(has_text="how to opt out")).to_be_visible()
    expect(launch).to_be_disabled()
    sheet.get_by_role("button", name="Add it").click()
    expect(page.get_by_test_id("body")).to_have_value(re.compile("Reply STOP to opt out$"))
    page.get_by_test_id("review").click()
    sheet.get_by_role("button", name=re.compile("Fix it")).click()
    expect(page.get_by_test_id("body")).to_have_value(re.compile(r"^It's soup day .* house - come Reply"))
    page.get_by_test_id("review").click()
    expect(sheet.get_by_role("img", name="Passed")).not_to_have_count(0)
    expect(launch).to_be_disabled()
    sheet.get_by_test_id("confirm-launch").check()
    expect(launch).to_be_enabled()
    expect(launch).to_have_text(re.compile(r"^Send to \d+ people$"))


def test_a_stop_cannot_be_ticked_away(page: Page, stage: Stage) -> None:
    imported = upload(page, stage, "/imports", "people.csv", b"phone\n+12025550190\n", list_name="Nobody asked them")
    audience = {"kind": "list", "list_id": imported["list_id"]}
    campaign_id = new_draft(page, stage, body="Hello. Reply STOP to opt out", audience=audience)
    page.goto(f"{stage.url}/campaigns/{campaign_id}")
    page.get_by_test_id("review").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("img", name="Stop")).to_have_count(1)
    expect(sheet.get_by_text("Nobody would get this message")).to_be_visible()
    expect(sheet.get_by_test_id("confirm-launch")).to_have_count(0)
    expect(sheet.get_by_test_id("launch")).to_be_disabled()


def test_a_contact_card_that_was_sent_is_a_file_to_save_and_no_broken_picture(page: Page, stage: Stage) -> None:
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lee;Ann\r\nFN:Ann Lee\r\nEND:VCARD\r\n"
    media_id = upload(page, stage, "/media", "ann.vcf", card)["id"]
    wanted = {"group_id": SHOP, "to": "+13125550100", "body": "My card", "media_ids": [media_id], "content": "mms"}
    message_id = ask(page, stage, "POST", "/messages", wanted)["id"]
    wait_until("it left", lambda: ask(page, stage, "GET", f"/messages/{message_id}")["channel"], within_s=30)
    page.goto(f"{stage.url}/messages/{message_id}")
    expect(page.get_by_test_id("message-file")).to_have_attribute("download", "ann.vcf")
    expect(page.locator("main img")).to_have_count(0)
