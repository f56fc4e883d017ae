"""SMPP PDUs of other people's tests, read here and by Wireshark (smpp/third_party_pdus.json), and written again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.smpp.names import RESPONSE, Tag
from heliogram.wire.smpp.pdu import FIELDS, Pdu, encode, parse

from .checked import Checked, difference

REFUSED = "contradicts itself: refused"
NO_TABLE = "submit_multi: its header is read, its body is not; not in the product"
LEFT_OUT = "a response without its body or its NUL: read, and written whole"
ERROR_BODY = "an error with a body: read, and written without"
TOO_LONG = "a password of nine characters: read, not written"

# Where a PDU stands → why it is not read and written as it is; for the refused ones, with what is said of them.
EXCEPTIONS: dict[str, tuple[str, str]] = {
    "PduDecoderTest.java:694": (REFUSED, "TLV 0x001E says 65 octets, only 5 are left"),
    "PduDecoderTest.java:1164": (REFUSED, "short_message says 16 octets, only 8 are left"),
    "SubmitMulti_test.go:18": (NO_TABLE, ""),
    "SubmitMulti_test.go:56": (NO_TABLE, ""),
    "SubmitMulti_test.go:107": (NO_TABLE, ""),
    "SubmitMultiResp_test.go:34": (NO_TABLE, ""),
    "PduDecoderTest.java:290": (LEFT_OUT, ""),
    "PduDecoderTest.java:322": (LEFT_OUT, ""),
    "PduDecoderTest.java:374": (LEFT_OUT, ""),
    "PduDecoderTest.java:419": (LEFT_OUT, ""),
    "PduEncoderTest.java:144": (ERROR_BODY, ""),
    "test_pdu_decoding.py:56": (ERROR_BODY, ""),
    "test_pdu_decoding.py:67": (ERROR_BODY, ""),
    "Outbind_test.go:23": (TOO_LONG, ""),
}


def check_pdus(folder: Path) -> Checked:
    """Check every field Wireshark names, and that what is read is written octet for octet."""
    checked = Checked()
    for vector in json.loads((folder / "smpp" / "third_party_pdus.json").read_text())["pdus"]:
        name = f"{Path(vector['file']).name}:{vector['line']}"
        reason, said = EXCEPTIONS.get(name, ("", ""))
        octets = bytes.fromhex(vector["hex"])
        try:
            pdu = parse(octets)
        except TheirFault as refused:
            is_named = reason == REFUSED and str(refused) == said
            checked.judge(name, [f"refused: {refused}"], reason=reason if is_named else "")
            continue
        misread = _misread(pdu, vector["tshark"])
        # An exception excuses how a PDU is written, never how it is read.
        checked.judge(name, misread or _miswritten(pdu, octets), reason="" if misread else reason)
    return checked


def _miswritten(pdu: Pdu, octets: bytes) -> list[str]:
    try:
        return difference("what is written", encode(pdu).hex(), octets.hex())
    except OurFault as fault:
        return [str(fault)]


_HEADER: dict[str, Callable[[Pdu], str]] = {
    "command_id": lambda pdu: f"0x{pdu.command:08x}",
    "command_status": lambda pdu: f"0x{pdu.status:08x}",
    "sequence_number": lambda pdu: str(pdu.sequence),
}
_BODY: dict[str, Callable[[Pdu], str]] = {
    "source_addr": lambda pdu: pdu.text("source_addr"),
    "destination_addr": lambda pdu: pdu.text("destination_addr"),
    "esm.submit.features": lambda pdu: f"0x{pdu.number('esm_class') >> 6:02x}",
    "data_coding": lambda pdu: f"0x{pdu.number('data_coding'):02x}",
    "sm_length": lambda pdu: str(len(pdu.octets("short_message"))),
    "message": lambda pdu: pdu.octets("short_message").hex(),
    "system_id": lambda pdu: pdu.text("system_id"),
    "message_id": lambda pdu: pdu.text("message_id"),
    "message_state": lambda pdu: str(pdu.fields.get("message_state", (pdu.tlv(Tag.MESSAGE_STATE) or b"\xff")[0])),
    "receipted_message_id": lambda pdu: (pdu.tlv(Tag.RECEIPTED_MESSAGE_ID) or b"").rstrip(b"\0").decode("latin-1"),
    "message_payload": lambda pdu: (pdu.tlv(Tag.MESSAGE_PAYLOAD) or b"").hex(),
}
_SKIPPED = {"command_length", "_ws.malformed"}


def _misread(pdu: Pdu, tshark: dict[str, Any]) -> list[str]:
    """Where Wireshark reads something else. It calls a response without a body malformed, which it is not."""
    has_table = pdu.command in FIELDS or pdu.command & ~RESPONSE in FIELDS
    found: list[str] = []
    for key, values in tshark.items():
        name = key.removeprefix("smpp.")
        if name in _SKIPPED or (name in _BODY and not has_table):
            continue
        read = _HEADER.get(name) or _BODY.get(name)
        found += difference(name, read(pdu), values[0]) if read else [f"nothing here reads {name}"]
    return found
