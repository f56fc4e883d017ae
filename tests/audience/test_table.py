"""Octets into rows: encodings, delimiters, quotation marks and bounds."""

import pytest

from heliogram.audience.errors import ImportRefused
from heliogram.audience.table import MAX_LINE_CHARS, first_row, read_rows, read_text


def code_of(octets: bytes) -> tuple[str, str]:
    with pytest.raises(ImportRefused) as refused:
        read_text(octets)
    return refused.value.code, refused.value.sentence


def cells_of(text: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    return [(row.number, row.cells) for row in read_rows(text, delimiter)]


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        ("phone\nJosé".encode(), "UTF-8"),
        ("phone\nJosé".encode("utf-8-sig"), "UTF-8"),
        ("phone\nJosé".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + "phone\nJosé".encode("utf-16-be"), "UTF-16"),
    ],
)
def test_an_encoding_that_says_what_it_is_is_read(octets: bytes, name: str) -> None:
    assert read_text(octets) == ("phone\nJosé", name)


def test_a_wrong_encoding_is_refused_with_the_byte_its_line_and_the_way_out() -> None:
    code, sentence = code_of(b"phone,name\n3125550142,Ren\xe9\n")
    assert code == "encoding"
    assert "0xE9 at position 25 (line 2)" in sentence
    assert "CSV UTF-8" in sentence


def test_the_position_counts_the_byte_order_mark() -> None:
    assert "position 4 " in code_of(b"\xef\xbb\xbfa\xff")[1]


def test_utf_16_without_its_mark_is_refused_as_nul_characters() -> None:
    code, sentence = code_of("phone\n3125550142\n".encode("utf-16-le"))
    assert (code, "UTF-16 without its mark" in sentence) == ("nul", True)


def test_half_a_utf_16_character_is_refused() -> None:
    assert code_of("phone".encode("utf-16") + b"\x00")[0] == "encoding"


def test_an_excel_workbook_is_refused_by_its_first_bytes() -> None:
    assert code_of(b"PK\x03\x04...")[0] == "is_workbook"
    assert code_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")[0] == "is_workbook"


@pytest.mark.parametrize("octets", [b"", b"\xef\xbb\xbf", b" \r\n\n", b"\xff\xfe"])
def test_a_file_without_a_text_is_empty(octets: bytes) -> None:
    assert code_of(octets)[0] == "empty"


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    text = 'phone,note\n1,"two\nlines"\n\n,\n2,x\n'
    assert cells_of(text) == [(1, ["phone", "note"]), (2, ["1", "two\nlines"]), (5, ["2", "x"])]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_row(line_end: str) -> None:
    assert cells_of(f"a,b{line_end}1,2{line_end}") == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_the_sep_line_of_excel_is_no_row() -> None:
    assert cells_of("sep=;\r\na;b\r\n1;2", ";") == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_a_quotation_mark_out_of_place_breaks_its_row_only() -> None:
    rows = list(read_rows('a,b\n"Ann"x,1\nBob,2\n', ","))
    assert [(row.number, row.is_broken) for row in rows] == [(1, False), (2, True), (3, False)]
    assert rows[2].cells == ["Bob", "2"]


@pytest.mark.parametrize("text", ['a,b\n1,"Ann\n2,Bob\n', 'a,b\n1,"Ann\n2,"Bob"\n', 'a,b\n1,"Ann'])
def test_a_quotation_mark_left_open_refuses_the_file_naming_its_line(text: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        cells_of(text)
    assert refused.value.code == "unclosed_quote"
    assert "line 2" in refused.value.sentence


def test_a_line_may_be_as_long_as_the_bound_and_no_longer() -> None:
    assert len(cells_of("a" * (MAX_LINE_CHARS - 1) + "\n")[0][1][0]) == MAX_LINE_CHARS - 1
    with pytest.raises(ImportRefused) as refused:
        cells_of("a" * (MAX_LINE_CHARS + 1))
    assert refused.value.code == "line_too_long"


def test_the_first_row_is_none_where_it_cannot_be_read() -> None:
    assert first_row('"a"b,c\n', ",") is None
    assert first_row('"a,c\n', ",") is None
    row = first_row("\n\na;b\n", ";")
    assert row is not None
    assert (row.number, row.cells) == (3, ["a", "b"])
