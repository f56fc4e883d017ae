"""What a target of the fuzzer is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`rare` is a pattern of the refusal (or, where nothing is refused, of the octets) at which `--plant` plants."""

    name: str
    read: Callable[[bytes], object]
    allowed: tuple[type[Exception], ...]
    seeds: Callable[[], Iterable[bytes]]
    rare: str
    tokens: tuple[bytes, ...] = ()
