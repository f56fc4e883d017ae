"""One step of a message's story, as all who tell it have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]


class Tone(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStep:
    """`facts` are (label, value); `raw` is an exchange with secrets and numbers masked, None where there is none."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    raw: str | None = None
    tone: Tone = Tone.INFO
    pictures: tuple[str, ...] = ()
    """Ids of the media that a phone sent and that can be shown."""
