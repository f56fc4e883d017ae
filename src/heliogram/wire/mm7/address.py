"""The addresses in MM7: numbers without their plus, short codes, mail-like addresses.

Source: TS 23.140 §8.7 (types), protocols §3.3 (`/TYPE=PLMN` and hosts as the wild adds them).
"""

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from heliogram.wire.mm7.envelope import Head, element
from heliogram.wire.safexml import children, local_name, text_in


class AddressKind(StrEnum):
    """The element an address stands in."""

    NUMBER = "Number"
    SHORT_CODE = "ShortCode"
    RFC2822 = "RFC2822Address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`text` is bare: an international number without `+`, a short code, or whatever else it was."""

    kind: AddressKind
    text: str
    display_only: bool = False


def number(e164: str) -> Address:
    """The address of an E.164 number."""
    return Address(kind=AddressKind.NUMBER, text=e164.removeprefix("+"))


def short_code(code: str) -> Address:
    return Address(kind=AddressKind.SHORT_CODE, text=code)


def bare(address: str) -> str:
    """An address without `/TYPE=…`, without host, and without the plus of a number."""
    text = address.strip().split("/TYPE=", 1)[0].split("/type=", 1)[0]
    local, _, host = text.partition("@")
    digits = local.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        return digits
    return text if host else local


def address_element(head: Head, name: str, address: Address) -> etree._Element:
    """An element such as SenderAddress holding one address."""
    return addresses_element(head, name, (address,))


def addresses_element(head: Head, name: str, addresses: tuple[Address, ...]) -> etree._Element:
    """An element such as To holding addresses in order."""
    made = element(head, name)
    for address in addresses:
        shown = {"displayOnly": "true"} if address.display_only else {}
        made.append(element(head, address.kind.value, address.text, **shown))
    return made


def read_addresses(holder: etree._Element | None) -> tuple[Address, ...]:
    """The addresses in To, Cc, Bcc, Sender, Recipient …, bare; elements we do not know are passed over."""
    if holder is None:
        return ()
    return tuple(
        Address(kind=kind, text=bare(text_in(child)), display_only=child.get("displayOnly", "").lower() == "true")
        for child in children(holder)
        if (kind := _KINDS.get(local_name(child))) and text_in(child)
    )


def read_address(holder: etree._Element | None) -> Address | None:
    """The first address in an element, if there is one."""
    return next(iter(read_addresses(holder)), None)


_KINDS = {kind.value: kind for kind in AddressKind}
