import pytest

from heliogram.wire.mm7.address import (
    Address,
    AddressKind,
    address_element,
    bare,
    number,
    read_address,
    read_addresses,
    short_code,
)
from heliogram.wire.mm7.envelope import Head
from heliogram.wire.mm7.names import REL_6_MM7_1_4
from heliogram.wire.safexml import parse_xml

HEAD = Head(transaction_id="t", namespace=REL_6_MM7_1_4)


def test_a_number_is_written_without_its_plus() -> None:
    element = address_element(HEAD, "Sender", number("+13125550142"))
    assert read_address(element) == Address(kind=AddressKind.NUMBER, text="13125550142")


def test_a_short_code_stands_in_its_own_element() -> None:
    assert read_address(address_element(HEAD, "SenderAddress", short_code("72345"))) == short_code("72345")


@pytest.mark.parametrize(
    ("wild", "expected"),
    [
        ("+3859100010010/TYPE=PLMN", "3859100010010"),
        ("88888/TYPE=PLMN", "88888"),
        (" +385910001/TYPE=PLMN@mms.example ", "385910001"),
        ("97254265781@mms.example", "97254265781"),
        ("127.0.0.1/TYPE=IPv4", "127.0.0.1"),
        ("ann@example.com", "ann@example.com"),
        ("7255441234", "7255441234"),
    ],
)
def test_type_and_host_are_taken_off_a_number(wild: str, expected: str) -> None:
    assert bare(wild) == expected


def test_display_only_addresses_are_marked_and_unknown_elements_passed_over() -> None:
    holder = parse_xml(
        b'<To><Number displayOnly="true">1</Number><Extension>2</Extension><Number> 3 </Number><Number/></To>'
    )
    assert [(each.text, each.display_only) for each in read_addresses(holder)] == [("1", True), ("3", False)]
    assert read_address(None) is None
