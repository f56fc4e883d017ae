"""The octets of a CSV file into rows of cells, whatever program and country it was exported in.

What the cells mean is `audience.importing`. The dialect is RFC 4180 with three delimiters; the encodings are those
that say what they are: UTF-8, and UTF-16 with its byte order mark.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from heliogram.audience.errors import ImportRefused

MAX_OCTETS: Final = 256 * 1024 * 1024
"""A million rows of 256 octets."""
MAX_LINE_CHARS: Final = 131_000
"""Just under what `csv` takes for one cell, so that its own limit is never what speaks."""
HEAD_CHARS: Final = 4 * MAX_LINE_CHARS
DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}

_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "UTF-8", "utf-8"),
    (codecs.BOM_UTF16_LE, "UTF-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "UTF-16", "utf-16-be"),
)
_HOW_TO_SAVE: Final = "In Excel, choose File, Save As, “CSV UTF-8 (Comma delimited)”, and bring that file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `number` is what a spreadsheet shows beside it. `is_broken`: its quotation marks make no sense."""

    number: int
    cells: list[str]
    is_broken: bool = False


def read_text(octets: bytes) -> tuple[str, str]:
    """(text, encoding name). Raises ImportRefused: empty, too_large, is_workbook, encoding, nul."""
    if len(octets) > MAX_OCTETS:
        raise ImportRefused("too_large", f"The file is larger than {MAX_OCTETS // 1024**2} MB. Split it into several.")
    if octets.startswith(_WORKBOOKS):
        raise ImportRefused("is_workbook", f"This is an Excel workbook, not a CSV file. {_HOW_TO_SAVE}")
    mark, name, codec = next(
        (each for each in _BYTE_ORDER_MARKS if octets.startswith(each[0])), (b"", "UTF-8", "utf-8")
    )
    body = octets[len(mark) :]
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(octets, len(mark) + error.start, name) from error
    if "\0" in text:
        raise _has_nul(text)
    if not text.strip():
        raise ImportRefused("empty", "The file is empty.")
    return text, name


def _wrong_encoding(octets: bytes, position: int, name: str) -> ImportRefused:
    n_lines = octets.count(b"\n", 0, position) + 1
    return ImportRefused(
        "encoding",
        f"The file is not {name}: the byte 0x{octets[position]:02X} at position {position:,} (line {n_lines:,}) "
        f"cannot be read, so names would come out wrong. {_HOW_TO_SAVE}",
    )


def _has_nul(text: str) -> ImportRefused:
    position = text.index("\0")
    n_lines = text.count("\n", 0, position) + 1
    return ImportRefused(
        "nul",
        f"Line {n_lines:,} holds a NUL character (character {position:,}): the file is damaged, or it is UTF-16 "
        f"without its mark. {_HOW_TO_SAVE}",
    )


def read_rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows that hold anything, in order; rows of empty cells are passed over but counted in `number`.

    Raises ImportRefused: unclosed_quote (one quotation mark would swallow the rest of the file), line_too_long.
    """
    lines = _Lines(source=io.StringIO(_without_sep_line(text), newline=""))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        first_line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader begins afresh at the next line. Where that is not the line after this row's first, a
            # quotation mark was open and the rows in between are lost: the file has to be mended.
            if lines.is_at_end or reader.line_num > first_line:
                raise ImportRefused(
                    "unclosed_quote",
                    f"A quotation mark that opens in line {first_line:,} is not closed, so the rows after it cannot "
                    "be told apart. Close it, or take it out.",
                ) from error
            yield Row(number=number, cells=[], is_broken=True)
            continue
        if any(map(str.strip, cells)):
            yield Row(number=number, cells=cells)


@dataclass(slots=True, kw_only=True)
class _Lines:
    """The lines of a text, none beyond a bound, remembering whether the last was asked for."""

    source: io.StringIO
    is_at_end: bool = field(default=False)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.source.readline(MAX_LINE_CHARS + 1)
        if not line:
            self.is_at_end = True
            raise StopIteration
        if len(line) > MAX_LINE_CHARS:
            raise ImportRefused(
                "line_too_long", f"A line is longer than {MAX_LINE_CHARS:,} characters: not a CSV file."
            )
        return line


def first_row(text: str, delimiter: str) -> Row | None:
    """The first row that holds anything, as this delimiter would cut it; None when it cannot be read so."""
    try:
        row = next(read_rows(text[:HEAD_CHARS], delimiter), None)
    except ImportRefused:
        return None
    return None if row is None or row.is_broken else row


def _without_sep_line(text: str) -> str:
    """Without the line `sep=;` by which Excel is told the delimiter, and which it does not show."""
    if text[:4].lower() != "sep=":
        return text
    return text[text.index("\n") + 1 :] if "\n" in text else ""
