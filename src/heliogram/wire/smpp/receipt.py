"""Delivery receipts: the text of Appendix B in every form carriers write it, and the TLVs that beat it (§5.2.28)."""

import re
from dataclasses import dataclass
from typing import Final

from heliogram.wire.errors import TheirFault
from heliogram.wire.smpp.names import Tag
from heliogram.wire.smpp.pdu import Pdu

STATES: Final = {
    0: "SCHEDLD",
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
    9: "SKIPPED",
}
_NUMBERS: Final = {name: number for number, name in STATES.items()}

# The tags in any order and case; a value ends where the next tag begins. `text:` takes the rest.
_TAG: Final = re.compile(r"\b(id|sub|dlvrd|submit date|done date|stat|err|text):", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`stat` is the seven-letter word; dates stay as the carrier wrote them: their zone is its own."""

    id: str
    stat: str
    err: str = ""
    sub: str = ""
    dlvrd: str = ""
    submit_date: str = ""
    done_date: str = ""
    text: str = ""


def read_text(body: str) -> Receipt:
    """A receipt from its text. Raises TheirFault without an id or a state."""
    found: dict[str, str] = {}
    tags = list(_TAG.finditer(body))
    for index, tag in enumerate(tags):
        name = tag.group(1).lower().replace(" ", "_")
        end = tags[index + 1].start() if index + 1 < len(tags) else len(body)
        value = body[tag.end() : end]
        if name == "text":
            value = value.strip(" ")
        else:
            words = value.split()
            value = words[0] if words else ""
        found.setdefault(name, value)
    if not found.get("id") or not found.get("stat"):
        raise TheirFault(f"no id and state in the receipt {body[:80]!r}")
    return Receipt(**found)


def read(pdu: Pdu, body: str) -> Receipt:
    """A receipt from a deliver_sm and its decoded text. Where TLV and text differ, the TLV wins. Raises TheirFault."""
    message_id = pdu.tlv(Tag.RECEIPTED_MESSAGE_ID)
    state = pdu.tlv(Tag.MESSAGE_STATE)
    if message_id is None or state is None:
        return read_text(body)
    id_text = message_id.rstrip(b"\0").decode("latin-1")
    stat = STATES.get(int.from_bytes(state, "big"), "UNKNOWN")
    try:
        said = read_text(body)
    except TheirFault:
        return Receipt(id=id_text, stat=stat)
    return Receipt(
        id=id_text,
        stat=stat,
        err=said.err,
        sub=said.sub,
        dlvrd=said.dlvrd,
        submit_date=said.submit_date,
        done_date=said.done_date,
        text=said.text,
    )


def write(receipt: Receipt) -> str:
    """The text of a receipt in the order of Appendix B (as the SMSC side sends it)."""
    return (
        f"id:{receipt.id} sub:{receipt.sub or '001'} dlvrd:{receipt.dlvrd or '001'} "
        f"submit date:{receipt.submit_date} done date:{receipt.done_date} "
        f"stat:{receipt.stat} err:{receipt.err or '000'} text:{receipt.text[:20]}"
    )


def tlvs(receipt: Receipt) -> tuple[tuple[int, bytes], ...]:
    """The TLVs that say the same."""
    return (
        (Tag.RECEIPTED_MESSAGE_ID, receipt.id.encode("latin-1") + b"\0"),
        (Tag.MESSAGE_STATE, bytes([_NUMBERS.get(receipt.stat, 7)])),
    )
