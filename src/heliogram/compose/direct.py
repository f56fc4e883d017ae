"""A shorter way for templates of nothing but text and fields, which most are: 20 times faster, the same octets.

It knows what python-liquid does with a text or a missing value. Whatever else it meets, a number, a list, a text
beyond the bounds, it leaves to python-liquid.
"""

from collections.abc import Callable, Mapping, Sequence

from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path, PositionalArgument, StringLiteral
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.output import OutputNode

from heliogram.compose.filters import MAX_CHARS

Direct = Callable[[Mapping[str, object]], str | None]
"""The text for a person, or None where python-liquid has to be asked."""


def direct_for(nodes: Sequence[Node], n_source_chars: int) -> Direct | None:
    """The direct way for these nodes, or None where they are more than text and fields.

    Template and values of at most 5,000 characters each cannot meet the output limit, so nothing is counted.
    """
    parts: list[str] = []
    fields: list[tuple[int, str, str]] = []
    for node in nodes:
        if isinstance(node, ContentNode):
            parts.append(node.text)
        elif isinstance(node, OutputNode) and (field := _field_of(node)) is not None:
            fields.append((len(parts), *field))
            parts.append("")
        else:
            return None
    if n_source_chars > MAX_CHARS:
        return None

    def write(person: Mapping[str, object]) -> str | None:
        written = parts.copy()
        n_chars = 0
        for at, name, otherwise in fields:
            value = person.get(name)
            if value is None or value == "":
                value = otherwise
            elif not isinstance(value, str):
                return None
            n_chars += len(value)
            written[at] = value
        return "".join(written) if n_chars <= MAX_CHARS else None

    return write


def _field_of(node: OutputNode) -> tuple[str, str] | None:
    """(name, default) of `{{ name }}` or `{{ name | default: 'text' }}`."""
    expression = node.expression
    if not isinstance(expression, FilteredExpression) or not isinstance(expression.left, Path):
        return None
    match expression.left.path:
        case [str(name)]:
            pass
        case _:
            return None
    match expression.filters or []:
        case []:
            return name, ""
        case [Filter(name="default", args=[PositionalArgument(value=StringLiteral(value=otherwise))])]:
            return name, otherwise
        case _:
            return None
