"""The chain of consent facts: each fact's hash covers the one before, so no record can be altered or taken out unseen.

Append-only: a revocation is a new fact. The rows are written by `storage.consent`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from heliogram.model.consent import Fact, Source, Standing, Subscription


def chain(previous_hash: str, fact: Fact) -> str:
    """The hash of `fact` when it follows the fact hashed `previous_hash`: sha-256 over a fixed JSON form, in hex."""
    said = [
        previous_hash,
        fact.group_id,
        fact.phone_e164,
        fact.state.value,
        fact.source.value,
        fact.at.astimezone(UTC).isoformat(),
        fact.evidence,
    ]
    return sha256(msgspec.json.encode(said)).hexdigest()


def first_break(previous_hash: str, facts: Iterable[tuple[Fact, str, str]]) -> tuple[int | None, str]:
    """Walk (fact, stored previous hash, stored hash) in order.

    Returns (index of the first that does not fit or None, hash of the last that does).
    """
    for index, (fact, stored_previous, stored) in enumerate(facts):
        if stored_previous != previous_hash or chain(previous_hash, fact) != stored:
            return index, previous_hash
        previous_hash = stored
    return None, previous_hash


def attested(
    phones: Iterable[str], standings: dict[str, Standing], *, group_id: str, evidence: str, at: datetime
) -> list[Fact]:
    """The facts an import with attested consent adds: only for numbers the group has never heard of.

    An opted-out number stays opted out, whatever the file says; a subscribed one needs no second fact.
    """
    return [
        Fact(
            group_id=group_id,
            phone_e164=phone,
            state=Subscription.SUBSCRIBED,
            source=Source.IMPORT,
            at=at,
            evidence=evidence,
        )
        for phone in phones
        if phone not in standings
    ]
