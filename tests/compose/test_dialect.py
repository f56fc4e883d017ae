"""The bounded Liquid, apart from compiling and rendering."""

import pytest
from liquid.exceptions import LiquidSyntaxError, LoopIterationLimitError, OutputStreamLimitError

from heliogram.compose.dialect import MAX_LOOPS, MAX_OUTPUT_OCTETS, Dialect, bound_ranges


def rendered(source: str, **person: object) -> str:
    template = Dialect().from_string(source)
    assert bound_ranges(template) is None
    return template.render(person)


@pytest.mark.parametrize("tag", ["include 'a'", "render 'a'", "tablerow a in b"])
def test_tags_for_other_files_and_tables_are_unknown(tag: str) -> None:
    with pytest.raises(LiquidSyntaxError):
        Dialect().from_string(f"{{% {tag} %}}")


def test_neither_the_clock_nor_liquids_own_names_are_in_scope() -> None:
    assert rendered("{{ now }}{{ today }}{{ partial }}|") == "|"
    assert rendered("{{ now }} {{ partial }}", now="a", partial="b") == "a b"


def test_line_ends_pass_as_they_are() -> None:
    assert rendered("a\r\n{% capture x %}b\r{% endcapture %}{{ x }}") == "a\r\nb\r"


def test_loops_count_over_the_whole_rendering() -> None:
    half = "{%% for i in (1..%d) %%}x{%% endfor %%}"
    assert len(rendered(half % 500 + half % (MAX_LOOPS - 500))) == MAX_LOOPS
    with pytest.raises(LoopIterationLimitError):
        rendered(half % 500 + half % (MAX_LOOPS - 499))


def test_loops_in_loops_count_each_time() -> None:
    nested = "{%% for i in (1..%d) %%}{%% for j in (1..30) %%}x{%% endfor %%}{%% endfor %%}"
    assert len(rendered(nested % 32)) == 960
    with pytest.raises(LoopIterationLimitError):
        rendered(nested % 33)


@pytest.mark.parametrize("how", ["", "reversed", "limit: 1"])
def test_an_endless_range_is_refused_before_it_is_walked(how: str) -> None:
    with pytest.raises(LoopIterationLimitError):
        rendered(f"{{% for i in (1..99999999999) {how} %}}{{% endfor %}}")


@pytest.mark.parametrize(
    "source", ["{{ (1..9) | join }}", "{% assign a = (1..9) %}", "{% if (1..9) contains 'x' %}{% endif %}"]
)
def test_a_range_outside_of_a_loop_is_found(source: str) -> None:
    assert bound_ranges(Dialect().from_string(source)) is not None


def test_the_output_is_bounded_in_octets() -> None:
    source = "{% for i in (1..1000) %}{{ a }}{% endfor %}"
    assert len(rendered(source, a="é" * 20).encode()) == MAX_OUTPUT_OCTETS
    with pytest.raises(OutputStreamLimitError):
        rendered(source, a="é" * 20 + "x")
