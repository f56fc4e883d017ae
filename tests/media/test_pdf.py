import base64
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.pdf import MAX_PAGES, MAX_UNPACKED, read_pdf
from heliogram.media.probe import MediaRefused

from .documents import SCRIPT, packed, pdf, stream
from .pictures import jpeg, noise, saved


def _refused(octets: bytes) -> MediaRefused:
    with pytest.raises(MediaRefused) as refused:
        read_pdf(octets)
    return refused.value


@pytest.mark.parametrize(
    "octets",
    [
        pdf(),
        pdf(head=b"%PDF-2.0\r\n%\xe2\xe3\xcf\xd3\r\n"),
        pdf(root=b"/OpenAction [3 0 R /FitH null]"),
        pdf(b"<< /S /URI /URI (https://example.com/JavaScript) >>", b"(/JavaScript)"),
        pdf(b"<< /Title (about /Launch and /Encrypt) >> % /JavaScript"),
        pdf(packed(b"<< /Type /Font >>")),
        pdf(stream(b"/Type /ObjStm /N 1 /First 4", b"9 0 null")),
        pdf(stream(b"/Filter /DCTDecode", jpeg())),
        pdf() + b"4 0 obj null endobj\nstartxref\n0\n%%EOF\r\n\r\n",
        saved(noise(60, 40), "PDF"),
    ],
    ids=[
        "least",
        "2.0",
        "begins at",
        "a link",
        "words",
        "packed",
        "not packed",
        "a photo",
        "changed later",
        "Pillow's",
    ],
)
def test_a_document_that_only_shows_pages_is_taken(octets: bytes) -> None:
    read = read_pdf(octets)
    assert (read.content_type, read.n_octets, read.duration_ms) == ("application/pdf", len(octets), 0)


HARM = [
    (SCRIPT, "active", "JavaScript"),
    (b"<< /S /J#61va#53cript /JS 4 0 R >>", "active", "JavaScript"),
    (b"/JavaScript", "active", "JavaScript"),
    (b"<< /AcroForm << /XFA [] >> >>", "active", "JavaScript"),
    (b"<< /S /Launch /F (cmd.exe) >>", "active", "starts something"),
    (b"<< /S /SubmitForm /F (https://example.com) >>", "active", "starts something"),
    (b"<< /S /ImportData /F (x) >>", "active", "starts something"),
    (b"<< /OpenAction << /S /URI /URI (x) >> >>", "active", "when it is opened"),
    (b"<< /OpenAction 9 0 R >>", "active", "when it is opened"),
    (b"<< /AA << /O << /S /URI >> >> >>", "active", "when it is opened"),
    (b"<< /Names << /EmbeddedFiles 9 0 R >> >>", "holds_files", "other files"),
    (b"<< /Type /EmbeddedFile >>", "holds_files", "other files"),
    (b"<< /Subtype /RichMedia >>", "holds_files", "other files"),
    (b"<< /S /GoToE >>", "holds_files", "other files"),
]


@pytest.mark.parametrize(("content", "code", "said"), HARM)
def test_a_document_that_acts_or_hides_is_refused_and_told_why_wherever_it_is_written(
    content: bytes, code: str, said: str
) -> None:
    elsewhere = b"<< /Length 9 >> stream\n9 9 obj " + content + b" endobj\nendstream"
    for octets in (
        pdf(content),
        pdf(packed(content)),
        pdf(packed(content, b"/Filter[/FlateDecode]")),
        pdf(stream(b"/Type /Obj#53tm /N 1 /First 4", b"9 0 " + content)),
        pdf(elsewhere),
        pdf(b"% 9 0 obj " + content),
        pdf(b"(9 0 obj " + content.replace(b"(", b"<").replace(b")", b">") + b")"),
        pdf().replace(b"%%EOF\n", b"") + b"7 0 obj" + content + b"%%EOF",
    ):
        refused = _refused(octets)
        assert (refused.code, said in refused.sentence) == (code, True)


def test_a_script_packed_twice_over_is_found_or_what_hides_it_refused() -> None:
    inner = b"9 0 " + SCRIPT
    letters = base64.a85encode(zlib.compress(inner)) + b"~>"
    words = b"/Type /ObjStm /N 1 /First 4 "
    assert "JavaScript" in _refused(pdf(stream(words + b"/Filter [/ASCII85Decode /FlateDecode]", letters))).sentence
    assert "JavaScript" in _refused(pdf(stream(words + b"/Filter /ASCII85Decode", base64.a85encode(inner)))).sentence
    for way in (
        b"/Filter /LZWDecode",
        b"/Filter /ASCIIHexDecode",
        b"/Filter [/Crypt /FlateDecode]",
        b"/Filter [/FlateDecode /FlateDecode]",
        b"/Filter 9 0 R",
        b"/Filter [",
        b"/Filter /FlateDecode /Filter /LZWDecode",
        b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 3 >>",
        b"/F (elsewhere.bin)",
    ):
        assert _refused(pdf(stream(words + way, zlib.compress(inner)))).code == "hidden"


def test_an_encrypted_document_is_refused() -> None:
    for octets in (pdf(trailer=b"/Encrypt 9 0 R"), pdf(b"<< /Type /XRef /Encrypt << >> >>")):
        assert (_refused(octets).code, "encrypted" in _refused(octets).sentence) == ("protected", True)


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (pdf(head=b"%PDF-1.7\n<html><script>alert(1)</script>\n"), "broken"),
        (pdf(head=b"%PDF-1.7\n%<html><script>alert(1)</script>\n"), "broken"),
        (b"%PDF-1.7\n" + jpeg(), "broken"),
        (pdf(head=b"%PDF-1.7"), "broken"),
        (pdf(head=b"%PDF-9.9\n"), "broken"),
        (b"%PDF-1.7\n" + b"%\n" * 100 + pdf()[9:], "broken"),
        (pdf() + b"PK\x03\x04", "broken"),
        (pdf() + b"<script>", "broken"),
        (pdf(n_pages=0), "broken"),
        (pdf()[:-8], "truncated"),
        (pdf() + bytes(1_030), "truncated"),
        (pdf(packed(b"null")).replace(b"x\x9c", b"\x00\x00"), "broken"),
        (b"%PDF-1.7\n1 0 obj null endobj %%EOF", "truncated"),
    ],
)
def test_what_is_cut_off_or_is_another_file_too_is_refused(octets: bytes, code: str) -> None:
    assert _refused(octets).code == code


def test_half_a_document_is_refused_wherever_it_stops() -> None:
    whole = pdf()
    assert {_refused(whole[:at]).code for at in range(19, len(whole) - 6)} == {"truncated"}


def test_a_document_of_500_pages_is_taken_and_one_page_more_is_not() -> None:
    assert read_pdf(pdf(n_pages=MAX_PAGES)).frames == 0
    assert _refused(pdf(n_pages=MAX_PAGES + 1)).code == "too_many_pages"


def test_packed_objects_unpack_to_so_much_and_no_more() -> None:
    whole = pdf(packed(b"(" + bytes(MAX_UNPACKED - 7) + b")"))
    assert len(whole) < 20_000 and read_pdf(whole).n_octets == len(whole)
    assert "unpacks to more than 8,000,000" in _refused(pdf(packed(b"(" + bytes(MAX_UNPACKED - 5) + b")"))).sentence
    half = packed(b"(" + bytes(MAX_UNPACKED // 2) + b")")
    assert _refused(pdf(half, half)).code == "too_large"


@pytest.mark.parametrize("mess", [b"obj(", b"obj ", b"obj<", b"/a", b"()obj"])
def test_a_document_made_to_be_read_for_ever_is_refused(mess: bytes) -> None:
    assert _refused(pdf(mess * 600_000)).code == "too_large"


@given(st.data())
def test_a_document_with_octets_overwritten_is_read_or_refused(data: st.DataObject) -> None:
    whole = pdf(packed(b"<< /Type /Font >>"), stream(b"", b"0 0 m"))
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + data.draw(st.binary(min_size=1, max_size=8)) + whole[at + 1 :]
    try:
        assert read_pdf(changed).n_octets == len(changed)
    except MediaRefused as refused:
        assert refused.sentence.endswith((".", "again."))


def test_what_pillow_writes_is_read_with_its_pictures() -> None:
    out = io.BytesIO()
    noise(60, 40).save(out, "PDF", save_all=True, append_images=[noise(60, 40)])
    assert read_pdf(out.getvalue()).n_octets == len(out.getvalue())
