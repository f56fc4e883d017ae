"""Braces: where they are, Braze's fields, and mistakes named with their place."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.compose.braces import read_braces
from heliogram.compose.errors import TemplateRefused


def refusal_of(source: str) -> tuple[int, int | None, str]:
    with pytest.raises(TemplateRefused) as refused:
        read_braces(source)
    return refused.value.line, refused.value.column, refused.value.sentence


@pytest.mark.parametrize(
    ("braze", "liquid"),
    [
        ("{{${first_name}}}", "{{  first_name }}"),
        ("{{ ${first_name} | default: 'you' }}", "{{   first_name  | default: 'you' }}"),
        ("{{custom_attribute.${shop}}}", "{{" + " " * len("custom_attribute.${") + "shop }}"),
        ("{% if ${city} == 'x' %}y{% endif %}", "{% if   city  == 'x' %}y{% endif %}"),
        ("{{ 'costs ${price}' }}", "{{ 'costs ${price}' }}"),
        ("only ${5} today, {{ a }}", "only ${5} today, {{ a }}"),
        ("{% raw %}{{${a}}}{% endraw %}", "{% raw %}{{${a}}}{% endraw %}"),
        ("it's {{${a}}}, isn't it", "it's {{  a }}, isn't it"),
    ],
)
def test_a_field_as_braze_writes_it_becomes_one_of_liquid_in_its_place(braze: str, liquid: str) -> None:
    assert read_braces(braze) == liquid
    assert len(liquid) == len(braze)


@pytest.mark.parametrize(
    ("source", "line", "column", "said"),
    [
        ("Hi {{ first_name", 1, 4, "“{{” is never closed. Add “}}”"),
        ("Hi\n {% if a }} x", 2, 2, "“{%” is never closed. Add “%}”"),
        ("{{ a {% b %}", 1, 1, "“{{” is never closed"),
        ("{{ }}", 1, 1, "nothing between “{{” and “}}”"),
        ("a {%- -%}", 1, 3, "nothing between “{%” and “%}”"),
        ("\n\n{% if a %}x", 3, 1, "Add “{% endif %}”"),
        ("{% for a in b %}{% if a %}{% endfor %}", 1, 27, "where “{% endif %}” is expected"),
        ("{% endunless %}", 1, 1, "there is no “{% unless %}” before it"),
        ("{% raw %}{{", 1, 1, "Add “{% endraw %}”"),
    ],
)
def test_a_mistake_is_named_at_its_line_and_column(source: str, line: int, column: int, said: str) -> None:
    found_line, found_column, sentence = refusal_of(source)
    assert (found_line, found_column) == (line, column)
    assert said in sentence


def test_what_stands_in_a_comment_need_not_pair() -> None:
    source = "{% comment %}{% if %}{% comment %}{% endcomment %}{% endcomment %}x"
    assert read_braces(source) == source


@pytest.mark.parametrize(
    "part",
    ["{{", "{%", "{{'", "{{ a | b", "{% raw %}", "{{ ", "${a", "{{custom_attribute ", "{% if a %}", "{{" + " " * 98],
)
def test_ten_thousand_characters_of_mistakes_are_refused_at_once(part: str) -> None:
    source = "{{" + part * (10_000 // len(part))
    started = time.process_time()
    assert refusal_of(source)[2]
    assert time.process_time() - started < 0.5


@given(st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "${", "}", "a", " ", "'", "if", "endif", "raw", "\n"])))
def test_any_braces_are_read_in_place_or_refused(parts: list[str]) -> None:
    source = "".join(parts)
    try:
        read = read_braces(source)
    except TemplateRefused as refused:
        assert 1 <= refused.line <= source.count("\n") + 1
    else:
        assert len(read) == len(source)
        assert [at for at, c in enumerate(read) if c == "\n"] == [at for at, c in enumerate(source) if c == "\n"]
