"""Templates: what is accepted, what each person gets, and that the shorter ways give the same octets."""

import unicodedata

import liquid
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.compose.dialect import MAX_TEMPLATE_CHARS
from heliogram.compose.liquid import RenderRefused, TemplateRefused, compile_text


def refusal_of(source: str) -> tuple[int, int | None, str]:
    with pytest.raises(TemplateRefused) as refused:
        compile_text(source)
    return refused.value.line, refused.value.column, refused.value.sentence


def not_rendered(source: str, **person: object) -> str:
    with pytest.raises(RenderRefused) as refused:
        compile_text(source).render(person)
    return refused.value.sentence


@pytest.mark.parametrize("person", [{}, {"first_name": ""}, {"first_name": None}])
def test_a_missing_or_empty_name_gets_its_default(person: dict[str, object]) -> None:
    assert compile_text("Hi {{ first_name | default: 'there' }}!").render(person) == "Hi there!"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi {{ first_name }}", "Hi Ann"),
        ("Hi {{${first_name}}}", "Hi Ann"),
        ("Hi {{ ${nickname} | default: 'there' }}", "Hi there"),
        ("{{custom_attribute.${shop} | upcase}}", "LÖWEN"),
        ("{% if vip %}VIP{% else %}guest{% endif %}", "guest"),
        ("{% if first_name == 'Ann' %}A{% endif %}", "A"),
        ("{{ missing.of.all }}|", "|"),
        ("Only ${5} {5} %} }}", "Only ${5} {5} %} }}"),
        ("{% assign n = '3' | plus: 4 %}{{ n }}", "7"),
        ("Jose\u0301 {{ shop }}", "José Löwen"),
        ("e{{ accent }}", "é"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\r\n{{ first_name }}", "a\nAnn"),
    ],
)
def test_each_person_gets_their_text(source: str, text: str) -> None:
    assert compile_text(source).render({"first_name": "Ann", "shop": "Löwen", "accent": "\u0301"}) == text


def test_a_template_names_the_fields_it_reads_and_not_its_own() -> None:
    source = (
        "{{ a.b }}{{${c}}}{% assign own = d %}{{ own }}{% for each in list %}{{ each }}{{ forloop.index }}{% endfor %}"
    )
    assert compile_text(source).fields == {"a", "c", "d", "list"}
    assert compile_text("no fields").fields == frozenset()


@pytest.mark.parametrize(
    ("source", "line", "column", "said"),
    [
        ("Hi {{ first_name", 1, 4, "“{{” is never closed"),
        ("a\nb {{ x | upcse }}", 2, 10, "There is no filter “upcse”. Did you mean “upcase”?"),
        ("{% connected_content url %}", 1, 4, "“{% connected_content %}” is not known"),
        ("\n{{ first name }}", 2, 10, "“name” is not expected here"),
        ("{{ a | default 'x' }}", 1, 16, "“x” is not expected here"),
        ("\n\n {{ a | }}", 3, 5, "Something is missing in “a |”"),
        ("{{ 'x }}", 1, 4, "“'” is not expected here"),
        ("{% if a = 1 %}{% endif %}", 1, 9, "“=” is not expected here"),
        ("{{ (1..5) }}", 1, 4, "can only stand in “{% for %}”"),
        ("{% if a %}" * 11 + "{% endif %}" * 11, 1, None, "at most 10 deep"),
        ("{{ " + "a[" * 1500 + "a" + "]" * 1500 + " }}", 1, None, "too deeply nested"),
    ],
)
def test_a_mistake_is_told_with_its_place(source: str, line: int, column: int | None, said: str) -> None:
    found_line, found_column, sentence = refusal_of(source)
    assert (found_line, found_column) == (line, column)
    assert said in sentence


def test_a_template_may_be_as_long_as_its_bound_and_no_longer() -> None:
    assert compile_text("🙂" * MAX_TEMPLATE_CHARS).render({}) == "🙂" * MAX_TEMPLATE_CHARS
    assert "10,000 characters" in refusal_of("x" * (MAX_TEMPLATE_CHARS + 1))[2]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{% for i in (1..1001) %}{% endfor %}", "Line 1: The loops"),
        ("{% for i in (1..999999999) reversed %}{% endfor %}", "Line 1: The loops"),
        ("a\n{{ 'aaaaaaaaaa' " + "| replace: 'a', 'aaaaaaaaaa' " * 9 + "}}", "Line 2: The text for this person grows"),
        ("{% assign a = 'xx' %}" + "{% assign a = a | append: a %}" * 40, "Line 1: The text for this person grows"),
        ("{% capture a %}xx{% endcapture %}" + "{% capture a %}{{a}}{{a}}{% endcapture %}" * 40, "longer than 40,000"),
        ("{{ 9 " + "| times: 99999999 " * 40 + "}}", "grows beyond its bounds"),
        ("{{ 1 | divided_by: n }}", "cannot work with this person's data"),
        ("{{ 'now' | date: '%Y' }}", "written before it is sent"),
        ("{% break %}", "can only stand in “{% for %}”"),
    ],
)
def test_what_cannot_be_written_for_a_person_is_told_in_a_sentence(source: str, said: str) -> None:
    assert said in not_rendered(source)


FIELD_NAMES = ["first_name", "shop", "a-b", "x1", "now", "partial"]
TEXTS = st.text(alphabet=st.sampled_from("aé\u0301 €🙂{}%'\"\r\n$"), max_size=12)
OUTPUTS = st.builds(
    "{left}{name}{default}{right}".format,
    left=st.sampled_from(["{{", "{{ ", "{{- "]),
    name=st.sampled_from(FIELD_NAMES),
    default=st.sampled_from(["", " | default: 'there'", ' | default: "é\u0301"', "|default:''"]),
    right=st.sampled_from(["}}", " }}", " -}}"]),
)
PEOPLE = st.dictionaries(
    st.sampled_from(FIELD_NAMES),
    TEXTS | st.none() | st.booleans() | st.integers() | st.lists(st.integers()),
    max_size=6,
)


def _by_stock_liquid(source: str, person: dict[str, object]) -> str:
    """python-liquid as it comes, given what it would otherwise invent."""
    text = liquid.Environment().from_string(source).render({"now": "", "today": "", **person})
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


@given(st.lists(TEXTS.map(lambda text: text.replace("{", "").replace("}", "")) | OUTPUTS, max_size=8), PEOPLE)
def test_the_direct_way_and_python_liquid_give_the_same_octets(parts: list[str], person: dict[str, object]) -> None:
    source = "".join(parts)
    template = compile_text(source)
    text = template.render(person)
    assert text == template.render_by_liquid(person)
    if "partial" not in source:  # a name that python-liquid keeps for itself
        assert text == _by_stock_liquid(source, person)


OUTPUT_SOUP = [
    "{{",
    "}}",
    "a",
    "b",
    ".",
    "[",
    "]",
    "|",
    ":",
    ",",
    "'x'",
    '"',
    "upcase",
    "default",
    "times",
    "9",
    "date",
    "${a}",
]
TAG_SOUP = [
    "{%",
    "%}",
    "if",
    "for",
    "in",
    "(1..3)",
    "==",
    "contains",
    "and",
    "case",
    "when",
    "capture",
    "assign",
    "=",
    "raw",
]
END_SOUP = [
    "endif",
    "endfor",
    "endcase",
    "endcapture",
    "endraw",
    "endcomment",
    "comment",
    "cycle",
    "increment",
    "break",
]
SOUP = st.lists(st.sampled_from([*OUTPUT_SOUP, *TAG_SOUP, *END_SOUP, "liquid", "-", "\n"]), max_size=30).map(" ".join)


@given(SOUP, PEOPLE)
def test_any_template_is_refused_or_rendered_and_nothing_else_happens(source: str, person: dict[str, object]) -> None:
    try:
        text = compile_text(source).render(person)
    except (TemplateRefused, RenderRefused) as refused:
        assert refused.sentence
    else:
        assert "\r" not in text
        assert unicodedata.is_normalized("NFC", text)
