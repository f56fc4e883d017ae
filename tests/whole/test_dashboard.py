"""What every page of the dashboard owes everyone: accessibility, keyboard, narrow screens, themes, states, quiet."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.whole.browser import quiet_page
from tests.whole.dashboard import SHOP, ask, demo_stage, new_draft, upload
from tests.whole.pictures import small_jpeg
from tests.whole.scene import sign_in_link
from tests.whole.stage import Stage, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await axe.run(document, { runOnly: tags });
    return violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html} ${node.failureSummary}`));
}"""
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nTEL:+13125550100\r\nEND:VCARD\r\n"
FAILED_CALL = ("Failed to load resource",)
BODY = "Hi {{ first_name | default: 'there' }}, the menu is here — see you. Reply STOP to opt out"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with demo_stage(tmp_path_factory.mktemp("everywhere")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, state: object) -> Iterator[Page]:
    with quiet_page(browser, state=state) as opened:
        yield opened


@pytest.fixture(scope="module")
def routes(browser: Browser, stage: Stage, state: object) -> dict[str, tuple[str, str]]:
    """Every page with something on it: its address, and what to wait for."""
    with quiet_page(browser, state=state) as page:
        media = upload(page, stage, "/media", "soup.jpg", small_jpeg(), alt_text="A bowl of soup")
        rows = "\n".join(f"+1312305{n:04},Ann,Bee" for n in range(8))
        fields = {"group_id": SHOP, "attest_consent": "Asked at the till", "list_name": "Few"}
        people = f"phone,first_name,last_name\n{rows}\n+447400100001,Abroad,Person\n".encode()
        imported = upload(page, stage, "/imports", "people.csv", people, **fields)
        audience = {"kind": "list", "list_id": imported["list_id"]}
        card = upload(page, stage, "/media", "ann.vcf", CARD)
        picture = {"content": "mms", "media_ids": [media["id"], card["id"]], "body": BODY, "audience": audience}
        done = new_draft(page, stage, name="Done", **picture)
        ask(page, stage, "POST", f"/campaigns/{done}/launch", {"confirm_warnings": True})
        wait_until("done", lambda: ask(page, stage, "GET", f"/campaigns/{done}")["state"] == "done", within_s=60)
        draft = new_draft(page, stage, name="Draft", **picture)
        message = ask(page, stage, "GET", f"/messages?campaign_id={done}&q=447400100001")["items"][0]["id"]
        link = ask(page, stage, "GET", f"/messages/{message}")["link"]
    return {
        "home": ("/", "section[aria-label='Last 24 hours']"),
        "campaigns": ("/campaigns", "tbody tr"),
        "compose": (f"/campaigns/{draft}", "[data-testid=will-be-sent]"),
        "report": (f"/campaigns/{done}", "[data-testid=campaign-state]"),
        "library": ("/library", "[data-testid=tile]"),
        "medium": (f"/library/{media['id']}", "[data-testid=shown]"),
        "contact card": ("/library/contact-card", "[data-testid=card-preview]"),
        "messages": ("/messages", "tbody tr"),
        "message": (f"/messages/{message}", "main ol li"),
        "phones": ("/phones", "main ul li"),
        "phone": ("/phones/+447400100001", "[data-testid=phone-bubble]"),
        "carriers": ("/settings/carriers", "[data-testid=account-row]"),
        "carrier": ("/settings/carriers/demo-smsc", "[data-testid=account-state]"),
        "connect": ("/settings/carriers/new?kind=smpp", "form"),
        "nowhere": ("/nowhere", "main h1"),
        "docs": ("/api/docs", "main h1"),
        "picture": (link.removeprefix(stage.url), "[data-testid=picture]"),
        "sign-in": (sign_in_link(stage).removeprefix(stage.url), "[data-testid=sign-in]"),
    }


def _open(page: Page, stage: Stage, route: tuple[str, str]) -> None:
    page.goto(f"{stage.url}{route[0]}")
    page.locator(route[1]).first.wait_for()


def _violations(page: Page) -> list[str]:
    """axe-core comes in by the debugger, which the page's security policy does not bind."""
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(RUN_AXE)
    return found


SHEETS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "review": ("compose", lambda page: page.get_by_test_id("review").click()),
    "import": ("compose", lambda page: page.get_by_role("button", name="Upload a CSV").click()),
    "delete": ("compose", lambda page: page.get_by_role("button", name="Delete draft").click()),
    "library": ("compose", lambda page: page.get_by_role("button", name="From the library").click()),
    "fetch": ("library", lambda page: page.get_by_role("button", name="From a web address").click()),
    "remove": ("medium", lambda page: page.get_by_role("button", name="Remove").click()),
    "raw exchange": ("message", lambda page: page.locator("summary").first.click()),
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_any_page_with_sheets_open_too(
    browser: Browser, stage: Stage, state: object, routes: dict[str, tuple[str, str]], dark: bool
) -> None:
    found: dict[str, list[str]] = {}
    with quiet_page(browser, state=state, dark=dark, expected_errors=FAILED_CALL) as page:
        for name, route in routes.items():
            _open(page, stage, route)
            found[name] = _violations(page)
        for name, (on, act) in SHEETS.items():
            _open(page, stage, routes[on])
            act(page)
            expect(page.get_by_role("dialog").or_(page.locator("pre")).first).to_be_visible()
            found[name] = _violations(page)
        page.route("**/api/v1/**", lambda route: route.fulfill(status=500, json={"detail": "It broke."}))
        _open(page, stage, ("/campaigns", "[role=alert]"))
        found["error"] = _violations(page)
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(("width", "zoom"), [(390, 100), (320, 200)])
def test_no_page_scrolls_sideways_on_a_narrow_screen(
    browser: Browser, stage: Stage, state: object, routes: dict[str, tuple[str, str]], width: int, zoom: int
) -> None:
    wide: dict[str, Any] = {}
    with quiet_page(browser, width=width, height=844, state=state, expected_errors=FAILED_CALL) as page:
        for name, route in routes.items():
            _open(page, stage, route)
            page.add_style_tag(content=f"html {{ font-size: {zoom}% !important }}")
            scrolled = page.evaluate("document.documentElement.scrollWidth")
            if scrolled > width:
                wide[name] = page.evaluate(WIDEST, width)
    assert wide == {}


WIDEST = """width => [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > width + 1 && !each.closest('.sr, .skip'))
    .slice(0, 4).map((each) => `${each.outerHTML.slice(0, 120)} ${each.getBoundingClientRect().right}`)"""


FOCUS = """() => {
    const here = document.activeElement, box = here.getBoundingClientRect();
    const drawn = [here, here.nextElementSibling, here.closest('label, tr, .line, .editor, .choose')].filter(Boolean);
    const top = document.querySelector('.top').getBoundingClientRect().bottom;
    const beside = here.closest('.top, .side, .skip, dialog');
    return {
        name: here === document.body ? 'body' : here.outerHTML.slice(0, 90),
        is_seen: drawn.map((each) => getComputedStyle(each))
            .some((each) => each.outlineStyle !== 'none' || each.boxShadow !== 'none'),
        is_clear: Boolean(beside) || here.offsetHeight === 0 || box.bottom > top,
    };
}"""
MANY_TABS = 60


@pytest.mark.parametrize(
    "name", ["home", "compose", "report", "library", "medium", "messages", "message", "phone", "carrier"]
)
def test_tab_alone_reaches_the_end_of_a_page_and_shows_where_it_is(
    page: Page, stage: Stage, routes: dict[str, tuple[str, str]], name: str
) -> None:
    _open(page, stage, routes[name])
    seen: list[dict[str, Any]] = []
    for _ in range(MANY_TABS):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUS))
        if seen[-1]["name"] == "body":
            break
    lost = [each["name"] for each in seen if each["name"] != "body" and not (each["is_seen"] and each["is_clear"])]
    assert lost == []
    assert len({each["name"] for each in seen}) > 8, "focus is caught"


def test_the_skip_link_works_and_a_sheet_gives_focus_back(
    page: Page, stage: Stage, routes: dict[str, tuple[str, str]]
) -> None:
    _open(page, stage, routes["compose"])
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    review = page.get_by_test_id("review")
    review.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(review).to_be_focused()


FIRST_FRAME = """requestAnimationFrame(() => {
    window.first_frame = getComputedStyle(document.documentElement).backgroundColor;
})"""
DARK_CANVAS = "rgb(18, 17, 16)"
LIGHT_CANVAS = "rgb(246, 244, 240)"


def test_the_theme_follows_the_system_until_a_person_chooses_and_never_flashes(
    browser: Browser, stage: Stage, state: object
) -> None:
    with quiet_page(browser, state=state, dark=True) as page:
        page.add_init_script(FIRST_FRAME)
        page.goto(f"{stage.url}/")
        html = page.locator("html")
        expect(html).to_have_css("background-color", DARK_CANVAS)
        assert page.evaluate("window.first_frame") == DARK_CANVAS
        page.emulate_media(color_scheme="light")
        expect(html).to_have_css("background-color", LIGHT_CANVAS)
        page.get_by_role("button", name="Switch to the dark theme").click()
        expect(html).to_have_css("background-color", DARK_CANVAS)
        page.reload()
        expect(page.get_by_role("button", name="Switch to the light theme")).to_be_visible()
        assert page.evaluate("window.first_frame") == DARK_CANVAS


def test_charts_change_with_the_theme(page: Page, stage: Stage, routes: dict[str, tuple[str, str]]) -> None:
    _open(page, stage, routes["home"])
    line = page.locator("figure path").first
    expect(line).to_have_css("fill", "rgb(15, 139, 141)")
    page.get_by_role("button", name="Switch to the dark theme").click()
    expect(line).to_have_css("fill", "rgb(79, 195, 192)")


LISTS = {
    "/library": ("/media", "Nothing in the library yet"),
    "/campaigns": ("/campaigns", "No campaign yet"),
    "/messages": ("/messages", "No message yet"),
    "/settings/carriers": ("/accounts", "No carrier yet"),
    "/phones": ("/simulator/phones", "No phone has received anything yet"),
}


@pytest.mark.parametrize("address", LISTS)
def test_each_list_has_a_loading_an_error_an_empty_and_a_filled_state(
    browser: Browser, stage: Stage, state: object, routes: dict[str, tuple[str, str]], address: str
) -> None:
    path, words = LISTS[address]
    with quiet_page(browser, state=state, expected_errors=FAILED_CALL) as page:
        waiting: list[Route] = []
        calls = f"{stage.url}/api/v1{path}*"
        page.route(calls, lambda route: waiting.append(route))
        page.goto(f"{stage.url}{address}")
        expect(page.get_by_text("Loading", exact=True)).to_be_attached()
        waiting.pop().fulfill(status=500, json={"detail": "The cellar is flooded."})
        expect(page.get_by_role("alert")).to_contain_text("The cellar is flooded.")
        page.unroute(calls)
        page.route(calls, lambda route: route.fulfill(json={"items": [], "next": None}))
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        page.unroute(calls)
        page.reload()
        expect(page.locator("main tbody tr, main ul li").first).to_be_visible()


def test_a_search_without_a_match_says_so_and_offers_the_way_back(
    page: Page, stage: Stage, routes: dict[str, tuple[str, str]]
) -> None:
    page.goto(f"{stage.url}/messages?q=00000000")
    expect(page.get_by_role("heading", name="No message matches")).to_be_visible()
    page.get_by_role("link", name="Take the filters away").click()
    expect(page.locator("main tbody tr").first).to_be_visible()
    _open(page, stage, routes["phones"])
    page.get_by_role("searchbox").fill("nobody is called this")
    expect(page.get_by_role("heading", name="No phone matches")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("main ul li").first).to_be_visible()


def test_every_page_is_quiet_and_lets_nothing_in_from_elsewhere(
    page: Page, stage: Stage, routes: dict[str, tuple[str, str]]
) -> None:
    """The page itself fails the test at its end for any console error and any request to another host."""
    for route in routes.values():
        answer = page.goto(f"{stage.url}{route[0]}")
        page.locator(route[1]).first.wait_for()
        assert answer is not None
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        scripts = next((part for part in policy.split(";") if "script-src" in part), "script-src 'none'")
        assert "unsafe" not in scripts and "http" not in policy
