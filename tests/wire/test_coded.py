"""Segments that a phone cut where it liked are decoded as one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.wire import gsm
from heliogram.wire.coded import Coded, gsm_coding, text_of, texts_of
from heliogram.wire.gsm import Shift

UCS_2 = "utf-16-be"
FAMILY = "Hi 👨‍👩‍👧 zum 🎉"
TURKISH = Shift(locking=1, single=1)


def cut(octets: bytes, at: list[int], coding: str) -> list[Coded]:
    ends = sorted({min(each, len(octets)) for each in at} | {0, len(octets)})
    return [Coded(octets[a:b], coding) for a, b in itertools.pairwise(ends)] or [Coded(b"", coding)]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(0, 40)))
def test_a_text_in_ucs_2_is_whole_wherever_between_its_units_it_is_cut(text: str, at: list[int]) -> None:
    parts = cut(text.encode(UCS_2), [2 * each for each in at], UCS_2)
    assert "".join(texts_of(parts)) == text


@given(st.text(st.sampled_from(["a", "b", *sorted(gsm.EXTENDED)])), st.lists(st.integers(0, 40)))
def test_a_text_in_septets_is_whole_wherever_it_is_cut(text: str, at: list[int]) -> None:
    parts = cut(gsm.encode(text), at, gsm_coding(gsm.DEFAULT))
    assert "".join(texts_of(parts)) == text


@given(st.binary(max_size=12), st.lists(st.integers(0, 12)))
def test_whatever_the_octets_are_septets_cut_in_two_read_as_they_do_together(octets: bytes, at: list[int]) -> None:
    assert "".join(texts_of(cut(octets, at, "gsm7"))) == gsm.decode(octets)


def test_an_emoji_is_read_with_the_segment_that_it_ends_in() -> None:
    octets = "a🎉b".encode(UCS_2)
    assert texts_of(cut(octets, [4], UCS_2)) == ("a", "🎉b")
    octets = gsm.encode("a€b")
    assert texts_of(cut(octets, [2], "gsm7")) == ("a", "€b")


def test_a_segment_by_itself_says_what_it_can() -> None:
    first, second = cut("a🎉b".encode(UCS_2), [4], UCS_2)
    assert (text_of(first), text_of(second)) == ("a\ufffd", "\ufffdb")
    first, second = cut(gsm.encode("a€b"), [2], "gsm7")
    assert (text_of(first), text_of(second)) == ("a ", "eb")


def test_two_escapes_are_a_pair_and_hold_nothing_back() -> None:
    assert texts_of([Coded(b"a\x1b\x1b", "gsm7"), Coded(b"e", "gsm7")]) == ("a ", "e")
    assert texts_of([Coded(b"a\x1b\x1b\x1b", "gsm7"), Coded(b"e", "gsm7")]) == ("a ", "€")
    # The top bit is no septet's.
    assert texts_of([Coded(b"a\x9b", "gsm7"), Coded(b"e", "gsm7")]) == ("a", "€")


def test_an_escape_goes_on_into_the_national_table_of_its_text() -> None:
    octets = gsm.encode("ığ Ş", TURKISH)
    for at in range(len(octets)):
        assert "".join(texts_of(cut(octets, [at], gsm_coding(TURKISH)))) == "ığ Ş"
    assert gsm_coding(TURKISH) == "gsm7/1/1"


def test_segments_that_are_written_in_different_ways_are_read_each_by_itself() -> None:
    half = "🎉".encode(UCS_2)[:2]
    parts = [Coded(b"a\x1b", "gsm7"), Coded(half, UCS_2), Coded(b"e", "latin-1"), Coded(b"e", "gsm7")]
    assert texts_of(parts) == ("a ", "\ufffd", "e", "e")


@pytest.mark.parametrize("text", [FAMILY, "Grüße", ""])
def test_a_text_in_one_segment_is_itself(text: str) -> None:
    assert text_of(Coded(text.encode(UCS_2), UCS_2)) == text
    assert texts_of([]) == ()
