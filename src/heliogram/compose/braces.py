"""Finds the braces of a template before Liquid reads it: in linear time, with mistakes named where they are.

python-liquid needs seconds for ten thousand unclosed braces, and cannot say which `{% if %}` is left open. Braze's
way to write a field, `{{${first_name}}}`, is turned into Liquid's here, character for character, so that the lines
and columns of later errors stay right. A `${5}` outside of braces is text and left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from heliogram.compose.errors import TemplateRefused

BLOCKS: Final = frozenset({"if", "unless", "case", "for", "capture", "comment", "ifchanged"})

_OPENING: Final = re.compile(r"\{\{|\{%-?[ \t\r\n]*(#|\w*)")
_VERBATIM: Final = re.compile(r"\{%-?\s*(raw|doc)\s*-?%\}")
_CLOSING: Final = {"{{": "}}", "{%": "%}"}
# Braze's field, or what is to be passed over on the way to it: a quoted text that ends before the braces do.
_FIELD: Final = re.compile(
    r"(?:custom_attribute\s*\.\s*)?\$\{\s*(?P<name>\w[\w-]*)\s*\}"
    r"|'(?:(?!\}\}|%\})[^'])*'"
    r'|"(?:(?!\}\}|%\})[^"])*"'
    r"|(?P<close>\}\}|%\})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A pair of braces. `name` is the tag's, "" for an output; `source[start:end]` has the braces too."""

    name: str
    start: int
    end: int


def read_braces(source: str) -> str:
    """The template with Braze's fields written as Liquid writes them, each character where it was.

    Raises TemplateRefused for braces that are not closed or empty, and for blocks that do not pair.
    """
    characters = list(source)
    marks = list(_marks(source, characters))
    _check_pairs(source, marks)
    return "".join(characters)


def refused_at(source: str, index: int, sentence: str) -> TemplateRefused:
    """A refusal that points at a character of the template."""
    line_start = source.rfind("\n", 0, index) + 1
    return TemplateRefused(sentence, line=source.count("\n", 0, index) + 1, column=index - line_start + 1)


def _marks(source: str, characters: list[str]) -> Iterator[Mark]:
    position = 0
    while opening := _OPENING.search(source, position):
        start = opening.start()
        if verbatim := _VERBATIM.match(source, start):
            position = _end_of_verbatim(source, verbatim)
            continue
        braces = source[start : start + 2]
        position = _read_inside(source, start, braces, characters)
        if not source[start + 2 : position - 2].strip("- \t\r\n"):
            raise refused_at(source, start, f"There is nothing between “{braces}” and “{_CLOSING[braces]}”.")
        yield Mark(name=opening[1] or "", start=start, end=position)


def _end_of_verbatim(source: str, verbatim: re.Match[str]) -> int:
    end = re.compile(rf"\{{%-?\s*end{verbatim[1]}\s*-?%\}}").search(source, verbatim.end())
    if end is None:
        name = verbatim[1]
        raise refused_at(
            source, verbatim.start(), f"“{{% {name} %}}” is never closed. Add “{{% end{name} %}}” after it."
        )
    return end.end()


def _read_inside(source: str, start: int, braces: str, characters: list[str]) -> int:
    """Where the braces close; on the way, blanks put in place of what Braze writes around a name."""
    for part in _FIELD.finditer(source, start + 2):
        if part["close"]:
            if part["close"] != _CLOSING[braces]:
                break
            return part.end()
        if part["name"]:
            name_start, name_end = part.span("name")
            for at in (*range(part.start(), name_start), *range(name_end, part.end())):
                characters[at] = " " if not source[at].isspace() else source[at]
    raise refused_at(source, start, f"“{braces}” is never closed. Add “{_CLOSING[braces]}” after it.")


def _check_pairs(source: str, marks: list[Mark]) -> None:
    open_marks: list[Mark] = []
    for mark in marks:
        inside = open_marks[-1].name if open_marks else ""
        if inside == "comment" and mark.name not in ("comment", "endcomment"):
            continue
        if mark.name in BLOCKS:
            open_marks.append(mark)
        elif mark.name.startswith("end") and mark.name[3:] in BLOCKS:
            if mark.name[3:] != inside:
                raise refused_at(source, mark.start, _unpaired(mark.name, inside))
            open_marks.pop()
    if open_marks:
        name = open_marks[-1].name
        raise refused_at(
            source, open_marks[-1].start, f"“{{% {name} %}}” is never closed. Add “{{% end{name} %}}” after it."
        )


def _unpaired(name: str, inside: str) -> str:
    if not inside:
        return f"“{{% {name} %}}” closes nothing: there is no “{{% {name[3:]} %}}” before it."
    return f"“{{% {name} %}}” stands where “{{% end{inside} %}}” is expected."
