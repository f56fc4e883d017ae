"""Whether a person opens a link, or a program does before one: the dated table `data/previewers.toml`.

A program that hides what it is counts as a person: nothing here guesses by address or by pace.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def is_preview(headers: Mapping[str, str]) -> bool:
    """Whether a request is a program's. Header names are in lower case; nobody who says nothing is a person."""
    agent = headers.get("user-agent", "").lower()
    table = _table()
    if not agent or any(word in agent for program in table["program"] for word in program["words"]):
        return True
    return any(early["word"] in headers.get(early["header"], "").lower() for early in table["early"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("heliogram.pages") / "data" / "previewers.toml").read_text())
