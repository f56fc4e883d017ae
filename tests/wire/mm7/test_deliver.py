from datetime import UTC, datetime

import pytest

from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7.address import number, short_code
from heliogram.wire.mm7.deliver import DeliverReq, read_deliver_req, write_deliver_req, write_deliver_rsp
from heliogram.wire.mm7.envelope import Head, read_envelope
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.mm7.status import SUCCESS, Status, read_status

from .order import misplaced

HEAD = Head(transaction_id="t", namespace=REL_6_MM7_1_4)
REQUEST = DeliverReq(
    sender=number("+13125550142"),
    recipients=(short_code("72345"),),
    linked_id="l-1",
    vaspid="v",
    vasid="a",
    time_stamp=datetime(2026, 11, 23, 10, 53, 48, tzinfo=UTC),
    subject="Hi",
    content_id="c",
)


@pytest.mark.parametrize("request_", [REQUEST, DeliverReq(sender=number("+13125550142"))])
def test_an_inbound_message_is_in_schema_order_and_read_as_it_was_written(request_: DeliverReq) -> None:
    octets = write_deliver_req(HEAD, request_)
    assert misplaced(octets) == []
    assert read_deliver_req(read_envelope(octets)) == request_


def test_relay_server_after_the_vasp_and_plmn_types_are_read() -> None:
    octets = write_deliver_req(HEAD, REQUEST).replace(b"</VASID>", b"</VASID><MMSRelayServerID>r</MMSRelayServerID>")
    read = read_deliver_req(read_envelope(octets.replace(b"13125550142", b"+13125550142/TYPE=PLMN")))
    assert read == REQUEST


def test_a_message_from_nobody_is_their_fault() -> None:
    with pytest.raises(TheirFault, match="Sender"):
        read_deliver_req(read_envelope(write_deliver_req(HEAD, REQUEST).replace(b"13125550142", b"")))


def test_the_answer_carries_the_transaction_and_a_status() -> None:
    envelope = read_envelope(write_deliver_rsp(HEAD, Status(code=SUCCESS)))
    assert (envelope.name, envelope.head.transaction_id) == ("DeliverRsp", "t")
    assert read_status(envelope).is_success
    with pytest.raises(TheirFault):
        read_deliver_req(envelope)
