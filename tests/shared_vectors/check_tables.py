"""The GSM alphabet against tables of other people (gsm7/ts23038_tables.json), position by position."""

import json
from pathlib import Path

from heliogram.wire import gsm

from .checked import Checked, difference


def check_tables(folder: Path) -> Checked:
    """Check the default table and its extension; count the national tables, which the product does not have."""
    checked = Checked()
    tables = json.loads((folder / "gsm7" / "ts23038_tables.json").read_text())["tables"]
    default = tables.pop("Default")
    basic = {position: character for position, character in enumerate(gsm.BASIC) if position != gsm.ESCAPE}
    _compare(checked, "alphabet", basic, _positions(default["locking"]))
    _compare(checked, "extension", gsm.EXTENSION, _positions(default["single_shift"]))
    n_national = sum(bool(table[kind]) for table in tables.values() for kind in ("locking", "single_shift"))
    checked.notes.append(f"not yet in the product: {n_national} national tables of {len(tables)} languages")
    return checked


def _positions(table: dict[str, str]) -> dict[int, str]:
    return {int(position, 16): character for position, character in table.items()}


def _compare(checked: Checked, name: str, ours: dict[int, str], theirs: dict[int, str]) -> None:
    for position in sorted(ours.keys() | theirs.keys()):
        found = difference("the character", ours.get(position), theirs.get(position))
        checked.judge(f"{name} 0x{position:02X}", found)
