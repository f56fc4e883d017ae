import pytest

from heliogram.wire.smpp import names
from heliogram.wire.smpp.names import RESPONSE, Command, Tag
from tests.wire.vectors import facts

FACTS = facts("names")


def test_every_command_has_the_specifications_id() -> None:
    assert {command.name: f"{command:08x}" for command in Command} == FACTS["commands"]


def test_every_tag_has_the_specifications_number() -> None:
    assert {tag.name: f"{tag:04x}" for tag in Tag} == FACTS["tags"]


@pytest.mark.parametrize("command", [command for command in Command if command.name.endswith("_RESP")])
def test_a_response_is_its_request_with_the_top_bit_set(command: Command) -> None:
    assert command == Command[command.name.removesuffix("_RESP")] | RESPONSE


@pytest.mark.parametrize(("code", "name"), FACTS["statuses"].items())
def test_a_status_that_the_code_names_has_the_specifications_number(code: str, name: str) -> None:
    value = names.OK if name == "ROK" else getattr(names, name, None)
    assert value in (None, int(code, 16))


def test_the_statuses_that_sessions_and_carriers_need_are_named() -> None:
    named = {name for name in FACTS["statuses"].values() if hasattr(names, name)}
    assert {"RINVCMDLEN", "RINVCMDID", "RINVBNDSTS", "RALYBND", "RTHROTTLED", "RX_T_APPN", "RX_P_APPN"} <= named
