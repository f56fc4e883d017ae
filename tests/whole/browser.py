"""A real Chromium: the one on PATH, else Playwright's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

PATIENCE_MS = 15_000
"""How long a page may take to show something: two cores that run all tests at once are slower than a person's."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--no-sandbox",  # tests run as root in containers; the pages are our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def quiet_page(
    browser: Browser,
    *,
    width: int = 1_440,
    height: int = 900,
    dark: bool = False,
    state: Any = None,
    expected_errors: tuple[str, ...] = (),
) -> Iterator[Page]:
    """A page that must log no error and ask no other host for anything.

    `state` is what `signed_in_state` gave; `expected_errors` are words of complaints that belong to the test.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        storage_state=state,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: complaints.append(f"asked {asked.url}") if not _is_local(asked.url) else None,
    )
    yield page
    context.close()
    unexpected = [each for each in complaints if not any(words in each for words in expected_errors)]
    assert not unexpected, unexpected


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:", "blob:"))
