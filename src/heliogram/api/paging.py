"""Keyset pages: `after` is the id of the last item seen, so that rows added meanwhile neither repeat nor hide any."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from heliogram.api.schema.shape import DEFAULT_PAGE, MAX_PAGE

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many items at most.")]
After = Annotated[
    str,
    Query(pattern="^([0-9a-f]{32})?$", description="The `next` of the page before; empty for the first."),
]

DEFAULT_LIMIT = DEFAULT_PAGE


def next_of(rows: Sequence[Any], limit: int) -> str | None:
    """The cursor of the next page; None when this one is the last."""
    return str(rows[-1]["id"]) if len(rows) == limit else None
