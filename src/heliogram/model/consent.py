"""Consent: facts, the state they add up to, and the verdict on one message."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec


class Subscription(StrEnum):
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"


class Source(StrEnum):
    """How a fact came about."""

    IMPORT = "import"
    KEYWORD = "keyword"
    API = "api"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One consent record. Facts are only ever added; a revocation is a new fact."""

    group_id: str
    phone_e164: str
    state: Subscription
    source: Source
    at: datetime
    evidence: str
    """The words shown, the keyword received, or how and when an import's consent was collected."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a number stands in a group now, and the fact that put it there."""

    state: Subscription
    fact_id: str
    at: datetime
    source: Source


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    fact_id: str | None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    until: datetime
    reason: str


class Denied(msgspec.Struct, frozen=True, kw_only=True):
    reason: str


Verdict = Allowed | Held | Denied
