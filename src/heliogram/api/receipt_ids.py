"""What is known of how the receipts of SMPP accounts write the ids of messages, and how many match none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.schema.accounts import ReceiptIdsShape
from heliogram.model.receipt_id import WORDS, IdForm
from heliogram.storage import deliveries, id_forms
from heliogram.storage.bulk import Row
from heliogram.storage.id_forms import Learning

LEARNING: Final = frozenset({"smpp"})
"""The kinds of carriers whose ids have more than one spelling; web services write theirs in one."""


async def receipt_ids_of(
    connection: AsyncConnection, workspace_id: str, accounts: Sequence[Row]
) -> dict[str, ReceiptIdsShape]:
    """By account; none for a kind that writes ids in one way only."""
    learning = [row for row in accounts if row["carrier"] in LEARNING]
    if not learning:
        return {}
    known = await id_forms.since(connection, workspace_id)
    n_unmatched = await deliveries.n_unmatched(connection, workspace_id, [row["id"] for row in learning])
    return {row["id"]: _shape(row, known.get(row["id"]), n_unmatched.get(row["id"], 0)) for row in learning}


def _shape(account: Row, known: tuple[Learning, datetime] | None, n_unmatched: int) -> ReceiptIdsShape:
    told = IdForm(account["settings"].get("receipt_ids") or IdForm.LEARN)
    learning, at = known or (None, None)
    is_told = told is not IdForm.LEARN
    form = told if is_told or learning is None else learning.form
    # What was learnt before the settings said otherwise is no news of now.
    is_current = learning is not None and learning.form is form and form is not IdForm.LEARN
    return ReceiptIdsShape(
        form=form,
        sentence=WORDS[form],
        is_learnt=is_current and not is_told,
        since=at if is_current else None,
        votes=learning.votes if learning is not None else {},
        n_unmatched=n_unmatched,
    )
