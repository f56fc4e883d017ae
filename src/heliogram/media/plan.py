"""What each route takes: the dated table `data/routes.toml`, read once.

A budget is the picture's own octets: the room for text, SMIL, headers and, over MM7, base64 is taken off first.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from heliogram.model.album import MAX_MEDIA
from heliogram.model.sender import SenderKind

OVERHEAD_OCTETS = 12_000
"""Room for 1,600 characters of text at 4 octets, the SMIL, the SOAP envelope and the part headers."""
BASE64_SHARE = 1.37
"""base64 with its line ends (protocols §5.1): what a route's limit counts when the picture goes that way."""
MAX_WIDTH, MAX_HEIGHT = 1_080, 1_920
"""Recommended still size (Sinch, protocols §5.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """`octets` is what the picture itself may have. The sides are bounds, not a shape."""

    octets: int
    max_width: int
    max_height: int
    content_types: tuple[str, ...]
    source: str


def budget_for(kind: SenderKind, network: str | None, country: str) -> Budget:
    """The budget of a route. `network` is for routes whose carrier takes less (none in the table yet)."""
    table = _table()
    for route in table["route"]:
        if route["sender_kind"] == kind.value and country in route["countries"]:
            return _budget(route)
    return _budget(table["default"])


def takes(carrier: str, content_type: str) -> bool:
    """Whether a route over this kind of carrier ("twilio", "mm7") takes files of a type."""
    table = _table()["types"]
    own = table.get(carrier, {})
    return content_type in own.get("only", table["taken"]) or content_type in own.get("also", ())


def most_media(carrier: str) -> int:
    """How many media one message may have over this kind of carrier."""
    return int(_table()["types"].get(carrier, {}).get("most", MAX_MEDIA))


def all_budgets() -> tuple[Budget, ...]:
    """The budgets there are, the smallest first, each size once."""
    table = _table()
    by_octets = {budget.octets: budget for budget in map(_budget, [*table["route"], table["default"]])}
    return tuple(by_octets[octets] for octets in sorted(by_octets))


def _budget(row: dict[str, Any]) -> Budget:
    return Budget(
        octets=int((row["octets"] - OVERHEAD_OCTETS) / BASE64_SHARE),
        max_width=MAX_WIDTH,
        max_height=MAX_HEIGHT,
        content_types=tuple(_table()["types"]["taken"]),
        source=row["source"],
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("heliogram.media") / "data" / "routes.toml").read_text())
