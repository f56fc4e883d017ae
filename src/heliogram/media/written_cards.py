"""Reads contact cards and calendars: lines of text, checked whole and bounded, so that nothing else poses as one.

Sources: vCard 2.1 (versit), RFC 2426 and RFC 6350 §3.3; iCalendar RFC 5545 §3.1.
"""

import re
from typing import Final

from heliogram.media.probe import MediaRefused, Picture

MAX_OCTETS: Final = 1_000_000
MAX_LINES: Final = 20_000
"""As written: a photo of 240 × 240 pixels takes some hundreds."""
MAX_DEPTH: Final = 4
"""A calendar holds events, which hold alarms."""

# Each character can be read in one way only: where a line is none, nothing else is tried.
_LINE: Final = re.compile(r"(?:[A-Za-z0-9-]{1,60}\.)?([A-Za-z0-9-]{1,60})((?:;(?:[^:\"]|\"[^\"]*\")*)?):(.*)")
_VERSIONS: Final = {"VCARD": ("2.1", "3.0", "4.0"), "VCALENDAR": ("2.0",)}
_TYPES: Final = {"VCARD": "text/vcard", "VCALENDAR": "text/calendar"}
_NAMES: Final = {"VCARD": "contact card", "VCALENDAR": "calendar entry"}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_card(octets: bytes) -> Picture:
    """A contact card or a calendar. Raises MediaRefused."""
    kind = "VCALENDAR" if octets.upper().startswith(b"BEGIN:VCALENDAR") else "VCARD"
    name = _NAMES[kind]
    if len(octets) > MAX_OCTETS:
        raise MediaRefused("too_large", f"The {name} has more than {MAX_OCTETS:,} octets.")
    try:
        text = octets.decode()
    except UnicodeDecodeError as problem:
        raise MediaRefused("broken", f"The {name} is not written in UTF-8. Please save it as UTF-8.") from problem
    if _CONTROL.search(text):
        raise MediaRefused("broken", f"The {name} has characters in it that no text has.")
    _check_lines(text, kind)
    return Picture(content_type=_TYPES[kind], width=0, height=0, frames=0, n_octets=len(octets))


def _check_lines(text: str, kind: str) -> None:
    name = _NAMES[kind]
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise MediaRefused("too_large", f"The {name} has more than {MAX_LINES:,} lines.")
    is_open: list[str] = []
    has_version = goes_on = False
    for n, line in enumerate(lines, 1):
        if goes_on or line[:1] in (" ", "\t") or not line:
            goes_on = goes_on and line.endswith("=")
            continue
        read = _LINE.fullmatch(line)
        if read is None:
            raise MediaRefused("broken", f"Line {n} of the {name} is none that such a file has.")
        word, params, value = read[1].upper(), read[2].upper(), read[3].strip()
        # vCard 2.1 breaks a quoted-printable value with "=" at the line's end, and the next line does not begin blank.
        goes_on = "QUOTED-PRINTABLE" in params and value.endswith("=")
        _nest(is_open, word, value.upper(), kind)
        has_version |= word == "VERSION" and value in _VERSIONS[kind]
    if is_open:
        raise MediaRefused("truncated", f"The {name} ends in the middle. Please upload it again.")
    if not has_version:
        raise MediaRefused("broken", f"The {name} does not say a version that phones know.")


def _nest(is_open: list[str], word: str, value: str, kind: str) -> None:
    """Open and close what a line opens or closes; nothing stands outside the card."""
    name = _NAMES[kind]
    if word == "BEGIN":
        if (not is_open and value != kind) or len(is_open) >= (1 if kind == "VCARD" else MAX_DEPTH):
            raise MediaRefused("broken", f"The {name} has something else in it: {value[:40]}.")
        is_open.append(value)
    elif not is_open:
        raise MediaRefused("broken", f"There is something before or behind the {name}.")
    elif word == "END" and is_open.pop() != value:
        raise MediaRefused("broken", f"The {name} does not end what it began.")
