"""The fields that requests share: who sends, to whom, and the plain elements between.

Here: values ⇄ elements, in the order a request's table gives. Not here: which request has which (`submit`, `cancel`,
`replace`). Source: TS 23.140 §8.7; the order of the elements is significant.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lxml import etree

from heliogram.wire.errors import OurFault
from heliogram.wire.mm7.address import Address, address_element, addresses_element
from heliogram.wire.mm7.envelope import Head, element
from heliogram.wire.mm7.names import is_release_6

PlainFields = Sequence[tuple[str, str, bool]]
"""Element, attribute of the request, whether only since release 6; in schema order."""


def sender_identification(head: Head, *, vaspid: str, vasid: str, sender: Address | None) -> etree._Element:
    made = element(head, "SenderIdentification")
    if vaspid:
        made.append(element(head, "VASPID", vaspid))
    if vasid:
        made.append(element(head, "VASID", vasid))
    if sender:
        made.append(address_element(head, "SenderAddress", sender))
    return made


def recipients_element(
    head: Head, *, to: tuple[Address, ...], cc: tuple[Address, ...] = (), bcc: tuple[Address, ...] = ()
) -> etree._Element:
    made = element(head, "Recipients")
    for name, addresses in (("To", to), ("Cc", cc), ("Bcc", bcc)):
        if addresses:
            made.append(addresses_element(head, name, addresses))
    return made


def plain_elements(head: Head, request: object, plain: PlainFields) -> Iterator[etree._Element]:
    """The elements of `plain` that the request has. Raises OurFault for one of release 6 in a release 5 namespace."""
    for tag, name, is_new_in_6 in plain:
        value = getattr(request, name)
        if value is None or value == "":
            continue
        if is_new_in_6 and not is_release_6(head.namespace):
            raise OurFault(f"{tag} came with release 6, and the namespace is release 5")
        yield element(head, tag, _written(value))


def content_element(head: Head, content_id: str, allow_adaptations: bool | None) -> etree._Element:
    """The element that points at the content part."""
    made = element(head, "Content", href=f"cid:{content_id}")
    if allow_adaptations is not None:
        made.set("allowAdaptations", _boolean(allow_adaptations))
    return made


def read_boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def _written(value: str | bool | datetime) -> str:
    match value:
        case bool():
            return _boolean(value)
        case datetime():
            return value.isoformat(timespec="seconds")
        case _:
            return value


def _boolean(value: bool) -> str:
    # xs:boolean is lower case; the standard's own example is not.
    return "true" if value else "false"
