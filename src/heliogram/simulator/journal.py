"""The simulator's journal: every message taken and receipt given, one JSON line each, flushed before the answer.

It is the judge of every test: what is not in it was not handed over. Read back at the start, so that the phones
keep their messages and ids are never given twice.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

Line = dict[str, Any]
"""`at` (seconds since 1970), `kind` and what is of it.

Kinds: submit, joined, receipt, acknowledged, inbound, fault, refused and canceled; of a picture message that waits for
its phone besides: replaced and arrived.
"""

_ENCODER = msgspec.json.Encoder()


class Journal:
    """An append-only file of lines."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._cut_torn_end()
        self._file: BinaryIO = path.open("ab")

    def write(self, lines: Sequence[Line]) -> None:
        """Append the lines and flush them to the system: they survive the death of this process."""
        if lines:
            self._file.write(_ENCODER.encode_lines(lines))
            self._file.flush()

    def lines(self) -> Iterator[Line]:
        """Every line so far."""
        with self._path.open("rb") as file:
            for line in file:
                yield msgspec.json.decode(line)

    def close(self) -> None:
        self._file.close()

    def _cut_torn_end(self) -> None:
        """A line that a killed process wrote only half of was never answered: take it out."""
        if not self._path.exists():
            return
        octets = self._path.read_bytes()
        end = octets.rfind(b"\n") + 1
        if end != len(octets):
            with self._path.open("r+b") as file:
                file.truncate(end)
