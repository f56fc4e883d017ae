"""Every set of shared vectors that the product is checked against, and how a finding is told."""

from collections.abc import Callable, Iterator
from pathlib import Path

from .check_captures import check_captures
from .check_mm7 import check_mm7
from .check_pdus import check_pdus
from .check_receipts import check_receipts
from .check_segments import check_segments
from .check_signatures import check_signatures
from .check_smart import check_smart
from .check_tables import check_tables
from .checked import Checked

SETS: dict[str, Callable[[Path], Checked]] = {
    "gsm7/ts23038_tables.json": check_tables,
    "gsm7/segments_oracle.json": check_segments,
    "gsm7/smart_encoding_twilio.json": check_smart,
    "smpp/third_party_pdus.json": check_pdus,
    "smpp/dlr_vectors.json": check_receipts,
    "providers/webhook_signatures.json": check_signatures,
    "providers/sdk_wire_capture.json": check_captures,
    "mm7": lambda folder: Checked(*check_mm7(folder)),
}
N_SHOWN = 20


def check_set(name: str, folder: Path) -> Checked:
    """What the set says of the product; a set that is not there has read nothing."""
    try:
        return SETS[name](folder)
    except (OSError, ValueError) as problem:
        return Checked(failures=[f"cannot be read: {problem}"])


def is_good(checked: Checked) -> bool:
    return checked.read > 0 and not checked.failures


def told(name: str, checked: Checked) -> Iterator[str]:
    """The finding, a line each."""
    n_excepted, n_failed = checked.exceptions.total(), len(checked.failures)
    yield f"{name}: {checked.read} read, {checked.passed} passed, {n_excepted} differ as named, {n_failed} failed"
    for reason, n in checked.exceptions.items():
        yield f"    {n:>4} × {reason}"
    for note in checked.notes:
        yield f"    {note}"
    for failure in checked.failures[:N_SHOWN]:
        yield f"    FAILED {failure}"
    if len(checked.failures) > N_SHOWN:
        yield f"    and {len(checked.failures) - N_SHOWN} more"


def unread(folder: Path) -> list[str]:
    """The folders that no set is in."""
    read = {name.partition("/")[0] for name in SETS}
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name not in read)
