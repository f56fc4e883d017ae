"""A campaign's counters into what people are shown: numbers that add up to the audience, and reasons in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heliogram.model.campaign import CampaignState
from heliogram.model.message import State
from heliogram.model.reasons import sentence_for, sentence_for_way
from heliogram.wire.smpp.status import sentence_of

Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoned:
    """`n` people share this. `key` is a reason code, or "channel:reason" for a way."""

    key: str
    sentence: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`by_state` has every state; their sum is `total`: nobody is unaccounted for."""

    total: int
    expanded: int
    by_state: Mapping[State, int]
    channels: tuple[Reasoned, ...]
    skipped: tuple[Reasoned, ...]
    failed: tuple[Reasoned, ...]


def progress_of(campaign: Any, counts: Counts) -> Progress:
    """Fold a campaign's row and counters. People not expanded yet are queued, or canceled once it was canceled."""
    by_state = {state: counts.get(("state", state.value), 0) for state in State}
    expanded = sum(by_state.values())
    rest = max(0, campaign["n_audience"] - expanded)
    is_canceled = campaign["state"] == CampaignState.CANCELED.value
    by_state[State.CANCELED if is_canceled else State.QUEUED] += rest
    return Progress(
        total=expanded + rest,
        expanded=expanded,
        by_state=by_state,
        channels=_ways(counts),
        skipped=_reasoned(counts, "skipped"),
        failed=_reasoned(counts, "failed"),
    )


def _reasoned(counts: Counts, kind: str) -> tuple[Reasoned, ...]:
    found = [
        Reasoned(key=key, sentence=sentence_of(key) or sentence_for(key), n=n)
        for (each, key), n in counts.items()
        if each == kind and n > 0
    ]
    return _most_first(found)


def _ways(counts: Counts) -> tuple[Reasoned, ...]:
    found = [
        Reasoned(key=key, sentence=sentence_for_way(key.partition(":")[2]), n=n)
        for (each, key), n in counts.items()
        if each == "channel" and n > 0
    ]
    return _most_first(found)


def _most_first(found: list[Reasoned]) -> tuple[Reasoned, ...]:
    return tuple(sorted(found, key=lambda each: (-each.n, each.key)))
