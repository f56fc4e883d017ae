"""SMPP PDUs: octets to values and back, by one table of the fields of each command (§4, §5.2).

Unknown TLVs are kept as they came. A response may have no body at all: many carriers send none on an error. What
became of a request stands in its response's header, so nothing in a response's body can make it unreadable.
"""

import struct
from typing import Final

import msgspec

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.smpp.names import RESPONSE, Command

HEADER_OCTETS: Final = 16
MAX_OCTETS: Final = 70_000
"""The longest PDU read: a message_payload TLV holds at most 65,535 octets, the other fields a few hundred."""
MAX_SHORT_OCTETS: Final = 254
"""What short_message takes (§5.2.21); longer texts go into message_payload. Read are 255, which its length can say."""
_MAX_TLV_OCTETS: Final = 0xFFFF

_HEADER = struct.Struct(">IIII")
_TLV = struct.Struct(">HH")

Value = int | str | bytes
Table = tuple[tuple[str, str, int], ...]

# A field is (name, kind, limit): "i" an octet, "I" four octets, "c" a C-string of at most `limit` octets with its
# NUL, "m" an octet of length and that many octets.
_BIND = (
    ("system_id", "c", 16),
    ("password", "c", 9),
    ("system_type", "c", 13),
    ("interface_version", "i", 1),
    ("addr_ton", "i", 1),
    ("addr_npi", "i", 1),
    ("address_range", "c", 41),
)
_MESSAGE = (
    ("service_type", "c", 6),
    ("source_addr_ton", "i", 1),
    ("source_addr_npi", "i", 1),
    ("source_addr", "c", 21),
    ("dest_addr_ton", "i", 1),
    ("dest_addr_npi", "i", 1),
    ("destination_addr", "c", 21),
    ("esm_class", "i", 1),
    ("protocol_id", "i", 1),
    ("priority_flag", "i", 1),
    ("schedule_delivery_time", "c", 17),
    ("validity_period", "c", 17),
    ("registered_delivery", "i", 1),
    ("replace_if_present_flag", "i", 1),
    ("data_coding", "i", 1),
    ("sm_default_msg_id", "i", 1),
    ("short_message", "m", MAX_SHORT_OCTETS),
)
_SOURCE = (("source_addr_ton", "i", 1), ("source_addr_npi", "i", 1), ("source_addr", "c", 21))
_DESTINATION = (("dest_addr_ton", "i", 1), ("dest_addr_npi", "i", 1), ("destination_addr", "c", 21))

FIELDS: dict[int, Table] = {
    Command.GENERIC_NACK: (),
    Command.BIND_RECEIVER: _BIND,
    Command.BIND_RECEIVER_RESP: (("system_id", "c", 16),),
    Command.BIND_TRANSMITTER: _BIND,
    Command.BIND_TRANSMITTER_RESP: (("system_id", "c", 16),),
    Command.BIND_TRANSCEIVER: _BIND,
    Command.BIND_TRANSCEIVER_RESP: (("system_id", "c", 16),),
    Command.OUTBIND: (("system_id", "c", 16), ("password", "c", 9)),
    Command.UNBIND: (),
    Command.UNBIND_RESP: (),
    Command.ENQUIRE_LINK: (),
    Command.ENQUIRE_LINK_RESP: (),
    Command.SUBMIT_SM: _MESSAGE,
    Command.SUBMIT_SM_RESP: (("message_id", "c", 65),),
    Command.DELIVER_SM: _MESSAGE,
    Command.DELIVER_SM_RESP: (("message_id", "c", 65),),
    Command.QUERY_SM: (("message_id", "c", 65), *_SOURCE),
    Command.QUERY_SM_RESP: (
        ("message_id", "c", 65),
        ("final_date", "c", 17),
        ("message_state", "i", 1),
        ("error_code", "i", 1),
    ),
    Command.CANCEL_SM: (("service_type", "c", 6), ("message_id", "c", 65), *_SOURCE, *_DESTINATION),
    Command.CANCEL_SM_RESP: (),
    Command.REPLACE_SM: (
        ("message_id", "c", 65),
        *_SOURCE,
        ("schedule_delivery_time", "c", 17),
        ("validity_period", "c", 17),
        ("registered_delivery", "i", 1),
        ("sm_default_msg_id", "i", 1),
        ("short_message", "m", MAX_SHORT_OCTETS),
    ),
    Command.REPLACE_SM_RESP: (),
    Command.DATA_SM: (
        ("service_type", "c", 6),
        ("source_addr_ton", "i", 1),
        ("source_addr_npi", "i", 1),
        ("source_addr", "c", 65),
        ("dest_addr_ton", "i", 1),
        ("dest_addr_npi", "i", 1),
        ("destination_addr", "c", 65),
        ("esm_class", "i", 1),
        ("registered_delivery", "i", 1),
        ("data_coding", "i", 1),
    ),
    Command.DATA_SM_RESP: (("message_id", "c", 65),),
    Command.ALERT_NOTIFICATION: (
        ("source_addr_ton", "i", 1),
        ("source_addr_npi", "i", 1),
        ("source_addr", "c", 65),
        ("esme_addr_ton", "i", 1),
        ("esme_addr_npi", "i", 1),
        ("esme_addr", "c", 65),
    ),
}

_PLACES: Final = {
    command: {name: (place, kind, limit) for place, (name, kind, limit) in enumerate(table)}
    for command, table in FIELDS.items()
}
_ZERO: Final = b"\0"
"""A field left out is a zero, whatever its kind: an octet, an empty C-string, a length of none."""


class Pdu(msgspec.Struct, frozen=True):
    """One PDU. `fields` has the command's fields by name; those left out are zero or empty.

    `tlvs` keeps the order and the octets of every TLV, known or not.
    """

    command: int
    status: int = 0
    sequence: int = 0
    fields: dict[str, Value] = msgspec.field(default_factory=dict)
    tlvs: tuple[tuple[int, bytes], ...] = ()

    def text(self, name: str) -> str:
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        value = self.fields.get(name, 0)
        return value if isinstance(value, int) else 0

    def octets(self, name: str) -> bytes:
        value = self.fields.get(name, b"")
        return value if isinstance(value, bytes) else b""

    def tlv(self, tag: int) -> bytes | None:
        for each, value in self.tlvs:
            if each == tag:
                return value
        return None

    def is_response(self) -> bool:
        return bool(self.command & RESPONSE)


def encode(pdu: Pdu, sequence: int | None = None) -> bytes:
    """The octets of a PDU, under another number if one is given.

    Raises OurFault for a field or TLV that is too long or a command without a table.
    """
    places = _PLACES.get(pdu.command)
    if places is None:
        raise OurFault(f"command 0x{pdu.command:08X} has no table of fields")
    # An error response carries no body (§4.4.2: "not returned if the command_status is non-zero").
    parts = [] if pdu.status and pdu.command & RESPONSE else _fields(pdu.fields, places)
    for tag, value in pdu.tlvs:
        if len(value) > _MAX_TLV_OCTETS:
            raise OurFault(f"TLV 0x{tag:04X} takes at most {_MAX_TLV_OCTETS} octets, not {len(value)}")
        parts.append(_TLV.pack(tag, len(value)))
        parts.append(value)
    body = b"".join(parts)
    number = pdu.sequence if sequence is None else sequence
    return _HEADER.pack(len(body) + HEADER_OCTETS, pdu.command, pdu.status, number) + body


def _fields(fields: dict[str, Value], places: dict[str, tuple[int, str, int]]) -> list[bytes]:
    """All of a command's fields in order. Most are left out: only those that are given cost anything."""
    if not fields:
        return [bytes(len(places))]
    parts = [_ZERO] * len(places)
    for name, value in fields.items():
        if name not in places:
            continue
        place, kind, limit = places[name]
        if kind == "c":
            parts[place] = _c_string(name, value, limit)
        elif kind == "m":
            parts[place] = _short_message(name, value, limit)
        elif isinstance(value, int) and 0 <= value <= 255:
            parts[place] = _OCTETS[value]
        else:
            raise OurFault(f"{name} is not an octet: {value!r}")
    return parts


_OCTETS = [bytes([value]) for value in range(256)]


def _c_string(name: str, value: Value, limit: int) -> bytes:
    if not isinstance(value, str):
        raise OurFault(f"{name} is not text: {value!r}")
    octets = value.encode("latin-1", "replace")
    if len(octets) >= limit or 0 in octets:
        raise OurFault(f"{name} takes at most {limit - 1} characters and no NUL: {value!r}")
    return octets + _ZERO


def _short_message(name: str, value: Value, limit: int) -> bytes:
    if not isinstance(value, bytes) or len(value) > limit:
        raise OurFault(f"{name} takes at most {limit} octets")
    return _OCTETS[len(value)] + value


def parse(octets: bytes) -> Pdu:
    """One whole PDU. Raises TheirFault when it contradicts itself; of a response, what is readable is kept."""
    if len(octets) < HEADER_OCTETS:
        raise TheirFault(f"a PDU has at least 16 octets, not {len(octets)}")
    length, command, status, sequence = _HEADER.unpack_from(octets)
    if length != len(octets):
        raise TheirFault(f"command_length says {length}, there are {len(octets)} octets")
    table = FIELDS.get(command)
    if table is None or length == HEADER_OCTETS:
        return Pdu(command, status, sequence)
    is_response = bool(command & RESPONSE)
    fields, at = _parse_fields(octets, table, is_response)
    return Pdu(command, status, sequence, fields, _parse_tlvs(octets, at, is_response) if at < length else ())


def _parse_fields(octets: bytes, table: Table, is_response: bool) -> tuple[dict[str, Value], int]:
    """The fields, and where they end. In one loop: a call for each field would take more than all of it."""
    fields: dict[str, Value] = {}
    text = octets.decode("latin-1")  # a character an octet, so that a C-string is a slice
    at, end = HEADER_OCTETS, len(octets)
    for name, kind, _limit in table:
        if at >= end and is_response:
            break  # a response that ends early: the carrier left the rest out
        if kind == "c":
            stop = text.find("\0", at)
            if stop < 0:
                # Some carriers leave out the NUL of the last field.
                fields[name], at = text[at:], end
            else:
                fields[name] = text[at:stop]
                at = stop + 1
        elif at >= end:
            raise TheirFault(f"the PDU ends before {name}")
        elif kind == "i":
            fields[name] = octets[at]
            at += 1
        else:
            stop = at + 1 + octets[at]
            if stop > end:
                raise TheirFault(f"{name} says {octets[at]} octets, only {end - at - 1} are left")
            fields[name] = octets[at + 1 : stop]
            at = stop
    return fields, at


def _parse_tlvs(octets: bytes, at: int, is_lenient: bool) -> tuple[tuple[int, bytes], ...]:
    """The TLVs from `at` on. Where they contradict themselves, a lenient reading keeps those before."""
    tlvs: list[tuple[int, bytes]] = []
    end = len(octets)
    try:
        while at < end:
            if at + _TLV.size > end:
                raise TheirFault(f"{end - at} stray octets after the last TLV")
            tag, length = _TLV.unpack_from(octets, at)
            at += _TLV.size
            if at + length > end:
                raise TheirFault(f"TLV 0x{tag:04X} says {length} octets, only {end - at} are left")
            tlvs.append((tag, octets[at : at + length]))
            at += length
    except TheirFault:
        if not is_lenient:
            raise
    return tuple(tlvs)
