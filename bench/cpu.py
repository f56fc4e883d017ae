"""What a process tree has used, read from /proc: CPU seconds and resident memory."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    cpu_s: float
    rss_mb: float


def usage_of(pid: int) -> Usage:
    """The process and all its children, living or waited for."""
    cpu_s = 0.0
    rss = 0
    for each in [pid, *children_of(pid)]:
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended between the listing and the reading
        cpu_s += sum(int(field) for field in fields[11:15]) / _TICKS
        rss += int(fields[21]) * _PAGE
    return Usage(cpu_s=cpu_s, rss_mb=rss / 1e6)


def children_of(pid: int) -> list[int]:
    """The processes it has started and theirs."""
    try:
        direct = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [found for each in direct for found in (each, *children_of(each))]


def peak_mb_of(pid: int) -> float:
    """The most resident memory a living process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (peak,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) * 1_024 / 1e6
