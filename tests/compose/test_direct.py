"""The shorter way: which templates take it, and what it leaves to python-liquid."""

import pytest

from heliogram.compose.dialect import Dialect
from heliogram.compose.direct import Direct, direct_for
from heliogram.compose.filters import MAX_CHARS


def direct(source: str) -> Direct | None:
    return direct_for(Dialect().from_string(source).nodes, len(source))


@pytest.mark.parametrize(
    "source",
    ["Hi {{ a }}", "{{- a -}} x", "{{ a | default: 'b' }}", "{{ a | default: '' }}", "{% raw %}{{{% endraw %}{{ a }}"],
)
def test_text_and_fields_take_the_direct_way(source: str) -> None:
    write = direct(source)
    assert write is not None
    assert write({"a": "x"}) == Dialect().from_string(source).render({"a": "x"})


@pytest.mark.parametrize(
    "source",
    [
        "{{ a.b }}",
        "{{ a[0] }}",
        "{{ a | upcase }}",
        "{{ a | default: b }}",
        "{{ a | default: 1 }}",
        "{{ a | default: 'x', allow_false: true }}",
        "{{ a | default: 'x' | upcase }}",
        "{{ 'a' }}",
        "{% if a %}{% endif %}",
        "{% assign a = 'b' %}{{ a }}",
        "{{ true }}",
    ],
)
def test_anything_more_does_not(source: str) -> None:
    assert direct(source) is None


def test_values_that_are_no_texts_are_left_to_liquid() -> None:
    write = direct("{{ a }}")
    assert write is not None
    assert write({"a": None}) == write({"a": ""}) == write({}) == ""
    assert [write({"a": value}) for value in (0, False, ["x"], 1.5)] == [None] * 4


def test_values_beyond_the_bound_are_left_to_liquid() -> None:
    write = direct("{{ a }}{{ b }}")
    assert write is not None
    assert write({"a": "x" * (MAX_CHARS - 1), "b": "y"}) is not None
    assert write({"a": "x" * MAX_CHARS, "b": "y"}) is None
    assert direct("x" * MAX_CHARS + "{{ a }}") is None
