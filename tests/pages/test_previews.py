import re
import tomllib
from importlib.resources import files

import pytest

from heliogram.pages.previews import is_preview

TABLE = tomllib.loads((files("heliogram.pages") / "data" / "previewers.toml").read_text())
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize("agent", [PHONE, ANDROID, FIREFOX, f"{PHONE} [LinkedInApp]/9.30", f"{PHONE} Slack/25.11"])
def test_a_person_with_a_browser_is_a_person(agent: str) -> None:
    assert not is_preview({"user-agent": agent})
    assert not is_preview({"user-agent": agent, "sec-purpose": "", "purpose": "navigate", "accept": "text/html"})


@pytest.mark.parametrize("word", [word for program in TABLE["program"] for word in program["words"]])
def test_each_program_is_known_by_its_word_in_either_case(word: str) -> None:
    for written in (word, word.upper(), word.title()):
        assert is_preview({"user-agent": f"Mozilla/5.0 (compatible; {written}/1.0)"})


@pytest.mark.parametrize("early", TABLE["early"], ids=lambda early: str(early["header"]))
def test_what_a_browser_fetches_before_the_tap_is_nobody_opening_it(early: dict[str, str]) -> None:
    assert is_preview({"user-agent": PHONE, early["header"]: f"{early['word'].title()};anonymous-client-ip"})
    assert not is_preview({"user-agent": PHONE, early["header"]: "navigate"})


@pytest.mark.parametrize("headers", [{}, {"user-agent": ""}])
def test_who_says_nothing_is_no_person(headers: dict[str, str]) -> None:
    assert is_preview(headers)


def test_the_table_is_dated_and_names_its_sources_and_its_words_are_in_lower_case() -> None:
    assert TABLE["as_of"].isoformat() >= "2026-11-28"
    assert all(row["source"] for row in (*TABLE["program"], *TABLE["early"]))
    words = [word for program in TABLE["program"] for word in program["words"]]
    words += [early[name] for early in TABLE["early"] for name in ("header", "word")]
    assert all(re.fullmatch(r"[a-z0-9./-]+", word) for word in words)
