"""A message to one recipient: its states, and the one table of which state may follow which.

The story in one drawing (anything not drawn is refused):

    queued ─┬─> held ──┐
            │          ▼
            ├──────> sending ─┬─> sent ──> delivered | undelivered
            │        │  ▲     ├─> unknown ──> sent | delivered | undelivered
            │        ▼  │     └─> failed | delivered | undelivered
            │       retrying ──> held
            └─> skipped | expired | canceled (also from held and retrying)

One step is not in the table, so that no news can take it by itself: `go_again`.
"""

from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    HELD = "held"
    """Waiting on a rule, with until and why."""
    SENDING = "sending"
    """An attempt is recorded; its octets may have left."""
    RETRYING = "retrying"
    SENT = "sent"
    """Handed to the carrier, not yet confirmed on the handset."""
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    """The carrier refused it for good."""
    UNKNOWN = "unknown"
    """The octets left and no answer came: never repeated by itself."""
    SKIPPED = "skipped"
    """A rule said no: nothing was sent."""
    EXPIRED = "expired"
    CANCELED = "canceled"


S = State
_BEFORE_HAND_OVER = frozenset({S.HELD, S.SENDING, S.SKIPPED, S.EXPIRED, S.CANCELED})

NEXT: dict[State, frozenset[State]] = {
    S.QUEUED: _BEFORE_HAND_OVER,
    S.HELD: _BEFORE_HAND_OVER,
    S.RETRYING: _BEFORE_HAND_OVER,
    # A receipt may overtake the answer to the submit, so `sending` also leads straight to the ends.
    S.SENDING: frozenset({S.SENT, S.RETRYING, S.FAILED, S.UNKNOWN, S.DELIVERED, S.UNDELIVERED}),
    S.SENT: frozenset({S.DELIVERED, S.UNDELIVERED}),
    S.UNKNOWN: frozenset({S.SENT, S.DELIVERED, S.UNDELIVERED}),
    S.DELIVERED: frozenset(),
    S.UNDELIVERED: frozenset(),
    S.FAILED: frozenset(),
    S.SKIPPED: frozenset(),
    S.EXPIRED: frozenset(),
    S.CANCELED: frozenset(),
}

FINAL = frozenset(state for state, following in NEXT.items() if not following)


def advance(current: State, wanted: State) -> State:
    """The state after the news `wanted`: late, early and repeated news never move a message backwards."""
    return wanted if wanted in NEXT[current] else current


def go_again(current: State) -> State:
    """Where a message goes whose picture the network cannot bring to the phone: back, for the text with the link.

    Only what was handed over and is certainly not there. All else, *unknown* above all, ends as undelivered.
    """
    return State.RETRYING if current is State.SENT else advance(current, State.UNDELIVERED)


class Channel(StrEnum):
    """What a recipient actually gets."""

    MMS = "mms"
    SMS = "sms"
    SMS_LINK = "sms_link"
    """A text that ends in a short link to the picture."""


class Content(StrEnum):
    """What the author asked for."""

    MMS = "mms"
    TEXT_LINK = "text_link"
    TEXT = "text"


class Carrying(StrEnum):
    """How a message goes with its pictures and files: a way to look for messages."""

    WITH = "with"
    """They are in it, or will be."""
    LINK = "link"
    """They stand behind a link in its text."""
    WITHOUT = "without"
    """It is a text and nothing else."""
