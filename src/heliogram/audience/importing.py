"""A CSV of people into people, and of everything else the row and the reason. Nothing is dropped silently.

It decides nothing about consent and stores nothing. Files and cells are `audience.table`, numbers `audience.phones`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from heliogram.audience.errors import ImportRefused, PhoneRefused
from heliogram.audience.phones import DEFAULT_COUNTRY, parse_phone
from heliogram.audience.table import DELIMITERS, Row, first_row, read_rows, read_text
from heliogram.model.phone import Phone

__all__ = ["ImportRefused", "PeopleFile", "Person", "Rejected", "read_people"]

MAX_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 200
MAX_CELL_OCTETS: Final = 4_096
MAX_SHOWN_CHARS: Final = 80
"""How much of a rejected value is kept to show."""

# Header names, as slugs, in the order in which they win.
PHONE_COLUMNS: Final = (
    "phone",
    "phone_number",
    "mobile",
    "e164",
    "e_164",
    "mobile_phone",
    "mobile_number",
    "cell",
    "cell_phone",
    "tel",
    "telephone",
    "number",
)
FIRST_NAME_COLUMNS: Final = ("first_name", "firstname", "given_name", "forename", "first")
LAST_NAME_COLUMNS: Final = ("last_name", "lastname", "family_name", "surname", "last")

_NOT_WORD: Final = re.compile(r"\W+")
_FORMULA_TEXT: Final = re.compile(r"=\"([^\"]*)\"\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone of the file. `row_number` is the spreadsheet's; `attributes` has the other columns' cells by slug."""

    row_number: int
    phone: Phone
    first_name: str
    last_name: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that is not used. `reason` is a code of `parse_phone`, or duplicate, cells, cell_too_long or quotes."""

    row_number: int
    value: str
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFile:
    """A file read to its end: every one of its `n_rows` rows is in `people` or in `rejected`."""

    people: tuple[Person, ...]
    rejected: tuple[Rejected, ...]
    n_rows: int
    columns: tuple[str, ...]
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where in a row things are; -1 for a column the file does not have."""

    n: int
    phone: int
    first_name: int
    last_name: int
    attributes: tuple[tuple[str, int], ...]


def read_people(octets: bytes, *, default_country: str | None = None, max_rows: int = MAX_ROWS) -> PeopleFile:
    """Read a CSV with a header row, comma, semicolon or tab between cells.

    Numbers without "+" are of `default_country` (None: the US). The first row with a number wins over its repeats.
    Empty rows are not rows; columns without a name are ignored; empty cells become no attribute.
    Raises ImportRefused for a file that cannot be used at all: the codes of `read_text` and `read_rows`, and
    no_phone_column, repeated_column, too_many_columns, no_rows, too_many_rows.
    """
    text, encoding = read_text(octets)
    header, delimiter = _find_header(text)
    columns = _columns_of(header)
    country = default_country or DEFAULT_COUNTRY
    people: list[Person] = []
    rejected: list[Rejected] = []
    row_of: dict[str, int] = {}
    for row in read_rows(text, delimiter):
        if row.number <= header.number:
            continue
        read = _read_row(row, columns, country, row_of)
        if isinstance(read, Person):
            row_of[read.phone.e164] = row.number
            people.append(read)
        else:
            rejected.append(read)
        if len(people) + len(rejected) > max_rows:
            raise ImportRefused("too_many_rows", f"The file has more than {max_rows:,} rows. Split it into several.")
    n_rows = len(people) + len(rejected)
    if n_rows == 0:
        raise ImportRefused("no_rows", "The file has column names but no rows below them.")
    return PeopleFile(
        people=tuple(people),
        rejected=tuple(rejected),
        n_rows=n_rows,
        columns=tuple(name.strip() for name in header.cells),
        encoding=encoding,
    )


def _find_header(text: str) -> tuple[Row, str]:
    """The header and the delimiter: the one by which a phone column shows, else the one that cuts most."""
    headers = [(header, delimiter) for delimiter in DELIMITERS if (header := first_row(text, delimiter))]
    if not headers:
        raise ImportRefused("quotes", "The quotation marks in the first row make no sense, so it cannot be read.")
    return max(headers, key=lambda found: (_find(_slugs(found[0]), PHONE_COLUMNS) >= 0, len(found[0].cells)))


def _columns_of(header: Row) -> _Columns:
    slugs = _slugs(header)
    if len(slugs) > MAX_COLUMNS:
        raise ImportRefused("too_many_columns", f"The file has more than {MAX_COLUMNS} columns.")
    phone = _find(slugs, PHONE_COLUMNS)
    if phone < 0:
        raise _no_phone_column(header)
    named = [slug for slug in slugs if slug]
    if twice := next((slug for slug in named if named.count(slug) > 1), None):
        raise ImportRefused("repeated_column", f"Two columns are called “{twice}”. Rename one of them.")
    first_name, last_name = _find(slugs, FIRST_NAME_COLUMNS), _find(slugs, LAST_NAME_COLUMNS)
    taken = {phone, first_name, last_name}
    return _Columns(
        n=len(slugs),
        phone=phone,
        first_name=first_name,
        last_name=last_name,
        attributes=tuple((slug, at) for at, slug in enumerate(slugs) if slug and at not in taken),
    )


def _no_phone_column(header: Row) -> ImportRefused:
    found = ", ".join(f"“{name.strip()[:MAX_SHOWN_CHARS]}”" for name in header.cells[:10] if name.strip())
    return ImportRefused(
        "no_phone_column",
        f"No column is named “phone”. The first row has {found}. Its cells must name the columns: "
        "call the one with the numbers “phone”.",
    )


def _slugs(header: Row) -> list[str]:
    return [slug_of(name) for name in header.cells]


def slug_of(name: str) -> str:
    """A column's name as templates write it: "Favorite Colour " is favorite_colour. "" for a name without letters."""
    slug = _NOT_WORD.sub("_", unicodedata.normalize("NFKC", name).casefold()).strip("_")
    # Liquid reads digits alone as a number.
    return f"column_{slug}" if slug.isdigit() else slug


def _find(slugs: Sequence[str], names: Sequence[str]) -> int:
    return next((slugs.index(name) for name in names if name in slugs), -1)


def _read_row(row: Row, columns: _Columns, country: str, row_of: dict[str, int]) -> Person | Rejected:
    cells = row.cells
    if reason := _misshapen(row, columns):
        value = cells[columns.phone] if len(cells) > columns.phone else ""
        return _rejected(row, value, *reason)
    written = cells[columns.phone]
    try:
        phone = parse_phone(written, country)
    except PhoneRefused as error:
        return _rejected(row, written, error.code, error.sentence)
    if phone.e164 in row_of:
        return _rejected(row, written, "duplicate", f"Row {row_of[phone.e164]:,} has the same number.")
    return Person(
        row_number=row.number,
        phone=phone,
        first_name=_cell(cells[columns.first_name]) if columns.first_name >= 0 else "",
        last_name=_cell(cells[columns.last_name]) if columns.last_name >= 0 else "",
        attributes={slug: value for slug, at in columns.attributes if (value := _cell(cells[at]))},
    )


def _misshapen(row: Row, columns: _Columns) -> tuple[str, str] | None:
    """(code, sentence) when the cells of a row do not fit the columns."""
    cells = row.cells
    if row.is_broken:
        return "quotes", "The quotation marks in this row make no sense."
    if len(cells) != columns.n and (len(cells) < columns.n or any(map(str.strip, cells[columns.n :]))):
        return "cells", f"The row has {len(cells)} cells, but there are {columns.n} columns."
    # Four octets a character at most: nearly every row is decided by one sum.
    if sum(map(len, cells)) * 4 > MAX_CELL_OCTETS and any(len(cell.encode()) > MAX_CELL_OCTETS for cell in cells):
        return "cell_too_long", f"A cell of this row is longer than {MAX_CELL_OCTETS:,} bytes."
    return None


def _rejected(row: Row, value: str, reason: str, sentence: str) -> Rejected:
    return Rejected(row_number=row.number, value=value.strip()[:MAX_SHOWN_CHARS], reason=reason, sentence=sentence)


def _cell(text: str) -> str:
    """What a cell says: trimmed, NFC, and out of Excel's `="…"`, which keeps leading zeros."""
    text = text.strip()
    if text.startswith('="') and (wrapped := _FORMULA_TEXT.match(text)):
        text = wrapped[1].strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)
