"""What the pipeline is held against, measured in the same run on the same simulator.

`wire_loop`: the same SMPP session and simulator, no database and no rules.
`bare_pipeline`: the same, with attempts, outcomes and receipts committed in batches as durably as ours, but no
consent, no routing, no personalization, no states and no counts.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.event import Event, ReceiptHeard
from heliogram.model.parcel import Accepted, SmsParcel
from heliogram.model.sender import SenderKind
from tests.whole.stage import Stage, wait_until

TIME_LIMIT_S = 120
BODY = "Hi Person12345, your order is ready. Reply STOP to opt out"


class Short(Exception):
    """Fewer answers or receipts than messages: no rate is reported."""


def wire_loop(folder: Path, n: int, window: int) -> float:
    """Messages a second through one session, each with its answer and its receipt."""
    return _on_stage(folder, n, window, durable=False)


def bare_pipeline(folder: Path, n: int, window: int) -> float:
    """The same with every attempt, outcome and receipt committed (SQLite, `synchronous=FULL`) in batches."""
    return _on_stage(folder, n, window, durable=True)


def _on_stage(folder: Path, n: int, window: int, *, durable: bool) -> float:
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(folder=folder)
    try:
        stage.start_simulator("--receipt-delay=0")
        settings = {"host": "127.0.0.1", "port": stage.smpp_port, "system_id": "heliogram", "window": window}
        ledger = _Ledger(folder / "bare.sqlite") if durable else None
        seconds = asyncio.run(_drive(SmppCarrier.configured(settings, "secret", _ids().__next__), n, window, ledger))
        return n / seconds
    finally:
        stage.stop()


def _ids() -> Iterator[str]:
    return (f"{number:032x}" for number in count())


class _Ledger:
    """Three append-only tables and nothing else."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        for table in ("attempts", "outcomes", "receipts"):
            self._connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, at INTEGER, what TEXT)")

    def add(self, table: str, rows: Sequence[tuple[str, int, str]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
        self._connection.execute("COMMIT")


async def _drive(carrier: SmppCarrier, n: int, window: int, ledger: _Ledger | None) -> float:
    heard: set[str] = set()
    all_heard = asyncio.Event()

    async def sink(events: Sequence[Event]) -> None:
        receipts = [event for event in events if isinstance(event, ReceiptHeard)]
        if ledger is not None:
            await asyncio.to_thread(
                ledger.add, "receipts", [(each.carrier_id, 0, each.news.value) for each in receipts]
            )
        heard.update(each.carrier_id for each in receipts)
        if len(heard) >= n:
            all_heard.set()

    async with asyncio.timeout(TIME_LIMIT_S):
        listening = asyncio.create_task(carrier.listen(sink))
        await asyncio.to_thread(
            wait_until, "the carrier is connected", lambda: carrier.health().link is Link.UP, within_s=10
        )
        began = time.perf_counter()
        n_accepted = 0
        for start in range(0, n, window):
            keys = range(start, min(n, start + window))
            if ledger is not None:
                await asyncio.to_thread(ledger.add, "attempts", [(str(key), 0, BODY) for key in keys])
            outcomes = await asyncio.gather(*(carrier.send(_parcel(key)) for key in keys))
            taken = [each for each in outcomes if isinstance(each, Accepted)]
            n_accepted += len(taken)
            if ledger is not None:
                rows = [(each.carrier_ids[0], 0, "accepted") for each in taken]
                await asyncio.to_thread(ledger.add, "outcomes", rows)
        await all_heard.wait()
        seconds = time.perf_counter() - began
        listening.cancel()
        await carrier.close()
    if n_accepted != n or len(heard) != n:
        raise Short(f"{n} messages, {n_accepted} answers, {len(heard)} receipts")
    return seconds


def _parcel(key: int) -> SmsParcel:
    return SmsParcel(
        key=f"{key}.1",
        sender_kind=SenderKind.LONG_CODE,
        sender="+13125550100",
        to_e164=f"+1312{3_050_000 + key}",
        parts=(BODY,),
        encoding="GSM-7",
        reference=key % 256,
    )
