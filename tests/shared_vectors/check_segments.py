"""Segments against two libraries that count them (gsm7/segments_oracle.json)."""

import json
import unicodedata
from pathlib import Path
from typing import Any

from heliogram.wire.segment import Encoding, Split, count_units, split_text

from .checked import Checked, difference

_BITS = {Encoding.GSM_7: 7, Encoding.UCS_2: 16}
_CHARACTER_SET = {Encoding.GSM_7: "GSM", Encoding.UCS_2: "Unicode"}
# split-sms counts septets and octets.
_PER_UNIT = {Encoding.GSM_7: 1, Encoding.UCS_2: 2}
_CLUSTERS = "split-sms cuts flags, families and accents in two; we keep them whole, as Twilio does"

_COMPOSED = "NFC first: a letter and its accent are one letter here, two characters there"

EXCEPTIONS = dict.fromkeys(("flag boundary", "zwj family boundary", "keycap"), _CLUSTERS) | {"combining": _COMPOSED}


def check_segments(folder: Path) -> Checked:
    """Check encoding, number, texts and sizes of the segments of every case."""
    checked = Checked()
    for case in json.loads((folder / "gsm7" / "segments_oracle.json").read_text())["cases"]:
        if EXCEPTIONS.get(case["name"]) == _COMPOSED:
            differs, reason = _composed(case)
            checked.judge(case["name"], differs, reason=reason)
            continue
        split = split_text(case["text"])
        failures = _against_twilio(split, case["twilio"]) + _against_split_sms(split, case["split_sms"])
        parts = [part["content"] for part in case["split_sms"]["parts"]]
        reason = EXCEPTIONS.get(case["name"], "")
        differs = difference("split-sms: the parts", list(split.parts), parts)
        # An exception excuses the places of the cuts and nothing else.
        checked.judge(case["name"], failures + differs, reason="" if failures else reason)
    return checked


def _composed(case: dict[str, Any]) -> tuple[list[str], str]:
    """What differs from Twilio, and the reason where it is only this: the same text, but in NFC, and never longer."""
    split, theirs = split_text(case["text"]), case["twilio"]
    whole = difference("the text", "".join(split.parts), unicodedata.normalize("NFC", "".join(theirs["parts"])))
    longer = [] if split.n_segments <= theirs["segments"] else ["it has more segments"]
    return (whole + longer, "") if whole + longer else (_against_twilio(split, theirs), _COMPOSED)


def _against_twilio(split: Split, theirs: dict[str, Any]) -> list[str]:
    return [
        *difference("Twilio: the encoding", split.encoding.value, theirs["encoding"]),
        *difference("Twilio: the number of segments", split.n_segments, theirs["segments"]),
        *difference("Twilio: the parts", list(split.parts), theirs["parts"]),
        *difference("Twilio: the bits", split.n_units * _BITS[split.encoding], theirs["messageSizeBits"]),
    ]


def _against_split_sms(split: Split, theirs: dict[str, Any]) -> list[str]:
    per_unit = _PER_UNIT[split.encoding]
    return [
        *difference("split-sms: the alphabet", _CHARACTER_SET[split.encoding], theirs["characterSet"]),
        *difference("split-sms: the number of segments", split.n_segments, len(theirs["parts"])),
        *difference("split-sms: the octets", split.n_units * per_unit, theirs["bytes"]),
        *(
            failure
            for part in theirs["parts"]
            for failure in difference(
                f"split-sms: the octets of {part['content']!r}",
                count_units(part["content"], split.encoding) * per_unit,
                part["bytes"],
            )
        ),
    ]
