"""What the tests in a browser share: one browser a file, signed in at the file's own `stage`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.whole.browser import chromium
from tests.whole.dashboard import signed_in_state
from tests.whole.stage import Stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def state(browser: Browser, stage: Stage) -> object:
    return signed_in_state(browser, stage)
