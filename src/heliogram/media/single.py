"""Refuses a file that is two kinds of file at once: a phone, a browser and a virus scanner could each see another.

Sources: ISO 32000-1 Annex H.3 (a PDF may begin within the first 1,024 octets); PKWARE's APPNOTE §4.3.16 (a ZIP is read
from its end).
"""

from typing import Final

from heliogram.media.probe import MediaRefused

_PDF, _PDF_WITHIN = b"%PDF-", 1_024
_ZIP_END: Final = b"PK\x05\x06\x00\x00\x00\x00"
"""With the numbers of the disk, which are 0: eight octets that stand nowhere by chance."""
_ZIP_WITHIN: Final = 22 + 0xFFFF


def check_is_one(octets: bytes) -> None:
    """Raises MediaRefused where a second file is in this one."""
    if octets.find(_PDF, 1, _PDF_WITHIN + len(_PDF)) > 0:
        raise _both("a PDF document")
    if octets.find(_ZIP_END, max(0, len(octets) - _ZIP_WITHIN)) >= 0:
        raise _both("a ZIP archive")


def _both(what: str) -> MediaRefused:
    return MediaRefused(
        "two_files", f"The file is {what} as well, and is refused: nobody can say what a phone would see."
    )
