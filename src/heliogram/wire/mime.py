"""MIME multipart: written without copying the pictures in it, read in the forms that gateways really send.

Here: parts, boundaries, transfer encodings, charsets. Not here: what the parts mean (`mm7`, `smil`).
Our own reader works on octets: the standard library's copies a picture three times as text, has no bound on
nesting, and lets IndexError out of odd headers. Source: RFC 2045, 2046, 2387; wild forms: protocols §8.7.
"""

import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from heliogram.wire.errors import OurFault, TheirFault

MAX_PARTS = 64
"""Ten media parts are what carriers take; 64 leaves room for an odd gateway and bounds the work for a hostile one."""
MAX_DEPTH = 4
"""SOAP, the message inside, an alternative inside that: nobody nests deeper."""
MAX_HEADER_OCTETS = 16 * 1024
SHARED_FROM_OCTETS = 2048
"""Buffers from this size on are passed through untouched; smaller ones are cheaper to join than to write alone."""

Buffers = tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOut:
    """A part to write. `buffers` are already in the transfer encoding named; "" leaves the encoding undeclared."""

    content_type: str
    buffers: Sequence[bytes]
    content_id: str = ""
    content_location: str = ""
    transfer_encoding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartIn:
    """A part as read: header names in lower case, `octets` without their transfer encoding.

    `content_type` is the bare type in lower case, `params` its parameters.
    """

    headers: dict[str, str]
    content_type: str
    params: dict[str, str]
    octets: bytes

    @property
    def content_id(self) -> str:
        return self.headers.get("content-id", "").strip().strip("<>")

    @property
    def filename(self) -> str:
        """The first name the part goes by: Content-Location, then name=, then filename=, then its Content-ID."""
        disposition = parameters(self.headers.get("content-disposition", ""))
        location = self.headers.get("content-location", "").strip().strip("<>")
        return location or self.params.get("name", "") or disposition.get("filename", "") or self.content_id


def write_multipart(parts: Sequence[PartOut], *, boundary: str) -> Buffers:
    """The body of a multipart, as buffers to write one after another.

    Every buffer of SHARED_FROM_OCTETS or more appears in the result as the same object: a picture is never copied.
    The caller chooses a boundary that is in no part. Raises OurFault.
    """
    pieces: list[bytes] = []
    for part in parts:
        pieces.append(_part_head(part, boundary))
        pieces.extend(part.buffers)
        pieces.append(b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    return _joined_where_small(pieces)


def base64_lines(octets: bytes) -> bytes:
    """Base64 in lines of 76 characters ended by CRLF, as RFC 2045 §6.8 wants."""
    # 57 octets make one line of 76 characters.
    lines = (binascii.b2a_base64(octets[at : at + 57], newline=False) for at in range(0, len(octets), 57))
    return b"\r\n".join(lines)


def read_multipart(content_type: str, body: bytes) -> tuple[PartIn, ...]:
    """The parts directly inside a multipart body, transfer encodings undone.

    A missing boundary parameter is taken from the first line, a missing last delimiter is forgiven. Raises TheirFault.
    """
    boundary = parameters(content_type).get("boundary", "").rstrip() or _boundary_seen(body)
    if not boundary:
        raise TheirFault("the multipart names no boundary")
    return tuple(_read_part(body[start:end]) for start, end in _spans(body, boundary.encode("utf-8", "replace")))


def read_leaves(part: PartIn, depth: int = MAX_DEPTH) -> tuple[PartIn, ...]:
    """The parts that are not multiparts themselves, in order; a plain part is its own leaf. Raises TheirFault."""
    if not part.content_type.startswith("multipart/"):
        return (part,)
    if depth == 0:
        raise TheirFault(f"multiparts are nested more than {MAX_DEPTH} deep")
    leaves: list[PartIn] = []
    for inner in read_multipart(part.headers["content-type"], part.octets):
        leaves.extend(read_leaves(inner, depth - 1))
        if len(leaves) > MAX_PARTS:
            raise TheirFault(f"more than {MAX_PARTS} parts")
    return tuple(leaves)


def find_part(parts: Sequence[PartIn], reference: str) -> PartIn | None:
    """The part a `cid:` or file-name reference means: by Content-ID, then by any other name it goes by."""
    wanted = reference.strip().removeprefix("cid:").strip("<>")
    return next((p for p in parts if p.content_id == wanted), None) or next(
        (p for p in parts if p.filename == wanted), None
    )


def parameters(header: str) -> dict[str, str]:
    """The parameters of a header such as Content-Type, names in lower case, quotes removed, first of a name wins."""
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(header):
        value = _ESCAPED.sub(r"\1", quoted) if quoted else bare.strip().strip('"')
        found.setdefault(name.lower(), value)
    return found


def text_of(part: PartIn) -> str:
    """The text of a part by its declared charset; octets that do not fit become U+FFFD rather than an error."""
    codec = _CODECS.get(part.params.get("charset", "").strip().lower(), "utf-8")
    return part.octets.decode(codec, "replace")


def mime_part(headers: dict[str, str], octets: bytes) -> PartIn:
    """A part from its headers (names in lower case) and its octets as they were on the wire."""
    content_type = headers.get("content-type", "text/plain")
    return PartIn(
        headers=headers,
        content_type=content_type.split(";", 1)[0].strip().lower(),
        params=parameters(content_type),
        octets=_without_encoding(headers.get("content-transfer-encoding", ""), octets),
    )


_PARAMETER = re.compile(r';\s*([A-Za-z0-9_.*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)+)"|([^;]*))')
_ESCAPED = re.compile(r"\\(.)")
_HEADER_LINE = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*(.*)\Z", re.DOTALL)
_SEEN = re.compile(rb"\s*--([^\r\n]{1,200})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")

# An allow-list: Python's codec registry also holds codecs whose decoding is not text, or takes quadratic time.
_CODECS = {
    "iso-8859-1": "cp1252",  # as the web does: what calls itself Latin-1 often has Windows quotes in it
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "utf-16": "utf-16",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5",
}


def _part_head(part: PartOut, boundary: str) -> bytes:
    lines = [f"--{boundary}", f"Content-Type: {part.content_type}"]
    if part.content_id:
        lines.append(f"Content-ID: <{part.content_id}>")
    if part.content_location:
        lines.append(f"Content-Location: {part.content_location}")
    if part.transfer_encoding:
        lines.append(f"Content-Transfer-Encoding: {part.transfer_encoding}")
    if any("\r" in line or "\n" in line or not line.isascii() for line in lines):
        raise OurFault("a part header must be one line of ASCII")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _joined_where_small(pieces: Sequence[bytes]) -> Buffers:
    joined: list[bytes] = []
    small: list[bytes] = []
    for piece in pieces:
        if len(piece) < SHARED_FROM_OCTETS:
            small.append(piece)
            continue
        if small:
            joined.append(b"".join(small))
            small = []
        joined.append(piece)
    joined.append(b"".join(small))
    return tuple(joined)


def _boundary_seen(body: bytes) -> str:
    seen = _SEEN.match(body)
    return seen[1].decode("ascii", "replace").rstrip() if seen else ""


def _spans(body: bytes, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends, the line end before a delimiter belonging to the delimiter."""
    start: int | None = None
    n_parts = 0
    for line_at, after, is_last in _delimiters(body, b"--" + boundary):
        if start is not None:
            yield start, max(start, _before_line_end(body, line_at))
            n_parts += 1
            if n_parts > MAX_PARTS:
                raise TheirFault(f"more than {MAX_PARTS} parts")
        if is_last:
            return
        start = after
    if start is None:
        raise TheirFault("the boundary that the header names is not in the body")
    yield start, len(body)


def _delimiters(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each delimiter line: where it starts, where the next line starts, and whether it is the closing one."""
    at = body.find(delimiter)
    while at >= 0:
        end_of_line = body.find(b"\n", at)
        end_of_line = len(body) if end_of_line < 0 else end_of_line
        rest = body[at + len(delimiter) : end_of_line].rstrip()  # gateways leave blanks behind a boundary
        if (at == 0 or body[at - 1 : at] == b"\n") and rest in (b"", b"--"):
            yield at, min(end_of_line + 1, len(body)), rest == b"--"
        at = body.find(delimiter, at + len(delimiter))


def _before_line_end(body: bytes, at: int) -> int:
    if body[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1


def _read_part(octets: bytes) -> PartIn:
    headers: dict[str, str] = {}
    name = ""
    at = 0
    while at < len(octets):
        end_of_line = octets.find(b"\n", at)
        end_of_line = len(octets) if end_of_line < 0 else end_of_line
        # No headers are that long: what goes on beyond is passed over, not kept, and never taken for the body.
        is_kept = end_of_line <= MAX_HEADER_OCTETS
        line = octets[at : min(end_of_line, at + MAX_HEADER_OCTETS)].rstrip(b"\r")
        if line[:1] in (b" ", b"\t") and name and line.strip():
            if is_kept:
                headers[name] += " " + line.strip().decode("utf-8", "replace")
        elif header := _HEADER_LINE.match(line):
            name = header[1].decode("ascii").lower() if is_kept else name
            if is_kept:
                headers.setdefault(name, header[2].strip().decode("utf-8", "replace"))
        else:
            # The blank line that ends the headers, or (as published by one aggregator) the body without one.
            at = end_of_line + 1 if not line.strip() else at
            break
        at = end_of_line + 1
    return mime_part(headers, octets[at:])


def _without_encoding(encoding: str, octets: bytes) -> bytes:
    match encoding.strip().lower():
        case "base64":
            return _base64_decoded(octets)
        case "quoted-printable":
            return binascii.a2b_qp(octets)
    return octets


def _base64_decoded(octets: bytes) -> bytes:
    try:
        return binascii.a2b_base64(octets)
    except binascii.Error:
        # Cut short or badly padded: keep whole quartets, so that one bad picture does not cost us the text beside it.
        clean = _NOT_BASE64.sub(b"", octets)
        return binascii.a2b_base64(clean[: len(clean) // 4 * 4])
