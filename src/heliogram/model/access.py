"""Who may do what: the scopes an API key carries and the ones each role has."""

from enum import StrEnum
from hashlib import sha256

SESSION_COOKIE = "heliogram_session"


def hash_of(secret: str) -> str:
    """How a secret of 256 random bits is stored: a plain sha-256 is enough for what nobody can guess."""
    return sha256(secret.encode()).hexdigest()


class Scope(StrEnum):
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    CONSENT_READ = "consent:read"
    CONSENT_WRITE = "consent:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"


class Role(StrEnum):
    OWNER = "owner"
    DESK = "desk"


ALL_SCOPES = frozenset(Scope)

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.OWNER: ALL_SCOPES,
    Role.DESK: ALL_SCOPES - {Scope.SETTINGS_WRITE},
}
