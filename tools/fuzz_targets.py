"""What `tools.fuzz` throws octets at: every parser of what strangers send, with seeds and the errors it may raise."""

import io
import json
import struct
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from heliogram.audience.errors import AudienceError
from heliogram.audience.importing import read_people
from heliogram.audience.phones import parse_phone
from heliogram.carriers.digest import Login
from heliogram.carriers.mm7_calls import heard_in
from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.smpp_heard import event_of
from heliogram.carriers.smpp_tlvs import shown, tlvs_of
from heliogram.compose.errors import ComposeError
from heliogram.compose.liquid import compile_text
from heliogram.media.kinds import read_other, without_remarks
from heliogram.media.probe import MediaRefused, probe
from heliogram.simulator.script import BadScript, read_script
from heliogram.wire import gsm, mime, udh
from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7 import deliver, report
from heliogram.wire.mm7.address import number, short_code
from heliogram.wire.mm7.content import Medium, write_content
from heliogram.wire.mm7.envelope import Head, pack_message
from heliogram.wire.smpp import message, pdu, receipt
from heliogram.wire.smpp.names import Command
from tools.fuzz_files import FILES
from tools.fuzz_target import Target

_VECTORS = Path(__file__).parents[1] / "tests/vectors/wire"
_RELATED = 'multipart/related; boundary="b"; start="<mm7-start>"'
_HEAD = Head(
    transaction_id="7", namespace="http://www.3gpp.org/ftp/Specs/archive/23_series/23.140/schema/REL-5-MM7-1-2"
)
_PERSON = {"first_name": "Ada", "last_name": "", "city": "Chicago", "n": 3, "tags": ["a", "b"]}


def _pdu(octets: bytes) -> None:
    read = pdu.parse(_with_length(octets))
    if read.command == Command.DELIVER_SM:
        text, _concat = message.read_text(read)
        if message.is_receipt(read):
            receipt.read(read, text)


def _heard(octets: bytes) -> None:
    read = pdu.parse(_with_length(octets))
    shown(read.tlvs)
    if read.command in (Command.DELIVER_SM, Command.DATA_SM):
        event_of(read, connection_id="c")


def _told() -> list[bytes]:
    """Texts and receipts of phones, with TLVs."""
    fields: dict[str, pdu.Value] = {"source_addr": "13125550142", "destination_addr": "72345", "data_coding": 8}
    sar = ((0x020C, b"\0\x07"), (0x020E, b"\x02"), (0x020F, b"\x01"))
    more = ((0x1400, b"abc\0"), (0x0381, b"\x01312"), (0x0424, "Grüße 🎉".encode("utf-16-be")))
    news = receipt.Receipt(id="42", stat="DELIVRD", err="000", dlvrd="001", submit_date="", done_date="", text="")
    told = {**fields, "data_coding": 0, "esm_class": message.RECEIPT, "short_message": receipt.write(news).encode()}
    pdus = [
        pdu.Pdu(Command.DELIVER_SM, fields={**fields, "short_message": "Да".encode("utf-16-be")}, tlvs=sar),
        pdu.Pdu(Command.DELIVER_SM, fields=fields, tlvs=more),
        pdu.Pdu(Command.DATA_SM, fields=fields, tlvs=more[2:]),
        pdu.Pdu(Command.DELIVER_SM, fields=told, tlvs=receipt.tlvs(news)),
    ]
    return [pdu.encode(each) for each in pdus]


def _digest(octets: bytes) -> None:
    """A gateway's challenge, and our answer to it, which is a header of one line."""
    login = Login("heliogram", "secret")
    login.hears(octets.decode("latin-1"))
    login.headers("POST", "/mm7", "m1.1")


def _script() -> list[bytes]:
    page = (Path(__file__).parents[1] / "docs/simulator.md").read_text()
    return [page.partition("```toml\n")[2].partition("```")[0].encode()]


def _national(octets: bytes) -> None:
    elements, rest = udh.parse(octets)
    gsm.decode(rest, udh.shift_of(elements))


def _with_length(octets: bytes) -> bytes:
    # A stream is cut by this number, so a wrong one never comes this far.
    return len(octets).to_bytes(4, "big") + octets[4:]


def _pdus() -> list[bytes]:
    vectors = json.loads((_VECTORS / "pdus.json").read_text())
    return [bytes.fromhex(each["hex"]) for each in vectors["exact"]]


def _other_medium(octets: bytes) -> None:
    read_other(octets)
    without_remarks(octets)


def _other_media() -> list[bytes]:
    page = (
        b"%PDF-1.7\n1 0 obj << /Type /Page /A (b) >> endobj 2 0 obj << /First 4 >> stream\n1 0 null\nendstream endobj\n"
    )
    handler = _box(b"mdia", _box(b"hdlr", bytes(8) + b"soun" + bytes(13)))
    inside = _box(b"trak", handler) + _box(b"udta", _box(b"\xa9xyz", b"+41.87/"))
    film = _box(b"ftyp", b"isom") + _box(b"moov", inside) + _box(b"mdat", bytes(9))
    return [
        b"#!AMR\n" + (b"\x3c" + bytes(31)) * 3,
        b"ID3\x04\0\0\0\0\0\x02ab" + (b"\xff\xfb\x10\xc4" + bytes(100)) * 3 + b"TAG" + bytes(125),
        page + b"trailer << >> startxref\n9\n%%EOF\n",
        film,
    ]


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def _receipts() -> list[bytes]:
    return [
        b"id:0123456789 sub:001 dlvrd:001 submit date:2603021200 done date:2603021201 stat:DELIVRD err:000 text:Hi",
        b"id:a_b stat:UNDELIV err:69",
    ]


def _multipart(octets: bytes) -> None:
    for part in mime.read_multipart(_RELATED, octets):
        for leaf in mime.read_leaves(part):
            mime.text_of(leaf)


def _calls() -> list[bytes]:
    ada, we = number("+13125550142"), short_code("62449")
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    told = report.DeliveryReport(message_id="m", mm_status="Retrieved", recipient=ada, sender=we, date=noon)
    said = deliver.DeliverReq(sender=ada, recipients=(we,), linked_id="l", subject="Hi", content_id="c")
    picture = Medium(content_type="image/gif", filename="a.gif", octets=_picture("GIF"))
    content = write_content([picture], "Grüße", content_id="c", boundary="c", transfer_encoding="binary")
    _type, buffers = pack_message(deliver.write_deliver_req(_HEAD, said), content, boundary="b")
    opened = report.ReadReply(message_id="m", mm_status="Read", recipient=ada, sender=we, time_stamp=noon)
    return [report.write_delivery_report(_HEAD, told), report.write_read_reply(_HEAD, opened), b"".join(buffers)]


def _liquid(octets: bytes) -> None:
    compile_text(octets.decode("utf-8", "replace")).render(_PERSON)


def _picture(form: str, size: tuple[int, int] = (16, 12)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, form)
    return out.getvalue()


TARGETS = (
    Target(
        name="gsm",
        read=gsm.decode,
        allowed=(),
        seeds=lambda: [b"Hello", b"\x1b\x65 5", bytes(range(128))],
        rare="\x1b\x1b",
    ),
    Target(
        name="national",
        read=_national,
        allowed=(TheirFault,),
        seeds=lambda: [
            bytes.fromhex("03250101 070c1c0460"),
            bytes.fromhex("080003070201240102 4d61721b6961"),
            bytes.fromhex("0c0804000702022401062501 06 151b1d1b41"),
        ],
        rare="an element",
        tokens=(b"\x24\x01\x0d", b"\x25\x01\x0b", b"\x1b", b"\x1b\x1b"),
    ),
    Target(
        name="udh",
        read=lambda octets: udh.concat_of(udh.parse(octets)[0]),
        allowed=(TheirFault,),
        seeds=lambda: [bytes.fromhex("050003CC0201") + b"Hi", bytes.fromhex("0608040B010302") + b"Hi"],
        rare="an element",
    ),
    Target(name="pdu", read=_pdu, allowed=(TheirFault,), seeds=_pdus, rare="TLV 0x"),
    Target(
        name="heard",
        read=_heard,
        allowed=(TheirFault,),
        seeds=_told,
        rare="no number",
        tokens=(
            b"\x02\x0c\0\x02",
            b"\x02\x0e\0\x01",
            b"\x04\x24\0\x04",
            b"\x00\x1e\0\x02",
            b"\x04\x23\0\x03",
            b"\xff\xff",
        ),
    ),
    Target(
        name="tlvs",
        read=lambda octets: tlvs_of(octets.decode("utf-8", "replace")),
        allowed=(Misconfigured,),
        seeds=lambda: [b"0x1400=text:abc, 0x1401=int2:7, 0x1402=hex:0aff", b"5120=octets:a b,0x3fff=int4:0x10"],
        rare="each tag once",
        tokens=(b"0x1400=int1:", b"hex:", b"text:", b",", b"=", b"-1", b"_", "٣".encode(), b"0x", b"0b1"),
    ),
    Target(
        name="receipt",
        read=lambda octets: receipt.read_text(octets.decode("latin-1")),
        allowed=(TheirFault,),
        seeds=_receipts,
        rare="without an id",
        tokens=(b"id:", b"stat:", b"text:", b"submit date:", b"\0"),
    ),
    Target(
        name="multipart",
        read=_multipart,
        allowed=(TheirFault,),
        seeds=lambda: _calls()[-1:],
        rare="nested|not in the body",
        tokens=(b"\r\n--b\r\n", b"--b--", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", b"\r\n\r\n"),
    ),
    Target(
        name="mm7",
        read=lambda octets: heard_in(_RELATED, octets),
        allowed=(TheirFault,),
        seeds=_calls,
        rare="well-formed",
        tokens=(b"<!DOCTYPE x>", b"&amp;", b"&#0;", b"<To>", b"</Sender>", b"\r\n--b\r\n"),
    ),
    Target(
        name="digest",
        read=_digest,
        allowed=(),
        seeds=lambda: [b'Digest realm="mmsc", nonce="n", qop="auth, auth-int", algorithm=SHA-256-sess, opaque=o'],
        rare="Digest.*Digest",
        tokens=(b"Digest ", b'"', b"\\", b", ", b"=", b"-SESS"),
    ),
    Target(
        name="csv",
        read=read_people,
        allowed=(AudienceError,),
        seeds=lambda: [
            b"phone,first_name,city\n+13125550142,Ada,Chicago\n3125550143,Bo,\n",
            "phone;name\n+447700900123;Zoë\n".encode("utf-16"),
        ],
        rare="not closed",
        tokens=(b'"', b",", b"\n", b"\r", b'"\n', b"phone,", b"sep=;\n"),
    ),
    Target(
        name="phone",
        read=lambda octets: parse_phone(octets.decode("utf-8", "replace")),
        allowed=(AudienceError,),
        seeds=lambda: [b"+1 312 555 0142", b"(312) 555-0142", b"0044 7700 900123", b'="3125550142"'],
        rare="extension",
        tokens=(b"+", b"00", b" ext 5", b"E+11", "٣".encode(), "０".encode()),
    ),
    Target(
        name="liquid",
        read=_liquid,
        allowed=(ComposeError,),
        seeds=lambda: [
            b"Hi {{ first_name | default: 'there' }}",
            b"{% if n > 2 %}{{ city | upcase }}{% else %}{{${last_name}}}{% endif %}",
            b"{% for tag in tags %}{{ tag | append: '!' }}{% endfor %}{{ n | times: 4 | date: '%Y' }}",
        ],
        rare="never closed",
        tokens=(
            b"{{",
            b"}}",
            b"{%",
            b"%}",
            b"| replace: 'a', 'aaa' ",
            b"(1..9)",
            b"{% raw %}",
            b"{% for i in (1..9) %}",
        ),
    ),
    Target(
        name="picture",
        read=probe,
        allowed=(MediaRefused,),
        seeds=lambda: [_picture(form) for form in ("JPEG", "PNG", "GIF")],
        rare="damaged",
        tokens=(b"\xff\xc0", b"\xff\xd8\xff", b"IHDR", b"\x21\xff", b"\x2c"),
    ),
    Target(
        name="other medium",
        read=_other_medium,
        allowed=(MediaRefused,),
        seeds=_other_media,
        rare="damaged",
        tokens=(b"ID3", b"TAG", b"APETAGEX", b"\xff\xfb\x90", b"obj", b"/ObjStm", b"stream", b"(", b"udta", b"moov"),
    ),
    Target(
        name="script",
        read=lambda octets: read_script(octets.decode("utf-8", "replace")),
        allowed=(BadScript,),
        seeds=_script,
        rare="fault",
        tokens=(
            b"[[carrier.fault]]\n",
            b"= nan\n",
            b"= -1\n",
            b"= inf\n",
            b"[" * 60,
            b"{a=" * 40,
            b"9" * 90,
            b'"""',
            b"= 1979-05-27\n",
        ),
    ),
    *FILES,
)
