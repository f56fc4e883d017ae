from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.mm7_calls import heard_in
from heliogram.model.event import InboundHeard, ReceiptHeard
from heliogram.simulator.mmsc_calls import call_of
from heliogram.wire.mm7.envelope import read_message
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4

NUMBER = "+13125550142"
LINE: dict[str, Any] = {"at": 1_790_000_000.0, "protocol": "mm7", "id": "mm-1", "from": NUMBER, "to": "72345"}


def test_a_receipt_names_its_message_and_both_ends(tmp_path: Path) -> None:
    line = LINE | {"kind": "receipt", "from": "72345", "to": NUMBER, "mm_status": "Retrieved"}
    content_type, buffers = call_of(line, tmp_path)
    (event,) = heard_in(content_type, b"".join(buffers)).events
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.about_e164, event.code) == ("mm-1", NUMBER, "Retrieved")


@pytest.mark.parametrize("text", ["", "Grüße 🌻"])
def test_a_message_of_a_phone_brings_its_words_and_its_files(tmp_path: Path, text: str) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / ("a" * 64)).write_bytes(b"\x00\xff--heliogram-mm-1\r\n" * 99)
    media = [{"sha256": "a" * 64, "content_type": "image/png", "filename": "me.png"}] * 2
    content_type, buffers = call_of(LINE | {"kind": "inbound", "text": text, "media": media}, tmp_path)
    (event,) = heard_in(content_type, b"".join(buffers)).events
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.from_e164, event.to_address, event.text) == ("mm-1", NUMBER, "72345", text)
    assert [each.octets for each in event.media] == [b"\x00\xff--heliogram-mm-1\r\n" * 99] * 2


@pytest.mark.parametrize(("said", "used"), [({}, REL_6_MM7_1_4), ({"namespace": REL_5_MM7_1_2}, REL_5_MM7_1_2)])
def test_it_calls_in_the_namespace_that_it_was_called_in(tmp_path: Path, said: dict[str, str], used: str) -> None:
    content_type, buffers = call_of(LINE | {"kind": "inbound", "text": "x", "media": []} | said, tmp_path)
    assert read_message(content_type, b"".join(buffers)).envelope.head.namespace == used
