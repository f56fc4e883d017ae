"""Receipts into states: stored first, matched to the attempt they are about, rolled up over segments.

A carrier id that two attempts were given matches neither: a wrong match is worse than none, and the receipt stays
visible as unmatched. A receipt for an id nobody recorded can still resolve an attempt that a crash left in doubt,
when it is the only one in doubt for that number through that account.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.delivery.fold import Deltas, News, fold
from heliogram.delivery.matching import Found, Said, as_answered, count_votes, find, form_for, waiting_for
from heliogram.delivery.second_way import Told, judge, ready_rows
from heliogram.model.event import NEWS_STATE, ReceiptHeard
from heliogram.model.event import News as ReceiptNews
from heliogram.model.message import State
from heliogram.model.receipt_id import IdForm
from heliogram.storage import campaigns, deliveries, id_forms, lanes, numbers
from heliogram.storage.bulk import Row
from heliogram.storage.deliveries import Claimed, Doubt
from heliogram.storage.id_forms import Learning
from heliogram.storage.types import storable

log = structlog.get_logger()

N_AGAIN = 10_000
"""Stored receipts that are read again when an account's form of ids becomes known: more than any doubt lasts."""
RECEIPT_WITHIN = timedelta(days=7)
"""How long after its attempt a receipt may come: twice the longest validity period in use."""


async def store_receipts(
    connection: AsyncConnection,
    account_id: str,
    workspace_id: str,
    heard: Sequence[ReceiptHeard],
    now: datetime,
    *,
    takes_mms: bool = True,
) -> None:
    """Store what a carrier said and move the messages it is about. A repeated receipt changes nothing.

    `takes_mms`: the account carries picture messages, so that what is delivered teaches who takes them.
    """
    if not heard:
        return
    heard = [_storable(each) for each in heard]
    await deliveries.lock_account(connection, account_id)
    learning = await form_for(connection, account_id, workspace_id, heard[0].id_form, now)
    found = await find(connection, account_id, learning, {Said(each.carrier_id, each.about_e164) for each in heard})
    claims = found.claims
    strays = [
        Stray(carrier_id=each.carrier_id, about_e164=each.about_e164, at=now)
        for each in heard
        if each.about_e164 and each.carrier_id not in claims
    ]
    await _claim_by_number(connection, account_id, workspace_id, learning, strays, found)
    rows = [_row(account_id, workspace_id, each, found, now) for each in heard]
    unique = {(row["carrier_id"], row["news"]): row for row in rows}
    new = await deliveries.add_receipts(connection, list(unique.values()))
    said = [
        Word(carrier_id=each.carrier_id, news=each.news, code=each.code, why=each.why)
        for each in heard
        if (each.carrier_id, each.news.value) in new
    ]
    deltas: Deltas = Counter()
    await _apply(connection, said, claims, deltas, now, takes_mms=takes_mms)
    new_ids = {carrier_id for carrier_id, _news in new}
    votes = [form for carrier_id, form in found.votes.items() if carrier_id in new_ids]
    if learnt := await count_votes(connection, learning, votes, now):
        await _match_again(connection, learnt, deltas, now)
    await campaigns.add_counts(connection, deltas)


async def match_early(
    connection: AsyncConnection, account_id: str, carrier_ids: Collection[str], deltas: Deltas, now: datetime
) -> None:
    """Apply the receipts that overtook the answers which name these carrier ids."""
    learning = await id_forms.one(connection, account_id)
    waiting = await waiting_for(connection, learning, account_id, carrier_ids)
    votes = await _match_waiting(connection, account_id, learning, waiting, deltas, now)
    if learnt := await count_votes(connection, learning, votes, now):
        await _match_again(connection, learnt, deltas, now)


async def _match_waiting(
    connection: AsyncConnection,
    account_id: str,
    learning: Learning | None,
    waiting: Sequence[Row],
    deltas: Deltas,
    now: datetime,
) -> Collection[IdForm]:
    """Match stored receipts and apply those that are certain. Returns the votes that they are."""
    if not waiting:
        return ()
    # Asked again, not taken from the answers at hand: an earlier attempt may have been given the same id.
    found = await find(
        connection, account_id, learning, {Said(row["carrier_id"], row["about_e164"]) for row in waiting}
    )
    claims = found.claims
    pairs = {
        (row["carrier_id"], claim.message_id) for row in waiting if (claim := _only(claims.get(row["carrier_id"])))
    }
    await deliveries.set_matched(connection, account_id, sorted(pairs), found.answer_ids)
    said = [
        Word(carrier_id=row["carrier_id"], news=ReceiptNews(row["news"]), code=row["code"], why=row["why"])
        for row in waiting
    ]
    await _apply(connection, said, claims, deltas, now)
    return found.votes.values()


async def _match_again(connection: AsyncConnection, learnt: Learning, deltas: Deltas, now: datetime) -> None:
    """Read what has waited for the account's form, now that it is known."""
    waiting = await deliveries.all_unmatched(connection, learnt.account_id, N_AGAIN)
    log.info("form of ids learnt", account=learnt.account_id, form=learnt.form.value, n_waiting=len(waiting))
    found = await find(
        connection, learnt.account_id, learnt, {Said(row["carrier_id"], row["about_e164"]) for row in waiting}
    )
    strays = [_stray(row) for row in waiting if row["about_e164"] and row["carrier_id"] not in found.claims]
    await _claim_by_number(connection, learnt.account_id, learnt.workspace_id, learnt, strays, found)
    await _match_waiting(connection, learnt.account_id, learnt, waiting, deltas, now)


async def resolve_doubt(
    connection: AsyncConnection, account_id: str, workspace_id: str, phones: Sequence[str], now: datetime
) -> None:
    """Apply stored receipts about these numbers to attempts that a crash left in doubt."""
    await deliveries.lock_account(connection, account_id)
    waiting = await deliveries.unmatched_about(connection, account_id, phones)
    # An id that is known, and known twice, is not a stray: it matches nothing.
    learning = await id_forms.one(connection, account_id)
    found = await find(
        connection, account_id, learning, {Said(row["carrier_id"], row["about_e164"]) for row in waiting}
    )
    strays = [
        _stray(row)
        for row in sorted(waiting, key=lambda row: row["at"], reverse=True)
        if row["carrier_id"] not in found.claims
    ]
    given = await _claim_by_number(connection, account_id, workspace_id, learning, strays, found)
    deltas: Deltas = Counter()
    await match_early(connection, account_id, given, deltas, now)
    await campaigns.add_counts(connection, deltas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A receipt for an id that no attempt is known to have been given."""

    carrier_id: str
    about_e164: str
    at: datetime


def _stray(row: Row) -> Stray:
    return Stray(carrier_id=row["carrier_id"], about_e164=row["about_e164"], at=row["at"])


async def _claim_by_number(
    connection: AsyncConnection,
    account_id: str,
    workspace_id: str,
    learning: Learning | None,
    strays: Sequence[Stray],
    found: Found,
) -> list[str]:
    """Give ids to attempts in doubt, where number and time leave no other reading, and add them to what was found.

    Returns the ids that were given, as answers would have had them.
    """
    by_phone: dict[str, dict[str, Stray]] = defaultdict(dict)
    for stray in strays:
        by_phone[stray.about_e164][stray.carrier_id] = stray
    if not by_phone:
        return []
    doubts = await deliveries.in_doubt(connection, workspace_id, account_id, list(by_phone))
    rows: list[dict[str, Any]] = []
    for phone, of_phone in by_phone.items():
        claim = _the_one_meant(list(of_phone.values()), doubts.get(phone, []))
        if claim is None:
            continue
        carrier_id = next(iter(of_phone))
        answer_id = as_answered(learning, carrier_id)
        found.claims[carrier_id] = [claim]
        if answer_id != carrier_id:
            found.answer_ids[carrier_id] = answer_id
        rows.append(ref_row(account_id, workspace_id, answer_id, claim))
    await deliveries.add_refs(connection, rows)
    return [row["carrier_id"] for row in rows]


def _the_one_meant(strays: Sequence[Stray], doubts: Sequence[Doubt]) -> Claimed | None:
    """The attempt a number's stray receipt is about: the only one in doubt, made in the days before it."""
    if len(strays) != 1 or len(doubts) != 1:
        return None
    stray, doubt = strays[0], doubts[0]
    # An attempt whose answer is still to come gets its id from that. A text of several segments needs each one's
    # id; one receipt cannot speak for them all.
    if doubt.is_open or doubt.claim.n_parts > 1:
        return None
    return doubt.claim if timedelta() <= stray.at - doubt.at <= RECEIPT_WITHIN else None


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt says of one carrier id."""

    carrier_id: str
    news: ReceiptNews
    code: str
    why: str


async def _apply(
    connection: AsyncConnection,
    said: Sequence[Word],
    claims: dict[str, list[Claimed]],
    deltas: Deltas,
    now: datetime,
    *,
    takes_mms: bool = True,
) -> None:
    whole: list[Told] = []
    several: dict[str, str] = {}
    for each in said:
        claim = _only(claims.get(each.carrier_id))
        state = NEWS_STATE[each.news]
        if claim is None or state is None:
            continue
        reason = _reason(state, each.news, each.code)
        if claim.n_parts == 1:
            whole.append(
                Told(message_id=claim.message_id, n=claim.n, state=state, reason=reason, why=each.why, code=each.code)
            )
        else:
            several[claim.message_id] = reason
    looked_at = {each.message_id for each in whole if takes_mms or each.state is State.UNDELIVERED}
    judged = judge(whole, await deliveries.tried(connection, [*looked_at]) if looked_at else {}, now)
    single = judged.news
    if several:
        parts = await deliveries.parts_of(connection, list(several))
        single += [
            News(message_id=message_id, state=state, reason=reason)
            for message_id, reason in several.items()
            if (state := rolled_up(parts.get(message_id, []))) is not None
        ]
    moves = await fold(connection, single, deltas, now)
    await lanes.put_ready(connection, ready_rows(judged.again, moves, now))
    for workspace_id, facts in judged.learnt.items():
        await numbers.learn(connection, workspace_id, facts, now)


def rolled_up(parts: Sequence[Any]) -> State | None:
    """The state of a text from its segments' news: delivered when all are, undelivered when one is. None: wait."""
    if not parts:
        return None
    n = max(part.n for part in parts)
    states: dict[int, set[State | None]] = {}
    for part in parts:
        if part.n == n and part.news is not None:
            states.setdefault(part.part, set()).add(NEWS_STATE[ReceiptNews(part.news)])
    if any(State.UNDELIVERED in each for each in states.values()):
        return State.UNDELIVERED
    n_parts = next(part.n_parts for part in parts if part.n == n)
    delivered = sum(State.DELIVERED in each for each in states.values())
    return State.DELIVERED if delivered == n_parts else None


def ref_row(account_id: str, workspace_id: str, carrier_id: str, claim: Claimed) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "carrier_id": carrier_id,
        "message_id": claim.message_id,
        "n": claim.n,
        "part": claim.part,
        "n_parts": claim.n_parts,
        "workspace_id": workspace_id,
    }


def _storable(heard: ReceiptHeard) -> ReceiptHeard:
    """One receipt that no database takes would be repeated for ever, with all that is stored beside it."""
    return msgspec.structs.replace(
        heard,
        carrier_id=storable(heard.carrier_id),
        about_e164=storable(heard.about_e164),
        code=storable(heard.code),
        raw=storable(heard.raw),
    )


def _row(account_id: str, workspace_id: str, heard: ReceiptHeard, found: Found, now: datetime) -> dict[str, Any]:
    claim = _only(found.claims.get(heard.carrier_id))
    return {
        "account_id": account_id,
        "carrier_id": heard.carrier_id,
        "news": heard.news.value,
        "about_e164": heard.about_e164,
        "workspace_id": workspace_id,
        "at": now,
        "code": heard.code,
        "why": str(heard.why),
        "raw": heard.raw,
        "is_asked": heard.is_asked,
        "message_id": claim.message_id if claim else None,
        "answer_id": found.answer_ids.get(heard.carrier_id),
    }


def _only(claims: list[Claimed] | None) -> Claimed | None:
    return claims[0] if claims and len(claims) == 1 else None


def _reason(state: State, news: ReceiptNews, code: str) -> str:
    if state is not State.UNDELIVERED:
        return ""
    return f"{news.value} {code}".strip()
