import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire.errors import TheirFault
from heliogram.wire.safexml import (
    MAX_XML_OCTETS,
    attribute,
    children,
    first,
    is_xml,
    local_name,
    namespace_of,
    parse_xml,
    text_in,
)


def test_an_element_is_found_by_local_name_and_a_child_before_a_deeper_one() -> None:
    root = parse_xml(b'<a xmlns:x="urn:x"><b><x:c>deep</x:c></b><x:c>near</x:c></a>')
    assert text_in(first(root, "c")) == "near"
    assert [local_name(child) for child in children(root)] == ["b", "c"]
    assert namespace_of(next(children(root, "c"))) == "urn:x"


def test_an_attribute_is_found_with_and_without_a_namespace() -> None:
    root = parse_xml(b'<a xmlns:x="urn:x" x:href="1"/>')
    assert attribute(root, "href") == "1"
    assert attribute(root, "other") == ""


def test_blank_lines_before_the_declaration_are_forgiven() -> None:
    assert local_name(parse_xml(b"\r\n\n<?xml version='1.0'?><a/>")) == "a"


def test_the_declared_encoding_wins_and_the_header_charset_fills_in() -> None:
    korean = "<a>번호</a>"
    declared = b'<?xml version="1.0" encoding="euc-kr"?>' + korean.encode("euc-kr")
    assert parse_xml(declared, "utf-8").text == "번호"
    assert parse_xml(korean.encode("euc-kr"), "euc-kr").text == "번호"
    assert parse_xml(korean.encode(), "no-such-charset").text == "번호"


@pytest.mark.parametrize(
    "octets",
    [
        b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
    ],
)
def test_a_document_with_a_dtd_is_refused(octets: bytes) -> None:
    with pytest.raises(TheirFault, match="DTD"):
        parse_xml(octets)


def test_a_document_over_the_size_limit_is_refused_unparsed() -> None:
    with pytest.raises(TheirFault, match="octets"):
        parse_xml(b"<a>" + b" " * MAX_XML_OCTETS + b"</a>")


def test_a_document_nested_without_end_is_refused() -> None:
    with pytest.raises(TheirFault, match="well-formed"):
        parse_xml(b"<a>" * 10_000)


@given(st.binary(max_size=300))
def test_any_octets_parse_or_are_their_fault(octets: bytes) -> None:
    for tried in (octets, b"<?xml version='1.0'?><a>" + octets + b"</a>"):
        try:
            assert parse_xml(tried) is not None
        except TheirFault as fault:
            assert str(fault)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_says_what_it_is_whatever_the_header_says(codec: str) -> None:
    text = "<a>Grüße</a>" if codec in ("utf-8-sig", "utf-16") else "\ufeff<a>Grüße</a>\n"
    octets = text.encode(codec)
    assert is_xml(octets)
    assert parse_xml(octets, "" if codec == "utf-8-sig" else "iso-8859-1").text == "Grüße"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_dtd_is_refused_in_every_width(codec: str) -> None:
    with pytest.raises(TheirFault, match="DTD"):
        parse_xml('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a b="&b;"/>'.encode(codec))


@pytest.mark.parametrize(("octets", "yes"), [(b" \r\n<a/>", True), (b"--b\r\n", False), (b"", False), (b"\xff", False)])
def test_xml_is_known_by_how_it_begins(octets: bytes, yes: bool) -> None:
    assert is_xml(octets) is yes


def test_what_is_wrong_is_said_in_one_line() -> None:
    with pytest.raises(TheirFault) as fault:
        parse_xml(b"<a>\x00</a>")
    assert str(fault.value).isprintable()
