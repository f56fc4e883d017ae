"""Subscription groups: a set of senders for one kind of messaging, with consent of its own."""

from dataclasses import dataclass
from enum import StrEnum

from heliogram.model.sender import Sender
from heliogram.model.text import DEFAULTS, TextRules


class Purpose(StrEnum):
    """What a message is for; the rules on consent and hours hang on it."""

    MARKETING = "marketing"
    REMINDER = "reminder"
    TRANSACTIONAL = "transactional"
    REPLY = "reply"
    """The one answer to STOP, START or HELP: allowed after an opt-out (47 CFR 64.1200(a)(12))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallbacks:
    """The group's word on sending text + link where the destination could take the picture but our side cannot.

    `destination_no_mms` is not among them: that conversion is what the channel promises.
    """

    carrier_not_approved: bool = True
    sender_cannot_mms: bool = False
    media_not_taken: bool = True


class UnknownMms(StrEnum):
    """What a number gets of which nobody knows whether it takes picture messages."""

    PICTURE = "picture"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    id: str
    workspace_id: str
    name: str
    purpose: Purpose
    senders: tuple[Sender, ...]
    fallbacks: Fallbacks
    unknown_mms: UnknownMms = UnknownMms.PICTURE
    link_base_url: str | None = None
    """The group's own domain for short links; None means the server's address."""
    text_rules: TextRules = DEFAULTS

    def has_mms(self) -> bool:
        """Whether the group carries the MMS tag: at least one of its senders can send a picture message."""
        return any(sender.can_mms() for sender in self.senders)
