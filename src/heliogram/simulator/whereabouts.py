"""Where each message is that the SMSC took: for query_sm and cancel_sm (SMPP v3.4 §4.8, §4.9).

Like an SMSC's, this memory ends: of very old messages it knows nothing any more.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from heliogram.simulator.fate import fate_of
from heliogram.simulator.journal import Journal, Line
from heliogram.simulator.settings import Ids
from heliogram.wire.smpp.names import OK, RCANCELFAIL, RINVMSGID, RQUERYFAIL
from heliogram.wire.smpp.pdu import Pdu, Value
from heliogram.wire.smpp.receipt import NUMBERS

N_KNOWN: Final = 100_000
"""Messages that are remembered."""
ENROUTE: Final = "ENROUTE"
DELETED: Final = "DELETED"


@dataclass(slots=True)
class Whereabout:
    """`stat` is the word of a receipt; `at` when it became that, in seconds since 1970."""

    line: Line
    stat: str
    at: float


@dataclass(slots=True)
class Whereabouts:
    """By the ids of answers, in the spelling that clients were given."""

    ids: Ids
    limit: int = N_KNOWN
    _known: dict[str, Whereabout] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """A message was taken and is on its way."""
        self._known[self.ids.spelt(line["id"])] = Whereabout(line, ENROUTE, line["at"])
        if len(self._known) > self.limit:
            del self._known[next(iter(self._known))]

    def arrive(self, line: Line, at: float) -> None:
        """A message met its fate."""
        known = self._known.get(self.ids.spelt(line["id"]))
        if known is not None:
            known.stat, known.at = fate_of(line["to"]).stat, at

    def is_canceled(self, line: Line) -> bool:
        known = self._known.get(self.ids.spelt(line["id"]))
        return known is not None and known.stat == DELETED

    def cancel(self, pdu: Pdu, at: float) -> tuple[int, Line | None]:
        """The status of the answer to a cancel_sm, and the message where it is taken back (§4.9)."""
        known = self._known.get(pdu.text("message_id"))
        if known is None:
            return RINVMSGID, None
        is_to = pdu.text("destination_addr").lstrip("+") == str(known.line["to"]).lstrip("+")
        if known.stat != ENROUTE or not is_to or not _is_from(known.line, pdu):
            return RCANCELFAIL, None
        known.stat, known.at = DELETED, at
        return OK, known.line

    def replay(self, journal: Journal) -> None:
        """Everything of an earlier run has met its fate by now."""
        for line in journal.lines():
            if line["kind"] == "submit" and line["protocol"] == "smpp":
                self.take(line)
                self.arrive(line, line["at"])
            elif line["kind"] == "canceled":
                self._known[self.ids.spelt(line["id"])].stat = DELETED

    def told(self, pdu: Pdu) -> tuple[int, dict[str, Value]]:
        """The status and the fields of the answer to a query_sm."""
        known = self._known.get(pdu.text("message_id"))
        if known is None:
            return RINVMSGID, {}
        if not _is_from(known.line, pdu):
            return RQUERYFAIL, {}
        is_final = known.stat != ENROUTE
        return OK, {
            "message_id": pdu.text("message_id"),
            "final_date": datetime.fromtimestamp(known.at, UTC).strftime("%y%m%d%H%M%S000+") if is_final else "",
            "message_state": NUMBERS[known.stat],
            "error_code": int(fate_of(known.line["to"]).err) if is_final and known.stat != DELETED else 0,
        }


def _is_from(line: Line, pdu: Pdu) -> bool:
    """Whether it was submitted with this source address (§4.8.1: it must match)."""
    rule = [pdu.number("source_addr_ton"), pdu.number("source_addr_npi")]
    # An earlier version did not journal the rule.
    is_so = rule == line.get("ton_npi", rule)[:2]
    return is_so and pdu.text("source_addr").lstrip("+") == str(line["from"]).lstrip("+")
