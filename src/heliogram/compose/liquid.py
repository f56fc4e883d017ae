"""Templates: text with Liquid in it, compiled once and rendered for each person.

Three ways lead to the same octets: plain text is itself, text with fields is joined directly (`compose.direct`), and
everything else goes through python-liquid (`compose.dialect`). What comes out is NFC with line ends of one LF.
Source: Liquid as Shopify documents it; Braze's `{{${first_name}}}`.
"""

import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import liquid.token
from liquid import BoundTemplate
from liquid.exceptions import (
    BlockNestingError,
    LiquidError,
    LiquidSyntaxError,
    LiquidValueError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    ResourceLimitError,
)

from heliogram.compose.braces import read_braces, refused_at
from heliogram.compose.dialect import (
    MAX_LOOPS,
    MAX_NESTING,
    MAX_OUTPUT_OCTETS,
    MAX_TEMPLATE_CHARS,
    Dialect,
    bound_ranges,
)
from heliogram.compose.direct import Direct, direct_for
from heliogram.compose.errors import ComposeError, RenderRefused, TemplateRefused
from heliogram.compose.filters import NotForMessages

__all__ = ["ComposeError", "RenderRefused", "Template", "TemplateRefused", "compile_text"]

_TOO_DEEP: Final = "What stands between the braces is too deeply nested to be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text ready to be rendered. `fields` are the names of a person that it reads."""

    source: str
    fields: frozenset[str]
    _plain: str | None = None
    _direct: Direct | None = None
    _liquid: BoundTemplate | None = None

    def render(self, person: Mapping[str, object]) -> str:
        """The text for one person; a field the person does not have is "".

        Raises RenderRefused when a filter cannot work with the person's data, or a bound is met.
        """
        if self._plain is not None:
            return self._plain
        if self._direct is not None and (text := self._direct(person)) is not None:
            return _normal(text)
        return self.render_by_liquid(person)

    def render_by_liquid(self, person: Mapping[str, object]) -> str:
        """The same without the shorter ways, to hold them against."""
        template = self._liquid or _dialect().from_string(self.source)
        try:
            return _normal(template.render(person))
        except (LiquidError, RecursionError) as error:
            raise _render_refused(error) from error


def compile_text(source: str) -> Template:
    """Read a template. Raises TemplateRefused with the line and a sentence for its author."""
    if len(source) > MAX_TEMPLATE_CHARS:
        raise TemplateRefused(f"The text is longer than {MAX_TEMPLATE_CHARS:,} characters.", line=1)
    if "{{" not in source and "{%" not in source:
        return Template(source=source, fields=frozenset(), _plain=_normal(source))
    return _compile(read_braces(source))


def _compile(source: str) -> Template:
    try:
        template = _dialect().from_string(source)
        stray = bound_ranges(template)
        analysis = template.analyze(include_partials=False)
    except LiquidError as error:
        raise _template_refused(source, error) from error
    except RecursionError as error:
        raise TemplateRefused(_TOO_DEEP, line=1) from error
    if stray is not None:
        raise refused_at(source, stray.token.start_index, "A range such as (1..5) can only stand in “{% for %}”.")
    for name, spans in analysis.filters.items():
        if name not in _dialect().filters:
            raise refused_at(source, spans[0].index, f"There is no filter “{name}”.{_meant(name)}")
    return Template(
        source=source,
        fields=frozenset(analysis.globals),
        _direct=direct_for(template.nodes, len(source)),
        _liquid=template,
    )


@cache
def _dialect() -> Dialect:
    return Dialect()


def _meant(name: str) -> str:
    close = difflib.get_close_matches(name, _dialect().filters, n=1)
    return f" Did you mean “{close[0]}”?" if close else ""


def _normal(text: str) -> str:
    """One LF for each line end, and NFC: what segments are counted of. Source: UAX #15."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _template_refused(source: str, error: LiquidError) -> TemplateRefused:
    if isinstance(error, BlockNestingError):
        return TemplateRefused(f"Blocks can stand in each other at most {MAX_NESTING} deep.", line=1)
    token = error.token
    if token is None or not 0 <= token.start_index < len(source):
        return TemplateRefused(_TOO_DEEP, line=1)
    match token.kind:
        case liquid.token.TOKEN_TAG:
            sentence = f"“{{% {token.value} %}}” is not known, or cannot stand here."
        case liquid.token.TOKEN_EXPRESSION:
            sentence = f"Something is missing in “{token.value}”."
        case _:
            sentence = f"“{token.value}” is not expected here. Check the quotes, dots and bars."
    return refused_at(source, token.start_index, sentence)


# The first that fits, from the narrow to the wide.
_WHY_NOT_RENDERED: Final[tuple[tuple[type[Exception], str], ...]] = (
    (OutputStreamLimitError, f"The text for this person becomes longer than {MAX_OUTPUT_OCTETS:,} bytes."),
    (LoopIterationLimitError, f"The loops of the text run more than {MAX_LOOPS:,} times."),
    (ResourceLimitError, "The text for this person grows beyond its bounds."),
    (LiquidValueError, "A number in the text is too long."),
    # The only mistake of the template that shows late.
    (LiquidSyntaxError, "“{% break %}” and “{% continue %}” can only stand in “{% for %}”."),
    (RecursionError, _TOO_DEEP),
    (Exception, "A filter or a comparison of the text cannot work with this person's data."),
)


def _render_refused(error: Exception) -> RenderRefused:
    sentence = next(said for kind, said in _WHY_NOT_RENDERED if isinstance(error, kind))
    if isinstance(error, NotForMessages):
        sentence = str(error.message)
    if isinstance(error, LiquidError) and error.token is not None and (context := error.context()):
        return RenderRefused(f"Line {context[0]}: {sentence}")
    return RenderRefused(sentence)
