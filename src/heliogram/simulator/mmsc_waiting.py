"""The picture messages that the MMSC has and their phones do not have yet: what can be taken back or replaced.

Here: which there are, and what a CancelReq or ReplaceReq does to them, journaled before it is answered. Not here: when
a message arrives (`mmsc`).
"""

from collections.abc import Callable, Iterable

from heliogram.simulator.journal import Journal, Line
from heliogram.wire.mm7.address import Address, AddressKind
from heliogram.wire.mm7.cancel import CancelReq
from heliogram.wire.mm7.status import ADDRESS_NOT_FOUND, ID_NOT_FOUND, NOT_POSSIBLE, SUCCESS, Status


class Waiting:
    """By id, the journal lines of the messages that wait. `is_known` tells ids that were given from others."""

    def __init__(self, journal: Journal, now: Callable[[], float], is_known: Callable[[str], bool]) -> None:
        self._journal = journal
        self._now = now
        self._is_known = is_known
        self.by_id = waiting_in(journal.lines())

    def arrive(self, message_id: str) -> Line | None:
        """The message reaches its phone: what it is by now, None where it was taken back."""
        line = self.by_id.pop(message_id, None)
        if line is not None:
            self._journal.write([{"at": self._now(), "kind": "arrived", "protocol": "mm7", "id": message_id}])
        return line

    def cancel(self, request: CancelReq) -> tuple[Status, Line | None]:
        """The status to answer with, and the message where it was taken back."""
        line = self.by_id.get(request.message_id)
        if line is None:
            return self._too_late(request.message_id), None
        if request.recipients and line["to"] not in map(_shown, request.recipients):
            return Status(code=ADDRESS_NOT_FOUND, details="The message is for none of these."), None
        del self.by_id[request.message_id]
        self._journal.write([{"at": self._now(), "kind": "canceled", "protocol": "mm7", "id": request.message_id}])
        return Status(code=SUCCESS), line

    def replace(self, message_id: str, changed: Line) -> Status:
        """Put `changed` (text and media of a line) in the place of what the message says and shows."""
        line = self.by_id.get(message_id)
        if line is None:
            return self._too_late(message_id)
        told = {"at": self._now(), "kind": "replaced", "protocol": "mm7", "id": message_id, **changed}
        self._journal.write([told])
        self.by_id[message_id] = line | changed
        return Status(code=SUCCESS)

    def _too_late(self, message_id: str) -> Status:
        if self._is_known(message_id):
            return Status(code=NOT_POSSIBLE, details="The message waits no more.")
        return Status(code=ID_NOT_FOUND)


def waiting_in(lines: Iterable[Line]) -> dict[str, Line]:
    """The messages that wait at the end of a journal, by id, as they were last replaced."""
    waiting: dict[str, Line] = {}
    for line in lines:
        match line:
            case {"kind": "submit", "waits": True, "id": str(given)}:
                waiting[given] = line
            case {"kind": "replaced", "id": str(given)} if given in waiting:
                waiting[given] = as_replaced(waiting[given], line)
            case {"kind": "arrived" | "canceled", "id": str(given)}:
                waiting.pop(given, None)
    return waiting


def as_replaced(line: Line, told: Line) -> Line:
    """The line of a message after a line of kind "replaced"."""
    return line | {"text": told["text"], "media": told["media"]}


def _shown(address: Address) -> str:
    return f"+{address.text}" if address.kind is AddressKind.NUMBER else address.text
