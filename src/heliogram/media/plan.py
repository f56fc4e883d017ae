"""What each route takes: the dated table `data/routes.toml`, read once.

A budget is the picture's own octets: the room for text, SMIL, headers and, where it travels so, base64 is taken off
first.
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
"""base64 with its line ends: what the limit counts of a picture that travels inside the message, as over MM7."""
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


@cache
def budget_for(kind: SenderKind, carrier: str, country: str) -> Budget:
    """The budget of a route: by the kind of its sender, the kind of its account ("mm7", "twilio") and the country."""
    table = _table()
    for route in table["route"]:
        is_for = route["sender_kind"] == kind.value and country in route["countries"]
        if is_for and carrier in route.get("carriers", [carrier]):
            return _budget(route, carrier)
    return _budget(table["default"], carrier)


def takes(carrier: str, content_type: str) -> bool:
    """Whether a route over this kind of carrier ("twilio", "mm7") takes files of a type."""
    table = _table()["types"]
    own = table.get(carrier, {})
    return content_type in own.get("only", table["taken"]) or content_type in own.get("also", ())


def most_media(carrier: str) -> int:
    """How many media one message may have over this kind of carrier."""
    return int(_table()["types"].get(carrier, {}).get("most", MAX_MEDIA))


@cache
def all_budgets() -> tuple[Budget, ...]:
    """The budgets there are, the smallest first, each size once."""
    table = _table()
    kinds = {*table["base64"]["carriers"], ""}
    found = [
        _budget(row, carrier) for row in [*table["route"], table["default"]] for carrier in row.get("carriers", kinds)
    ]
    by_octets = {budget.octets: budget for budget in found}
    return tuple(by_octets[octets] for octets in sorted(by_octets))


def _budget(row: dict[str, Any], carrier: str) -> Budget:
    share = BASE64_SHARE if carrier in _table()["base64"]["carriers"] else 1
    return Budget(
        octets=int((row["octets"] - OVERHEAD_OCTETS) / share),
        max_width=MAX_WIDTH,
        max_height=MAX_HEIGHT,
        content_types=tuple(_table()["types"]["taken"]),
        source=row["source"],
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("heliogram.media") / "data" / "routes.toml").read_text())
