"""Asks carriers what became of messages that have no receipt: what a crash or a lost line left open, and what is late.

When, how often and how fast is decided here; carriers only ask. What they say is handled exactly as a receipt: stored
first, and no state moves backwards. Nothing is ever sent again for it. What a carrier gave no id for cannot be asked.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from heliogram.carriers.protocol import Asks
from heliogram.delivery.accounts import Account
from heliogram.delivery.receipts import RECEIPT_WITHIN, store_receipts
from heliogram.model.event import ReceiptHeard, Untold
from heliogram.model.message import State
from heliogram.model.parcel import UNREACHABLE
from heliogram.storage import questions
from heliogram.storage.alerts import take_duty
from heliogram.storage.bulk import Row
from heliogram.storage.engine import Store
from heliogram.storage.questions import Asked, Waiting
from heliogram.storage.types import storable

log = structlog.get_logger()

LOOK_S: Final = 60.0
"""How often somebody looks for what is to be asked."""
N_ASKED: Final = 60
"""Questions to one account in a look, one after the other: one a second, which is no load to any SMSC."""
N_PAGE: Final = 1_000
N_PAGES: Final = 10
"""Messages looked at for each state in a look. Where there are more, the next look goes on from there."""
WAITS: Final[Mapping[State, tuple[timedelta, ...]]] = {
    # Nobody knows whether it left, and the author waits for the word. Ten minutes are for the receipts that a carrier
    # kept while the line was down, which come by themselves once it is up.
    State.UNKNOWN: (timedelta(minutes=10), timedelta(hours=2), timedelta(hours=24)),
    # It was taken. Nearly all receipts come within minutes; after four hours it is late, after a day and after three
    # (the longest that networks usually keep trying) it may have ended without our hearing.
    State.SENT: (timedelta(hours=4), timedelta(hours=24), timedelta(hours=72)),
}
"""How long a message has been in its state when its carrier is asked for the first time, the second, and the last."""
AFTER_LINK: Final = timedelta(minutes=10)
"""How long after a line came up the first question may come about what was handed over before: some carriers forget
the receipts of a session that ended."""
AGAIN: Final = timedelta(hours=1)
"""The least time between two questions about a piece, whatever its state did meanwhile."""
DEAF_FOR: Final = timedelta(hours=6)
"""How long an account is not asked that does not know the request, or did not answer it: some SMSCs hang up on it."""


def due_at(waiting: Waiting, asked: Asked, up_since: datetime) -> datetime | None:
    """When the carrier is to be asked about a piece. None: never again."""
    waits = WAITS[waiting.state]
    if asked.n_asked >= len(waits):
        return None
    due = waiting.at + waits[asked.n_asked]
    if asked.asked_at is not None:
        return max(due, asked.asked_at + AGAIN)
    return min(due, up_since + AFTER_LINK) if waiting.at <= up_since else due


@dataclass(slots=True, kw_only=True)
class Asker:
    """Of the processes that deliver, one at a time: the duty says which."""

    store: Store
    accounts: Mapping[str, Account]
    now: Callable[[], datetime]
    me: str
    _up_since: dict[str, datetime] = field(default_factory=dict)
    _deaf_until: dict[str, datetime] = field(default_factory=dict)
    _place: dict[State, tuple[datetime, str]] = field(default_factory=dict)
    """Where the last look at a state ended, when it did not come to its end."""

    async def step(self) -> int:
        """Look once. Returns how many questions were asked."""
        now = self.now()
        able = self._able(now)
        if not able:
            return 0
        async with self.store.write() as connection:
            until = now + timedelta(seconds=2 * LOOK_S)
            if not await take_duty(connection, "questions", me=self.me, now=now, until=until):
                return 0
        found: dict[str, list[Asked]] = defaultdict(list)
        for state in WAITS:
            await self._look(state, able, found, now)
        async with asyncio.TaskGroup() as tasks:
            for account_id, asked in found.items():
                tasks.create_task(self._ask(able[account_id], asked), name=f"ask {account_id}")
        return sum(map(len, found.values()))

    def _able(self, now: datetime) -> dict[str, Account]:
        """The accounts that can be asked now. Notes since when each is up."""
        able: dict[str, Account] = {}
        for account in self.accounts.values():
            if not account.is_usable():
                self._up_since.pop(account.id, None)
                continue
            self._up_since.setdefault(account.id, now)
            is_deaf = now < self._deaf_until.get(account.id, now)
            if account.carrier.capabilities.queries and isinstance(account.carrier, Asks) and not is_deaf:
                able[account.id] = account
        return able

    async def _look(
        self, state: State, able: Mapping[str, Account], found: dict[str, list[Asked]], now: datetime
    ) -> None:
        """Add what is due of one state to `found`, at most `N_ASKED` for each account."""
        begin, after = self._place.pop(state, (now - RECEIPT_WITHIN, ""))
        until = self._until(state, able, now)
        for _ in range(N_PAGES):
            async with self.store.read() as connection:
                page = await questions.waiting(connection, state, begin, until, after=after, limit=N_PAGE)
                pieces = await questions.pieces_of(connection, [each.message_id for each in page])
            for asked in self._due(page, pieces, able, now):
                if len(found[asked.account_id]) < N_ASKED:
                    found[asked.account_id].append(asked)
            if len(page) < N_PAGE:
                return
            begin, after = page[-1].at, page[-1].message_id
        self._place[state] = (begin, after)

    def _until(self, state: State, able: Mapping[str, Account], now: datetime) -> datetime:
        """The youngest that can be due: those still younger need not be read."""
        ups = [up for account_id in able if (up := self._up_since[account_id]) + AFTER_LINK <= now]
        return max([now - WAITS[state][0], *ups])

    def _due(
        self, page: Sequence[Waiting], pieces: Sequence[Asked], able: Mapping[str, Account], now: datetime
    ) -> list[Asked]:
        by_id = {each.message_id: each for each in page}
        # News of an attempt that another one followed moves nothing.
        last = {each.message_id: each.n for each in pieces}
        return [
            each
            for each in pieces
            if each.account_id in able
            and each.n == last[each.message_id]
            and (due := due_at(by_id[each.message_id], each, self._up_since[each.account_id])) is not None
            and due <= now
        ]

    async def _ask(self, account: Account, asked: Sequence[Asked]) -> None:
        carrier = account.carrier
        assert isinstance(carrier, Asks)
        rows: list[Row] = []
        heard: list[ReceiptHeard] = []
        began = self.now()
        for each in asked:
            told = await carrier.ask(each.piece)
            if isinstance(told, Untold) and told.code == UNREACHABLE:
                break
            rows.append(_row(each, told, self.now()))
            if isinstance(told, ReceiptHeard):
                heard.append(told)
            elif told.is_deaf:
                self._deaf_until[account.id] = self.now() + DEAF_FOR
                log.warning("carrier cannot be asked", account=account.name, code=told.code)
                break
            if self.now() - began >= timedelta(seconds=LOOK_S):
                break
        takes_mms = account.carrier.capabilities.mms
        async with self.store.write() as connection:
            await store_receipts(connection, account.id, account.workspace_id, heard, self.now(), takes_mms=takes_mms)
            await questions.put(connection, rows)
        log.info("carrier asked", account=account.name, n=len(rows), n_told=len(heard))


def _row(asked: Asked, told: ReceiptHeard | Untold, now: datetime) -> Row:
    """What it said stands in the receipt, where it is one."""
    untold = told if isinstance(told, Untold) else None
    return {
        "account_id": asked.account_id,
        "carrier_id": asked.piece.carrier_id,
        "message_id": asked.message_id,
        "workspace_id": asked.workspace_id,
        "n_asked": asked.n_asked + 1,
        "asked_at": now,
        "code": storable(untold.code) if untold else "",
        "reason": storable(untold.reason) if untold else "",
        "raw": storable(untold.raw) if untold else "",
    }
