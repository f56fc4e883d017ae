"""What a check of one set of shared vectors found."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Checked:
    """How much was read, how much of it agrees, what deliberately differs (by reason), and what else differs."""

    read: int = 0
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    exceptions: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def judge(self, name: str, differences: list[str], *, reason: str = "") -> None:
        """Count one vector: with a reason it must differ, without one it must not."""
        self.read += 1
        if bool(differences) != bool(reason):
            said = "; ".join(differences) or f"no longer differs, though it is named as: {reason}"
            self.failures.append(f"{name}: {said}")
        elif reason:
            self.exceptions[reason] += 1
        else:
            self.passed += 1


def difference(what: str, ours: object, theirs: object) -> list[str]:
    """A sentence where two values differ, nothing where they agree."""
    return [] if ours == theirs else [f"{what} is {ours!r}, not {theirs!r}"]
