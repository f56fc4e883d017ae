"""The desk that the tests of the commands type at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from tests.commands.desk import Desk
from tests.whole.scene import set_scene
from tests.whole.stage import Stage, control


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A simulator, in a process of its own."""
    stage = Stage(folder=tmp_path_factory.mktemp("carrier"))
    stage.start_simulator()
    yield stage
    stage.stop()


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """A command points the log at the stream it was run with, which is gone after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with nothing set up."""
    return Desk(folder=tmp_path, stage=Stage(folder=tmp_path))


@pytest.fixture
def shop(tmp_path: Path, carrier: Stage) -> Iterator[Desk]:
    """A desk whose group “Offers” sends through the simulator, which reports to this desk's port."""
    stage = replace(carrier, folder=tmp_path, processes=[])
    set_scene(stage)
    yield Desk(folder=tmp_path, stage=stage)
    control(carrier, "DELETE", "/faults")
