from pathlib import Path

import pytest

from tests.wire.vectors import facts

from .check_pdus import ERROR_BODY, LEFT_OUT, NO_TABLE, REFUSED, check_pdus
from .samples import Sample, write

OURS = facts("pdus")
RECEIPT = next(vector for vector in OURS["exact"] if vector["name"] == "deliver_sm with a receipt")
SAYS = {
    "smpp.command_id": ["0x00000005"],
    "smpp.command_status": ["0x00000000"],
    "smpp.sequence_number": ["5"],
    "smpp.command_length": ["182"],
    "smpp.source_addr": ["13125550142"],
    "smpp.destination_addr": ["72345"],
    "smpp.esm.submit.features": ["0x00"],
    "smpp.data_coding": ["0x00"],
    "smpp.sm_length": ["102"],
    "smpp.message": [RECEIPT["fields"]["short_message"]["hex"]],
    "smpp.receipted_message_id": ["7812000042"],
    "smpp.message_state": ["2"],
}


def found(
    tmp_path: Path, hex_: str, says: Sample, *, at: str = "Own.java:1"
) -> tuple[int, int, dict[str, int], list[str]]:
    file, line = at.split(":")
    vector = {"file": f"some/where/{file}", "line": int(line), "hex": hex_, "tshark": says}
    checked = check_pdus(write(tmp_path, "smpp/third_party_pdus.json", {"pdus": [vector]}))
    return checked.read, checked.passed, dict(checked.exceptions), checked.failures


def test_a_pdu_that_reads_as_wireshark_reads_it_passes(tmp_path: Path) -> None:
    assert found(tmp_path, RECEIPT["hex"], SAYS) == (1, 1, {}, [])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("command_id", "0x00000004"),
        ("command_status", "0x00000001"),
        ("sequence_number", "6"),
        ("source_addr", "13125550143"),
        ("destination_addr", ""),
        ("esm.submit.features", "0x01"),
        ("data_coding", "0x08"),
        ("sm_length", "101"),
        ("message", "00"),
        ("receipted_message_id", "7812000043"),
        ("message_state", "5"),
        ("system_id", "helio"),
        ("message_payload", "00"),
        ("priority_flag", "0"),
    ],
)
def test_a_field_that_wireshark_reads_otherwise_fails(tmp_path: Path, name: str, wrong: str) -> None:
    read, passed, excepted, failures = found(tmp_path, RECEIPT["hex"], {**SAYS, f"smpp.{name}": [wrong]})
    assert (read, passed, excepted, len(failures)) == (1, 0, {}, 1)
    assert name in failures[0]


BODYLESS = "00000010800000040000000000000002"
BODYLESS_SAYS = {"smpp.command_id": ["0x80000004"], "smpp.sequence_number": ["2"]}
ERROR = "00000013800000040000000a00000002343200"
ERROR_SAYS = {"smpp.command_status": ["0x0000000a"], "smpp.message_id": ["42"]}
MULTI = "00000012800000210000000000000007" + "0000"
MULTI_SAYS = {"smpp.command_id": ["0x80000021"], "smpp.message_id": ["not read"]}
BROKEN = "0000001500000005000000000000000100000001ff"


@pytest.mark.parametrize(
    ("hex_", "says", "at", "reason"),
    [
        (BODYLESS, BODYLESS_SAYS, "PduDecoderTest.java:290", LEFT_OUT),
        (ERROR, ERROR_SAYS, "PduEncoderTest.java:144", ERROR_BODY),
        (MULTI, MULTI_SAYS, "SubmitMultiResp_test.go:34", NO_TABLE),
    ],
)
def test_what_is_written_otherwise_fails_unless_it_is_named(
    tmp_path: Path, hex_: str, says: Sample, at: str, reason: str
) -> None:
    assert found(tmp_path, hex_, says, at=at) == (1, 0, {reason: 1}, [])
    assert len(found(tmp_path, hex_, says)[3]) == 1
    assert len(found(tmp_path, hex_, {**says, "smpp.sequence_number": ["99"]}, at=at)[3]) == 1


def test_a_named_difference_that_is_gone_fails(tmp_path: Path) -> None:
    (failure,) = found(tmp_path, RECEIPT["hex"], SAYS, at="PduDecoderTest.java:290")[3]
    assert "no longer differs" in failure


def test_a_refusal_passes_only_where_it_is_named_and_in_these_words(tmp_path: Path) -> None:
    assert len(found(tmp_path, BROKEN, {})[3]) == 1
    assert len(found(tmp_path, BROKEN, {}, at="PduDecoderTest.java:694")[3]) == 1
    named = next(vector for vector in OURS["refused"] if vector["name"] == "a TLV longer than the PDU")["hex"]
    assert len(found(tmp_path, named, {}, at="PduDecoderTest.java:694")[3]) == 1
    cut = named[:-6] + "3330303500"
    length = f"{len(cut) // 2:08x}"
    assert found(tmp_path, length + cut[8:], {}, at="PduDecoderTest.java:694")[2] == {REFUSED: 1}
