"""Films made box by box: what a reader of headers needs, and nothing that plays."""

import struct

from .pictures import box

UPRIGHT = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
TURNED = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)


def track(kind: bytes, codec: bytes, sides: tuple[int, int], *, turned: bool = False, points: bool = False) -> bytes:
    matrix = struct.pack(">9i", *(TURNED if turned else UPRIGHT))
    head = bytes(40) + matrix + struct.pack(">II", sides[0] << 16, sides[1] << 16)
    where = bytes(4) + struct.pack(">I", 1) + box(b"url ", bytes(3) + (b"\x00" if points else b"\x01"))
    table = box(b"stsd", bytes(4) + struct.pack(">I", 1) + box(codec, bytes(8)))
    inner = box(b"minf", box(b"dinf", box(b"dref", where)) + box(b"stbl", table))
    return box(b"trak", box(b"tkhd", head) + box(b"mdia", box(b"hdlr", bytes(8) + kind + bytes(13)) + inner))


def film(
    brand: bytes = b"isom",
    *,
    kind: bytes = b"vide",
    codec: bytes = b"avc1",
    sides: tuple[int, int] = (640, 360),
    seconds: float = 5,
    turned: bool = False,
    points: bool = False,
    n_octets: int = 500,
) -> bytes:
    """A film of one track, or a sound with kind=b"soun"."""
    head = box(b"mvhd", bytes(12) + struct.pack(">II", 1_000, int(seconds * 1_000)) + bytes(80))
    moov = box(b"moov", head + track(kind, codec, sides, turned=turned, points=points))
    return box(b"ftyp", brand + bytes(4) + brand) + moov + box(b"mdat", bytes(n_octets))


CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Juniper Cafe\r\nTEL;TYPE=WORK:+13125550100\r\nEND:VCARD\r\n"
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T100000Z\r\n"
    b"SUMMARY:Check-up\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
