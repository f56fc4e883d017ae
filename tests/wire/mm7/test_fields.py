from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from lxml import etree

from heliogram.wire.errors import OurFault
from heliogram.wire.mm7.address import number, short_code
from heliogram.wire.mm7.fields import (
    content_element,
    plain_elements,
    read_boolean,
    recipients_element,
    sender_identification,
)
from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4
from heliogram.wire.safexml import children, local_name

from .recall import head_in

HEAD = head_in(REL_6_MM7_1_4)


@dataclass(frozen=True)
class Thing:
    one: str = ""
    two: bool | None = None
    three: datetime | None = None
    new: str = ""


PLAIN = (("One", "one", False), ("Two", "two", False), ("Three", "three", False), ("New", "new", True))


def names_in(element: etree._Element) -> list[str]:
    return [local_name(child) for child in children(element)]


def test_what_is_left_out_is_no_element_and_the_rest_keeps_its_order() -> None:
    assert list(plain_elements(HEAD, Thing(), PLAIN)) == []
    at = datetime(2026, 11, 28, tzinfo=UTC)
    made = plain_elements(HEAD, Thing(one="a", two=False, three=at, new="n"), PLAIN)
    assert [(local_name(each), each.text) for each in made] == [
        ("One", "a"),
        ("Two", "false"),
        ("Three", "2026-11-28T00:00:00+00:00"),
        ("New", "n"),
    ]


def test_a_newer_element_is_not_written_in_an_older_namespace_and_left_out_it_does_not_matter() -> None:
    older = head_in(REL_5_MM7_1_2)
    assert [local_name(each) for each in plain_elements(older, Thing(one="a"), PLAIN)] == ["One"]
    with pytest.raises(OurFault, match="New came with release 6"):
        list(plain_elements(older, Thing(new="n"), PLAIN))


def test_a_sender_says_of_itself_what_there_is() -> None:
    assert names_in(sender_identification(HEAD, vaspid="", vasid="", sender=None)) == []
    whole = sender_identification(HEAD, vaspid="v", vasid="a", sender=short_code("72345"))
    assert names_in(whole) == ["VASPID", "VASID", "SenderAddress"]


def test_recipients_stand_in_groups_and_an_empty_group_is_none() -> None:
    one, two = (number("+13125550142"),), (number("+13125550143"),)
    assert names_in(recipients_element(HEAD, to=one)) == ["To"]
    assert names_in(recipients_element(HEAD, to=(), cc=one, bcc=two)) == ["Cc", "Bcc"]


@pytest.mark.parametrize(("may", "written"), [(None, None), (True, "true"), (False, "false")])
def test_content_points_at_its_part_and_says_whether_it_may_be_adapted(may: bool | None, written: str | None) -> None:
    made = content_element(HEAD, "content", may)
    assert (made.get("href"), made.get("allowAdaptations")) == ("cid:content", written)


@pytest.mark.parametrize(
    ("text", "read"), [("true", True), ("True", True), ("1", True), ("false", False), ("0", False), ("yes", None)]
)
def test_a_boolean_is_read_in_the_spellings_of_the_wild(text: str, read: bool | None) -> None:
    assert read_boolean(text) is read
