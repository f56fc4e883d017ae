"""What people type for a telephone number, into E.164 and its country.

The rules are libphonenumber's, through `phonenumbers`. Numbers of the United States and Canada, most of what this
product sees, are matched against that library's own patterns directly: 30 times faster than asking it.
Source: ITU-T E.164; a number of ten digits without "+" belongs to the default country.
"""

import re
from functools import cache, lru_cache
from typing import Final

from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    ValidationResult,
    country_code_for_region,
    is_possible_number_with_reason,
    is_valid_number,
    parse,
    region_code_for_country_code,
    region_code_for_number,
)

from heliogram.audience.errors import PhoneRefused
from heliogram.model.phone import Phone

__all__ = ["DEFAULT_COUNTRY", "PhoneRefused", "parse_phone"]

DEFAULT_COUNTRY: Final = "US"
MAX_CHARS: Final = 40
"""Longer than any number is written."""
MIN_DIGITS: Final = 7
MAX_DIGITS: Final = 17
"""E.164 allows 15; two more for a "00" in front."""

_WRAPPED: Final = re.compile(r"=\"(.*)\"\Z", re.DOTALL)
_SCIENTIFIC: Final = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d{1,2}\Z")
_ROUNDED: Final = re.compile(r"(\d{8,15})[.,]0{1,2}\Z")
_EXTENSION: Final = re.compile(r"\d\s*[,;]?\s*(?:ext(?:ension|n)?\b|x|#)\.?\s*\d{1,7}\Z", re.IGNORECASE)
_GEOGRAPHIC: Final = ("US", "CA")
_NORTH_AMERICAN: Final = re.compile(r"(\+?1)?[ .\-]?\(?(\d{3})\)?[ .\-]?(\d{3})[ .\-]?(\d{4})\Z")

# Ofcom keeps these for drama. libphonenumber calls them invalid, and everyone uses them to try things out.
# Source: Ofcom, "Telephone numbers for use in TV and radio drama programmes".
_FOR_DRAMA: Final = re.compile(r"\+447700900\d{3}\Z")


# The refusals that do not depend on the country.
_SENTENCES: Final = {
    "empty": "There is no number.",
    "letters": "A telephone number has no letters.",
    "scientific": "Excel has shortened this number, and its last digits may be lost. "
    "Format the column as Text in Excel, fill it in again and save the file.",
    "extension": "A number with an extension cannot get texts.",
    "too_short": "This is too short to be a telephone number.",
    "too_long": "This is too long to be a telephone number.",
    "no_country": "The number has no country code. Write it with “+”, such as +13125550142.",
    "unknown_country": "No country has the code this number begins with.",
    "not_in_use": "This is not a telephone number.",
}
_UNREADABLE: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: "unknown_country",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}


@lru_cache(maxsize=50_000)
def parse_phone(text: str, default_country: str | None = DEFAULT_COUNTRY) -> Phone:
    """The number somebody wrote, which may have blanks, brackets, dots, "tel:", "00" for "+", or Excel's `="…"`.

    Without "+" it is a number of `default_country` (ISO 3166; None: then "+" is required). Its `country` is "" when
    it belongs to none, as +800 does. Raises PhoneRefused with one of the codes empty, letters, scientific,
    extension, too_short, too_long, no_country, unknown_country, not_in_use.
    """
    text = text.strip()
    return _north_american(text, default_country) or _anywhere(_unwrapped(text), default_country)


def _unwrapped(text: str) -> str:
    """The number without what spreadsheets and contact cards put around it."""
    text = text.lstrip("'").strip()
    if wrapped := _WRAPPED.match(text):
        text = wrapped[1].strip()
    if rounded := _ROUNDED.match(text):
        text = rounded[1]
    return text[4:].strip() if text[:4].lower() == "tel:" else text


def _north_american(written: str, default_country: str | None) -> Phone | None:
    """The US or Canadian number, or None to let the library decide."""
    match = _NORTH_AMERICAN.match(written)
    if match is None or not written.isascii():
        return None
    if match[1] != "+1" and default_country not in _GEOGRAPHIC:
        return None
    national = match[2] + match[3] + match[4]
    for country in _GEOGRAPHIC:
        if _geographic(country).match(national):
            return Phone(e164="+1" + national, country=country)
    return None


@cache
def _geographic(country: str) -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region(country, None)
    if metadata is None or metadata.fixed_line is None:
        raise AssertionError(f"the library knows no numbers of {country}")
    return re.compile(rf"(?:{metadata.fixed_line.national_number_pattern})\Z")


def _anywhere(written: str, default_country: str | None) -> Phone:
    if code := _plainly_wrong(written):
        raise _refused(code)
    international = "+" + written[2:] if written.startswith("00") else written
    has_plus = international.startswith(("+", "\uff0b"))
    if default_country is None and not has_plus:
        raise _refused("no_country")
    try:
        number = parse(international, default_country)
    except NumberParseException as error:
        raise _refused(_UNREADABLE.get(error.error_type, "not_in_use")) from error
    e164 = f"+{number.country_code}{'0' * _n_zeros(number)}{number.national_number}"
    if _FOR_DRAMA.match(e164):
        return Phone(e164=e164, country="GB")
    if not is_valid_number(number):
        raise _why_invalid(number, has_plus=has_plus)
    region = region_code_for_number(number) or ""
    return Phone(e164=e164, country=region if region.isalpha() else "")


def _n_zeros(number: PhoneNumber) -> int:
    return (number.number_of_leading_zeros or 1) if number.italian_leading_zero else 0


def _plainly_wrong(written: str) -> str | None:
    """The code for what no country's rules are needed to refuse."""
    n_digits = sum(character.isdigit() for character in written)
    checks = (
        ("empty", not written),
        ("scientific", _SCIENTIFIC.match(written)),
        ("too_long", len(written) > MAX_CHARS or n_digits > MAX_DIGITS),
        ("extension", _EXTENSION.search(written)),
        ("letters", any(character.isalpha() for character in written)),
        ("too_short", n_digits < MIN_DIGITS),
    )
    return next((code for code, is_so in checks if is_so), None)


def _refused(code: str) -> PhoneRefused:
    return PhoneRefused(code, _SENTENCES[code])


def _why_invalid(number: PhoneNumber, *, has_plus: bool) -> PhoneRefused:
    """Why the library refuses a number it could read."""
    country = _name_of(number)
    hint = "" if has_plus else " A number of another country begins with “+” and the country code."
    match is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT:
            return PhoneRefused("too_short", f"The number is too short for {country}.{hint}")
        case ValidationResult.TOO_LONG:
            return PhoneRefused("too_long", f"The number is too long for {country}.{hint}")
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return PhoneRefused("too_short", f"The number has no area code, which {country} needs.")
        case _:
            return PhoneRefused("not_in_use", f"No number in {country} begins like this.{hint}")


def _name_of(number: PhoneNumber) -> str:
    if number.country_code == country_code_for_region("US"):
        return "the US or Canada"
    region = region_code_for_country_code(number.country_code or 0)
    return f"{region} (+{number.country_code})" if region.isalpha() else f"+{number.country_code}"
