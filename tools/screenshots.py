"""`make screenshots`: photographs every page at two widths in both themes: with data, empty, and in error.

The pictures go to build/screenshots/, named page-state-width-theme.png. They are for eyes: look at each.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, Route

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.media.films import CALENDAR, CARD, film  # noqa: E402
from tests.whole.browser import chromium  # noqa: E402
from tests.whole.dashboard import ask, demo_stage, empty_stage, signed_in_state, upload  # noqa: E402
from tests.whole.scene import sign_in_link  # noqa: E402
from tests.whole.stage import Stage, control, wait_until  # noqa: E402

OUT: Final = ROOT / "build" / "screenshots"
TALLEST: Final = 2_400
"""Pixels of a page that are worth looking at: further rows of a list are like the ones before."""
SIZES: Final = ((1_440, 900), (390, 844))
THEMES: Final = ("light", "dark")
HOME: Final = "section[aria-label='Last 24 hours']"
PHONE: Final = "+447700900120"
LEAVES: Final = "+447700900121"
BODY: Final = (
    "Hi {{ first_name | default: 'there' }}, the spring menu is here — 20% off until Sunday. Reply STOP to opt out"
)
REFUSED: Final = {"refuse_status": 0x0B, "refuse_n": 9, "refuse_protocol": "smpp"}
"""ESME_RINVDSTADR for nine texts: a report without a failure shows only half of itself."""


@dataclass(slots=True)
class Camera:
    """One page per width and theme, all signed in."""

    stage: Stage
    pages: dict[str, Page]
    n_taken: int = 0

    def take(self, name: str, path: str, ready: str, act: Callable[[Page], None] | None = None) -> None:
        """Go to `path` on every page, wait for `ready` (a selector), do `act`, and photograph the whole page."""
        for label, page in self.pages.items():
            page.goto(path if "://" in path else f"{self.stage.url}{path}", wait_until="domcontentloaded")
            self._photograph(f"{name}-{label}", page, ready, act)

    def again(self, name: str, ready: str, act: Callable[[Page], None] | None = None) -> None:
        """Photograph what is open now."""
        for label, page in self.pages.items():
            self._photograph(f"{name}-{label}", page, ready, act)

    def _photograph(self, name: str, page: Page, ready: str, act: Callable[[Page], None] | None) -> None:
        page.locator(ready).first.wait_for()
        if act is not None:
            act(page)
        page.evaluate("window.scrollTo(0, 0)")
        page.evaluate("document.fonts.ready.then(() => Promise.all(document.getAnimations().map((a) => a.finish?.())))")
        has_sheet = page.locator("dialog[open]").count() > 0
        width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
        clip = None if has_sheet else {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
        page.screenshot(path=OUT / f"{name}.png", full_page=not has_sheet, clip=clip)
        self.n_taken += 1


@contextmanager
def camera(browser: Browser, stage: Stage) -> Iterator[Camera]:
    state = signed_in_state(browser, stage)
    with ExitStack() as stack:
        pages = {}
        for width, height in SIZES:
            for theme in THEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if theme == "dark" else "light",
                    storage_state=state,
                    timezone_id="America/Chicago",
                    locale="en-US",
                    reduced_motion="reduce",
                )
                stack.callback(context.close)
                pages[f"{width}-{theme}"] = context.new_page()
        yield Camera(stage, pages)


def main() -> None:
    began = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    n = 0
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        with demo_stage(Path(folder) / "data") as stage, camera(browser, stage) as taking:
            photograph_data(taking)
            photograph_errors(taking)
            n += taking.n_taken
        with empty_stage(Path(folder) / "empty") as stage, camera(browser, stage) as taking:
            photograph_empty(taking)
            n += taking.n_taken
    sys.stdout.write(f"{n} pictures in {OUT.relative_to(ROOT)}, {time.monotonic() - began:.0f} s\n")


def photograph_data(taking: Camera) -> None:
    stage = taking.stage
    page = next(iter(taking.pages.values()))
    draft_id, done_id = _act(stage, page)
    taking.take("home-data", "/", HOME)
    taking.take("campaigns-data", "/campaigns", "table")
    _photograph_composer(taking, f"/campaigns/{draft_id}")
    taking.take("report-data", f"/campaigns/{done_id}", "[data-testid=campaign-state]")
    taking.take("messages-data", "/messages", "table")
    taking.take("messages-data-nomatch", "/messages?q=0000000", "main h2")
    delivered = ask(page, stage, "GET", "/messages?state=delivered&q=447700900123")["items"][0]
    failed = ask(page, stage, "GET", "/messages?state=failed")["items"][0]
    taking.take("message-data-delivered", f"/messages/{delivered['id']}", "main ol li", _open_first_exchange)
    taking.take("message-data-failed", f"/messages/{failed['id']}", "main ol li")
    taking.take("phones-data", "/phones", "main ul li")
    taking.take("phone-data-text", f"/phones/{PHONE}", "[data-testid=phone-bubble]", _wait_for_list)
    taking.take("phone-data-opted-out", f"/phones/{LEAVES}", "[data-testid=phone-bubble]", _wait_for_list)
    pictured = next(line["to"] for line in stage.journal() if line["kind"] == "submit" and line["protocol"] == "mm7")
    taking.take("phone-data-picture", f"/phones/{pictured}", "[data-testid=phone-bubble]", _load_pictures)
    detail = ask(page, stage, "GET", f"/messages/{delivered['id']}")
    taking.take("picture-page-data", detail["link"], "img", _load_pictures)
    _photograph_library(taking)
    _photograph_carriers(taking)
    taking.take("groups-data", "/settings/groups", "[data-testid=group-settings]")
    taking.take("sign-in-data", sign_in_link(stage), "[data-testid=sign-in]")
    taking.take("docs-data", "/api/docs", "main")
    _photograph_live(taking, page)


def _act(stage: Stage, page: Page) -> tuple[str, str]:
    """A day at the shop: one campaign sent, two people who answered, one campaign being written. Returns their ids."""
    sale = next(each for each in ask(page, stage, "GET", "/campaigns")["items"] if each["name"] == "Autumn sale")
    control(stage, "PUT", "/faults", REFUSED)
    ask(page, stage, "POST", f"/campaigns/{sale['id']}/launch", {"confirm_warnings": True})
    _wait_for_state(stage, page, sale["id"], "done")
    sender = next(line["from"] for line in stage.journal() if line["kind"] == "submit" and line["to"] == PHONE)
    for number, word in ((PHONE, "HELP"), (LEAVES, "Stop")):
        control(stage, "POST", f"/phones/{number}/reply", {"to": sender, "text": word})
    draft = {
        "name": "Spring menu",
        "group_id": sale["group_id"],
        "body": BODY,
        "media_ids": [sale["media"][0]["id"]],
        "content": "mms",
        "audience": {"kind": "group"},
    }
    return ask(page, stage, "POST", "/campaigns", draft)["id"], sale["id"]


def _wait_for_state(stage: Stage, page: Page, campaign_id: str, state: str) -> None:
    wait_until(
        f"the campaign is {state}",
        lambda: ask(page, stage, "GET", f"/campaigns/{campaign_id}")["state"] == state,
        within_s=60,
    )


def _photograph_composer(taking: Camera, path: str) -> None:
    ready = "text=Will be sent"
    taking.take("compose-data", path, "[data-testid=body]", _wait_for_estimate)
    taking.take("compose-data-fallback", path, "[data-testid=body]", _show_fallback)
    taking.take("compose-data-review", path, "[data-testid=body]", _open_review)
    taking.take("compose-data-import", path, "[data-testid=body]", _open_import)
    taking.take("compose-data-library", path, "[data-testid=body]", _open_library)
    narrow = {label: page for label, page in taking.pages.items() if label.startswith("390")}
    wide, taking.pages = taking.pages, narrow
    taking.take(
        "compose-data-preview-sheet", path, ready, lambda page: page.get_by_role("button", name="Preview").click()
    )
    taking.take("menu-data", "/", HOME, lambda page: page.get_by_role("button", name="Menu", exact=True).click())
    taking.pages = wide


def _photograph_library(taking: Camera) -> None:
    stage, page = taking.stage, next(iter(taking.pages.values()))
    used = ask(page, stage, "GET", "/campaigns")["items"][-1]["media"]["id"]
    upload(page, stage, "/media", "tour-of-the-shop.mp4", film(), folder="Videos", alt_text="A walk through the shop")
    upload(page, stage, "/media", "jingle.m4a", film(b"M4A ", kind=b"soun", codec=b"mp4a", sides=(0, 0)))
    upload(page, stage, "/media", "northgate.vcf", CARD, folder="Contact cards")
    upload(page, stage, "/media", "check-up.ics", CALENDAR, folder="Contact cards")
    taking.take("library-data", "/library", "[data-testid=tile]", _load_pictures)
    taking.again("library-data-uploads", "[data-testid=tile]", _upload_two)
    taking.take("library-data-folder", "/library?folder=Contact+cards", "[data-testid=tile]")
    taking.take("library-data-nomatch", "/library?q=giraffe", "text=Nothing matches")
    taking.take("medium-data", f"/library/{used}", "[data-testid=shown]", _load_pictures)
    taking.take("library-data-fetch", "/library", "[data-testid=tile]", _open_fetch)
    taking.take("contact-card-data", "/library/contact-card", "[data-testid=card-preview]", _fill_card)
    taking.take("medium-data-stays", f"/library/{used}", "[data-testid=shown]", _remove)


def _upload_two(page: Page) -> None:
    files = [("notes.txt", b"Not a picture"), ("northgate.vcf", CARD)]
    payload = [{"name": name, "mimeType": "text/plain", "buffer": octets} for name, octets in files]
    page.get_by_test_id("library-input").set_input_files(payload)
    page.get_by_text("1 file in the library, 1 not added").wait_for()


def _open_fetch(page: Page) -> None:
    page.get_by_role("button", name="From a web address").click()
    page.get_by_label("Address of the file").fill("http://10.0.0.7/menu.jpg")
    page.get_by_role("button", name="Fetch it").click()
    page.get_by_role("alert").wait_for()


def _fill_card(page: Page) -> None:
    for label, text in (("Company or nickname", "Northgate Dental"), ("Number", "+13125550100"), ("E-mail", "nobody")):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Choose a picture").click()
    page.get_by_role("dialog").get_by_test_id("tile").last.get_by_role("button").click()
    page.get_by_role("button", name="Make the card").click()
    page.get_by_role("alert").wait_for()
    _load_pictures(page)


def _remove(page: Page) -> None:
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").wait_for()


def _photograph_carriers(taking: Camera) -> None:
    smpp = next(each for each in _accounts(taking) if each["carrier"] == "smpp")
    taking.take("carriers-data", "/settings/carriers", "[data-testid=account-row]")
    taking.take("carrier-data", f"/settings/carriers/{smpp['id']}", "[data-testid=account-state]", _open_settings)
    taking.take("connect-data", "/settings/carriers/new", "main nav a")
    taking.take("connect-data-smpp", "/settings/carriers/new?kind=smpp", "form", _try_out)


def _accounts(taking: Camera) -> list[dict[str, str]]:
    items: list[dict[str, str]] = ask(next(iter(taking.pages.values())), taking.stage, "GET", "/accounts")["items"]
    return items


def _open_settings(page: Page) -> None:
    page.locator("main summary").first.click()


def _try_out(page: Page) -> None:
    """Ask for a carrier at a port where nobody listens."""
    for label, text in (("Host", "127.0.0.1"), ("Port", "1"), ("System id", "northgate")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Test bind").click()
    page.get_by_test_id("trial").wait_for()


def _photograph_live(taking: Camera, page: Page) -> None:
    """A carrier slow enough to be watched, then a pause, then no carrier at all."""
    stage = taking.stage
    stage.processes[0].stop()
    slow = stage.start_simulator("--answer-delay=2.5", "--receipt-delay=2")
    again = ask(page, stage, "GET", "/campaigns")["items"][0]
    campaign_id = again["id"]
    wait_until("both carriers are back", lambda: _all_up(stage, page), within_s=30)
    ask(page, stage, "POST", f"/campaigns/{campaign_id}/launch", {"confirm_warnings": True})
    wait_until(
        "some are delivered",
        lambda: ask(page, stage, "GET", f"/campaigns/{campaign_id}")["progress"]["delivered"] > 40,
        within_s=60,
    )
    for each in taking.pages.values():
        each.goto(f"{stage.url}/campaigns/{campaign_id}", wait_until="domcontentloaded")
    taking.again("live-data-sending", "text=By second")
    ask(page, stage, "POST", f"/campaigns/{campaign_id}/pause")
    taking.again("live-data-paused", "[data-testid=resume]")
    taking.again("live-data-cancel", "[data-testid=cancel]", lambda each: each.get_by_test_id("cancel").click())
    slow.kill()
    ask(page, stage, "POST", f"/campaigns/{campaign_id}/resume")
    taking.take("live-error-carrier-away", f"/campaigns/{campaign_id}", "[data-testid=waiting-banner]")
    taking.take("carriers-error-away", "/settings/carriers", "text=Not reachable")
    taking.take("home-error-carrier-away", "/", "text=cannot be reached")
    taking.take("phones-error-simulator-away", "/phones", "[role=alert]:visible")


def _all_up(stage: Stage, page: Page) -> bool:
    return all(each["state"] == "up" for each in ask(page, stage, "GET", "/accounts")["items"])


def photograph_errors(taking: Camera) -> None:
    """The API answers 500; then nothing answers at all; then the session is over."""
    page = next(iter(taking.pages.values()))
    campaign = ask(page, taking.stage, "GET", "/campaigns")["items"][-1]
    message = ask(page, taking.stage, "GET", "/messages")["items"][0]
    paths = {
        "home": "/",
        "campaigns": "/campaigns",
        "campaign": f"/campaigns/{campaign['id']}",
        "compose": "/campaigns/new",
        "library": "/library",
        "medium": "/library/nothing",
        "messages": "/messages",
        "message": f"/messages/{message['id']}",
        "carriers": "/settings/carriers",
        "connect": "/settings/carriers/new",
        "phones": "/phones",
        "phone": f"/phones/{PHONE}",
    }
    with _answering(taking, _broken):
        for name, path in paths.items():
            taking.take(f"{name}-error", path, "[role=alert]:visible")
    with _answering(taking, lambda route: route.abort()):
        taking.take("home-error-server-gone", "/", "[role=alert]:visible")
    with _answering(taking, _signed_out):
        taking.take("home-error-session-over", "/", "text=Your session ended")
    taking.take("notfound-error", "/nowhere", "main h1")
    taking.take("picture-page-error", "/p/nothinghere", "main h1")


@contextmanager
def _answering(taking: Camera, answer: Callable[[Route], None]) -> Iterator[None]:
    for page in taking.pages.values():
        page.route("**/api/v1/**", answer)
    yield
    for page in taking.pages.values():
        page.unroute("**/api/v1/**")


def _broken(route: Route) -> None:
    if route.request.url.endswith("/me"):
        route.continue_()
        return
    _answer(route, 500, "Something went wrong on the server. It has been logged; try again in a moment.")


def _signed_out(route: Route) -> None:
    _answer(route, 401, "Your session has ended. Sign in again with a new link.")


def _answer(route: Route, status: int, detail: str) -> None:
    route.fulfill(status=status, content_type="application/problem+json", json={"status": status, "detail": detail})


def photograph_empty(taking: Camera) -> None:
    taking.take("home-empty", "/", "text=No campaign yet")
    taking.take("campaigns-empty", "/campaigns", "text=No campaign yet")
    taking.take("compose-empty", "/campaigns/new", "main h2")
    taking.take("library-empty", "/library", "text=Nothing in the library yet")
    taking.take("messages-empty", "/messages", "text=No message yet")
    taking.take("phones-empty", "/phones", "text=No phone has received anything yet")
    taking.take("phone-empty", f"/phones/{PHONE}", "text=Nothing received yet")


def _wait_for_estimate(page: Page) -> None:
    page.get_by_text("Will be sent").first.wait_for()
    _load_pictures(page)


def _show_fallback(page: Page) -> None:
    if page.get_by_role("button", name="Preview").count():
        page.get_by_role("button", name="Preview").click()
    page.get_by_role("radio", name="Fallback").check(force=True)
    page.get_by_role("radio", name="Android").check(force=True)
    page.get_by_test_id("phone-bubble").get_by_text("/p/").first.wait_for()


def _open_review(page: Page) -> None:
    page.get_by_test_id("review").click()
    page.locator("dialog li").first.wait_for()


def _open_import(page: Page) -> None:
    page.get_by_role("button", name="Upload a CSV").click()
    page.locator("dialog form").wait_for()


def _open_library(page: Page) -> None:
    page.get_by_role("button", name="From the library").click()
    page.get_by_role("dialog").get_by_test_id("tile").first.wait_for()
    _load_pictures(page)


def _open_first_exchange(page: Page) -> None:
    page.locator("summary").first.click()


def _wait_for_list(page: Page) -> None:
    page.locator("main ul li").first.wait_for(state="attached")


def _load_pictures(page: Page) -> None:
    page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => {})))")


if __name__ == "__main__":
    main()
