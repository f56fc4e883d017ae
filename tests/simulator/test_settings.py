from pathlib import Path

import pytest

from heliogram.carriers.smpp_settings import SmppSettings
from heliogram.simulator.settings import Ids, MmsReach, SimulatorSettings


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


def test_a_uuid_is_one_and_the_same_for_the_same_id() -> None:
    assert len(Ids.UUID.spelt("4711")) == 36
    assert Ids.UUID.spelt("4711") == Ids.UUID.spelt("4711") != Ids.UUID.spelt("4712")


@pytest.mark.parametrize(
    ("number", "takes"),
    [
        ("+13125550142", False),
        ("+13125550143", True),
        ("+18095550143", False),
        ("+491701234567", False),
        ("+447700900123", True),
    ],
)
def test_a_phone_counts_before_its_country_and_the_longest_prefix_before_others(number: str, takes: bool) -> None:
    reach = MmsReach(
        phones={"+13125550142": False}, countries={"+1": True, "+1809": False, "+49": False}, otherwise=True
    )
    assert reach.takes(number) is takes
