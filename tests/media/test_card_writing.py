import base64
from dataclasses import replace

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.card_writing import (
    LINE_OCTETS,
    MAX_COMPANY,
    MAX_NAME,
    Card,
    dialled,
    escaped,
    folded,
    problems_of,
    write_card,
)
from heliogram.media.written_cards import read_card

CAFE = Card(company="Juniper Cafe", phone="+13125550100")
FULL = Card(
    company="Café, Bar; Grill",
    phone="72975",
    name="Zoë O\\Brien",
    email="desk@juniper.example",
    website="https://juniper.example/menu?a=1,2;b",
    street="1, Main Street",
    city="Chicago",
    region="IL",
    postcode="60601",
    country="US",
    photo=bytes(range(256)),
)


def test_a_card_of_a_company_is_written_whole() -> None:
    assert write_card(CAFE) == (
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:;;;;\r\nFN:Juniper Cafe\r\nORG:Juniper Cafe\r\nX-ABSHOWAS:COMPANY\r\n"
        b"TEL;TYPE=WORK,VOICE:+13125550100\r\nEND:VCARD\r\n"
    )


def test_a_card_with_everything_is_written_whole() -> None:
    lines = write_card(FULL).decode().split("\r\n")
    assert lines[:10] == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:;Zoë O\\\\Brien;;;",
        "FN:Zoë O\\\\Brien",
        "ORG:Café\\, Bar\\; Grill",
        "TEL;TYPE=WORK,VOICE:72975",
        "EMAIL;TYPE=INTERNET:desk@juniper.example",
        "URL:https://juniper.example/menu?a=1,2;b",
        "ADR;TYPE=WORK:;;1\\, Main Street;Chicago;IL;60601;US",
        "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(FULL.photo).decode()[:48],
    ]
    assert lines[-2:] == ["END:VCARD", ""]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("one\ntwo\r\nthree\rfour", "one\\ntwo\\nthree\\nfour"),
        ("\\n", "\\\\n"),
        ("a:b", "a:b"),
    ],
)
def test_what_separates_values_is_escaped(text: str, value: str) -> None:
    assert escaped(text) == value


@pytest.mark.parametrize(
    ("line", "lengths"),
    [
        ("x" * 75, [75]),
        ("x" * 76, [75, 2]),
        ("x" * (75 + 74), [75, 75]),
        ("x" * (75 + 75), [75, 75, 2]),
        ("x" * 74 + "é", [74, 3]),
        ("x" * 73 + "é", [75]),
        ("x" * 72 + "😀", [72, 5]),
        ("", [0]),
    ],
)
def test_no_line_has_more_than_75_octets_and_no_character_is_broken(line: str, lengths: list[int]) -> None:
    octets = folded(line)
    parts = octets.removesuffix(b"\r\n").split(b"\r\n")
    assert [len(part) for part in parts] == lengths
    assert b"".join(part.removeprefix(b" ") for part in parts) == line.encode()
    assert all(part.decode() is not None for part in parts)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("company", "", "A contact card needs this."),
        ("company", " ", "A contact card needs this."),
        ("company", "x" * MAX_COMPANY, ""),
        ("company", "é" * MAX_COMPANY, ""),
        ("company", "x" * (MAX_COMPANY + 1), "At most 20 characters; these are 21."),
        ("name", "x" * MAX_NAME, ""),
        ("name", "x" * (MAX_NAME + 1), "At most 60 characters; these are 61."),
        ("name", "Ann\nLee", "This has a line break"),
        ("phone", "", "A contact card needs this."),
        ("phone", "729", ""),
        ("phone", "72", "A telephone number has"),
        ("phone", "1" * 15, ""),
        ("phone", "1" * 16, "A telephone number has"),
        ("phone", "NORTHGATE", "A telephone number has"),
        ("email", "a@b.c", ""),
        ("email", "a@b", "An e-mail address looks like"),
        ("website", "http://a.example", ""),
        ("website", "javascript:alert(1)", "A web address begins with"),
        ("website", "https://a b", "A web address begins with"),
        ("street", "x" * 120, ""),
        ("street", "x" * 121, "At most 120 characters"),
    ],
)
def test_what_a_card_cannot_say_is_told_by_its_field(field: str, text: str, said: str) -> None:
    card = replace(CAFE, **{field: text})
    found = dict(problems_of(card))
    if said:
        assert found[field].startswith(said)
        with pytest.raises(ValueError, match="no card"):
            write_card(card)
    else:
        assert found == {}
        assert read_card(write_card(card)).content_type == "text/vcard"


def test_a_number_is_dialled_without_what_people_write_between_its_digits() -> None:
    assert dialled("+1 (312) 555-0100") == dialled("+1.312.555/0100") == "+13125550100"
    assert dialled("NORTH GATE") == "NORTHGATE"


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
CARDS = st.builds(
    Card,
    company=TEXT.map(lambda text: text[:MAX_COMPANY]).filter(str.strip),
    phone=st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True),
    name=TEXT,
    street=TEXT,
    city=TEXT,
    region=TEXT,
    postcode=TEXT,
    country=TEXT,
    photo=st.binary(max_size=400),
)


def _unfolded(octets: bytes) -> list[str]:
    return octets.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def _values(text: str) -> list[str]:
    """The values of a line, taken apart as RFC 2426 says."""
    found, at = [""], 0
    while at < len(text):
        if text[at] == "\\":
            found[-1] += "\n" if text[at + 1] in "nN" else text[at + 1]
            at += 2
            continue
        if text[at] == ";":
            found.append("")
        else:
            found[-1] += text[at]
        at += 1
    return found


@given(CARDS)
def test_what_is_written_is_read_by_our_reader_and_says_the_same(card: Card) -> None:
    octets = write_card(card)
    assert read_card(octets).content_type == "text/vcard"
    assert max(map(len, octets.split(b"\r\n"))) <= LINE_OCTETS
    said = {line.partition(":")[0].partition(";")[0]: line.partition(":")[2] for line in _unfolded(octets)}
    assert _values(said["FN"]) == [card.name or card.company]
    assert _values(said["ORG"]) == [card.company]
    address = [card.street, card.city, card.region, card.postcode, card.country]
    assert _values(said["ADR"])[2:] == address if any(address) else "ADR" not in said
    assert base64.b64decode(said.get("PHOTO", "")) == card.photo


@given(CARDS)
def test_an_independent_reader_reads_the_same(card: Card) -> None:
    read = vobject.readOne(write_card(card).decode())
    assert read.fn.value == (card.name or card.company)
    assert read.n.value.given == card.name
    assert read.org.value == [card.company]
    assert read.tel.value == card.phone
    if any((card.street, card.city, card.region, card.postcode, card.country)):
        assert (read.adr.value.street, read.adr.value.city) == (card.street, card.city)
        assert (read.adr.value.region, read.adr.value.code) == (card.region, card.postcode)
        assert read.adr.value.country == card.country
    if card.photo:
        assert read.photo.value == card.photo


def test_an_independent_reader_reads_a_card_with_everything() -> None:
    read = vobject.readOne(write_card(replace(FULL, website="https://juniper.example/menu")).decode())
    assert (read.fn.value, read.org.value) == ("Zoë O\\Brien", ["Café, Bar; Grill"])
    assert (read.email.value, read.url.value) == ("desk@juniper.example", "https://juniper.example/menu")
    assert (read.adr.value.street, read.photo.value) == ("1, Main Street", FULL.photo)
