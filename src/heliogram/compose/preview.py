"""What one person would read, and over how many segments a whole audience spreads. Nothing is stored or sent."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from heliogram.compose.fallback import LINK_FIELD, render_fallback
from heliogram.compose.liquid import Template
from heliogram.compose.written import fit_text
from heliogram.model.cut import PLAIN, Cut
from heliogram.model.text import DEFAULTS, TextRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One person's text, with the link (`fallback_body`) and without (`body`). `missing_fields` in their order.

    `n_uncut` are the text message's segments before it was cut, 0 where it is whole; `is_too_long`: it goes to nobody.
    """

    body: str
    fallback_body: str
    n_segments: int
    n_fallback_segments: int
    n_uncut: int
    is_too_long: bool
    missing_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many messages of an audience need this many segments. `percent` is rounded: 0 means under 1 %."""

    n_segments: int
    n: int
    percent: int


def preview(
    template: Template,
    person: Mapping[str, object],
    *,
    media: bool,
    link_url: str,
    rules: TextRules = DEFAULTS,
    fallback: Template | None = None,
    cut: Cut = PLAIN,
) -> Preview:
    """What `person` gets. Without a picture (`media`) there is no fallback: both bodies are the same.

    `fallback` is the author's text for phones without pictures, of `compile_fallback`; `cut` is how the account that
    the text goes by has it cut.

    Raises RenderRefused.
    """
    body = template.render(person)
    alone = fit_text(body, None, rules, cut)
    linked = fit_text(render_fallback(fallback, person) or body, link_url, rules, cut) if media else alone
    return Preview(
        # Beside a picture nothing counts characters by their alphabet: there it stays as it was written.
        body=body if media else alone.text,
        fallback_body=linked.text,
        n_segments=alone.split.n_segments,
        n_fallback_segments=linked.split.n_segments,
        n_uncut=linked.rewriting.n_uncut if linked.rewriting else 0,
        is_too_long=linked.is_too_long,
        missing_fields=missing_fields(template, person, fallback),
    )


def missing_fields(
    template: Template, person: Mapping[str, object], fallback: Template | None = None
) -> tuple[str, ...]:
    """The fields of the template that this person does not have, or has empty; by name. So of the fallback."""
    fields = template.fields | (fallback.fields - {LINK_FIELD} if fallback else frozenset())
    return tuple(sorted(name for name in fields if person.get(name) in (None, "")))


def spread(n_segments: Iterable[int]) -> tuple[Share, ...]:
    """How an audience's messages spread over numbers of segments, the fewest first."""
    counts = Counter(n_segments)
    return tuple(
        Share(n_segments=segments, n=n, percent=round(100 * n / counts.total()))
        for segments, n in sorted(counts.items())
    )
