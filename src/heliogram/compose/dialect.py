"""The Liquid that templates are written in: python-liquid, bounded, without a clock and without other files.

Every limit is one number here or in `compose.filters`. No time budget is needed: what a template may do is counted.
"""

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any, ClassVar, Final

from liquid import Environment, Mode, RenderContext, Token, Undefined
from liquid.ast import Node
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidError, LoopIterationLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.template import BoundTemplate
from liquid.utils import ReadOnlyChainMap

from heliogram.compose.filters import Filter, bounded, format_date

MAX_TEMPLATE_CHARS: Final = 10_000
MAX_OUTPUT_OCTETS: Final = 4 * MAX_TEMPLATE_CHARS
"""A template without any Liquid always fits."""
MAX_LOOPS: Final = 1_000
"""Of all loops of one rendering together."""
MAX_NESTING: Final = 10

# Other templates do not exist here, and a text message has no table.
_LEFT_OUT: Final = ("include", "render", "tablerow")


class _Context(RenderContext):
    """A rendering's state: no clock in scope, line ends untouched, and loops counted over all of them."""

    __slots__ = ("_n_loops",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._n_loops = 0
        # Without python-liquid's `now` and `today`.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        # python-liquid's own limit multiplies nested loops and forgets finished ones.
        self._n_loops += length
        if self._n_loops > MAX_LOOPS:
            raise LoopIterationLimitError("loop iteration limit reached", token=None)

    def get_buffer(self, buf: Any = None) -> StringIO:
        used = buf.size if isinstance(buf, LimitedStringIO) else 0
        return LimitedStringIO(limit=MAX_OUTPUT_OCTETS - used, newline="")


class _Template(BoundTemplate):
    context_class = _Context

    def _get_buffer(self) -> StringIO:
        return LimitedStringIO(limit=MAX_OUTPUT_OCTETS, newline="")

    def make_partial_namespace(self, partial: bool, render_args: Mapping[str, object]) -> Mapping[str, object]:
        # python-liquid would put a name `partial` in front of a person's own.
        return render_args


class Dialect(Environment):
    """The environment every template is read in. It holds no state of a rendering."""

    block_nesting_limit: ClassVar[int] = MAX_NESTING
    context_depth_limit: ClassVar[int] = 2 * MAX_NESTING
    loop_iteration_limit: ClassVar[int | None] = MAX_LOOPS
    local_namespace_limit: ClassVar[int | None] = 100_000
    output_stream_limit: ClassVar[int | None] = MAX_OUTPUT_OCTETS
    template_class = _Template

    def __init__(self) -> None:
        super().__init__(tolerance=Mode.STRICT, undefined=Undefined, strict_filters=True)

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for name in _LEFT_OUT:
            del self.tags[name]
        self.add_filter("date", format_date)

    def error(self, exc: Any, msg: str | None = None, token: Token | None = None) -> None:
        # What is missing at the end of an expression has no place of its own: point at the expression.
        if isinstance(exc, LiquidError) and token is not None and (exc.token is None or exc.token.start_index < 0):
            exc.token = token
        super().error(exc, msg, token)

    def add_filter(self, name: str, func: Filter) -> None:
        super().add_filter(name, bounded(name, func))


class _BoundedRange(RangeLiteral):
    """`(1..n)` that is refused before anyone walks it: `reversed` would make a list of it first."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> range:
        numbers = super().evaluate(context)
        if numbers.stop - numbers.start > MAX_LOOPS:
            raise LoopIterationLimitError("loop iteration limit reached", token=None)
        return numbers


def bound_ranges(template: BoundTemplate) -> RangeLiteral | None:
    """Bound the ranges that loops walk. Returns one that stands elsewhere, where nothing would bound it."""
    context = RenderContext(template)
    for node in template.nodes:
        for within in _all_nodes(node, context):
            for expression in within.expressions():
                if (stray := _bound_in(expression)) is not None:
                    return stray
    return None


def _all_nodes(node: Node, context: RenderContext) -> Iterator[Node]:
    yield node
    for child in node.children(context, include_partials=False):
        yield from _all_nodes(child, context)


def _bound_in(expression: Expression) -> RangeLiteral | None:
    if isinstance(expression, RangeLiteral) and not isinstance(expression, _BoundedRange):
        return expression
    if isinstance(expression, LoopExpression) and isinstance(expression.iterable, RangeLiteral):
        numbers = expression.iterable
        expression.iterable = _BoundedRange(numbers.token, numbers.start, numbers.stop)
    return next((stray for child in expression.children() if (stray := _bound_in(child)) is not None), None)
