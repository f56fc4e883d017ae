import pytest

from heliogram.wire.smpp.status import STATUSES, sentence_of, status_of
from tests.wire.vectors import facts

FACTS = facts("names")


def test_every_status_of_the_specification_has_its_name() -> None:
    assert {f"{code:02x}": status.name for code, status in STATUSES.items()} == {
        code: f"ESME_{name}" for code, name in FACTS["statuses"].items()
    }


@pytest.mark.parametrize("code", STATUSES)
def test_a_status_is_lasting_unless_trying_again_can_help(code: int) -> None:
    assert status_of(code).is_permanent == (f"{code:02x}" not in FACTS["may_pass"])


@pytest.mark.parametrize("code", [0x0A, 0x0B, 0x45, 0x58, 0xFE])
def test_a_sentence_is_a_sentence_and_names_no_code(code: int) -> None:
    sentence = status_of(code).sentence
    assert sentence[0].isupper() and sentence.endswith(".")
    assert "ESME" not in sentence and f"{code:X}" not in sentence


def test_no_two_statuses_say_the_same() -> None:
    assert len({status.sentence for status in STATUSES.values()}) == len(STATUSES)


@pytest.mark.parametrize(("code", "name"), [(0x09, "0x00000009"), (0x0401, "0x00000401"), (0xFFFFFFFF, "0xFFFFFFFF")])
def test_a_code_of_the_carriers_own_is_shown_and_taken_as_lasting(code: int, name: str) -> None:
    status = status_of(code)
    assert status.name == name
    assert f"0x{code:X}" in status.sentence
    assert status.is_permanent


def test_a_status_is_told_by_its_name_too_and_nothing_else_is() -> None:
    assert {sentence_of(status.name) for status in STATUSES.values()} == {each.sentence for each in STATUSES.values()}
    assert [sentence_of(name) for name in ("", "unreachable", "esme_rok", "0x00000401")] == [""] * 4
