"""The text with the link."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.compose.errors import TemplateRefused
from heliogram.compose.fallback import LINK_MARK, compile_fallback, marked, render_fallback, short_url, with_link

URL: Final = "https://pics.example.com/p/7hQ2mZx9Ka"


@pytest.mark.parametrize(
    ("body", "text"),
    [("Hello", f"Hello {URL}"), ("Hello \n\t", f"Hello {URL}"), ("  Hello", f"  Hello {URL}"), ("", URL), (" \n", URL)],
)
def test_the_link_stands_behind_the_body_after_one_space(body: str, text: str) -> None:
    assert with_link(body, URL) == text


@pytest.mark.parametrize("base_url", ["https://pics.example.com", "https://pics.example.com/"])
def test_a_short_link_is_the_public_page_of_its_token(base_url: str) -> None:
    assert short_url(base_url, "7hQ2mZx9Ka") == URL


def written(source: str, **person: object) -> str | None:
    return render_fallback(compile_fallback(source), person)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi {{ first_name }}, see {{ link }}. Bye", f"Hi Ann, see {URL}. Bye"),
        ("{{link}} for {{- first_name }}", f"{URL} forAnn"),
        ("{{ ${link} }}", URL),
        ("See the menu", f"See the menu {URL}"),
        ("{% if first_name == 'Ann' %}A {{ link }}{% else %}B {{ link }} C{% endif %}", f"A {URL}"),
        ("Once {{ link }} and again {{ link }}!", f"Once {URL} and again !"),
        ("menu{{ link }}now", f"menu {URL} now"),
        ("({{ link }})", f"({URL})"),
        ("at{{ link }}/more", f"at {URL} /more"),
        ("{{ link }}\u0301", f"{URL} \u0301"),
    ],
)
def test_the_link_goes_where_the_author_puts_it_once_and_is_not_run_together_with_words(source: str, text: str) -> None:
    assert with_link(written(source, first_name="Ann") or "", URL) == text


@pytest.mark.parametrize("source", ["", " \n", "{{ nothing }}", "{% if first_name %}Hello{% endif %}"])
def test_what_is_empty_for_somebody_is_the_text_itself(source: str) -> None:
    assert written(source) is None


def test_what_breaks_for_somebody_is_the_text_itself() -> None:
    assert written("{{ n | divided_by: 0 }} {{ link }}", n=1) is None


@pytest.mark.parametrize("source", ["{{ link | upcase }}", "{% if link %}x{% endif %}", "{{ 'a' | append: link }}"])
def test_a_link_that_is_not_known_yet_cannot_be_worked_with(source: str) -> None:
    with pytest.raises(TemplateRefused, match="stand alone"):
        compile_fallback(source)


def test_a_text_without_liquid_has_nothing_filled_in_but_the_link() -> None:
    assert marked("{{ first_name }}: {{ link }}") == "{{ first_name }}: " + LINK_MARK
    assert marked(" ") is None


@given(st.text(alphabet=st.sampled_from(["a", " ", ".", "/", "\u0301", "語", LINK_MARK]), max_size=12))
def test_the_link_always_stands_there_exactly_once_and_alone(body: str) -> None:
    text = with_link(body, URL)
    assert text.count(URL) == 1 and LINK_MARK not in text
    before, _, after = text.partition(URL)
    assert not before[-1:].isalnum() and not after[:1].isalnum() and after[:1] not in ("/", "\u0301")
