"""Options for texts: what is not given is not said."""

from heliogram.commands.rules import wishes_of
from heliogram.model.text import TooLong


def test_only_what_was_given_is_said() -> None:
    assert wishes_of(None, None, None, None) == {}
    assert wishes_of(False, True, 3, TooLong.CUT) == {
        "smart_encoding": False,
        "transliterate": True,
        "max_segments": 3,
        "too_long": "cut",
    }
