import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mime import (
    MAX_HEADER_OCTETS,
    MAX_PARTS,
    PartOut,
    base64_lines,
    find_part,
    mime_part,
    parameters,
    read_leaves,
    read_multipart,
    text_of,
    write_multipart,
)

HEADER = 'multipart/related; boundary="b"'


def test_a_picture_goes_into_the_body_as_the_same_object() -> None:
    picture = bytes(range(256)) * 40
    part = PartOut(content_type="image/png", buffers=(picture,), transfer_encoding="binary")
    inner = write_multipart([part], boundary="inner")
    outer = write_multipart([PartOut(content_type='multipart/mixed; boundary="inner"', buffers=inner)], boundary="b")
    assert [buffer for buffer in outer if buffer is picture] == [picture]
    assert len(outer) == 3


@given(st.lists(st.binary(max_size=5000), min_size=1, max_size=5))
def test_what_is_written_is_read_again(contents: list[bytes]) -> None:
    parts = [
        PartOut(content_type="image/gif", content_id=f"p{n}", buffers=(octets,), transfer_encoding="binary")
        for n, octets in enumerate(contents)
    ]
    boundary = "0f6a" * 8
    body = b"".join(write_multipart(parts, boundary=boundary))
    read = read_multipart(f"multipart/mixed; boundary={boundary}", body)
    assert [part.octets for part in read] == contents
    assert [part.content_id for part in read] == [f"p{n}" for n in range(len(contents))]


def test_a_header_with_a_line_end_in_it_is_not_written() -> None:
    with pytest.raises(OurFault):
        write_multipart([PartOut(content_type="image/gif\r\nX: y", buffers=())], boundary="b")
    with pytest.raises(OurFault):
        write_multipart([PartOut(content_type="image/gif", content_location="ü.gif", buffers=())], boundary="b")


def test_base64_is_folded_at_76_characters_and_decodes_to_the_same() -> None:
    octets = bytes(range(256))
    lines = base64_lines(octets).split(b"\r\n")
    assert {len(line) for line in lines[:-1]} == {76}
    assert binascii.a2b_base64(b"".join(lines)) == octets


@pytest.mark.parametrize(
    "body",
    [
        b"--b\r\nContent-Type: text/plain\r\nContent-ID: <one>\r\n\r\nhello\r\n--b--\r\n",
        b"--b\nContent-Type:text/plain\ncontent-id:one\n\nhello\n--b--\n",  # bare line feeds, no blanks, no brackets
        b"preamble\r\n--b  \r\nContent-Type: text/plain\r\nContent-ID: <one>\r\n\r\nhello\n--b-- \r\nepilogue",
        b"\r\n--b\r\nContent-Type: text/plain;\r\n charset=utf-8\r\nContent-Id: <one>\r\n\r\nhello\r\n--b",
        b"--b\r\nContent-Type: text/plain\r\nContent-ID: one\r\nhello\r\n--b--",  # as one aggregator publishes it
        b"--b\r\nContent-Type: text/plain\r\nContent-ID: <one>\r\n\r\nhello",  # cut before the last delimiter
    ],
)
def test_the_forms_of_the_wild_give_the_same_part(body: bytes) -> None:
    (part,) = [each for each in read_multipart(HEADER, body) if each.octets]
    assert (part.content_type, part.content_id, part.octets) == ("text/plain", "one", b"hello")


def test_a_boundary_that_begins_another_one_does_not_end_its_parts() -> None:
    body = b'--b\r\nContent-Type: multipart/mixed; boundary="bb"\r\n\r\n--bb\r\n\r\nx\r\n--bb--\r\n--b--\r\n'
    (outer,) = read_multipart(HEADER, body)
    assert [leaf.octets for leaf in read_leaves(outer)] == [b"x"]


def test_a_boundary_missing_from_the_header_is_taken_from_the_body() -> None:
    body = b"\r\n--seen here\r\n\r\nx\r\n--seen here--"
    assert [part.octets for part in read_multipart("multipart/related", body)] == [b"x"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [(HEADER, b"no delimiter"), ("multipart/related", b"nothing"), (HEADER, b"--b\r\n\r\n" * (MAX_PARTS + 2))],
)
def test_a_body_that_cannot_be_read_is_their_fault(content_type: str, body: bytes) -> None:
    with pytest.raises(TheirFault):
        read_multipart(content_type, body)


def test_multiparts_nested_without_end_are_their_fault() -> None:
    body = b"x"
    for depth in range(6):
        body = b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n%b\r\n--b%d--' % (
            depth,
            depth - 1,
            body,
            depth,
        )
    with pytest.raises(TheirFault, match="nested"):
        read_leaves(mime_part({"content-type": 'multipart/mixed; boundary="b5"'}, body))


def test_transfer_encodings_are_undone_and_a_cut_base64_keeps_what_is_whole() -> None:
    whole = base64.b64encode(b"abcdef")
    assert mime_part({"content-transfer-encoding": "BASE64"}, whole).octets == b"abcdef"
    assert mime_part({"content-transfer-encoding": "base64"}, whole[:-1]).octets == b"abc"
    assert mime_part({"content-transfer-encoding": "quoted-printable"}, b"a=3Db").octets == b"a=b"


def test_a_part_is_found_by_content_id_before_its_other_names() -> None:
    by_id = mime_part({"content-id": "<cat.jpg>"}, b"1")
    by_location = mime_part({"content-location": "cat.jpg"}, b"2")
    by_name = mime_part({"content-type": 'image/jpeg; name="dog.jpg"'}, b"3")
    by_filename = mime_part({"content-disposition": "attachment; filename=cow.jpg"}, b"4")
    parts = [by_location, by_id, by_name, by_filename]
    assert find_part(parts, "cid:cat.jpg") is by_id
    assert find_part(parts, "dog.jpg") is by_name
    assert find_part(parts, "cow.jpg") is by_filename
    assert find_part(parts, "cid:other") is None


def test_parameters_keep_semicolons_and_quotes_inside_quotes() -> None:
    read = parameters(r'multipart/related; Type="text/xml"; start="</a;b>";boundary="a \"b\""; x=y ; X=z')
    assert read == {"type": "text/xml", "start": "</a;b>", "boundary": 'a "b"', "x": "y"}


def test_text_is_decoded_by_its_charset_and_never_fails() -> None:
    def text(charset: str, octets: bytes) -> str:
        return text_of(mime_part({"content-type": f"text/plain; charset={charset}"}, octets))

    assert text("euc-kr", "번호".encode("euc-kr")) == "번호"
    assert text("ISO-8859-1", b"caf\xe9") == "café"
    assert text("punycode", b"caf\xc3\xa9") == "café"
    assert text("utf-8", b"\xff") == "\ufffd"


@given(st.binary(max_size=400), st.text(max_size=60))
def test_any_octets_are_read_or_are_their_fault(octets: bytes, tail: str) -> None:
    for body in (octets, b"--b\r\n" + octets + b"\r\n--b--"):
        for content_type in (HEADER, "multipart/mixed;" + tail):
            try:
                parts = [leaf for part in read_multipart(content_type, body) for leaf in read_leaves(part)]
                assert all(isinstance(text_of(part), str) for part in parts)
            except TheirFault as fault:
                assert str(fault)


@pytest.mark.parametrize(("n", "is_kept"), [(0, True), (1, False)])
def test_a_header_longer_than_any_is_passed_over_and_no_part_of_the_body(n: int, is_kept: bool) -> None:
    first = b"Content-Type: text/plain\r\nX-Long: "
    long = b"x" * (MAX_HEADER_OCTETS - len(first) - len(b"\r") + n)
    body = b"--b\r\n" + first + long + b"\r\n and on\r\nX-Late: y\r\n\r\nHello\r\n--b--\r\n"
    (part,) = read_multipart("multipart/mixed; boundary=b", body)
    assert (part.octets, part.content_type) == (b"Hello", "text/plain")
    assert ("x-long" in part.headers, "x-late" in part.headers) == (is_kept, False)
