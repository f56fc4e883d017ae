"""Clusters where a cut is near. The cases of the standard that a whole text meets are in vectors/wire/segments.json."""

import pytest

from heliogram.wire.clusters import cluster_end, cluster_start

WHOLE = {
    "a letter and its marks": "x\u0301\u0302",
    "a family": "👨\u200d👩\u200d👧",
    "a skin tone": "👍🏽",
    "a keycap": "1\ufe0f\u20e3",
    "a flag": "🇬🇧",
    "the flag of Wales": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "a conjunct of three": "स्त्र",
    "a conjunct with a nukta": "क\u093c्ष",
    "a Malayalam conjunct": "ക്ഷ",
    "Hangul from its parts": "\u1100\u1100\u1161\u11a8\u11a8",
    "an open Hangul syllable and a vowel": "가\u1161",
    "a closed Hangul syllable and one more consonant": "각\u11a8",
    "a number sign": "\u0600\u0661",
}
TWO = {
    "letters": "ab",
    "a second flag": "🇬🇧🇩",
    "a tone and an emoji": "👍🏽👍",
    "Tamil consonants with a pulli": "க்ஷ",
    "Hindi consonants without a virama": "कष",
    "a closed Hangul syllable and a vowel": "각\u1161",
    "a line break": "\r\n",
    "a line break and a mark": "\n\u0301",
    "an invisible space and a mark": "\u200b\u0301",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_no_cut_is_inside(text: str) -> None:
    around = f"ж{text}ж"
    assert [cluster_start(around, at) for at in range(1, len(around))] == [1] * len(text) + [len(around) - 1]
    assert cluster_end(around, 1, len(around)) == 1 + len(text)


@pytest.mark.parametrize("text", TWO.values(), ids=TWO)
def test_a_cut_before_the_last_is_between_two(text: str) -> None:
    assert cluster_start(text, len(text) - 1) == len(text) - 1
    assert cluster_end(text, 0, len(text)) == len(text) - 1


def test_nothing_is_looked_at_beyond_what_is_asked() -> None:
    marks = "x" + "\u0301" * 100
    assert cluster_start(marks, 90, 40) == 40
    assert cluster_end(marks, 0, 50) == 50
    assert cluster_start(marks, len(marks)) == len(marks)
