from pathlib import Path

import pytest

from heliogram.carriers.smpp_settings import SmppSettings
from heliogram.simulator.settings import Ids, SimulatorSettings


def test_the_password_is_not_shown() -> None:
    settings = SimulatorSettings(folder=Path("simulator"), password="shh-7391")
    assert "shh-7391" not in repr(settings)
    assert settings.password == "shh-7391"


def test_what_it_is_told_by_default_is_what_a_client_can_bind_with() -> None:
    own = SimulatorSettings(folder=Path("simulator"))
    client = SmppSettings(host="127.0.0.1", port=2775, system_id=own.system_id, password=own.password)
    assert (client.system_id, client.password) == (own.system_id, own.password)
    assert (own.smpp_port, own.mm7_port, own.control_port) == (0, 0, 0)


@pytest.mark.parametrize(("ids", "spelt"), [(Ids.DECIMAL, "4711"), (Ids.PADDED, "0000004711"), (Ids.HEX, "1267")])
def test_an_id_is_written_in_the_way_that_was_asked_for(ids: Ids, spelt: str) -> None:
    assert ids.spelt("4711") == spelt
