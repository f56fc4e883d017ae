"""What the pipeline is held against, measured in the same run on the same simulator.

`wire_loop`: the same SMPP session and simulator, no database and no rules.
`bare_pipeline`: the same, with attempts, outcomes and receipts committed in batches as durably as ours (attempts
before their octets leave, receipts before they are acknowledged), but no consent, no routing, no personalization,
no states and no counts.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path

import uvloop

from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.event import Event, ReceiptHeard
from heliogram.model.parcel import Accepted, Outcome, SmsParcel
from heliogram.model.sender import SenderKind
from tests.whole.stage import Stage, wait_until

TIME_LIMIT_S = 120
BODY = "Hi Person12345, your order is ready. Reply STOP to opt out"

Row = tuple[str, int, str]


class Short(Exception):
    """Fewer answers or receipts than messages: no rate is reported."""


class Ledger:
    """Three append-only tables and nothing else."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._turn = threading.Lock()
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        for table in ("attempts", "outcomes", "receipts"):
            self._connection.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, at INTEGER, what TEXT)")

    async def add(self, table: str, rows: Iterable[Row]) -> None:
        """Returns when the rows are durable."""
        await asyncio.to_thread(self._add, table, list(rows))

    def _add(self, table: str, rows: Sequence[Row]) -> None:
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
            self._connection.execute("COMMIT")


class NoLedger(Ledger):
    """Keeps nothing."""

    def __init__(self) -> None:
        pass

    async def add(self, table: str, rows: Iterable[Row]) -> None:
        pass


def wire_loop(folder: Path, n: int, window: int) -> float:
    """Messages a second through one session, each with its answer and its receipt."""
    return _on_stage(folder, n, window, NoLedger())


def bare_pipeline(folder: Path, n: int, window: int) -> float:
    """The same with every attempt, outcome and receipt committed (SQLite, `synchronous=FULL`) in batches."""
    folder.mkdir(parents=True, exist_ok=True)
    return _on_stage(folder, n, window, Ledger(folder / "bare.sqlite"))


def _on_stage(folder: Path, n: int, window: int, ledger: Ledger) -> float:
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(folder=folder)
    settings = {"host": "127.0.0.1", "port": stage.smpp_port, "system_id": "heliogram", "window": window}
    try:
        stage.start_simulator("--receipt-delay=0")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return n / runner.run(drive(settings, n, window, ledger))
    finally:
        stage.stop()


async def drive(settings: dict[str, object], n: int, window: int, ledger: Ledger) -> float:
    """Seconds from the first submit to the last stored receipt, with `window` messages under way. Raises Short."""
    carrier = SmppCarrier.configured(settings, "secret", _ids().__next__)
    heard: set[str] = set()
    all_heard = asyncio.Event()

    async def sink(events: Sequence[Event]) -> None:
        receipts = [event for event in events if isinstance(event, ReceiptHeard)]
        await ledger.add("receipts", ((each.carrier_id, 0, each.news.value) for each in receipts))
        heard.update(each.carrier_id for each in receipts)
        if len(heard) >= n:
            all_heard.set()

    async with asyncio.timeout(TIME_LIMIT_S):
        listening = asyncio.create_task(carrier.listen(sink))
        await asyncio.to_thread(
            wait_until, "the carrier is connected", lambda: carrier.health().link is Link.UP, within_s=10
        )
        began = time.perf_counter()
        n_accepted = await _send_all(carrier, n, window, ledger)
        await all_heard.wait()
        seconds = time.perf_counter() - began
        listening.cancel()
        await carrier.close()
    if n_accepted != n or len(heard) != n:
        raise Short(f"{n} messages, {n_accepted} answers, {len(heard)} receipts")
    return seconds


async def _send_all(carrier: SmppCarrier, n: int, window: int, ledger: Ledger) -> int:
    """Keep the window full until all are answered. Returns how many were accepted."""
    ready: asyncio.Queue[int | None] = asyncio.Queue(window)
    answers: asyncio.Queue[Outcome | None] = asyncio.Queue()

    async def feed() -> None:
        for start in range(0, n, window // 2):
            keys = range(start, min(n, start + window // 2))
            await ledger.add("attempts", ((str(key), 0, BODY) for key in keys))
            for key in keys:
                await ready.put(key)
        for _ in range(window):
            await ready.put(None)

    async def send() -> None:
        while (key := await ready.get()) is not None:
            answers.put_nowait(await carrier.send(_parcel(key)))

    async with asyncio.TaskGroup() as tasks:
        stored = tasks.create_task(_store(answers, n, ledger))
        tasks.create_task(feed())
        for _ in range(window):
            tasks.create_task(send())
    return stored.result()


async def _store(answers: asyncio.Queue[Outcome | None], n: int, ledger: Ledger) -> int:
    n_stored = n_accepted = 0
    while n_stored < n:
        batch = [await answers.get()]
        while not answers.empty():
            batch.append(answers.get_nowait())
        accepted = [each for each in batch if isinstance(each, Accepted)]
        await ledger.add("outcomes", ((each.carrier_ids[0], 0, "accepted") for each in accepted))
        n_stored += len(batch)
        n_accepted += len(accepted)
    return n_accepted


def _ids() -> Iterator[str]:
    return (f"{number:032x}" for number in count())


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
