"""Cancels one message: before its hand-over at its next turn, after it by asking the carrier, whose answer decides.

What a carrier took back is news of a receipt, *deleted*, and moves the state by the table as any other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.carriers.protocol import Cancels
from heliogram.delivery.accounts import Account
from heliogram.delivery.receipts import store_receipts
from heliogram.model.event import ReceiptHeard, Untold
from heliogram.model.message import FINAL, NEXT, State
from heliogram.model.parcel import UNREACHABLE
from heliogram.storage import cancellations, deliveries, questions
from heliogram.storage.alerts import take_duty
from heliogram.storage.bulk import Row
from heliogram.storage.cancellations import Pending
from heliogram.storage.engine import Store
from heliogram.storage.questions import Asked
from heliogram.storage.types import storable

log = structlog.get_logger()

LOOK_S: Final = 2.0
"""How often somebody looks for messages to be taken back: each moment counts for one that is on its way."""
LEASE: Final = timedelta(seconds=60)
"""How long one process has the duty: two would ask twice, and the second no would hide the first yes."""
N_LOOKED: Final = 20
GIVEN_UP: Final = timedelta(hours=24)
"""How long a carrier that is away is waited for."""

OVER = Untold(code="over", reason="It had come to its end before the carrier was asked.")
NO_ID = Untold(code="no_id", reason="The carrier gave it no id to ask by.")
NOT_OFFERED = Untold(code="not_offered", reason="This carrier takes no message back.")
AWAY = Untold(code=UNREACHABLE, reason="The carrier could not be reached for a day.")


async def want_canceled(
    connection: AsyncConnection, workspace_id: str, message_id: str, takes_back: Callable[[str], bool], now: datetime
) -> str | None:
    """Note that a message is to be canceled. Returns why it cannot be, "" where it may; None: there is none.

    `takes_back` says of an account whether its carrier takes messages back.
    """
    if not await cancellations.hold(connection, workspace_id, message_id):
        return None
    standing = (await deliveries.states_of(connection, [message_id])).get(message_id)
    state = standing.state if standing else State.QUEUED
    if State.CANCELED in NEXT[state]:
        await cancellations.stop(connection, message_id, now)
        return ""
    if state is State.SENDING:
        return "It is being handed over at this moment. Ask again in a few seconds."
    if state in FINAL:
        return f"It has come to its end: it is {state.value}."
    pieces = _latest(await questions.pieces_of(connection, [message_id]))
    if not pieces:
        return "The carrier gave it no id, so that nobody can ask for it."
    if not all(takes_back(each.account_id) for each in pieces):
        return "Its carrier takes no message back."
    row = {"message_id": message_id, "workspace_id": workspace_id, "at": now, "done_at": None}
    await cancellations.put(connection, [row | {"code": "", "reason": "", "raw": ""}])
    return ""


def _latest(pieces: Sequence[Asked]) -> list[Asked]:
    """The pieces of the latest attempt of those of one message."""
    return [each for each in pieces if each.n == pieces[-1].n]


@dataclass(slots=True, kw_only=True)
class Canceler:
    """Asks carriers to take messages back. Of the processes that deliver, one at a time."""

    store: Store
    accounts: Mapping[str, Account]
    now: Callable[[], datetime]
    me: str

    async def step(self) -> int:
        """Ask for what is to be taken back now. Returns how many messages are done with."""
        async with self.store.read() as connection:
            wanted = await cancellations.pending(connection, N_LOOKED)
        if not wanted:
            return 0
        async with self.store.write() as connection:
            now = self.now()
            if not await take_duty(connection, "cancellations", me=self.me, now=now, until=now + LEASE):
                return 0
        return sum([await self._take_back(each) for each in wanted])

    async def _take_back(self, wanted: Pending) -> bool:
        async with self.store.read() as connection:
            pieces = _latest(await questions.pieces_of(connection, [wanted.message_id]))
        told = await self._answers(wanted, pieces)
        if any(isinstance(each, Untold) and each.code == UNREACHABLE for each in told):
            if self.now() - wanted.at < GIVEN_UP:
                return False
            told = [AWAY]
        heard = [each for each in told if isinstance(each, ReceiptHeard)]
        noes = [each for each in told if isinstance(each, Untold)]
        async with self.store.write() as connection:
            if heard:
                await store_receipts(connection, pieces[0].account_id, wanted.workspace_id, heard, self.now())
            await cancellations.put(connection, [_row(wanted, heard, noes, self.now())])
        log.info("asked to cancel", message=wanted.message_id, n_taken_back=len(heard), n_not=len(noes))
        return True

    async def _answers(self, wanted: Pending, pieces: Sequence[Asked]) -> list[ReceiptHeard | Untold]:
        if wanted.state in FINAL:
            return [OVER]
        if not pieces:
            return [NO_ID]
        account = self.accounts.get(pieces[0].account_id)
        if account is None or not account.is_usable():
            return [AWAY]
        if not account.carrier.capabilities.cancels or not isinstance(account.carrier, Cancels):
            return [NOT_OFFERED]
        return [await account.carrier.cancel(each.piece) for each in pieces]


def _row(wanted: Pending, heard: Sequence[ReceiptHeard], noes: Sequence[Untold], now: datetime) -> Row:
    """A text of which one segment is back never comes whole: the noes of the others are no news then."""
    no = noes[0] if noes and not heard else None
    return {
        "message_id": wanted.message_id,
        "workspace_id": wanted.workspace_id,
        "at": wanted.at,
        "done_at": now,
        "code": storable(no.code) if no else "",
        "reason": storable(no.reason) if no else "",
        "raw": storable(no.raw if no else heard[0].raw),
    }
