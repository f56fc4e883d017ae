"""The phones: every number is one. Each keeps what it received and what it sent, as a person would see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

from heliogram.simulator.journal import Journal, Line
from heliogram.simulator.mmsc_waiting import as_replaced

N_KEPT = 200
"""Messages a phone remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMedia:
    sha256: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMessage:
    """`direction` is as the phone sees it: "in" was received."""

    at: float
    direction: str
    sender: str
    to: str
    text: str
    kind: str
    media: tuple[PhoneMedia, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A picture or other file that a phone sends; `data` is base64 in JSON."""

    content_type: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,60}\Z")]
    data: Annotated[bytes, msgspec.Meta(min_length=1)]
    filename: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}\Z")] = "picture"


@dataclass(slots=True)
class Phone:
    number: str
    messages: list[PhoneMessage] = field(default_factory=list)
    parts: dict[tuple[str, int, int], dict[int, str]] = field(default_factory=dict)

    def add(self, message: PhoneMessage) -> None:
        self.messages.append(message)
        del self.messages[:-N_KEPT]


class Phones:
    """All phones, by number.

    `reply_by` is how a text from a phone reaches the network, set by the SMSC; `show_by` is how a picture does, set by
    the MMSC.
    """

    def __init__(self) -> None:
        self.by_number: dict[str, Phone] = {}
        self.reply_by: Callable[[str, str, str], None] | None = None
        self.show_by: Callable[[str, str, str, Sequence[Shot]], None] | None = None

    def phone(self, number: str) -> Phone:
        return self.by_number.setdefault(number, Phone(number))

    def receive(self, line: Line) -> Line | None:
        """A journal line of kind "submit" reaches its phone; segments wait for each other.

        Returns the line to journal for a text of several segments that is whole with this one.
        """
        phone = self.phone(line["to"])
        total = line.get("parts", 1)
        text = line["text"]
        if total > 1:
            key = (line["from"], line.get("reference", 0), total)
            waiting = phone.parts.setdefault(key, {})
            waiting[line["part"]] = text
            if len(waiting) < total:
                return None
            text = "".join(waiting[number] for number in sorted(waiting))
            del phone.parts[key]
        phone.add(
            PhoneMessage(
                at=line["at"],
                direction="in",
                sender=line["from"],
                to=line["to"],
                text=text,
                kind=_kind_of(line),
                media=_media_of(line),
            )
        )
        return {**line, "kind": "joined", "text": text} if total > 1 else None

    def sent(self, line: Line) -> None:
        """A journal line of kind "inbound": what the phone itself wrote."""
        self.phone(line["from"]).add(
            PhoneMessage(
                at=line["at"],
                direction="out",
                sender=line["from"],
                to=line["to"],
                text=line["text"],
                kind=_kind_of(line),
                media=_media_of(line),
            )
        )

    def reply(self, number: str, to: str, text: str) -> None:
        """The phone writes to a sender."""
        if self.reply_by is None:
            raise RuntimeError("no network is there to carry the text")
        self.reply_by(number, to, text)

    def show(self, number: str, to: str, text: str, shots: Sequence[Shot]) -> None:
        """The phone sends pictures to a sender."""
        if self.show_by is None:
            raise RuntimeError("no network is there to carry the picture")
        self.show_by(number, to, text, shots)

    def replay(self, journal: Journal) -> dict[str, Any]:
        """Give the phones their memory back. Returns what the SMSC must go on from.

        `last_id` is the highest message id given; `owed` are the receipts nobody acknowledged, oldest first;
        `unheard` the texts of phones nobody acknowledged.
        """
        last_id = 0
        owed: dict[str, Line] = {}
        unheard: dict[str, Line] = {}
        heard: dict[str, set[str]] = {}
        waiting: dict[str, Line] = {}
        canceled = {line["id"] for line in journal.lines() if line["kind"] == "canceled"}
        for line in journal.lines():
            match line["kind"]:
                case "submit" if line.get("waits"):
                    waiting[line["id"]] = line
                case "replaced":
                    waiting[line["id"]] = as_replaced(waiting[line["id"]], line)
                case "arrived":
                    self.receive(waiting.pop(line["id"]))
                case "submit":
                    if line["protocol"] != "smpp" or line["id"] not in canceled:
                        self.receive(line)
                    if line["protocol"] == "smpp":
                        last_id = max(last_id, int(line["id"]))
                case "receipt" if line["protocol"] == "smpp":
                    owed[line["id"]] = line
                case "inbound":
                    self.sent(line)
                    if line.get("protocol") != "mm7":
                        unheard[line["id"]] = line
                case "acknowledged":
                    owed.pop(line["id"], None)
                    # A long text came in segments, "id#2/3": it is heard when all of them are.
                    whole, _, place = line["id"].partition("#")
                    heard.setdefault(whole, set()).add(place)
                    if len(heard[whole]) >= int(place.partition("/")[2] or 1):
                        unheard.pop(whole, None)
        return {"last_id": last_id, "owed": list(owed.values()), "unheard": list(unheard.values())}


def _kind_of(line: Line) -> str:
    """A gateway over HTTP carries both: there the pictures make the difference."""
    return "mms" if line.get("protocol") == "mm7" or line.get("media") else "sms"


def _media_of(line: Line) -> tuple[PhoneMedia, ...]:
    media = line.get("media", ())
    return tuple(PhoneMedia(sha256=each["sha256"], content_type=each["content_type"]) for each in media)


def shown(messages: Sequence[PhoneMessage]) -> list[dict[str, Any]]:
    """Messages as the control socket shows them."""
    return [
        {
            "at": each.at,
            "direction": each.direction,
            "from": each.sender,
            "to": each.to,
            "text": each.text,
            "kind": each.kind,
            "media": [{"url": f"/media/{part.sha256}", "content_type": part.content_type} for part in each.media],
        }
        for each in messages
    ]
