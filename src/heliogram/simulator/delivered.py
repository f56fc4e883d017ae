"""What the SMSC delivers to its client: receipts and the texts of phones, as deliver_sm."""

from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from heliogram.simulator.fate import Fate, fate_of
from heliogram.simulator.journal import Line
from heliogram.simulator.settings import SimulatorSettings
from heliogram.wire.segment import encode_part, split_text
from heliogram.wire.smpp import receipt
from heliogram.wire.smpp.message import DATA_CODING, RECEIPT, UDHI, LongForm, address_of, place
from heliogram.wire.smpp.names import Command, Tag
from heliogram.wire.smpp.pdu import Pdu, Value


def receipt_line(line: Line, fate: Fate | None = None) -> Line:
    """The receipt of a message that met its fate: its number's, unless another did."""
    fate = fate or fate_of(line["to"])
    return {
        "at": line["at"],
        "kind": "receipt",
        "protocol": "smpp",
        "id": line["id"],
        "from": line["to"],
        "to": line["from"],
        "stat": fate.stat,
        "err": fate.err,
        "text": line["text"][:20],
    }


def segments_of(line: Line, settings: SimulatorSettings) -> list[Line]:
    """A phone's text as it is owed: whole, or a line a segment, each with an id of its own to be acknowledged by."""
    form = settings.long_replies
    if form is LongForm.PAYLOAD:
        return [line]
    split = split_text(line["text"], is_wide=form is not LongForm.UDH_8, charset=settings.charset)
    if split.n_segments == 1:
        return [line]
    shared = {"encoding": split.encoding.value, "parts": split.n_segments, "reference": crc32(line["id"].encode())}
    return [
        {**line, **shared, "id": f"{line['id']}#{number}/{split.n_segments}", "text": part, "part": number}
        for number, part in enumerate(split.parts, 1)
    ]


def deliver_sm(line: Line, settings: SimulatorSettings) -> Pdu:
    source, destination = address_of(line["from"]), address_of(line["to"])
    fields: dict[str, Value] = {
        "source_addr_ton": source.ton,
        "source_addr_npi": source.npi,
        "source_addr": source.digits,
        "dest_addr_ton": destination.ton,
        "dest_addr_npi": destination.npi,
        "destination_addr": destination.digits[:20],
    }
    if line["kind"] == "inbound":
        return _phone_text(fields, line, settings)
    said = _receipt(line, settings.receipt_ids.spelt(line["id"]))
    body = receipt.write(said).encode("ascii", "replace")
    return Pdu(
        Command.DELIVER_SM,
        fields={**fields, "esm_class": RECEIPT, "short_message": body[:254]},
        tlvs=receipt.tlvs(said),
    )


def _phone_text(fields: dict[str, Value], line: Line, settings: SimulatorSettings) -> Pdu:
    text = line["text"]
    encoding = line.get("encoding") or split_text(text, charset=settings.charset).encoding.value
    fields["data_coding"] = DATA_CODING[encoding]
    octets = encode_part(text, encoding, charset=settings.charset)
    if "parts" in line:
        header, tlvs = place(settings.long_replies, line["reference"], line["parts"], line["part"])
        esm_class = UDHI if header else 0
        return Pdu(
            Command.DELIVER_SM,
            fields={**fields, "esm_class": esm_class, "short_message": header + octets},
            tlvs=tlvs,
        )
    if len(octets) <= 254:
        return Pdu(Command.DELIVER_SM, fields={**fields, "short_message": octets})
    return Pdu(Command.DELIVER_SM, fields=fields, tlvs=((Tag.MESSAGE_PAYLOAD, octets),))


def _receipt(line: dict[str, Any], message_id: str) -> receipt.Receipt:
    done = datetime.fromtimestamp(line["at"], UTC).strftime("%y%m%d%H%M")
    return receipt.Receipt(
        id=message_id,
        stat=line["stat"],
        err=line["err"],
        dlvrd="001" if line["stat"] == "DELIVRD" else "000",
        submit_date=done,
        done_date=done,
        text=line["text"],
    )
