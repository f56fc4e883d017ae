"""The main job in a real browser: compose, launch, watch, open the link on a phone, reply STOP, launch again.

What the page shows is held against the simulator's journal, never against our own API.
"""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from heliogram.demo.business import MMSC
from tests.whole.browser import quiet_page
from tests.whole.pictures import small_jpeg
from tests.whole.scene import set_demo_scene, sign_in_link
from tests.whole.stage import Stage, control, wait_until

TEXT = "Hi {{ first_name | default: 'there' }}, the new soup is on. Reply STOP to opt out"
BRITISH = "+447700900101"
MAX_CLICKS = 9


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(folder=tmp_path, mmsc=MMSC)
    set_demo_scene(stage)
    # Answers a moment late, so that a campaign lasts long enough to be watched.
    stage.start_simulator("--receipt-delay=0.1", "--answer-delay=0.15")
    stage.start_server()
    yield stage
    stage.stop()


def _submits(stage: Stage) -> list[dict[str, Any]]:
    return [line for line in stage.journal() if line["kind"] == "submit"]


def _to(stage: Stage, number: str) -> list[dict[str, Any]]:
    return [line for line in _submits(stage) if line["to"] == number]


def _sign_in(page: Page, stage: Stage) -> None:
    page.goto(sign_in_link(stage))
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Robin")


def _compose_and_launch(page: Page, stage: Stage) -> None:
    """From Home to a launched campaign, counting the clicks."""
    clicks: list[Callable[[], None]] = [
        page.get_by_role("link", name="New campaign").click,
        page.get_by_role("radio", name=re.compile("Shop offers")).check,
        page.get_by_test_id("review").click,
        page.get_by_test_id("confirm-launch").check,
        page.get_by_test_id("launch").click,
    ]
    assert len(clicks) <= MAX_CLICKS
    page.goto(f"{stage.url}/")
    clicks[0]()
    page.get_by_test_id("body").wait_for()
    clicks[1]()
    page.get_by_test_id("body").fill(TEXT)
    page.get_by_test_id("picture-input").set_input_files(
        {"name": "soup.jpg", "mimeType": "image/jpeg", "buffer": small_jpeg()}
    )
    expect(page.get_by_text("soup.jpg")).to_be_visible()
    for click in clicks[2:]:
        click()
    page.get_by_test_id("campaign-state").wait_for()


def _watch(page: Page) -> list[str]:
    """The different numbers seen in "handed over" until the campaign is done."""
    seen: list[str] = []

    def is_done() -> bool:
        said = page.get_by_test_id("count-sent").inner_text()
        if not seen or seen[-1] != said:
            seen.append(said)
        return page.get_by_test_id("campaign-state").inner_text() == "Done"

    wait_until("the campaign is done", is_done, within_s=60)
    return seen


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_marketer_sends_a_picture_sees_it_arrive_and_a_stop_is_heeded(browser: Browser, stage: Stage) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, stage)
        _compose_and_launch(page, stage)
        seen = _watch(page)
        assert len(seen) >= 4, f"the counter must move three times before the end, it showed {seen}"

        first = _submits(stage)
        by_protocol: dict[str, set[str]] = {"mm7": set(), "smpp": set()}
        for line in first:
            by_protocol[line["protocol"]].add(line["to"])
        assert by_protocol["mm7"] and all(number.startswith("+1") for number in by_protocol["mm7"])
        assert {number[:3] for number in by_protocol["smpp"]} >= {"+44", "+49", "+33", "+55", "+81"}
        expect(page.get_by_test_id("count-sent")).to_have_text(str(len({line["to"] for line in first})))

        _open_link_on_phone(page, stage)
        _reply_stop(page, stage)
        _launch_again_and_find_it_skipped(page, stage, len(first))


def _open_link_on_phone(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/phones/{BRITISH}")
    bubble = page.get_by_test_id("phone-bubble").first
    expect(bubble).to_contain_text("the new soup is on")
    link = bubble.get_by_role("link").get_attribute("href")
    assert link is not None
    assert _to(stage, BRITISH)[0]["text"].endswith(link)
    page.goto(link)
    picture = page.get_by_test_id("picture")
    assert picture.evaluate("image => image.naturalWidth") > 0
    octets = page.request.get(f"{link}/file").body()
    assert Image.open(io.BytesIO(octets)).size == Image.open(io.BytesIO(small_jpeg())).size


def _reply_stop(page: Page, stage: Stage) -> None:
    n_before = len(_to(stage, BRITISH))
    page.goto(f"{stage.url}/phones/{BRITISH}")
    page.get_by_test_id("reply-box").fill("Stop")
    page.get_by_test_id("reply-send").click()
    wait_until("the phone gets the confirmation", lambda: len(_to(stage, BRITISH)) > n_before, within_s=20)
    assert "unsubscribed" in _to(stage, BRITISH)[-1]["text"].lower()


def _launch_again_and_find_it_skipped(page: Page, stage: Stage, n_first: int) -> None:
    n_before = len(_to(stage, BRITISH))
    _compose_and_launch(page, stage)
    _watch(page)
    again = _submits(stage)
    assert len(_to(stage, BRITISH)) == n_before, "the phone that said STOP was written to"
    assert len({line["to"] for line in again}) == len({line["to"] for line in again if line["to"] != BRITISH}) + 1
    page.get_by_role("link", name="Its messages").click()
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}q={BRITISH[1:]}")
    expect(page.get_by_text("unsubscribed").first).to_be_visible()


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_carrier_that_goes_away_shows_in_words_and_its_return_finishes_the_campaign(
    browser: Browser, stage: Stage
) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, stage)
        _compose_and_launch(page, stage)
        wait_until("some are handed over", lambda: len(_submits(stage)) > 40, within_s=30)
        stage.processes[0].kill()
        banner = page.get_by_test_id("waiting-banner")
        expect(banner).to_contain_text("cannot be reached since", timeout=20_000)
        expect(banner).to_contain_text("Nothing is lost")
        stage.start_simulator("--receipt-delay=0.1")
        _watch(page)
        expect(banner).to_have_count(0)
        numbers = [line["to"] for line in _submits(stage) if line.get("part", 1) == 1]
        assert len(numbers) == len(set(numbers)), "somebody was written to twice"


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_help_and_start_are_answered(browser: Browser, stage: Stage) -> None:
    with quiet_page(browser) as page:
        _sign_in(page, stage)
        _compose_and_launch(page, stage)
        _watch(page)
        for word, answer in (("HELP", "about 4 texts a month"), ("STOP", "unsubscribed"), ("START", "subscribed")):
            n_before = len(_to(stage, BRITISH))
            control(stage, "POST", f"/phones/{BRITISH}/reply", {"to": _to(stage, BRITISH)[0]["from"], "text": word})
            wait_until(f"an answer to {word}", lambda n=n_before: len(_to(stage, BRITISH)) > n, within_s=20)
            assert answer in _to(stage, BRITISH)[-1]["text"]
