"""Rules for texts: what is not said is said by the next, and no more than ten segments are ever allowed."""

import pytest
from msgspec import ValidationError

from heliogram.model.text import DEFAULTS, MAX_SEGMENTS, TextRules, TooLong


def test_by_default_a_text_is_spelled_plainly_loses_no_accent_and_is_never_cut() -> None:
    assert DEFAULTS.smart_encoding and not DEFAULTS.transliterate
    assert (DEFAULTS.max_segments, DEFAULTS.too_long) == (10, TooLong.SKIP)


def test_what_a_message_does_not_say_is_as_its_group_has_it() -> None:
    groups = DEFAULTS.but({"max_segments": 3, "smart_encoding": False})
    assert groups.but({"too_long": "cut"}) == TextRules(max_segments=3, smart_encoding=False, too_long=TooLong.CUT)
    assert groups.but(None) is groups and groups.but({}) is groups


@pytest.mark.parametrize("n", [1, MAX_SEGMENTS])
def test_one_to_ten_segments_may_be_allowed(n: int) -> None:
    assert DEFAULTS.but({"max_segments": n}).max_segments == n


@pytest.mark.parametrize("n", [0, -1, MAX_SEGMENTS + 1])
def test_no_other_number_of_segments_can_be(n: int) -> None:
    with pytest.raises(ValidationError, match="1 to 10 segments"):
        DEFAULTS.but({"max_segments": n})
