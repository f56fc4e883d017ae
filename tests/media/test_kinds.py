import pytest

from heliogram.media.films import read_film
from heliogram.media.kinds import SUFFIXES, Kind, kind_of, other_reader
from heliogram.media.written_cards import read_card

from .films import CALENDAR, CARD, film
from .pictures import heic, jpeg


@pytest.mark.parametrize(
    ("octets", "reader"),
    [
        (film(), read_film),
        (film(b"3gp4"), read_film),
        (CARD, read_card),
        (CALENDAR, read_card),
        (jpeg(), None),
        (heic(), None),
        (b"a text", None),
    ],
)
def test_a_file_is_known_by_its_octets(octets: bytes, reader: object) -> None:
    assert other_reader(octets) is reader


def test_every_type_has_a_kind() -> None:
    assert {kind_of(each) for each in SUFFIXES} == set(Kind)
    assert kind_of("text/vcard") is Kind.CARD
