import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.pdf_words import Budget, words
from heliogram.media.probe import MediaRefused


def _words(octets: bytes, left: int = 1_000) -> list[bytes]:
    return [word for word, _end in words(octets, 0, Budget(left=left))]


def test_syntax_is_cut_into_words_and_strings_say_nothing() -> None:
    octets = b"<</A 1 /B[(a (b\\) /X) c)<2F58>]%/X\n/C/D>> stream"
    assert _words(octets) == [b"<<", b"/A", b"1", b"/B", b"[", b"(", b"(", b"]", b"/C", b"/D", b">>", b"stream"]


@pytest.mark.parametrize("name", [b"/JavaScript", b"/J#61vaScript", b"/#4a#61#76#61#53#63#72#69#70#74"])
def test_a_name_is_what_it_means_however_it_is_written(name: bytes) -> None:
    assert _words(name) == [b"/JavaScript"]


def test_each_word_says_where_it_ends() -> None:
    assert list(words(b"  /A (b) c", 0, Budget(left=9))) == [(b"/A", 4), (b"(", 8), (b"c", 10)]


def test_so_many_words_are_read_and_no_more() -> None:
    assert len(_words(b"[" * 10, left=10)) == 10
    for costly in (b"[" * 11, b"(" * 11, b"(" + b"()" * 10, b"a" * 640):
        with pytest.raises(MediaRefused) as refused:
            _words(costly, left=10)
        assert refused.value.code == "too_large"


@given(st.binary(max_size=200))
def test_any_octets_are_cut_to_their_end(octets: bytes) -> None:
    ends = [end for _word, end in words(octets, 0, Budget(left=1_000))]
    assert ends == sorted(ends) and all(end <= len(octets) for end in ends)
