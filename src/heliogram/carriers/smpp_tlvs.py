"""TLVs of a carrier's own: what an account adds to each submit_sm, and how those that come are shown.

An account names them as `0x1400=text:abc, 0x1401=int2:7, 0x1402=hex:0aff`. Tags of vendors are 0x1400 to 0x3FFF
(SMPP v3.4 §5.3.1); those of the specification that this client does not set itself may be named too.
"""

from collections.abc import Callable, Sequence
from typing import Final

from heliogram.carriers.protocol import Misconfigured
from heliogram.wire.smpp.names import Tag

MAX_TLVS = 16
MAX_VALUE_OCTETS = 255
MAX_SHOWN = 8
_OURS: Final = frozenset(Tag)
"""What says how texts are cut and matched is the client's own business."""
_ABOUT_PEOPLE: Final = frozenset({0x0202, 0x0203, 0x0303, 0x0381})
"""Subaddresses and call-back numbers and names (§5.3.2.15, 36, 38): an exchange shows no number."""
_NOT_SHOWN: Final = _OURS | _ABOUT_PEOPLE

Tlv = tuple[int, bytes]


def _text(written: str) -> bytes:
    # A C-octet string ends with NUL (§3.2.1).
    return written.encode("latin-1") + b"\0"


def _integer(n_octets: int) -> Callable[[str], bytes]:
    return lambda written: int(written, 0).to_bytes(n_octets, "big")


_TYPES: Final[dict[str, Callable[[str], bytes]]] = {
    "text": _text,
    "octets": lambda written: written.encode("latin-1"),
    "hex": bytes.fromhex,
    "int1": _integer(1),
    "int2": _integer(2),
    "int4": _integer(4),
}


def tlvs_of(written: str) -> tuple[Tlv, ...]:
    """The TLVs of a setting. Raises Misconfigured."""
    found = tuple(_tlv(each.strip()) for each in written.split(",") if each.strip())
    if len(found) > MAX_TLVS or len({tag for tag, _value in found}) < len(found):
        raise Misconfigured(f"There are at most {MAX_TLVS} TLVs, each tag once.")
    return found


def _tlv(written: str) -> Tlv:
    tag_written, _, rest = written.partition("=")
    kind, colon, value_written = rest.partition(":")
    read = _TYPES.get(kind.strip())
    if read is None or not colon:
        raise Misconfigured(f"A TLV is written tag=type:value, with a type of {', '.join(_TYPES)}; not {written!r}.")
    try:
        tag, value = int(tag_written, 0), read(value_written)
    except (ValueError, OverflowError) as problem:
        raise Misconfigured(f"The TLV {written!r} has a tag or value that cannot be read.") from problem
    if not 0 < tag <= 0xFFFF or tag in _OURS or len(value) > MAX_VALUE_OCTETS:
        raise Misconfigured(
            f"The TLV {written!r} needs a tag of 1 to 0xFFFF that we do not set ourselves, "
            f"and at most {MAX_VALUE_OCTETS} octets."
        )
    return tag, value


def shown(tlvs: Sequence[Tlv]) -> str:
    """Those that we make nothing of, for an exchange; "" where there are none."""
    if not tlvs:
        return ""
    strange = [(tag, value) for tag, value in tlvs if tag not in _NOT_SHOWN][:MAX_SHOWN]
    return "".join(f" 0x{tag:04X}={value[:32].hex()}" for tag, value in strange)
