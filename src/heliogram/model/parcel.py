"""What a carrier is handed, and its immediate answer.

A parcel is complete: text already split, pictures already fitted. Carriers report outcomes; `delivery` decides.
"""

import msgspec

from heliogram.model.sender import SenderKind


class MediaPart(msgspec.Struct, frozen=True, kw_only=True):
    """One picture as it goes on the wire. `octets` is shared by every parcel that carries it: never copy it.

    `duration_ms` is a sound's or a film's, 0 for all else and where nobody knows.
    """

    content_type: str
    octets: bytes
    sha256: str
    filename: str
    duration_ms: int = 0


class SmsParcel(msgspec.Struct, frozen=True, kw_only=True):
    """A text, cut into the segments a handset will join again.

    `key` names the attempt and is stable over restarts; `reference` (0-65535) ties the segments together.
    `encoding` is "GSM-7" or "UCS-2". `shift` are the national language identifiers of the locking table and of the
    one behind ESC that a GSM-7 text is written in, 0 for the default (3GPP TS 23.038 §6.2.1.2.4).
    """

    key: str
    sender_kind: SenderKind
    sender: str
    to_e164: str
    parts: tuple[str, ...]
    encoding: str
    reference: int
    shift: tuple[int, int] = (0, 0)


class MmsParcel(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    sender_kind: SenderKind
    sender: str
    to_e164: str
    text: str
    media: tuple[MediaPart, ...]
    subject: str = ""


Parcel = SmsParcel | MmsParcel


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The carrier took all of it. One carrier id per piece it was handed, in order: a segment, or the whole message."""

    carrier_ids: tuple[str, ...]
    exchange: str = ""


class Partly(msgspec.Struct, frozen=True, kw_only=True):
    """Some segments were taken (their ids) and at least one was not: repeating would send the others twice."""

    carrier_ids: tuple[str, ...]
    code: str
    reason: str
    exchange: str = ""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was taken. `code` is the carrier's own, `reason` a sentence for a person."""

    code: str
    reason: str
    permanent: bool
    retry_after_s: float | None = None
    exchange: str = ""


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """The octets left and no answer came. Never "not sent"."""

    reason: str
    exchange: str = ""


Outcome = Accepted | Partly | Refused | Unknown

MEDIA_REFUSED = "media_refused"
"""The `Refused.code` with which a carrier says that it does not take this picture, or pictures for this number."""
MEDIA_SMALLER = "media_smaller"
"""Why a message goes again as a picture message after MEDIA_REFUSED: as small as every network takes it."""
NO_MMS = "no_mms"
"""The `Refused.code`, and the meaning of a receipt: this number takes no picture messages, whatever the picture."""
NOT_A_MOBILE = "not_a_mobile"
"""The same for a number that takes no texts either."""
UNREACHABLE = "unreachable"
"""The `Refused.code` for a carrier that could not be reached before any octet left."""
THROTTLED = "throttled"
"""The `Refused.code` for "too fast"; burns no attempt."""
