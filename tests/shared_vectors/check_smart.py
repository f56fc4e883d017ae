"""Smart encoding against Twilio's map (gsm7/smart_encoding_twilio.json), differences named one by one."""

import json
from pathlib import Path

from heliogram.wire.smart import smarten

from .checked import Checked, difference

ONE_SPACE = "a space, a tab or a C1 control becomes one space; there two or seven"
ANGLES = "‹ and › point the way they point; there they are swapped"
COMMAS = "an upright comma is a comma; there an apostrophe"
BULLET = "a bullet becomes the asterisk of a list; there a dash"
MARKS = "a mark that combines with the letter before it is left, or ñ in two characters would read n~"

# Code points → what they become here, by the reason.
EXCEPTIONS: dict[str, dict[str, str]] = {
    ONE_SPACE: {
        f"{code:04X}": " "
        for code in (0x09, 0x80, 0x8D, 0x90, 0x9B, 0x9F, 0xA0, 0x2000, *range(0x2002, 0x200B), 0x202F, 0x205F, 0x3000)
    },
    ANGLES: {"2039": "<", "203A": ">"},
    COMMAS: {"FE10": ",", "FE11": ","},
    BULLET: {"2022": "*"},
    MARKS: {
        f"{ord(mark):04X}": mark
        for mark in "\u0302\u0303\u0313\u0314\u0326\u0330\u0332\u0334\u0337\u0338\u0347\u1dcd\u20d2\u20d3\u20e5"
    },
}


def check_smart(folder: Path, exceptions: dict[str, dict[str, str]] = EXCEPTIONS) -> Checked:
    """Check that every character of the map becomes what it becomes there, or what its exception says."""
    checked = Checked()
    reasons = {code: reason for reason, codes in exceptions.items() for code in codes}
    for name, theirs in json.loads((folder / "gsm7" / "smart_encoding_twilio.json").read_text())["map"].items():
        code = name.removeprefix("U+")
        ours = smarten(chr(int(code, 16)))
        reason = reasons.get(code, "")
        named = difference("it", ours, exceptions[reason][code]) if reason else []
        if named:
            checked.judge(f"{name} as named here", named)
        else:
            checked.judge(name, difference("it", ours, theirs), reason=reason)
    return checked
