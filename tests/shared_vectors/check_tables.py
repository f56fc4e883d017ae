"""The GSM alphabet and the national tables against tables of other people (gsm7/ts23038_tables.json), by position."""

import json
from pathlib import Path

from heliogram.wire.gsm import Shift, alphabet

from .checked import Checked, difference


def check_tables(folder: Path) -> Checked:
    """Check every position of the alphabet, its extension, and the locking and single shift table of each language."""
    checked = Checked()
    for language, table in json.loads((folder / "gsm7" / "ts23038_tables.json").read_text())["tables"].items():
        ours = alphabet(Shift(locking=table["code"], single=table["code"]))
        if table["locking"]:  # a language without one uses the default
            _compare(checked, f"{language} alphabet", ours.basic, _positions(table["locking"]))
        _compare(checked, f"{language} extension", ours.extension, _positions(table["single_shift"]))
    return checked


def _positions(table: dict[str, str]) -> dict[int, str]:
    return {int(position, 16): character for position, character in table.items()}


def _compare(checked: Checked, name: str, ours: dict[int, str], theirs: dict[int, str]) -> None:
    for position in sorted(ours.keys() | theirs.keys()):
        found = difference("the character", ours.get(position), theirs.get(position))
        checked.judge(f"{name} 0x{position:02X}", found)
