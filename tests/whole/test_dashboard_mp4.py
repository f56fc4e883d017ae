"""The offer of an MP4 for an animated GIF, in a real browser: taken in the composer and in the library, or not made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.media.pictures import gif
from tests.media.played import ffmpeg, probed
from tests.whole.browser import quiet_page
from tests.whole.dashboard import ask, compose, demo_stage, empty_stage, signed_in_state, upload
from tests.whole.pictures import small_jpeg
from tests.whole.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    ffmpeg()
    with demo_stage(tmp_path_factory.mktemp("mp4")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, state: object) -> Iterator[Page]:
    with quiet_page(browser, state=state) as opened:
        yield opened


def _film_at(page: Page, url: str) -> bytes:
    return page.request.get(url).body()


def test_in_the_composer_the_mp4_takes_the_gifs_place_and_both_sizes_are_said(page: Page, stage: Stage) -> None:
    still = upload(page, stage, "/media", "soup.jpg", small_jpeg(720))
    moving = upload(page, stage, "/media", "sale.gif", gif(320, 240), alt_text="Leaves fall")
    compose(page, stage, content="mms", body="Sale. Reply STOP to opt out", media_ids=[still["id"], moving["id"]])
    offers = page.get_by_role("button", name="As MP4")
    expect(offers).to_have_count(1)
    offers.click()
    tile = page.get_by_test_id("medium").nth(1)
    expect(tile).to_contain_text("sale.mp4 · ", timeout=60_000)
    expect(page.get_by_role("status").filter(has_text="the GIF had")).to_contain_text("The GIF stays in the library.")
    made = ask(page, stage, "GET", "/media?q=sale.mp4")["items"][0]
    assert (made["alt_text"], made["content_type"]) == ("Leaves fall", "video/mp4")
    expect(offers).to_have_count(0)
    expect(page.get_by_text("Draft · saved")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("medium").nth(1)).to_contain_text("sale.mp4")
    expect(page.get_by_test_id("medium")).to_have_count(2)


def test_in_the_library_the_offer_leads_to_the_film(page: Page, stage: Stage) -> None:
    moving = upload(page, stage, "/media", "leaves.gif", gif(160, 120))
    page.goto(f"{stage.url}/library/{moving['id']}")
    page.get_by_role("button", name="As MP4: leaves.gif").click()
    expect(page.get_by_role("heading", name="leaves.mp4")).to_be_visible(timeout=60_000)
    film = page.get_by_test_id("shown")
    assert film.evaluate("each => each.tagName") == "VIDEO"
    assert int(probed(_film_at(page, f"{stage.url}{film.get_attribute('src')}"))["nb_read_frames"]) == 4
    expect(page.get_by_role("button", name="As MP4")).to_have_count(0)


def test_why_there_is_none_is_said_and_the_gif_stays(browser: Browser, stage: Stage, state: object) -> None:
    with quiet_page(browser, state=state, expected_errors=("422",)) as page:
        frame = gif(64, 48, times_ms=(100,))
        twice = upload(page, stage, "/media", "still.gif", frame[:-1] + frame[13 + 3 * 64 :])
        compose(page, stage, content="mms", body="Sale. Reply STOP to opt out", media_ids=[twice["id"]])
        page.get_by_role("button", name="As MP4: still.gif").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing moves in this picture", timeout=60_000)
        expect(page.get_by_test_id("medium")).to_contain_text("still.gif")


def test_a_server_without_ffmpeg_offers_nothing(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELIOGRAM_FFMPEG", "/nowhere/ffmpeg")
    with (
        empty_stage(tmp_path) as bare,
        quiet_page(browser, state=signed_in_state(browser, bare)) as page,
    ):
        moving = upload(page, bare, "/media", "sale.gif", gif())
        page.goto(f"{bare.url}/library/{moving['id']}")
        expect(page.get_by_role("button", name="Remove")).to_be_visible()
        expect(page.get_by_role("button", name="As MP4")).to_have_count(0)
