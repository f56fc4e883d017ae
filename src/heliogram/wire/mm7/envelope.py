"""The SOAP envelope around every MM7 message, and the one HTTP body that envelope and content travel in.

Here: head and body of the envelope, packing with content parts. Not here: what any message says (`submit`, `report`,
`deliver`, `fault`). Source: SOAP 1.1; TS 23.140 §8.7; wild forms: protocols §3.1 and §8.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.mime import (
    Buffers,
    PartIn,
    PartOut,
    find_part,
    mime_part,
    read_leaves,
    read_multipart,
    write_multipart,
)
from heliogram.wire.mm7.names import SOAP, VERSION_OF, is_mm7
from heliogram.wire.safexml import attribute, children, first, is_xml, local_name, namespace_of, parse_xml, text_in

MAX_MESSAGE_OCTETS = 8 << 20
"""Twice the largest picture message any US route takes, base64 included."""

XML_TYPE = 'text/xml; charset="utf-8"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a response must repeat of its request: the transaction, and the namespace it was asked in.

    `version` is the MM7Version; leave it out to take the one that goes with the namespace.
    """

    transaction_id: str
    namespace: str
    version: str = ""

    def mm7_version(self) -> str:
        return self.version or VERSION_OF.get(self.namespace, "5.3.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A parsed envelope. `name` is the message's (SubmitReq …, or Fault), `body` its element."""

    head: Head
    name: str
    body: etree._Element

    def text(self, name: str) -> str:
        """The text of the nearest element of that name, "" where there is none."""
        return text_in(first(self.body, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An envelope with the content parts that came along, multiparts flattened, in order."""

    envelope: Envelope
    content: tuple[PartIn, ...] = ()


def element(head: Head, name: str, text: str = "", **attributes: str) -> etree._Element:
    """An element in the head's namespace. Raises OurFault for text that XML cannot carry."""
    made = etree.Element(f"{{{head.namespace}}}{name}", attributes)
    try:
        made.text = text or None
    except ValueError as error:
        raise OurFault(f"{name} holds a character that XML cannot carry") from error
    return made


def message_element(head: Head, name: str, *fields: etree._Element) -> etree._Element:
    """The body element of a message: its version, then the fields in the order given."""
    made = etree.Element(f"{{{head.namespace}}}{name}", nsmap={None: head.namespace})  # type: ignore[dict-item]
    made.append(element(head, "MM7Version", head.mm7_version()))
    made.extend(fields)
    return made


def write_envelope(head: Head, body: etree._Element) -> bytes:
    """The envelope as UTF-8 XML with its declaration. Raises OurFault."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"env": SOAP})
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    transaction = etree.SubElement(
        header,
        f"{{{head.namespace}}}TransactionID",
        {f"{{{SOAP}}}mustUnderstand": "1"},
        nsmap={None: head.namespace},  # type: ignore[dict-item]
    )
    try:
        transaction.text = head.transaction_id
    except ValueError as error:
        raise OurFault("the transaction id holds a character that XML cannot carry") from error
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(body)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def read_envelope(octets: bytes, charset: str = "") -> Envelope:
    """Read an envelope of any 3GPP namespace (or none, as one aggregator documents). Raises TheirFault."""
    root = parse_xml(octets, charset)
    if local_name(root) != "Envelope" or namespace_of(root) != SOAP:
        raise TheirFault("not a SOAP 1.1 envelope")
    body = next(children(root, "Body"), None)
    message = None if body is None else next(children(body), None)
    if message is None:
        raise TheirFault("the SOAP body is empty")
    header = next(children(root, "Header"), None)
    transaction = None if header is None else first(header, "TransactionID")
    return Envelope(head=_head(message, transaction), name=local_name(message), body=message)


def pack_message(envelope: bytes, content: PartOut | None, *, boundary: str) -> tuple[str, Buffers]:
    """The Content-Type and the body of one HTTP request or answer; no multipart when there is no content."""
    if content is None:
        return XML_TYPE, (envelope,)
    start = "mm7-start"
    parts = [PartOut(content_type=XML_TYPE, content_id=start, buffers=(envelope,)), content]
    head = f'multipart/related; boundary="{boundary}"; type="text/xml"; start="<{start}>"'
    return head, write_multipart(parts, boundary=boundary)


def read_message(content_type: str, octets: bytes) -> Message:
    """Read an HTTP body: an envelope alone, or a multipart of envelope and content. Raises TheirFault."""
    if len(octets) > MAX_MESSAGE_OCTETS:
        raise TheirFault(f"the message has {len(octets)} octets, at most {MAX_MESSAGE_OCTETS} are read")
    # By what is there: one aggregator declares multipart/related above a bare envelope.
    if is_xml(octets):
        alone = mime_part({"content-type": content_type}, octets)
        return Message(envelope=read_envelope(octets, alone.params.get("charset", "")))
    parts = read_multipart(content_type, octets)
    root = _root_part(mime_part({"content-type": content_type}, b""), parts)
    envelope = read_envelope(root.octets, root.params.get("charset", ""))
    return Message(envelope=envelope, content=_content(envelope, [part for part in parts if part is not root]))


def _head(message: etree._Element, transaction: etree._Element | None) -> Head:
    # A Fault is SOAP's own; the namespace to echo is then inside it, or on the transaction.
    named = [namespace_of(message), "" if transaction is None else namespace_of(transaction)]
    named += [namespace_of(inner) for inner in message.iterdescendants()]
    namespace = next((name for name in named if is_mm7(name)), "")
    if not namespace:
        raise TheirFault("no 3GPP namespace in the envelope")
    if namespace_of(message) not in ("", SOAP) and not is_mm7(namespace_of(message)):
        raise TheirFault(f"{local_name(message)} is in a namespace that is not MM7's")
    version = text_in(first(message, "MM7Version"))
    return Head(transaction_id=text_in(transaction), namespace=namespace, version=version)


def _root_part(whole: PartIn, parts: Sequence[PartIn]) -> PartIn:
    """The SOAP part: by `start` with or without brackets, else the first that is XML, else the first."""
    if not parts:
        raise TheirFault("the multipart has no parts")
    named = find_part(parts, whole.params["start"]) if whole.params.get("start") else None
    return named or next((part for part in parts if part.content_type.endswith("/xml")), parts[0])


def _content(envelope: Envelope, others: Sequence[PartIn]) -> tuple[PartIn, ...]:
    """The leaves of the part that `Content href` names; of all other parts when the name fits none of them."""
    content = first(envelope.body, "Content")
    reference = "" if content is None else attribute(content, "href")
    named = find_part(others, reference) if reference else None
    chosen = [named] if named else others
    return tuple(leaf for part in chosen for leaf in read_leaves(part))
