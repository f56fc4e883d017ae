"""Segments: what fits, where a text may be cut, and that everyone counts alike. The browser reads the same facts."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heliogram.model.text import MAX_SEGMENTS
from heliogram.wire import gsm
from heliogram.wire.errors import OurFault
from heliogram.wire.national import IDENTIFIERS
from heliogram.wire.segment import (
    JOINED,
    JOINED_16,
    SINGLE,
    Encoding,
    Split,
    count_units,
    encode_part,
    split_plainly,
    split_text,
)
from tests.wire.vectors import Vector, each, facts, text_of

CASES = facts("segments")["cases"]
# Characters whose clusters matter, so that boundaries meet them often.
ODD = "🙂🇬🇧👨‍👩‍👧‍👦👍🏽1️⃣e\u0301किж€{a\r\n"
SHORT = st.text(st.one_of(st.sampled_from(ODD), st.characters()), max_size=40)
LONG = st.builds(lambda pieces, n: "".join(pieces) * n, st.lists(st.sampled_from(ODD), max_size=9), st.integers(1, 60))
GSM = st.builds(
    lambda text, n: text * n, st.text(st.sampled_from(sorted(gsm.CHARACTERS)), max_size=40), st.integers(1, 20)
)
TEXTS = st.one_of(SHORT, LONG, GSM)


@each(CASES)
def test_a_text_is_cut_where_it_should_be(vector: Vector) -> None:
    split = split_text(text_of(vector["text"]), **vector.get("cut", {}))
    assert (split.encoding, split.n_units) == (vector["encoding"], vector["n_units"])
    assert split.parts == tuple(map(text_of, vector.get("parts", [vector["text"]])))


def test_a_segment_holds_140_octets_with_and_without_its_header() -> None:
    for encoding, bits in ((Encoding.GSM_7, 7), (Encoding.UCS_2, 16)):
        assert SINGLE[encoding] * bits <= 140 * 8 < (SINGLE[encoding] + 1) * bits
        assert JOINED[encoding] * bits <= (140 - 6) * 8 < (JOINED[encoding] + 1) * bits
        assert JOINED_16[encoding] * bits <= (140 - 7) * 8 < (JOINED_16[encoding] + 1) * bits


@pytest.mark.parametrize(("letter", "per_segment"), [("a", 153), ("ж", 67)])
def test_ten_segments_are_allowed_and_the_eleventh_begins_with_one_letter_more(letter: str, per_segment: int) -> None:
    full = letter * per_segment * MAX_SEGMENTS
    assert split_text(full).n_segments == MAX_SEGMENTS == 10
    assert split_text(full + letter).n_segments == 11


@pytest.mark.parametrize(("letter", "per_segment"), [("a", 152), ("ж", 66)])
def test_a_16_bit_reference_takes_room_in_every_segment_of_several(letter: str, per_segment: int) -> None:
    assert split_text(letter * per_segment * 2, is_wide=True).parts == (letter * per_segment,) * 2
    assert split_text(letter * (per_segment * 2 + 1), is_wide=True).n_segments == 3
    alone = SINGLE[split_text(letter).encoding]
    assert split_text(letter * alone, is_wide=True).n_segments == 1


@given(TEXTS)
@example("")
def test_the_segments_of_a_text_are_the_text(text: str) -> None:
    split = split_text(text)
    text = unicodedata.normalize("NFC", text)
    assert "".join(split.parts) == text
    assert (
        split.n_units == count_units(text, split.encoding) == sum(count_units(p, split.encoding) for p in split.parts)
    )


@given(TEXTS)
def test_nothing_is_over_capacity_and_nothing_is_empty(text: str) -> None:
    split = split_text(text)
    room = SINGLE if split.n_segments == 1 else JOINED
    assert all(count_units(part, split.encoding) <= room[split.encoding] for part in split.parts)
    assert all(split.parts) or text == ""
    assert (split.n_segments == 1) == (split.n_units <= SINGLE[split.encoding])


@given(TEXTS)
def test_the_octets_of_the_segments_read_as_the_text_so_no_pair_is_cut(text: str) -> None:
    split = split_text(text)
    whole = unicodedata.normalize("NFC", text)
    octets = [encode_part(part, split.encoding) for part in split.parts]
    if split.encoding is Encoding.GSM_7:
        assert "".join(map(gsm.decode, octets)) == whole
        assert not any(part.endswith(b"\x1b") for part in octets)
    else:
        assert "".join(part.decode("utf-16-be", "surrogatepass") for part in octets) == whole


@given(TEXTS, st.sampled_from(ODD))
def test_a_longer_text_never_has_fewer_segments_in_the_same_encoding(text: str, more: str) -> None:
    shorter = split_text(text, encoding=Encoding.UCS_2)
    longer = split_text(text + more, encoding=Encoding.UCS_2)
    assert shorter.n_segments <= longer.n_segments


@given(TEXTS)
def test_what_forces_ucs_2_is_named_at_its_place(text: str) -> None:
    split = split_text(text)
    text = unicodedata.normalize("NFC", text)
    assert bool(split.forcing) == (split.encoding is Encoding.UCS_2)
    assert [text[each.position] for each in split.forcing] == [c for c in text if c not in gsm.CHARACTERS]
    assert [each.character for each in split.forcing] == [text[each.position] for each in split.forcing]


def test_forcing_characters_have_names_that_people_know() -> None:
    assert [(each.position, each.name) for each in split_text("It’s\t🙂").forcing] == [
        (2, "Right single quotation mark"),
        (4, "U+0009"),
        (5, "Slightly smiling face"),
    ]


@pytest.mark.parametrize(
    ("text", "plain", "n_segments"),
    [
        ("It’s on", "It's on", 1),
        ("’" * 71 + "🙂", None, 0),  # still UCS-2, and no segment fewer
        ("…" * 70 + "🙂", None, 0),  # three dots for one would cost a segment
        ("It's on", None, 0),
        ("🙂", None, 0),
    ],
)
def test_a_text_is_made_plain_where_that_wins_something(text: str, plain: str | None, n_segments: int) -> None:
    plainly = split_plainly(text, split_text(text))
    assert (plainly and ("".join(plainly.parts), plainly.n_segments)) == (plain and (plain, n_segments))


def test_what_forces_ucs_2_has_its_plain_spelling_outside_links_and_liquid() -> None:
    forcing = split_text("e\u0301 “🙂” https://a.example/’ {{ x | default: ‘’ }}").forcing
    assert [(each.position, each.character, each.replacement) for each in forcing] == [
        (2, "“", '"'),
        (3, "🙂", None),
        (4, "”", '"'),
        (24, "’", None),
        (42, "‘", None),
        (43, "’", None),
    ]


def test_an_encoding_can_be_asked_for() -> None:
    assert split_text("a" * 71, encoding=Encoding.UCS_2) == Split(
        encoding=Encoding.UCS_2, parts=("a" * 67, "a" * 4), n_units=71
    )
    with pytest.raises(OurFault, match="Right single quotation mark is not in the GSM 7-bit alphabet"):
        split_text("It’s", encoding=Encoding.GSM_7)


def test_a_part_is_written_in_the_messages_encoding_even_when_a_smaller_one_would_do() -> None:
    assert encode_part("a", Encoding.UCS_2) == b"\0a"
    assert encode_part("a", Encoding.GSM_7) == b"a"


NATIONAL = sorted(IDENTIFIERS)
SHIFTED = st.lists(st.sampled_from(NATIONAL), min_size=1, max_size=3, unique=True).flatmap(
    lambda languages: st.tuples(
        st.just(languages),
        st.builds(
            lambda text, n: text * n,
            st.text(
                st.sampled_from(
                    sorted(
                        gsm.alphabet(gsm.Shift(IDENTIFIERS[languages[0]], IDENTIFIERS[languages[-1]])).characters
                        | {"🙂"}
                    )
                ),
                max_size=30,
            ),
            st.integers(1, 20),
        ),
    )
)


@pytest.mark.parametrize(
    ("languages", "text", "n_alone", "n_joined", "n_wide"),
    [
        ("tr", "ğ", 155, 149, 148),
        ("es", "ó", 77, 74, 74),  # two septets each
        ("tr es", "ğğğó", 122, 117, 116),  # four in five septets; both tables
        ("hi", "क", 155, 149, 148),
        ("pt", "ã", 155, 149, 148),
        ("tr", "a", 160, 153, 152),  # nothing national in it: no header for it
    ],
)
def test_each_table_takes_room_in_every_segment(
    languages: str, text: str, n_alone: int, n_joined: int, n_wide: int
) -> None:
    def pieces(n: int, *, is_wide: bool = False) -> list[int]:
        whole = (text * n)[:n]
        return [len(part) for part in split_text(whole, national=languages.split(), is_wide=is_wide).parts]

    assert pieces(n_alone) == [n_alone]
    assert pieces(n_alone + 1)[0] == n_joined
    assert pieces(n_alone + 1, is_wide=True)[0] == n_wide


def test_no_national_table_is_used_unless_its_language_is_allowed() -> None:
    assert split_text("ğ").encoding is Encoding.UCS_2
    assert split_text("ğ", national=["es"]).encoding is Encoding.UCS_2
    split = split_text("ğ", national=["es", "tr"])
    assert (split.encoding, split.shift) == (Encoding.GSM_7, gsm.Shift(1, 0))


def test_the_default_alphabet_is_kept_where_a_national_one_saves_no_segment() -> None:
    assert split_text("5 €", national=["tr"]).shift == gsm.DEFAULT
    assert split_text("€" * 81, national=["tr"]).shift == gsm.Shift(1, 0)  # one septet each there: one segment, not two


def test_what_no_allowed_table_has_forces_ucs_2_and_nothing_else_is_named() -> None:
    split = split_text("ığ 🙂", national=["tr", "es"])
    assert (split.encoding, split.shift, [each.character for each in split.forcing]) == (
        Encoding.UCS_2,
        gsm.DEFAULT,
        ["🙂"],
    )
    # Each has a table, but no pair of tables has them all.
    assert [each.character for each in split_text("कখক", national=["hi", "bn"]).forcing] == ["क"]


def test_an_unknown_language_is_our_fault() -> None:
    with pytest.raises(OurFault, match="xx has no tables"):
        split_text("a", national=["tr", "xx"])


def test_a_syllable_is_not_cut_in_a_national_alphabet_either() -> None:
    text = "क" * 148 + "कि" + "क" * 10
    assert [len(part) for part in split_text(text, national=["hi"]).parts] == [148, 12]


@given(SHIFTED)
def test_the_segments_in_national_tables_are_the_text_and_fit(shifted: tuple[list[str], str]) -> None:
    languages, text = shifted
    split = split_text(text, national=languages)
    header = 3 * split.shift.n_tables + (5 if split.n_segments > 1 else 0)
    octets = [encode_part(part, split.encoding, split.shift) for part in split.parts]
    bits = 7 if split.encoding is Encoding.GSM_7 else 8
    room = 140 * 8 - 8 * (header + 1 if header else 0)
    assert all(len(each) * bits <= room for each in octets)
    if split.encoding is Encoding.GSM_7:
        read = "".join(gsm.decode(each, split.shift) for each in octets)
        assert read == unicodedata.normalize("NFC", text)
        assert not any(each.endswith(b"\x1b") for each in octets)
    assert split.n_segments <= split_text(text).n_segments


# ── what the carrier makes GSM-7 from ──


@pytest.mark.parametrize(
    ("text", "charset", "encoding"),
    [
        ("Grüße", "latin-1", Encoding.GSM_7),
        ("Grüße", "ascii", Encoding.UCS_2),
        ("5€", "latin-1", Encoding.UCS_2),
        ("Ω", "", Encoding.GSM_7),
        ("á", "latin-1", Encoding.UCS_2),
        ("[plain]", "ascii", Encoding.GSM_7),
    ],
)
def test_a_text_goes_in_seven_bits_where_the_carriers_character_set_has_it_too(
    text: str, charset: str, encoding: Encoding
) -> None:
    split = split_text(text, charset=charset)
    assert split.encoding is encoding
    octets = encode_part(text, split.encoding, charset=charset)
    if charset and encoding is Encoding.GSM_7:
        assert octets == text.encode(charset)


def test_an_extension_character_still_takes_two_septets_where_it_is_one_octet_on_the_way() -> None:
    assert split_text("[" * 80, charset="latin-1").n_segments == 1
    assert split_text("[" * 81, charset="latin-1").n_segments == 2


@pytest.mark.parametrize("text", ["€", "á"], ids=["not in the set", "not in the alphabet"])
def test_what_one_of_them_lacks_is_our_fault_to_send(text: str) -> None:
    with pytest.raises(OurFault, match="latin-1"):
        encode_part(text, Encoding.GSM_7, charset="latin-1")


@pytest.mark.parametrize(
    ("text", "charset", "forcing"),
    [("café", "ascii", "é"), ("ñá€", "latin-1", "á€"), ("[x] ñ", "latin-1", ""), ("é", "", "")],
)
def test_what_a_carriers_character_set_lacks_is_named_as_what_forces_ucs_2(
    text: str, charset: str, forcing: str
) -> None:
    split = split_text(text, charset=charset)
    assert "".join(each.character for each in split.forcing) == forcing
    assert bool(forcing) == (split.encoding is Encoding.UCS_2)


def test_a_text_made_plain_has_to_be_in_the_carriers_character_set_too() -> None:
    split = split_text("’é", charset="ascii")
    assert split_plainly("’é", split) is None
    assert split_plainly("’é", split_text("’é")) is not None
