import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.probe import MediaRefused
from heliogram.media.written_cards import MAX_LINES, MAX_OCTETS, read_card

from .films import CALENDAR, CARD

QUOTED = b"BEGIN:VCARD\nVERSION:2.1\nNOTE;ENCODING=QUOTED-PRINTABLE:one=0D=\ntwo\nEND:VCARD"
FOLDED = b'BEGIN:VCARD\nVERSION:4.0\nitem1.PHOTO;X="a:b":data\n more\nEND:VCARD\n'


@pytest.mark.parametrize(
    ("octets", "content_type"),
    [
        (CARD, "text/vcard"),
        (CARD * 2, "text/vcard"),
        (QUOTED, "text/vcard"),
        (FOLDED, "text/vcard"),
        (CALENDAR, "text/calendar"),
    ],
)
def test_cards_and_calendars_are_read(octets: bytes, content_type: str) -> None:
    assert read_card(octets).content_type == content_type


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (CARD.replace(b"3.0", b"9.0"), "broken"),
        (CARD[:-12], "truncated"),
        (CARD + b"<html>", "broken"),
        (CARD + b"NOTE:behind", "broken"),
        (CARD.replace(b"FN:", b"FN"), "broken"),
        (CARD.replace(b"Juniper", b"\x00"), "broken"),
        (CARD.replace(b"Juniper", b"\xff"), "broken"),
        (CALENDAR.replace(b"END:VEVENT", b"END:VTODO"), "broken"),
        (CARD.ljust(MAX_OCTETS + 1), "too_large"),
        (CARD + b"X:a\n" * MAX_LINES, "too_large"),
    ],
)
def test_what_poses_as_a_card_or_is_too_large_is_refused(octets: bytes, code: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        read_card(octets)
    assert refused.value.code == code


@pytest.mark.timeout(10)
@pytest.mark.parametrize("inside", [b";" * 500, b';"a"' * 500, b";a" * 500 + b'"', b'"a";' * 500])
def test_a_line_without_end_is_read_as_fast_as_any(inside: bytes) -> None:
    """A line that can be cut in many ways is tried in one only: of some, the others would take years."""
    with pytest.raises(MediaRefused, match="Line 3 of the contact card is none"):
        read_card(b"BEGIN:VCARD\nVERSION:3.0\nN" + inside + b"\nEND:VCARD\n")


@pytest.mark.parametrize("params", [b"", b";" * 500, b';TYPE="a:b;c"' * 500, b";TYPE=work" * 39])
def test_a_line_may_have_many_parameters(params: bytes) -> None:
    octets = b"BEGIN:VCARD\nVERSION:3.0\nTEL" + params + b":+13125550142\nEND:VCARD\n"
    assert read_card(octets).content_type == "text/vcard"


@given(st.binary(max_size=60), st.integers(12, 80))
def test_a_broken_card_is_read_or_refused_and_nothing_else(inside: bytes, at: int) -> None:
    octets = CARD[:at] + inside + CARD[at:]
    try:
        assert read_card(octets).content_type == "text/vcard"
    except MediaRefused as refused:
        assert refused.sentence
