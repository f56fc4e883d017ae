"""The address that a group's short links begin with: a domain of its own, so that people know who wrote."""

import re
from typing import Final

MAX_CHARS: Final = 60
"""It stands in every text with a link, and each character is paid for."""
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SCHEME: Final = "https://"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])\Z")
"""A host name of letters, digits and hyphens whose last label is none of an IP address (RFC 1123 §2.1)."""


class NotALinkAddress(ValueError):
    """No address for short links. The text says why, fit for a person."""


def link_address(text: str) -> str:
    """An address as it is kept: in lower case, without the slash at its end. Raises NotALinkAddress.

    https:// alone, because phones warn of http://; and no path, because that of a link is ours.
    """
    given = text.strip().removesuffix("/").lower()
    if not given.startswith(_SCHEME):
        raise NotALinkAddress("The address of links begins with https://, as in https://go.example.com.")
    if len(given) > MAX_CHARS:
        raise NotALinkAddress(f"The address of links has at most {MAX_CHARS} characters: it stands in every text.")
    if not _HOST.match(given.removeprefix(_SCHEME)):
        raise NotALinkAddress(
            "The address of links is https:// and a domain, as in https://go.example.com, with nothing behind it; "
            "a domain with other letters in its xn-- form."
        )
    return given
