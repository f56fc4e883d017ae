"""Texts in submit_sm and deliver_sm: segments into PDUs and back (§5.2.19, §5.2.21, §5.3.2.32)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from heliogram.wire import udh
from heliogram.wire.coded import Coded, gsm_coding, text_of
from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.gsm import DEFAULT, Shift
from heliogram.wire.segment import Encoding, encode_part
from heliogram.wire.smpp.names import Command, Tag
from heliogram.wire.smpp.pdu import Pdu, Value

UDHI: Final = 0x40
RECEIPT: Final = 0x04
INTERMEDIATE: Final = 0x20
"""A notification on the way (registered_delivery 0x10): the same text as a receipt, mostly with ENROUTE."""
_TYPE_MASK: Final = 0x3C


class LongForm(StrEnum):
    """How the segments of a long text say that they belong together (protocols: choose one an account, never mix)."""

    UDH_8 = "udh8"
    UDH_16 = "udh16"
    SAR = "sar"
    """TLVs; the SMSC makes the header, and may make it with a 16-bit reference (§5.3.2.22-24)."""
    PAYLOAD = "payload"
    """The whole text in message_payload, and the SMSC cuts it (§5.3.2.32)."""


DATA_CODING: Final = {Encoding.GSM_7.value: 0x00, Encoding.UCS_2.value: 0x08}


class Address(msgspec.Struct, frozen=True):
    """TON 1/NPI 1 international, TON 5 a name, TON 3/NPI 0 a short code (network specific)."""

    ton: int
    npi: int
    digits: str


def address_of(text: str, *, is_name: bool = False) -> Address:
    """The address of an E.164 number, a short code or a sender name."""
    if is_name:
        return Address(5, 0, text)
    if text.startswith("+"):
        return Address(1, 1, text[1:])
    return Address(3, 0, text)


def submit_parts(
    source: Address,
    destination: Address,
    parts: Sequence[str],
    encoding: str,
    *,
    reference: int,
    receipt: bool = True,
    shift: Shift = DEFAULT,
    form: LongForm = LongForm.UDH_8,
    charset: str = "",
) -> list[Pdu]:
    """One submit_sm a segment, each with its place in the long text as `form` has it; by payload, one for them all.

    Texts in national tables say so in each segment's header, which only the UDH forms have. `charset` is what the
    SMSC takes data_coding 0 for, "" for GSM-7. Raises OurFault.
    """
    if shift != DEFAULT and (charset or (len(parts) > 1 and form not in _HEADERS)):
        raise OurFault("national tables are named in a header of the text's own, and written in septets")
    fields: dict[str, Value] = {
        **_source(source),
        **_destination(destination),
        "registered_delivery": 1 if receipt else 0,
        "data_coding": DATA_CODING[encoding],
    }
    if len(parts) == 1 and shift == DEFAULT:
        fields["short_message"] = encode_part(parts[0], encoding, charset=charset)
        return [Pdu(_SUBMIT_SM, fields=fields)]
    if len(parts) > 1 and form is LongForm.PAYLOAD:
        octets = encode_part("".join(parts), encoding, charset=charset)
        return [Pdu(_SUBMIT_SM, fields=fields, tlvs=((Tag.MESSAGE_PAYLOAD, octets),))]
    pdus = []
    for number, part in enumerate(parts, 1):
        header, tlvs = place(form, reference, len(parts), number) if len(parts) > 1 else (b"", ())
        header = udh.with_shift(header, shift)
        own: dict[str, Value] = {"esm_class": UDHI} if header else {}
        own["short_message"] = header + encode_part(part, encoding, shift, charset)
        pdus.append(Pdu(_SUBMIT_SM, fields={**fields, **own}, tlvs=tlvs))
    return pdus


_SUBMIT_SM: Final = Command.SUBMIT_SM  # looked up once: Python 3.11 takes 0.2 µs each time
_HEADERS: Final = {LongForm.UDH_8: (udh.concat8, 0xFF), LongForm.UDH_16: (udh.concat16, 0xFFFF)}


def place(form: LongForm, reference: int, total: int, number: int) -> tuple[bytes, tuple[tuple[int, bytes], ...]]:
    """The header and the TLVs that give a segment its place: one of them, the other is empty. Raises OurFault."""
    if form in _HEADERS:
        concat, mask = _HEADERS[form]
        return concat(reference=reference & mask, total=total, number=number), ()
    if not 1 <= number <= total <= 255:
        raise OurFault(f"no place for segment {number} of {total}")
    sar = (Tag.SAR_MSG_REF_NUM, (reference & 0xFFFF).to_bytes(2, "big"))
    return b"", (sar, (Tag.SAR_TOTAL_SEGMENTS, bytes([total])), (Tag.SAR_SEGMENT_SEQNUM, bytes([number])))


def query_of(message_id: str, source: Address) -> Pdu:
    """Asks what became of a message (§4.8). The source is the one it was submitted with."""
    return Pdu(Command.QUERY_SM, fields={"message_id": message_id, **_source(source)})


def cancel_of(message_id: str, source: Address, destination: Address) -> Pdu:
    """Asks that a message that is not delivered yet never be (§4.9). The addresses are those it was submitted with."""
    return Pdu(Command.CANCEL_SM, fields={"message_id": message_id, **_source(source), **_destination(destination)})


def _source(address: Address) -> dict[str, Value]:
    return {"source_addr_ton": address.ton, "source_addr_npi": address.npi, "source_addr": address.digits}


def _destination(address: Address) -> dict[str, Value]:
    return {"dest_addr_ton": address.ton, "dest_addr_npi": address.npi, "destination_addr": address.digits}


def is_receipt(pdu: Pdu) -> bool:
    """Whether a deliver_sm is a receipt. Some carriers leave esm_class 0, so the id TLV counts too."""
    kind = pdu.number("esm_class") & _TYPE_MASK
    return kind in (RECEIPT, INTERMEDIATE) or pdu.tlv(Tag.RECEIPTED_MESSAGE_ID) is not None


def read_text(pdu: Pdu, charset: str = "") -> tuple[str, udh.Concat | None]:
    """The text of a short message, and its place in a longer one. Raises TheirFault."""
    part, concat = read_part(pdu, charset)
    return text_of(part), concat


def read_part(pdu: Pdu, charset: str = "") -> tuple[Coded, udh.Concat | None]:
    """The octets of a short message's text and what they are written in, and its place in a longer one.

    Raises TheirFault.

    `charset` is what data_coding 0 stands for on this route: "" is GSM-7.
    """
    octets = pdu.octets("short_message") or pdu.tlv(Tag.MESSAGE_PAYLOAD) or b""
    concat: udh.Concat | None = None
    shift = DEFAULT
    if pdu.number("esm_class") & UDHI:
        elements, octets = udh.parse(octets)
        concat, shift = udh.concat_of(elements), udh.shift_of(elements)
    alphabet = _alphabet(pdu.number("data_coding"))
    if alphabet == _DEFAULT and (charset or is_receipt(pdu)) and shift == DEFAULT:
        # The carrier writes its receipts in ASCII: in GSM-7 an id with an underscore would read as one with §.
        # Latin-1 reads ASCII too, and nothing of what should not be there is lost.
        alphabet = _LATIN_1
    if alphabet == _UCS_2 and len(octets) % 2:
        raise TheirFault("a UCS-2 text has an even number of octets")
    return Coded(octets, _CODECS.get(alphabet) or gsm_coding(shift)), concat or _sar(pdu)


_DEFAULT: Final = 0x00
_LATIN_1: Final = 0x03
_UCS_2: Final = 0x08
_CODECS: Final = {
    0x01: "latin-1",
    0x02: "latin-1",  # octets: nothing of them is lost
    _LATIN_1: "latin-1",
    0x04: "latin-1",
    0x06: "iso8859-5",
    0x07: "iso8859-8",
    _UCS_2: "utf-16-be",
}


def _alphabet(data_coding: int) -> int:
    """The data_coding of §5.2.19 that a class of TS 23.038 stands for: bits 3-2 choose, bits 1-0 are the class."""
    if 0x10 <= data_coding < 0x20:
        return data_coding & 0x0C
    if data_coding >= 0xF0:
        return data_coding & 0x04
    return data_coding


def _sar(pdu: Pdu) -> udh.Concat | None:
    values = [pdu.tlv(tag) for tag in _SAR_TAGS] if pdu.tlvs else []
    if not values or not all(values):
        return None
    reference, total, number = (int.from_bytes(value or b"", "big") for value in values)
    return udh.Concat(reference=reference, total=total, number=number) if 1 <= number <= total else None


_SAR_TAGS: Final = (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)
