"""Outcomes into rows: the carrier's answer, its ids, the next state, and the next try where there is one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.delivery.claim import Attempt
from heliogram.delivery.fold import Deltas, Move, News, fold
from heliogram.delivery.known import learnt_from
from heliogram.delivery.receipts import match_early, ref_row
from heliogram.delivery.retry import Conclusion, Elsewhere, conclude
from heliogram.media.plan import all_budgets
from heliogram.model.group import Fallbacks, Group
from heliogram.model.message import Channel, State
from heliogram.model.number import NumberFact, Source
from heliogram.model.parcel import Accepted, Outcome, Partly, Refused, Unknown
from heliogram.storage import campaigns, deliveries, lanes, numbers
from heliogram.storage.bulk import Row
from heliogram.storage.deliveries import Claimed
from heliogram.storage.types import storable


class Result(msgspec.Struct, frozen=True, kw_only=True):
    attempt: Attempt
    outcome: Outcome


async def store_results(
    connection: AsyncConnection, results: Sequence[Result], groups: Mapping[str, Group], now: datetime
) -> None:
    """Store a batch of answers and what follows from each."""
    rows: list[dict[str, Any]] = []
    refs: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    news: list[News] = []
    given: dict[str, set[str]] = defaultdict(set)
    for result in results:
        message, route = result.attempt.draft.message, result.attempt.draft.the_route()
        group = groups.get(message.group_id)
        conclusion = conclude(
            result.outcome,
            channel=route.channel,
            n_burned=message.n_burned,
            fallbacks=group.fallbacks if group else Fallbacks(),
            now=now,
            may_shrink=_may_shrink(result),
            elsewhere=_elsewhere(result),
        )
        rows.append(_outcome_row(result, now))
        news.append(News(message_id=message.id, state=conclusion.state, reason=storable(conclusion.reason)))
        if conclusion.state is State.RETRYING:
            again.append(_ready_row(result, conclusion))
        for claim, carrier_id in _claims(result):
            given[route.account_id].add(carrier_id)
            refs.append(ref_row(route.account_id, message.workspace_id, carrier_id, claim))
    for account_id in sorted(given):
        await deliveries.lock_account(connection, account_id)
    for workspace_id, facts in _learnt(results, now).items():
        await numbers.learn(connection, workspace_id, facts, now)
    deltas: Deltas = Counter()
    moves = await fold(connection, news, deltas, now)
    await _add_outcomes(connection, rows, moves)
    await deliveries.add_refs(connection, refs)
    # Only what is `retrying` now: an attempt that was given up as unknown meanwhile is not repeated.
    await lanes.put_ready(connection, [row for row in again if moves[row["message_id"]].after is State.RETRYING])
    for account_id, carrier_ids in given.items():
        await match_early(connection, account_id, carrier_ids, deltas, now)
    await campaigns.add_counts(connection, deltas)


def _elsewhere(result: Result) -> Elsewhere:
    """Whether another account of the sender can try."""
    message, route = result.attempt.draft.message, result.attempt.draft.the_route()
    accounts = route.sender.mms_accounts() if route.channel is Channel.MMS else route.sender.sms_accounts()
    if len(accounts) < 2:
        return Elsewhere.NONE
    return Elsewhere.UNTRIED if message.avoids is None else Elsewhere.TRIED


def _may_shrink(result: Result) -> bool:
    """Whether its pictures went larger than every network takes it: a smaller one may be taken where that was not."""
    return sum(each.n_octets for each in result.attempt.draft.variants) > all_budgets()[0].octets


async def not_stored(connection: AsyncConnection, results: Sequence[Result]) -> list[Result]:
    """Those of the answers that no earlier try has stored: the word of its commit may have been lost."""
    stored = await deliveries.answered(connection, [each.attempt.draft.message.id for each in results])
    return [each for each in results if (each.attempt.draft.message.id, each.attempt.n) not in stored]


async def _add_outcomes(connection: AsyncConnection, rows: Sequence[Row], moves: Mapping[str, Move]) -> None:
    """A message that is no longer `sending` was given up by another process: its attempt has an outcome already."""
    in_time = [row for row in rows if moves[row["message_id"]].before is State.SENDING]
    late = [row for row in rows if moves[row["message_id"]].before is not State.SENDING]
    await deliveries.add_outcomes(connection, in_time)
    await deliveries.add_late_outcomes(connection, late)


def _learnt(results: Sequence[Result], now: datetime) -> dict[str, list[NumberFact]]:
    """What the refusals of a batch say of numbers, by workspace."""
    found: dict[str, list[NumberFact]] = defaultdict(list)
    for result in results:
        if not isinstance(result.outcome, Refused) or not result.outcome.permanent:
            continue
        message, route = result.attempt.draft.message, result.attempt.draft.the_route()
        learnt = learnt_from(message.phone_e164, route.channel, result.outcome.code, Source.ANSWER, now)
        if learnt is not None:
            found[message.workspace_id].append(learnt)
    return found


def _claims(result: Result) -> list[tuple[Claimed, str]]:
    match result.outcome:
        case Accepted(carrier_ids=ids) | Partly(carrier_ids=ids):
            # What was taken has as many pieces as ids: some carriers take a text whole, under one. What was taken
            # in part has as many as it has segments, and those without an id are never delivered.
            n_parts = len(ids) if isinstance(result.outcome, Accepted) else len(result.attempt.draft.parts)
            message_id, n = result.attempt.draft.message.id, result.attempt.n
            return [
                (Claimed(message_id, n, part, n_parts), storable(carrier_id))
                for part, carrier_id in enumerate(ids)
                if carrier_id
            ]
        case _:
            return []


_KIND = {Accepted: "accepted", Partly: "partly", Refused: "refused", Unknown: "unknown"}


def _outcome_row(result: Result, now: datetime) -> dict[str, Any]:
    outcome = result.outcome
    return {
        "message_id": result.attempt.draft.message.id,
        "n": result.attempt.n,
        "workspace_id": result.attempt.draft.message.workspace_id,
        "at": now,
        "kind": _KIND[type(outcome)],
        "code": storable(getattr(outcome, "code", "")),
        "reason": storable(getattr(outcome, "reason", "")),
        "is_permanent": getattr(outcome, "permanent", None),
        "carrier_ids": list(getattr(outcome, "carrier_ids", ())),
        "exchange": storable(outcome.exchange),
    }


def _ready_row(result: Result, conclusion: Conclusion) -> dict[str, Any]:
    message = result.attempt.draft.message
    return {
        "message_id": message.id,
        "workspace_id": message.workspace_id,
        "lane_id": message.lane_id,
        "ready_at": conclusion.again_at,
        "n_burned": conclusion.n_burned,
        "forced_reason": conclusion.forced_reason or message.forced_reason,
        "waits_for": None,
        "avoids": result.attempt.draft.the_route().account_id if conclusion.goes_elsewhere else message.avoids,
    }
