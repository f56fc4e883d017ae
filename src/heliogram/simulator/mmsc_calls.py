"""What the MMSC calls its client with: reports and messages of phones, each from its line of the journal. Pure but for
the pictures, which are read from the simulator's folder.
"""

from datetime import UTC, datetime
from pathlib import Path

from heliogram.simulator.journal import Line
from heliogram.wire.mime import Buffers, base64_lines
from heliogram.wire.mm7.address import Address, number, short_code
from heliogram.wire.mm7.content import Medium, write_content
from heliogram.wire.mm7.deliver import DeliverReq, write_deliver_req
from heliogram.wire.mm7.envelope import XML_TYPE, Head, pack_message
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.mm7.report import DeliveryReport, write_delivery_report

_CONTENT_ID = "content"


def call_of(line: Line, folder: Path) -> tuple[str, Buffers]:
    """The Content-Type and the body of the call that tells of a receipt or of a message from a phone."""
    if line["kind"] == "inbound":
        return _deliver_of(line, folder)
    return XML_TYPE, (_report_of(line),)


def _report_of(line: Line) -> bytes:
    report = DeliveryReport(
        message_id=line["id"],
        mm_status=line["mm_status"],
        recipient=number(line["to"]),
        sender=_address(line["from"]),
        date=datetime.fromtimestamp(line["at"], UTC),
    )
    return write_delivery_report(_head(f"report-{line['id']}", line), report)


def _deliver_of(line: Line, folder: Path) -> tuple[str, Buffers]:
    head = _head(f"deliver-{line['id']}", line)
    said = DeliverReq(
        sender=number(line["from"]),
        recipients=(_address(line["to"]),),
        linked_id=line["id"],
        time_stamp=datetime.fromtimestamp(line["at"], UTC),
        subject=line.get("subject", ""),
        content_id=_CONTENT_ID,
    )
    media = [
        Medium(
            content_type=each["content_type"],
            filename=each["filename"],
            octets=base64_lines((folder / "media" / each["sha256"]).read_bytes()),
        )
        for each in line["media"]
    ]
    # The id is the simulator's own, and base64 has no "-": the boundary is in no part.
    boundary = f"heliogram-{line['id']}"[:60]
    content = write_content(
        media, line["text"], content_id=_CONTENT_ID, boundary=f"{boundary}-c", transfer_encoding="base64"
    )
    return pack_message(write_deliver_req(head, said), content, boundary=boundary)


def _head(transaction_id: str, line: Line) -> Head:
    return Head(transaction_id=transaction_id, namespace=line.get("namespace", REL_6_MM7_1_4))


def _address(text: str) -> Address:
    return number(text) if text.startswith("+") else short_code(text)
