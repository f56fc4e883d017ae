"""Which attempt a receipt is about, where carriers write the ids of their answers in another way in their receipts.

An account's form is learnt, never guessed. Until it is known, an id that may be a number matches only an attempt to
the number that the receipt is about, when no form reads it as another attempt to that number and none to it is still
without an id: the attempt that is meant is then among those, so it is this one. A receipt that is read in one form
only is a vote for it.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.receipt_id import KNOWN, IdForm, answers_for, is_a_number, receipts_for
from heliogram.storage import deliveries, id_forms
from heliogram.storage.deliveries import Claimed
from heliogram.storage.id_forms import Learning

N_VOTES = 3
"""Receipts that could only be read in one form, and it is learnt."""
LEAD = 20
"""How many times the votes of all others together: an id that a carrier repeats may vote for the wrong one."""


class Said(msgspec.Struct, frozen=True):
    """A receipt as far as matching goes: its id, and the number it is about ("" where it does not say)."""

    carrier_id: str
    about_e164: str


@dataclass(slots=True, kw_only=True)
class Found:
    """The attempts by the receipts' ids; an id that is known and names none for certain has an empty list.

    `answer_ids` has the ids that the answers wrote in another way; `votes` the forms that alone read an id.
    """

    claims: dict[str, list[Claimed]] = field(default_factory=dict)
    answer_ids: dict[str, str] = field(default_factory=dict)
    votes: dict[str, IdForm] = field(default_factory=dict)


async def form_for(
    connection: AsyncConnection, account_id: str, workspace_id: str, told: IdForm, now: datetime
) -> Learning | None:
    """What is known of the account whose receipts say this of themselves. None: ids are as they are."""
    if told is IdForm.SAME:
        return None
    known = await id_forms.one(connection, account_id)
    if known is None or (told is not IdForm.LEARN and known.form is not told):
        known = Learning(account_id=account_id, workspace_id=workspace_id, form=told, votes={})
        await id_forms.put(connection, known.workspace_id, known, now)
    return known


async def find(
    connection: AsyncConnection, account_id: str, learning: Learning | None, said: Collection[Said]
) -> Found:
    """The attempts that receipts are about."""
    if learning is None or learning.form is IdForm.SAME:
        return Found(claims=await deliveries.claims_of(connection, account_id, {each.carrier_id for each in said}))
    forms = _FORMS.get(learning.form, (learning.form,))
    readings = {each.carrier_id: _readings(each.carrier_id, forms) for each in said}
    spelt = {answer_id for reading in readings.values() for answer_id in reading}
    known = await deliveries.claims_of(connection, account_id, spelt)
    found = Found()
    if learning.form is not IdForm.LEARN:
        for carrier_id, reading in readings.items():
            _take(
                found, carrier_id, [(answer_id, claim) for answer_id in reading for claim in known.get(answer_id, ())]
            )
        return found
    await _find_by_evidence(connection, learning, said, readings, known, found)
    return found


_FORMS = {IdForm.LEARN: KNOWN, IdForm.PADDED: (IdForm.PADDED, IdForm.SAME)}

Readings = dict[str, set[IdForm]]
"""The id as the answer may have had it → the forms that read it so."""


def _readings(carrier_id: str, forms: Sequence[IdForm]) -> Readings:
    if not is_a_number(carrier_id):
        return {carrier_id: {IdForm.SAME}}
    found: Readings = {}
    for form in forms:
        for answer_id in answers_for(carrier_id, form):
            found.setdefault(answer_id, set()).add(form)
    return found


def _take(found: Found, carrier_id: str, meant: Sequence[tuple[str, Claimed]]) -> None:
    if not meant:
        return
    found.claims[carrier_id] = [claim for _answer_id, claim in meant]
    if len(meant) == 1 and meant[0][0] != carrier_id:
        found.answer_ids[carrier_id] = meant[0][0]


async def _find_by_evidence(
    connection: AsyncConnection,
    learning: Learning,
    said: Collection[Said],
    readings: dict[str, Readings],
    known: dict[str, list[Claimed]],
    found: Found,
) -> None:
    message_ids = {claim.message_id for claims in known.values() for claim in claims}
    phones = await deliveries.phones_of(connection, sorted(message_ids))
    doubts = await deliveries.in_doubt(
        connection, learning.workspace_id, learning.account_id, sorted(set(phones.values()))
    )
    for each in said:
        reading = readings[each.carrier_id]
        meant = [(answer_id, claim) for answer_id in reading for claim in known.get(answer_id, ())]
        if not is_a_number(each.carrier_id):
            _take(found, each.carrier_id, meant)
            continue
        # Known to be a number, so never a stray that the one attempt in doubt could be given.
        found.claims[each.carrier_id] = []
        to_it = [
            (answer_id, claim)
            for answer_id, claim in meant
            if _is_same(each.about_e164, phones.get(claim.message_id, ""))
        ]
        if len(to_it) == 1 and not doubts.get(phones[to_it[0][1].message_id]):
            _take(found, each.carrier_id, to_it)
            if len(forms := reading[to_it[0][0]]) == 1:
                found.votes[each.carrier_id] = next(iter(forms))


def _is_same(about_e164: str, phone: str) -> bool:
    """Whether a receipt is about this number; some carriers leave out the country's code."""
    return about_e164 != "" and phone.endswith(about_e164.removeprefix("+"))


async def count_votes(
    connection: AsyncConnection, learning: Learning | None, votes: Collection[IdForm], now: datetime
) -> Learning | None:
    """Store what receipts have voted for. Returns what is known now, if the form has been learnt with them."""
    if learning is None or learning.form is not IdForm.LEARN or not votes:
        return None
    total = Counter(learning.votes) + Counter(vote.value for vote in votes)
    form, n = total.most_common(1)[0]
    is_learnt = n >= N_VOTES and n >= LEAD * (total.total() - n)
    learning = msgspec.structs.replace(learning, votes=dict(total), form=IdForm(form) if is_learnt else IdForm.LEARN)
    await id_forms.put(connection, learning.workspace_id, learning, now)
    return learning if is_learnt else None


async def waiting_for(
    connection: AsyncConnection, learning: Learning | None, account_id: str, answer_ids: Collection[str]
) -> list[Any]:
    """The rows of stored receipts that may be about attempts which were just given these ids."""
    forms: Sequence[IdForm] = (IdForm.SAME,)
    if learning is not None:
        forms = _FORMS.get(learning.form, (learning.form,))
    spelt = {each for answer_id in answer_ids for form in forms for each in receipts_for(answer_id, form)}
    rows = await deliveries.unmatched(connection, account_id, sorted(spelt))
    if learning is not None and learning.form is IdForm.LEARN:
        # An attempt that has its id now no longer stands in the way of the others to its number.
        claims = await deliveries.claims_of(connection, account_id, answer_ids)
        message_ids = {claim.message_id for each in claims.values() for claim in each}
        phones = await deliveries.phones_of(connection, sorted(message_ids))
        rows += await deliveries.unmatched_about(connection, account_id, sorted(set(phones.values())))
    return list({(row["carrier_id"], row["news"]): row for row in rows}.values())


def as_answered(learning: Learning | None, carrier_id: str) -> str:
    """A spelling that the answer may have had, for the id of an attempt whose answer never came."""
    if learning is None or learning.form not in (IdForm.HEX_TO_DECIMAL, IdForm.DECIMAL_TO_HEX):
        return carrier_id
    return min(answers_for(carrier_id, learning.form), key=lambda each: (len(each), each), default=carrier_id)
