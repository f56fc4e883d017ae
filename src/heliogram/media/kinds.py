"""The kinds of files that a message can carry: recognised by their first octets, named, and by whom they are read."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from heliogram.media.amr import read_amr
from heliogram.media.films import read_film
from heliogram.media.mp3 import is_frame, read_mp3, without_tags
from heliogram.media.pdf import read_pdf
from heliogram.media.places import without_places
from heliogram.media.probe import Picture
from heliogram.media.single import check_is_one
from heliogram.media.written_cards import read_card

TAKEN_FILES: Final = (
    "JPEG, PNG, GIF, WebP or HEIC; MP4, 3GPP or QuickTime video; M4A, MP3 or AMR sound; vCard or iCalendar; PDF"
)


class Kind(StrEnum):
    PICTURE = "picture"
    VIDEO = "video"
    SOUND = "sound"
    CARD = "card"
    CALENDAR = "calendar"
    DOCUMENT = "document"


SAVED: Final = (Kind.CARD, Kind.CALENDAR, Kind.DOCUMENT)
"""What a browser is told to save and not to show: it would open these with a program of its own."""

_KINDS: Final = {"text/vcard": Kind.CARD, "text/calendar": Kind.CALENDAR, "application/pdf": Kind.DOCUMENT}
_FAMILIES: Final = {"image": Kind.PICTURE, "video": Kind.VIDEO, "audio": Kind.SOUND}
SUFFIXES: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
    "video/quicktime": "mov",
    "audio/mp4": "m4a",
    "audio/3gpp": "3gp",
    "audio/3gpp2": "3g2",
    "audio/mpeg": "mp3",
    "audio/amr": "amr",
    "audio/amr-wb": "awb",
    "text/vcard": "vcf",
    "text/calendar": "ics",
    "application/pdf": "pdf",
}

_FILMS: Final = (b"ftypisom", b"ftypiso", b"ftypmp4", b"ftypavc1", b"ftypM4", b"ftyp3g", b"ftypqt", b"ftypMSNV")
_OLD_FILMS: Final = (b"moov", b"mdat", b"wide")
_CARDS: Final = (b"BEGIN:VCARD", b"BEGIN:VCALENDAR")
_TAGGED: Final = (b"ID3", b"APETAGEX")


def kind_of(content_type: str) -> Kind:
    """The kind of a file that was read; what is none of the others is a picture."""
    return _KINDS.get(content_type) or _FAMILIES.get(content_type.partition("/")[0], Kind.PICTURE)


def other_reader(octets: bytes) -> Callable[[bytes], Picture] | None:
    """Who reads a file that is no picture, by its first octets; None for a picture and for what nobody knows."""
    if octets.startswith(_FILMS, 4) or octets.startswith(_OLD_FILMS, 4):
        return read_film
    if octets[:20].upper().startswith(_CARDS):
        return read_card
    if octets.startswith(b"#!AMR"):
        return read_amr
    if octets.startswith(_TAGGED) or is_frame(octets[:2]):
        return read_mp3
    if octets.startswith(b"%PDF-"):
        return read_pdf
    return None


def read_other(octets: bytes) -> Picture | None:
    """A file that is no picture, read to its end; None for a picture. Raises MediaRefused."""
    read = other_reader(octets)
    if read is None:
        return None
    check_is_one(octets)
    return read(octets)


def without_remarks(octets: bytes) -> bytes:
    """The same sound or film without what it tells of its maker; other files as they are. Raises MediaRefused."""
    reader = other_reader(octets)
    if reader is read_film:
        return without_places(octets)
    return without_tags(octets) if reader is read_mp3 else octets
