"""What the peers stand on: the simulator as a process, and a plain sentence where a peer is not here."""

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.whole.stage import Stage


def not_here(sentence: str) -> NoReturn:
    """Skip with the sentence; where CI counts on the peer, fail with it."""
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A simulator that is reached as a carrier is. A module shares it: each test reads what it owes to the end."""
    made = Stage(tmp_path_factory.mktemp("stage"))
    made.start_simulator("--receipt-delay=0.1")
    yield made
    made.stop()
