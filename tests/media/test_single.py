import io
import zipfile

import pytest

from heliogram.media.probe import MediaRefused
from heliogram.media.single import check_is_one

from .documents import pdf
from .films import film
from .sounds import id3, mp3


def _zip(comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "hello")
        archive.comment = comment
    return out.getvalue()


@pytest.mark.parametrize("octets", [pdf(), film(), mp3(), id3() + mp3(), mp3(3_000) + b"PK\x05\x06", b""])
def test_one_file_is_one_file(octets: bytes) -> None:
    check_is_one(octets)
    assert b"%PDF-" not in octets[1:]


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (id3(b"%PDF-1.7\n") + mp3(), "a PDF document"),
        (b"\x00" + pdf(), "a PDF document"),
        (bytes(1_024) + pdf(), "a PDF document"),
        (mp3() + _zip(), "a ZIP archive"),
        (pdf() + _zip(b"\nstartxref\n0\n%%EOF\n"), "a ZIP archive"),
        (film() + _zip(b"x" * 0xFFFF), "a ZIP archive"),
    ],
)
def test_two_files_in_one_are_refused_and_the_second_is_named(octets: bytes, what: str) -> None:
    with pytest.raises(MediaRefused, match=what) as refused:
        check_is_one(octets)
    assert refused.value.code == "two_files"


def test_a_pdf_that_begins_where_no_reader_looks_is_none() -> None:
    check_is_one(bytes(1_025) + b"%PDF-1.7")
    with pytest.raises(MediaRefused):
        check_is_one(bytes(1_024) + b"%PDF-1.7")
