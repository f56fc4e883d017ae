from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mm7.address import number
from heliogram.wire.mm7.cancel import (
    CancelReq,
    read_cancel_req,
    read_cancel_rsp,
    write_cancel_req,
    write_cancel_rsp,
)
from heliogram.wire.mm7.envelope import Head, read_envelope
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4
from heliogram.wire.mm7.status import Status

from .order import misplaced
from .recall import answers, head_in, requests

HEAD = head_in(REL_6_MM7_1_4)
WHOLE = write_cancel_req(HEAD, CancelReq(message_id="mm-7", vaspid="v", recipients=(number("+13125550142"),)))


@pytest.mark.parametrize(("head", "fields", "octets"), requests("cancel"))
def test_a_request_is_written_to_the_octet_and_read_back(head: Head, fields: dict[str, Any], octets: bytes) -> None:
    request = CancelReq(**fields)
    assert write_cancel_req(head, request) == octets
    assert misplaced(octets) == []
    envelope = read_envelope(octets)
    assert (read_cancel_req(envelope), envelope.head) == (request, head)


@pytest.mark.parametrize(("head", "vector", "octets"), answers("CancelRsp"))
def test_an_answer_is_written_to_the_octet_and_read_back(head: Head, vector: dict[str, Any], octets: bytes) -> None:
    status = Status(code=vector["code"], text=vector["text"], details=vector["details"])
    assert write_cancel_rsp(head, status) == octets
    assert misplaced(octets) == []
    assert read_cancel_rsp(read_envelope(octets)) == status


@pytest.mark.parametrize(
    "newer", [{"recipients": (number("+13125550142"),)}, {"applic_id": "x"}, {"aux_applic_info": "z"}]
)
def test_what_came_with_release_6_is_not_written_in_release_5(newer: dict[str, Any]) -> None:
    with pytest.raises(OurFault, match="release 6"):
        write_cancel_req(head_in(REL_5_MM7_1_2), CancelReq(message_id="mm-7", **newer))


def test_a_request_about_no_message_is_neither_written_nor_read() -> None:
    with pytest.raises(OurFault):
        write_cancel_req(HEAD, CancelReq(message_id=""))
    with pytest.raises(TheirFault, match="MessageID"):
        read_cancel_req(read_envelope(WHOLE.replace(b">mm-7<", b"> <")))


def test_one_message_is_not_taken_for_another() -> None:
    answer = read_envelope(write_cancel_rsp(HEAD, Status(code=1000)))
    with pytest.raises(TheirFault, match="expected CancelReq"):
        read_cancel_req(answer)
    with pytest.raises(TheirFault, match="expected CancelRsp"):
        read_cancel_rsp(read_envelope(WHOLE))


@pytest.mark.parametrize("at", range(len(WHOLE)))
def test_what_is_cut_short_is_their_fault_at_every_octet(at: int) -> None:
    with pytest.raises(TheirFault):
        read_cancel_req(read_envelope(WHOLE[:at]))


@given(st.binary(min_size=1, max_size=60), st.integers(min_value=0, max_value=len(WHOLE)))
def test_octets_in_between_are_read_or_are_their_fault(octets: bytes, at: int) -> None:
    try:
        assert read_cancel_req(read_envelope(WHOLE[:at] + octets + WHOLE[at:])).message_id
    except TheirFault as fault:
        assert str(fault)
