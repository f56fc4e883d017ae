"""The only way XML enters the product: no entities, no DTD, no network, bounded size and depth.

Here: parsing untrusted XML and looking things up by local name. Not here: what the elements mean.
Source: W3C XML 1.0; libxml2's own limits (depth 256) stay on because `huge_tree` is off.
"""

import codecs
from collections.abc import Iterator
from functools import partial

from lxml import etree

from heliogram.wire.errors import TheirFault

MAX_XML_OCTETS = 1 << 20
"""An MM7 envelope is 1 to 4 kB, a SMIL 1 kB; a megabyte of XML is an attack or a mistake."""


_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DTD = tuple("<!DOCTYPE".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))


def is_xml(octets: bytes) -> bool:
    """Whether it begins as XML does: with a `<`, behind blanks or a byte order mark."""
    return octets.startswith((*_WIDE, codecs.BOM_UTF8)) or octets.lstrip()[:1] == b"<"


def parse_xml(octets: bytes, charset: str = "") -> etree._Element:
    """Parse an XML document and return its root. Blank octets before the declaration are forgiven.

    `charset` counts only when the document declares no encoding of its own. Raises TheirFault.
    """
    is_wide = octets.startswith(_WIDE)
    # In UTF-16 a blank is two octets, and its mark outweighs whatever a header says.
    octets, charset = (octets, "") if is_wide else (octets.strip(), charset)
    if len(octets) > MAX_XML_OCTETS:
        raise TheirFault(f"the XML has {len(octets)} octets, at most {MAX_XML_OCTETS} are read")
    # Before parsing as well as after: a DTD's entities in attribute values would be expanded while parsing.
    if any(mark in octets for mark in _DTD):
        raise TheirFault("the XML has a DTD, which is refused")
    try:
        root = etree.fromstring(octets, _parser(octets, charset))
    except (etree.XMLSyntaxError, ValueError) as error:
        said = " ".join(str(error).split())
        raise TheirFault(f"not well-formed XML: {said[:200]}") from error
    if root is None:
        raise TheirFault("the XML has no root element")
    if root.getroottree().docinfo.internalDTD is not None:
        raise TheirFault("the XML has a DTD, which is refused")
    return root


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace; "" for a comment or processing instruction."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def namespace_of(element: etree._Element) -> str:
    """The element's namespace, "" for none."""
    return element.tag.rpartition("}")[0].lstrip("{") if isinstance(element.tag, str) else ""


def children(element: etree._Element, name: str = "") -> Iterator[etree._Element]:
    """The child elements, comments left out; only those of that local name when one is given."""
    for child in element:
        if isinstance(child.tag, str) and (not name or local_name(child) == name):
            yield child


def first(element: etree._Element, name: str) -> etree._Element | None:
    """The nearest element of that local name: a child before a deeper one, in any namespace."""
    for child in children(element, name):
        return child
    for deeper in element.iterdescendants():
        if local_name(deeper) == name:
            return deeper
    return None


def attribute(element: etree._Element, name: str) -> str:
    """The attribute of that local name, with or without a namespace; "" where there is none."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def text_in(element: etree._Element | None) -> str:
    """All text in an element, outer whitespace trimmed; "" for no element."""
    if element is None:
        return ""
    return "".join(str(piece) for piece in element.itertext()).strip()


def _parser(octets: bytes, charset: str) -> etree.XMLParser:
    declared = b"encoding" in octets[:200].split(b"?>", 1)[0]
    safely = partial(etree.XMLParser, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    if charset and not declared:
        try:
            return safely(encoding=charset)
        except (LookupError, ValueError):
            pass  # a charset nobody knows: the XML's own rules (a BOM, else UTF-8) decide
    return safely()
