"""A text as it leaves: the words people read, in as many segments as its rules allow."""

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.compose.fallback import LINK_MARK
from heliogram.compose.written import body_sent, fit_text, replaced_in
from heliogram.model.cut import Cut
from heliogram.model.text import DEFAULTS, Rewriting, Spelling, TextRules, TooLong
from heliogram.wire.clusters import cluster_start
from heliogram.wire.segment import Encoding, split_plainly, split_text

URL = "https://pics.example.com/p/7hQ2mZx9Ka"
CUT = TextRules(too_long=TooLong.CUT)
QUOTED = "It’s – “" + "x" * 80 + "”"


def cut_at(n: int) -> TextRules:
    return TextRules(too_long=TooLong.CUT, max_segments=n)


@pytest.mark.parametrize("n", [1, 2, 10])
@pytest.mark.parametrize(("letter", "alone", "joined"), [("x", 160, 153), ("語", 70, 67)])
def test_a_text_has_as_many_segments_as_it_may_and_not_one_more(n: int, letter: str, alone: int, joined: int) -> None:
    room = alone if n == 1 else joined * n
    rules = TextRules(max_segments=n)
    fitting = fit_text(letter * room, None, rules)
    assert (fitting.split.n_segments, fitting.is_too_long, fitting.rewriting) == (n, False, None)
    assert fit_text(letter * (room + 1), None, rules).is_too_long


def test_the_segments_are_counted_with_the_link() -> None:
    room = 160 - len(URL) - 1
    rules = TextRules(max_segments=1)
    assert not fit_text("x" * room, URL, rules).is_too_long
    assert fit_text("x" * (room + 1), URL, rules).is_too_long


def test_a_text_that_is_cut_keeps_its_words_and_its_link() -> None:
    written = fit_text("word " * 100, URL, cut_at(1))
    assert written.text == "word " * 24 + URL and len(written.text) <= 160
    assert written.rewriting == Rewriting(spelling=Spelling.AS_WRITTEN, n_before=4, n_kept=119, n_uncut=4)
    assert body_sent("word " * 100, written.rewriting) == ("word " * 24).rstrip()


def test_a_text_that_is_cut_keeps_the_link_in_its_place_or_gets_it_at_its_new_end() -> None:
    first = fit_text(f"See {LINK_MARK} " + "word " * 100, URL, cut_at(1))
    assert first.text.startswith(f"See {URL} word") and first.split.n_segments == 1
    last = fit_text("word " * 100 + LINK_MARK, URL, cut_at(1))
    assert last.text == "word " * 24 + URL


def test_a_link_in_its_place_counts_with_its_length_and_leaves_the_alphabet_alone() -> None:
    written = fit_text(f"See {LINK_MARK}!", URL, DEFAULTS)
    assert (written.split.encoding, written.split.n_units) == (Encoding.GSM_7, len(f"See {URL}!"))


def test_a_text_of_which_not_one_word_fits_goes_to_nobody() -> None:
    assert fit_text("x" * 39 + " y" * 100, "https://a.example/" + "z" * 140, cut_at(1)).is_too_long


def test_typographic_characters_become_plain_where_the_rules_allow_it() -> None:
    written = fit_text(QUOTED, None, DEFAULTS)
    assert written.text == "It's - \"" + "x" * 80 + '"' and written.split.encoding is Encoding.GSM_7
    assert written.rewriting == Rewriting(spelling=Spelling.PLAIN, n_before=2, n_kept=89)
    untouched = fit_text(QUOTED, None, TextRules(smart_encoding=False))
    assert (untouched.text, untouched.rewriting, untouched.split.n_segments) == (QUOTED, None, 2)


def test_what_wins_nothing_is_not_done() -> None:
    for text in ("It’s 語", "It’s 🍲"):
        assert fit_text(text, None, TextRules(transliterate=True)).text == text


def test_accents_are_lost_only_where_that_was_asked_for_and_plain_characters_do_not_do() -> None:
    polish = "Zażółć gęślą jaźń"
    assert fit_text(polish, None, DEFAULTS).text == polish
    written = fit_text(polish, None, TextRules(transliterate=True))
    assert (written.text, written.split.encoding) == ("Zazolc gesla jazn", Encoding.GSM_7)
    both = fit_text("It’s é", None, TextRules(transliterate=True))
    assert both.rewriting is not None and both.rewriting.spelling is Spelling.PLAIN and both.text == "It's é"


def test_a_text_is_respelled_before_it_is_cut() -> None:
    written = fit_text("It’s " + "word " * 60, None, cut_at(1))
    assert written.split.encoding is Encoding.GSM_7 and len(written.text) > 150
    assert written.rewriting is not None
    assert (written.rewriting.n_before, written.rewriting.n_uncut) == (5, 2)


def test_the_segments_are_those_of_the_account() -> None:
    body = "a" * 1_521
    assert not fit_text(body, None, DEFAULTS).is_too_long
    assert fit_text(body, None, DEFAULTS, Cut(is_wide=True)).is_too_long
    turkish = Cut(national=("tr",))
    assert fit_text("ş" * 155, None, TextRules(max_segments=1), turkish).split.n_segments == 1
    assert fit_text("ş’" * 10, None, DEFAULTS, turkish).text == "ş'" * 10


def test_what_was_replaced_is_told_with_how_often() -> None:
    assert replaced_in("It’s “so” https://a.example/’", Spelling.PLAIN) == Counter(
        {("’", "'"): 1, ("“", '"'): 1, ("”", '"'): 1}
    )
    assert replaced_in("ł’ł", Spelling.LATIN) == Counter({("ł", "l"): 2, ("’", "'"): 1})
    assert replaced_in("ł’", Spelling.AS_WRITTEN) == Counter()


pieces = st.sampled_from(
    [
        "one",
        "€{}",
        "It’s",
        "語語語",
        "👩‍👩‍👧",
        "🇨🇭",
        "e\u0301",
        "ł",
        "https://a.example/menu",
        " ",
        "\n",
        "x" * 60,
        "y" * 200,
    ]
)
texts = st.lists(pieces, max_size=40).map(lambda found: " ".join(found))
any_rules = st.builds(
    TextRules,
    smart_encoding=st.booleans(),
    transliterate=st.booleans(),
    max_segments=st.integers(1, 10),
    too_long=st.sampled_from(TooLong),
)
any_cut = st.sampled_from([Cut(), Cut(is_wide=True), Cut(national=("tr", "es")), Cut(charset="ascii")])


@given(texts, st.sampled_from([None, URL]), any_rules, any_cut)
def test_no_text_ever_has_more_segments_than_it_may_and_none_loses_what_it_must_keep(
    body: str, link: str | None, rules: TextRules, cut: Cut
) -> None:
    written = fit_text(body, link, rules, cut)
    if written.is_too_long:
        assert written.split.n_segments > rules.max_segments
        return
    assert written.split.n_segments <= rules.max_segments
    assert link is None or written.text.endswith(link)
    if written.rewriting is None:
        whole = body if link is None else f"{body.rstrip()} {link}" if body.strip() else link
        assert written.text == unicodedata.normalize("NFC", whole)
        return
    sent = body_sent(body, written.rewriting)
    assert written.text == unicodedata.normalize("NFC", sent if link is None else f"{sent.rstrip()} {link}")
    if written.rewriting.n_uncut:
        assert rules.too_long is TooLong.CUT and written.rewriting.n_uncut > rules.max_segments
        uncut = body_sent(body, Rewriting(spelling=written.rewriting.spelling, n_before=0, n_kept=100_000))
        assert uncut.startswith(sent) and cluster_start(uncut, len(sent)) == len(sent)


@given(texts, any_rules)
def test_a_text_that_fits_the_alphabet_and_the_limit_is_left_alone(body: str, rules: TextRules) -> None:
    split = split_text(body)
    if split.encoding is Encoding.GSM_7 and split.n_segments <= rules.max_segments:
        written = fit_text(body, None, rules)
        assert written.rewriting is None and written.text == unicodedata.normalize("NFC", body)


@given(texts)
def test_the_composer_counts_the_same_plain_text(body: str) -> None:
    split = split_text(body)
    plainly = split_plainly(body, split)
    written = fit_text(body, None, DEFAULTS)
    if not written.is_too_long:
        assert written.split.parts == (plainly or split).parts
