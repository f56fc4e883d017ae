"""What a client is owed, with a journal on disk; over real sockets in test_mmsc.py and test_gateway.py."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from heliogram.carriers.http import HttpClient
from heliogram.simulator.journal import Journal, Line
from heliogram.simulator.owed import Owed


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.jsonl")
    yield opened
    opened.close()


def _receipt(message_id: str, protocol: str = "mm7") -> Line:
    return {"kind": "receipt", "protocol": protocol, "id": message_id, "to": "+13125550101"}


async def _told_of(journal: Journal, answer: bool | None, n: int, protocol: str = "mm7") -> list[str]:
    """The ids that a client is told of first after a start, when it answers so."""
    told: asyncio.Queue[str] = asyncio.Queue()

    async def tell(_client: HttpClient, line: Line) -> bool | None:
        told.put_nowait(line["id"])
        return answer

    owed = Owed(protocol, journal, lambda: 7.0, None, tell)
    waiter = owed.heard("m1")
    posting = owed.posting(web.Application())
    await anext(posting)
    async with asyncio.timeout(10):
        ids = [await told.get() for _ in range(n)]
        if answer:
            await waiter.wait()
    assert waiter.is_set() is bool(answer)
    with pytest.raises(StopAsyncIteration):
        await anext(posting)
    return ids


async def test_what_nobody_acknowledged_is_told_of_again_at_the_next_start_and_nothing_else(journal: Journal) -> None:
    journal.write([_receipt("m0"), _receipt("m1"), _receipt("h1", "http"), {"kind": "acknowledged", "id": "m0"}])
    assert await _told_of(journal, None, 1) == ["m1"]
    assert await _told_of(journal, True, 1) == ["m1"]
    journal.write([_receipt("m1") | {"id": "m2"}, _receipt("m1")])
    assert await _told_of(journal, True, 2) == ["m2", "m1"]
    assert list(journal.lines())[-1]["kind"] == "acknowledged"


async def test_what_nobody_is_told_of_stays_owed(journal: Journal) -> None:
    journal.write([_receipt("m1")])
    assert await _told_of(journal, None, 1) == ["m1"]
    assert [line["kind"] for line in journal.lines()] == ["receipt"]
