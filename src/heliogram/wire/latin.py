"""Transliteration: Latin letters that are not in the GSM alphabet lose what makes them so. It changes words.

Source: an accent is what Unicode's compatibility decomposition (UAX #15) sets behind the letter; letters that it does
not take apart are spelled as in CLDR's Latin-ASCII. Other scripts stay: what they would become depends on the language.
"""

import unicodedata
from typing import Final

from heliogram.wire import gsm
from heliogram.wire.smart import kept_in, smarten

_WHOLE: Final = {
    "\u0141": "L",
    "\u0142": "l",
    "\u0110": "D",
    "\u0111": "d",
    "\u0126": "H",
    "\u0127": "h",
    "\u0166": "T",
    "\u0167": "t",
    "\u0131": "i",
    "\u0152": "OE",
    "\u0153": "oe",
    "\u00de": "TH",
    "\u00fe": "th",
    "\u00d0": "D",
    "\u00f0": "d",
    "\u014a": "N",
    "\u014b": "n",
    "\u0138": "q",
    "\u1e9e": "SS",
}


def latinize(text: str) -> str:
    """The text with typographic characters made plain and Latin letters bare, links and Liquid left as they are."""
    plain = smarten(text)
    found = letters_in(plain)
    return "".join(found.get(at, character) for at, character in enumerate(plain)) if found else plain


def letters_in(text: str) -> dict[int, str]:
    """What `latinize` does to the letters of a text in NFC: position in code points → the bare letters."""
    if gsm.is_gsm7(text):
        return {}
    kept = kept_in(text)
    found: dict[int, str] = {}
    for at, character in enumerate(text):
        if at in kept or gsm.is_gsm7(character):
            continue
        if _is_mark(character) and at and (at - 1 in found or _is_latin(text[at - 1])):
            found[at] = ""
        elif bare := _bare(character):
            found[at] = bare
    return found


def _bare(character: str) -> str:
    if character in _WHOLE:
        return _WHOLE[character]
    letters = "".join(each for each in unicodedata.normalize("NFKD", character) if not _is_mark(each))
    return letters if letters.isascii() and letters.isalpha() else ""


def _is_mark(character: str) -> bool:
    # Joiners and the marks that make a character a picture of another are no accents.
    return "\u0300" <= character <= "\u036f"


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN ")
