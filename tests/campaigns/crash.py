"""Crashes on demand: the n-th statement that a store's writer is given fails, or the commit after the last does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from heliogram.storage.engine import Store

AT_COMMIT = -1
NEVER = -2


class Crash(Exception):
    """The process would have ended here."""


@contextmanager
def crashing(store: Store, at: int) -> Iterator[list[str]]:
    """Crash at statement `at` (from 0), AT_COMMIT or NEVER. Gives the statements seen, as they come."""
    engine = store.writer.sync_engine
    seen: list[str] = []

    def before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)
        if len(seen) - 1 == at:
            raise Crash(statement)

    def commit(connection: Any) -> None:
        """The database undoes it all and says so, as when its disk is full."""
        if at == AT_COMMIT:
            connection.connection.rollback()
            raise Crash("COMMIT")

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "commit", commit)
