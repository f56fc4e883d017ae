import pytest

from heliogram.media.amr import read_amr
from heliogram.media.films import read_film
from heliogram.media.kinds import SUFFIXES, Kind, kind_of, other_reader, read_other, without_remarks
from heliogram.media.mp3 import read_mp3
from heliogram.media.pdf import read_pdf
from heliogram.media.probe import MediaRefused
from heliogram.media.written_cards import read_card

from .documents import pdf
from .films import CALENDAR, CARD, film
from .pictures import box, heic, jpeg
from .sounds import SECRET, amr, amr_wide, ape, id3, mp3


@pytest.mark.parametrize(
    ("octets", "reader"),
    [
        (film(), read_film),
        (film(b"3gp4"), read_film),
        (CARD, read_card),
        (CALENDAR, read_card),
        (amr(), read_amr),
        (amr_wide(), read_amr),
        (mp3(), read_mp3),
        (id3() + mp3(), read_mp3),
        (ape() + mp3(), read_mp3),
        (pdf(), read_pdf),
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


def test_a_file_that_is_no_picture_is_read_to_its_end_and_is_one_file() -> None:
    assert read_other(jpeg()) is None
    read = read_other(mp3())
    assert read is not None and read.content_type == "audio/mpeg"
    with pytest.raises(MediaRefused, match="as well"):
        read_other(id3(b"%PDF-1.7") + mp3())


def test_only_what_tells_of_its_maker_is_changed() -> None:
    assert SECRET in id3() + mp3() and without_remarks(id3() + mp3()) == mp3()
    place = box(b"udta", box(b"\xa9xyz", SECRET))
    assert without_remarks(film() + place) == film() + box(b"free", bytes(len(place) - 8))
    for octets in (film(), mp3(), amr(), pdf(), CARD, jpeg()):
        assert without_remarks(octets) == octets
