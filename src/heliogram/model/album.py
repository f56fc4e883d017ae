"""The media of one message, in their order: one, or several that are an album.

An album is named after what is in it, so that the same media in the same order are one album, whoever sends them.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

MAX_MEDIA: Final = 10
"""What a message may have: Twilio, Bandwidth, Telnyx and Plivo take no more (providers §1–4)."""


class Shown(msgspec.Struct, frozen=True):
    """What goes with a message: a medium, or the album that begins with it."""

    workspace_id: str
    media_id: str
    album_id: str | None = None

    @property
    def key(self) -> str:
        return self.album_id or self.media_id


def album_id_of(media_ids: Sequence[str]) -> str | None:
    """The album that these media are, None for fewer than two: a single medium needs none."""
    if len(media_ids) < 2:
        return None
    return f"album-{sha256(' '.join(media_ids).encode()).hexdigest()[:32]}"
