from pathlib import Path

from heliogram.simulator.delivered import deliver_sm, receipt_line, segments_of
from heliogram.simulator.settings import Ids, SimulatorSettings
from heliogram.wire.smpp import receipt
from heliogram.wire.smpp.message import LongForm, read_text
from tests.simulator.clients import AT, NUMBER

TAKEN = {"at": AT, "kind": "submit", "protocol": "smpp", "id": "17", "from": "72345", "to": NUMBER, "text": "Hi"}


def test_a_receipt_goes_back_to_the_sender_with_the_id_as_receipts_spell_it() -> None:
    settings = SimulatorSettings(folder=Path("simulator"), receipt_ids=Ids.HEX)
    pdu = deliver_sm(receipt_line(TAKEN), settings)
    assert receipt.read(pdu, read_text(pdu)[0]).id == "11"
    assert (pdu.text("source_addr"), pdu.text("destination_addr")) == (NUMBER[1:], "72345")


def test_a_long_text_of_a_phone_is_owed_in_segments_with_ids_of_their_own() -> None:
    line = {"kind": "inbound", "id": "in-1", "from": NUMBER, "to": "72345", "text": "a" * 200}
    in_headers = SimulatorSettings(folder=Path("simulator"), long_replies=LongForm.UDH_8)
    assert [each["id"] for each in segments_of(line, in_headers)] == ["in-1#1/2", "in-1#2/2"]
    assert segments_of(line, SimulatorSettings(folder=Path("simulator"))) == [line]
