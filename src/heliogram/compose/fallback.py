"""The text that goes where the picture cannot: the author's own, or the text itself, with the short link in it.

The link is made when the message is handed over, so a rendered text holds its place with `LINK_MARK` until then.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from heliogram.compose.errors import RenderRefused, TemplateRefused
from heliogram.compose.liquid import Template, compile_text

LINK_MARK: Final = "\ufdd0"
"""Where the link goes. A code point that is no character, for use inside programs only (Unicode §23.7)."""
LINK_FIELD: Final = "link"

_LINK: Final = re.compile(r"\{\{-?\s*(?:\$\{\s*link\s*\}|link)\s*-?\}\}")


def compile_fallback(source: str) -> Template | None:
    """The author's text for phones without pictures, ready for `render_fallback`; None where nothing is written.

    Raises TemplateRefused, also for a link that filters or tags would change: it is not known yet.
    """
    if not source.strip():
        return None
    template = compile_text(source)
    if LINK_FIELD in compile_text(_LINK.sub("", source)).fields:
        raise TemplateRefused("The link can only stand alone between its braces: “{{ link }}”.", line=1)
    return template


def render_fallback(template: Template | None, person: Mapping[str, object]) -> str | None:
    """One person's, with `LINK_MARK` for the link. None: the text itself does, with the link behind it."""
    if template is None:
        return None
    try:
        return template.render({**person, LINK_FIELD: LINK_MARK}).strip() or None
    except RenderRefused:
        return None


def marked(text: str) -> str | None:
    """The same of a text without Liquid, as a single message has it: nothing but `{{ link }}` is filled in."""
    return _LINK.sub(LINK_MARK, text).strip() or None


def with_link(body: str, url: str) -> str:
    """The body with the link in its place, or behind it after a space; only the link where there is no body.

    It stands there once. What follows or goes before without a space would become a part of it on the phone.
    """
    before, mark, after = body.partition(LINK_MARK)
    if not mark:
        body = body.rstrip()
        return f"{body} {url}" if body else url
    after = after.replace(LINK_MARK, "")
    return f"{before}{_gap(before[-1:])}{url}{_gap(after[:1])}{after}"


def short_url(base_url: str, token: str) -> str:
    """The public page of one recipient's picture."""
    return f"{base_url.rstrip('/')}/p/{token}"


def _gap(neighbour: str) -> str:
    """A space where the character beside a link is a letter, a digit, a mark, or one that addresses go on with."""
    return " " if neighbour and (unicodedata.category(neighbour)[0] in "LNM" or neighbour in _OF_ADDRESSES) else ""


_OF_ADDRESSES: Final = "-_~/?#@&=+%$"
