"""The clock and the dice: the only place that reads the time, makes ids, and draws secrets.

Everyone else is handed the time and the makers, so that tests move them by hand. Light to import: the simulator,
which is a process of its own, needs nothing else of the server.
"""

import secrets
from datetime import UTC, datetime

import uuid_utils

LINK_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"
"""No 0 O 1 I l: a link may be read aloud. Ten letters are 58 bits, which nobody guesses."""


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """A new id: 32 hex digits that sort by the time they were made."""
    return str(uuid_utils.uuid7().hex)


def new_token() -> str:
    """The secret end of a public link."""
    return "".join(secrets.choice(LINK_LETTERS) for _ in range(10))


def new_secret() -> str:
    """A secret for a session, a sign-in link or an API key: 256 bits."""
    return secrets.token_urlsafe(32)
