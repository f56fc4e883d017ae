"""Delivery receipts as other people's tests have them (smpp/dlr_vectors.json)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from heliogram.wire.errors import TheirFault
from heliogram.wire.smpp.receipt import Receipt, read_text

from .checked import Checked, difference

# The receipt keeps dates as the carrier wrote them: their zone is its own.
_DATE_FORMATS = ("%y%m%d%H%M", "%y%m%d%H%M%S", "%Y%m%d%H%M%S")


def check_receipts(folder: Path) -> Checked:
    """Check every field that a case expects."""
    checked = Checked()
    for number, case in enumerate(json.loads((folder / "smpp" / "dlr_vectors.json").read_text())["cases"], 1):
        try:
            found = _misread(read_text(case["body"]), case["expect"])
        except TheirFault as refused:
            found = [f"refused: {refused}"]
        checked.judge(f"receipt {number}", found)
    return checked


def _misread(receipt: Receipt, expect: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name, value in expect.items():
        match name:
            case "note":
                continue
            case "sub" | "dlvrd":
                found += difference(name, int(getattr(receipt, name)), value)
            case "submit" | "done":
                found += _misread_date(name, getattr(receipt, f"{name}_date"), value)
            case "id" | "stat" | "err" | "text":
                found += difference(name, getattr(receipt, name), value)
            case _:
                found.append(f"nothing here reads {name}")
    return found


def _misread_date(name: str, ours: str, theirs: str | None) -> list[str]:
    if theirs is None:
        return difference(name, ours.strip("0"), "")
    at = datetime.fromisoformat(theirs)
    return [] if ours in {at.strftime(form) for form in _DATE_FORMATS} else [f"{name} is {ours!r}, not {theirs!r}"]
