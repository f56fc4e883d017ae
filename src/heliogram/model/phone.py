"""A telephone number as the product keeps it: E.164 and the country it belongs to.

Reading what people type is `audience.phones`; this file only knows the stored form.
Source: ITU-T E.164 (at most 15 digits, no leading zero).
"""

import re
from dataclasses import dataclass

E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")


class NotE164(ValueError):
    """The text is not a number in E.164 form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number that can be dialled from anywhere. `country` is an ISO 3166 code, "" when the number has none."""

    e164: str
    country: str

    def __post_init__(self) -> None:
        if not E164.match(self.e164):
            raise NotE164(f"{self.e164!r} is not an E.164 number, such as +13125550142")


def masked(e164: str) -> str:
    """The number as logs and exchanges may show it: only the last four digits are readable."""
    return "…" + e164[-4:] if len(e164) > 4 else "…"
