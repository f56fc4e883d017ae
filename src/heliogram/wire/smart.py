"""Smart encoding: typographic characters into plain ones that say the same, so that a text stays GSM-7.

Only outside links and Liquid. The list is Twilio's published one, with these differences: a space of any kind becomes
one space (there some become two, a tab seven); angle quotes point the way they point; an upright comma is a comma;
a bullet stays a list's mark; marks that combine with the letter before them are left (`n` and a tilde is no `n~`).
"""

import re
import unicodedata
from typing import Final

_SAME_AS: Final = {
    '"': "\u00ab\u00bb\u201c\u201d\u201e\u201f\u02ba\u02ee\u275d\u275e\u301d\u301e",
    "'": "\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u00b4\u02ca\u0060\u02cb\u275b\u275c\uff40",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u23bc\u23bd\ufe63",
    "...": "\u2026",
    ",": "\u201a\u3001\ufe50\ufe51\uff64\ufe10\ufe11",
    ".": "\u3002\ufe52\uff61",
    ":": "\u02d0\u02f8\u2982\ua789\ufe13",
    ";": "\u204f\ufe14\ufe54",
    "!": "\u01c3\ufe15\ufe57",
    "!!": "\u203c",
    "?": "\ufe16\ufe56",
    "/": "\u00f7\u2044\u2215\u29f8",
    "\\": "\u29f5\u29f9\ufe68",
    "|": "\u2223\u239c\u239f\u23b8\u23b9\u23d0",
    "1/4": "\u00bc",
    "1/2": "\u00bd",
    "3/4": "\u00be",
    "*": "\u2022\u204e\u2217\u229b\u2722\u2723\u2724\u2725\u2731\u2732\u2733\u273a\u273b\u273c\u273d\u2743\u2749"
    "\u274a\u274b\u29c6\ufe61",
    "+": "\u02d6\ufe62",
    "=": "\ua78a\ufe66",
    "<": "\u2039\ufe64",
    ">": "\u203a\ufe65",
    "(": "\u2768\u276a\u27ee\u2985\ufe59",
    ")": "\u2769\u276b\u27ef\u2986\ufe5a",
    "{": "\u2774\ufe5b",
    "}": "\u2775\ufe5c",
    "^": "\u02c6",
    "~": "\u02dc\u02f7\u223c",
    "_": "\u2017",
    "@": "\ufe6b",
    "$": "\ufe69",
    "#": "\ufe5f",
    "%": "\ufe6a",
    "&": "\ufe60",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
    "\u202f\u205f\u3000",
    "": "\u200b\u2060\ufeff\x7f",
}
_FULLWIDTH: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SMALL_CAPITALS: Final = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "ABCDEFGHIJKLMNOPRSTUVWYZ", strict=True))
_CONTROLS: Final = {
    **{chr(code): "" for code in range(0x20) if chr(code) not in "\n\f\r"},
    **{chr(code): " " for code in range(0x80, 0xA0)},
}
REPLACEMENTS: Final[dict[str, str]] = {
    **_CONTROLS,
    **_FULLWIDTH,
    **_SMALL_CAPITALS,
    **{odd: plain for plain, odds in _SAME_AS.items() for odd in odds},
}
_TABLE: Final = str.maketrans(REPLACEMENTS)
_ODD: Final = re.compile("[" + "".join(map(re.escape, REPLACEMENTS)) + "]")
# A tag ends at its own end: one that is never closed is not looked for beyond the next, or a text of nothing but
# openings would take minutes. A link may have Liquid in it, with spaces.
_LIQUID: Final = r"\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}"
_KEPT: Final = re.compile(rf"({_LIQUID}|https?://(?:{_LIQUID}|\S)+)", re.DOTALL)


def smarten(text: str) -> str:
    """The text with its typographic characters replaced, links and Liquid left as they are.

    A letter written as two characters becomes the one it is, where there is one: `ñ` is in the alphabet, its tilde not.
    """
    pieces = _KEPT.split(text)
    return "".join(piece if index % 2 else _plain(piece) for index, piece in enumerate(pieces))


def replacements_in(text: str) -> dict[int, str]:
    """What `smarten` replaces in a text in NFC: position in code points → the plain spelling."""
    if _ODD.search(text) is None:
        return {}
    kept = kept_in(text)
    return {match.start(): REPLACEMENTS[match.group()] for match in _ODD.finditer(text) if match.start() not in kept}


def kept_in(text: str) -> set[int]:
    """The positions of links and Liquid: what no spelling touches."""
    return {at for match in _KEPT.finditer(text) for at in range(*match.span())}


def _plain(piece: str) -> str:
    # Once more behind the table: a mark may follow what was a full-width letter.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", piece).translate(_TABLE))
